"""The keys outside the database: made once, kept to ourselves, never swapped."""

from __future__ import annotations

import logging
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretBytes, SecretStr

from bot.config import Config
from bot.key_file import (
    KeysError,
    read_key_file,
    replace_key_file,
)
from bot.keys import check_keys, fingerprint, load_keys
from bot.sections import Database, Keys, Product
from bot.settings import ConfigError, read_config
from models.sealing import Keyring, new_key


@pytest.fixture
def embedded(tmp_path: Path) -> Config:
    return Config(product=Product(data=str(tmp_path / "data")))


def key_file(config: Config) -> Path:
    return config.data / "keys.json"


def test_the_first_start_makes_the_keys_and_says_where(
    embedded: Config, caplog: pytest.LogCaptureFixture
) -> None:
    keyring = load_keys(embedded)
    assert str(key_file(embedded)) in caplog.text
    assert len({*keyring.index.values(), *keyring.wrapping.values()}) == 2
    assert list(keyring.wrapping) == [keyring.current]


def test_a_later_start_reads_the_same_keys(
    embedded: Config, caplog: pytest.LogCaptureFixture
) -> None:
    keyring = load_keys(embedded)
    caplog.clear()
    assert load_keys(embedded) == keyring
    assert caplog.text == ""


def test_two_first_starts_at_once_make_one_keyring(embedded: Config) -> None:
    with ThreadPoolExecutor(8) as starts:
        keyrings = list(starts.map(load_keys, [embedded] * 8))
    assert all(keyring == keyrings[0] for keyring in keyrings)
    assert list(embedded.data.iterdir()) == [key_file(embedded)]


def test_nobody_else_may_read_the_keys(embedded: Config) -> None:
    load_keys(embedded)
    assert key_file(embedded).stat().st_mode & 0o777 == 0o600
    assert embedded.data.stat().st_mode & 0o777 == 0o700


def test_a_key_file_others_may_read_is_refused_with_the_cure(embedded: Config) -> None:
    keyring = load_keys(embedded)
    key_file(embedded).chmod(0o640)
    with pytest.raises(KeysError, match="others may read it") as refused:
        load_keys(embedded)
    cure = str(refused.value).partition("run: ")[2]
    subprocess.run(shlex.split(cure), check=True)
    assert load_keys(embedded) == keyring


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"wrapping": [], "index": ""}',
        '{"wrapping": {}, "index": "%s"}',
        '{"wrapping": {"1": "%s"}, "index": {}}',
        '{"wrapping": {"1": "%s"}, "index": "QUJD"}',
        '{"wrapping": {"one": "%s"}, "index": {"1": "%s"}}',
    ],
)
def test_a_damaged_key_file_is_refused(embedded: Config, text: str) -> None:
    load_keys(embedded)
    key_file(embedded).write_text(text.replace("%s", "A" * 43 + "="))
    with pytest.raises(KeysError, match="is damaged; restore it from its copy"):
        load_keys(embedded)


def test_a_database_without_its_key_file_is_refused(embedded: Config) -> None:
    load_keys(embedded)
    (embedded.data / "zhigong.db").write_bytes(b"SQLite format 3\0")
    key_file(embedded).unlink()
    with pytest.raises(KeysError, match="cannot be read without it"):
        load_keys(embedded)
    assert not key_file(embedded).exists()


def test_an_empty_database_file_is_still_new(embedded: Config) -> None:
    embedded.data.mkdir()
    (embedded.data / "zhigong.db").touch()
    load_keys(embedded)
    assert key_file(embedded).exists()


def test_postgresql_without_keys_is_refused_with_lines_that_make_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = SecretStr("postgresql://union@db/zhigong")
    with pytest.raises(KeysError) as refused:
        load_keys(Config(database=Database(url=url)))
    _, *commands = refused.value.lines
    for command in commands:
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
        name, _, value = done.stdout.strip().partition("=")
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ZHIGONG_DATABASE__URL", url.get_secret_value())
    assert load_keys(read_config()).current == 1


def test_given_keys_go_before_the_file_and_the_newest_wraps(embedded: Config) -> None:
    old, new, index = new_key(), new_key(), new_key()
    wrapping = {2: SecretBytes(new), 1: SecretBytes(old)}
    given = embedded.model_copy(
        update={"keys": Keys(wrapping=wrapping, index={1: SecretBytes(index)})}
    )
    assert load_keys(given) == Keyring({2: new, 1: old}, 2, {1: index})
    assert not key_file(embedded).exists()


def test_a_key_file_is_replaced_whole(embedded: Config) -> None:
    keyring = load_keys(embedded)
    rotated = replace(keyring, wrapping={**keyring.wrapping, 2: new_key()}, current=2)
    replace_key_file(key_file(embedded), rotated)
    assert read_key_file(key_file(embedded)) == rotated
    assert list(embedded.data.iterdir()) == [key_file(embedded)]
    assert key_file(embedded).stat().st_mode & 0o777 == 0o600


def test_a_failed_replacement_leaves_the_keys_as_they_were(
    embedded: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    keyring = load_keys(embedded)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_key_file(key_file(embedded), replace(keyring, index={1: new_key()}))
    assert read_key_file(key_file(embedded)) == keyring
    assert list(embedded.data.iterdir()) == [key_file(embedded)]


# The fingerprint


def test_a_fingerprint_tells_keys_apart_and_holds_none() -> None:
    keyring = Keyring({1: new_key()}, 1, {1: new_key()})
    mark = fingerprint(keyring)
    assert mark == fingerprint(replace(keyring))
    assert mark != fingerprint(replace(keyring, index={1: new_key()}))
    assert mark != fingerprint(replace(keyring, wrapping={1: new_key()}))
    assert keyring.index[1].hex() not in mark


def test_a_new_database_takes_any_keys() -> None:
    check_keys(Keyring({1: new_key()}, 1, {1: new_key()}), None)


def test_the_keys_of_the_database_pass_also_with_a_newer_one_beside() -> None:
    keyring = Keyring({1: new_key()}, 1, {1: new_key()})
    mark = fingerprint(keyring)
    check_keys(keyring, mark)
    wrapping = {2: new_key(), **keyring.wrapping}
    check_keys(replace(keyring, wrapping=wrapping, current=2), mark)


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ({"index": {1: new_key()}}, "another keys.index 1;"),
        ({"wrapping": {1: new_key()}}, "another keys.wrapping 1;"),
        ({"wrapping": {2: new_key()}, "current": 2}, "another keys.wrapping 1;"),
        (
            {"wrapping": {1: new_key()}, "index": {1: new_key()}},
            "another keys.index 1 and keys.wrapping 1;",
        ),
    ],
)
def test_other_keys_are_refused_by_name(
    change: dict[str, object], lacking: str
) -> None:
    keyring = Keyring({1: new_key()}, 1, {1: new_key()})
    with pytest.raises(KeysError, match=lacking):
        check_keys(replace(keyring, **change), fingerprint(keyring))  # type: ignore[arg-type]


def test_whoever_stops_at_wrong_settings_stops_at_wrong_keys() -> None:
    assert issubclass(KeysError, ConfigError)


@pytest.fixture(autouse=True)
def heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
