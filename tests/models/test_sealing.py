"""Sealing: a value opens with its key, at its place, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import sealing
from models.sealing import CannotOpen, Keyring, new_key, seal, unseal, wrapped_by

KEY = b"k" * 32
PLACE = "worker.name|7"


def keyring(**changes: object) -> Keyring:
    given: dict[str, object] = {
        "wrapping": {1: b"a" * 32, 2: b"b" * 32},
        "current": 2,
        "index": {1: b"i" * 32},
    }
    return Keyring(**given | changes)  # type: ignore[arg-type]


@given(st.binary(), st.text(), st.binary(min_size=32, max_size=32))
def test_what_is_sealed_opens_again(value: bytes, place: str, key: bytes) -> None:
    place = place.encode("utf-8", "ignore").decode()
    assert unseal(key, place, seal(key, place, value)) == value


@given(st.binary(min_size=1))
def test_what_is_sealed_cannot_be_read(value: bytes) -> None:
    sealed = seal(KEY, PLACE, value * 16)
    assert value * 16 not in sealed
    assert sealed != seal(KEY, PLACE, value * 16)


@pytest.mark.parametrize(
    ("key", "place"),
    [
        (b"l" * 32, PLACE),
        (KEY, "worker.name|8"),
        (KEY, "worker.mobile|7"),
        (KEY, "chat.name|7"),
    ],
)
def test_a_moved_value_or_another_key_opens_nothing(key: bytes, place: str) -> None:
    sealed = seal(KEY, PLACE, b"secret")
    with pytest.raises(CannotOpen):
        unseal(key, place, sealed)


@given(st.data())
def test_a_damaged_byte_is_always_seen(data: st.DataObject) -> None:
    sealed = seal(KEY, PLACE, b"secret")
    at = data.draw(st.integers(0, len(sealed) - 1))
    other = data.draw(st.integers(1, 255))
    damaged = sealed[:at] + bytes([sealed[at] ^ other]) + sealed[at + 1 :]
    with pytest.raises(CannotOpen):
        unseal(KEY, PLACE, damaged)


@given(st.integers(0, 33))
def test_a_value_cut_short_is_seen(length: int) -> None:
    with pytest.raises(CannotOpen):
        unseal(KEY, PLACE, seal(KEY, PLACE, b"secret")[:length])


@given(st.binary(max_size=64))
def test_any_bytes_at_all_are_refused(sealed: bytes) -> None:
    with pytest.raises(CannotOpen):
        unseal(KEY, PLACE, sealed)


def test_a_later_version_is_refused_and_not_guessed() -> None:
    sealed = seal(KEY, PLACE, b"secret")
    with pytest.raises(CannotOpen):
        unseal(KEY, PLACE, b"\x02" + sealed[1:])


def test_the_refusal_says_what_is_wrong() -> None:
    with pytest.raises(CannotOpen, match="wrong key, wrong row or damaged"):
        unseal(KEY, PLACE, b"")


def test_a_key_wrapped_before_the_keys_changed_still_opens() -> None:
    wrapped = keyring(current=1).wrap("worker.key|7", KEY)
    assert keyring(current=2).unwrap("worker.key|7", wrapped) == KEY


def test_a_key_opens_from_memory_only_at_its_own_row() -> None:
    keys = keyring()
    wrapped = keys.wrap("worker.key|7", KEY)
    assert keys.unwrap("worker.key|7", wrapped) == KEY
    assert keys.unwrap("worker.key|7", wrapped) == KEY
    with pytest.raises(CannotOpen):
        keys.unwrap("worker.key|8", wrapped)


@pytest.mark.parametrize("wrapped", [b"", b"\x00", b"\x00\x03rest"])
def test_a_key_wrapped_by_one_that_is_gone_says_so(wrapped: bytes) -> None:
    with pytest.raises(CannotOpen, match="not in the keyring"):
        keyring().unwrap("worker.key|7", wrapped)


def test_only_so_many_keys_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "KEPT_OPEN", 2)
    keys = keyring()
    for row in range(5):
        wrapped = keys.wrap(f"worker.key|{row}", KEY)
        assert keys.unwrap(f"worker.key|{row}", wrapped) == KEY
        assert len(keys.opened) <= 2


def test_a_printed_keyring_gives_no_key_away() -> None:
    keys = keyring()
    keys.unwrap("worker.key|7", keys.wrap("worker.key|7", KEY))
    for key in (b"a" * 32, b"b" * 32, b"i" * 32, KEY):
        assert key.decode() not in repr(keys)


def test_equal_values_have_equal_tags() -> None:
    assert keyring().tag("name", "张三") == keyring(current=1).tag("name", "张三")


@given(st.text(max_size=20), st.text(max_size=20))
def test_different_values_have_different_tags(one: str, other: str) -> None:
    one, other = (text.encode("utf-8", "ignore").decode() for text in (one, other))
    tags = keyring().tag("name", one), keyring().tag("name", other)
    assert (tags[0] == tags[1]) == (one == other)


def test_a_tag_tells_columns_and_keys_apart() -> None:
    ours = keyring().tag("name", "138")
    assert ours != keyring().tag("mobile", "138")
    assert ours != keyring(index={1: b"j" * 32}).tag("name", "138")
    assert keyring().tag("id", "x") != keyring().tag("i", "dx")


def test_tags_are_made_with_the_current_key_and_found_with_any() -> None:
    both = {2: b"j" * 32, 1: b"i" * 32}
    old, new = keyring(), keyring(index=both, current_index=2)
    assert new.tag("name", "张三") != old.tag("name", "张三")
    assert new.tags("name", "张三") == [
        new.tag("name", "张三"),
        old.tag("name", "张三"),
    ]
    assert replace(new, current_index=1).tag("name", "张三") == old.tag("name", "张三")


def test_a_key_that_came_after_the_ring_was_read_is_fetched() -> None:
    newer = keyring(wrapping={3: b"c" * 32}, current=3)
    wrapped = newer.wrap("worker.key|7", KEY)
    assert wrapped_by(wrapped) == 3
    with pytest.raises(CannotOpen):
        keyring().unwrap("worker.key|7", wrapped)
    late = keyring(further=lambda: newer.wrapping)
    assert late.unwrap("worker.key|7", wrapped) == KEY


def test_no_two_keys_are_the_same() -> None:
    assert len({new_key() for _ in range(100)}) == 100
    assert {len(new_key()) for _ in range(100)} == {32}
