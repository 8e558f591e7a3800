"""Rotating keys: given in the environment or made in a file, and resumed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretBytes, SecretStr
from sqlmodel import Session, select

from bot import rotation
from bot.app import AlreadyRunning
from bot.config import Config
from bot.database import Database, Writer, in_transaction
from bot.key_check import check
from bot.key_file import KEY_FILE, RETIRED, KeysError, read_key_file, replace_key_file
from bot.keys import agree, fingerprint, load_keys, needed
from bot.kit import LOOK, Kit, clock
from bot.rotation import rotate
from bot.sections import Database as Where
from bot.sections import Keys, Product
from models.presence import SECONDS, announce
from models.rules import Rules
from models.sealing import Keyring, new_key
from models.worker import Worker, new_worker
from tests.databases import SEEDED, Copy, url_of
from tests.programs import KEYRING

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
OLD = KEYRING
GIVEN = replace(
    OLD, wrapping={2: b"v" * 32} | OLD.wrapping, index={2: b"j" * 32} | OLD.index
)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "SETTLE_SECONDS", 0)
    monkeypatch.setattr(rotation, "LOOK_SECONDS", 0)
    monkeypatch.setattr(rotation, "PATIENCE", 0)


def config_of(database: Database, folder: Path, keys: Keyring | None) -> Config:
    given = Keys()
    if keys is not None:
        given = Keys(
            wrapping={n: SecretBytes(key) for n, key in keys.wrapping.items()},
            index={n: SecretBytes(key) for n, key in keys.index.items()},
        )
    url = Where(url=SecretStr(url_of(database)))
    return Config(product=Product(data=str(folder)), database=url, keys=given)


def meet(database: Database, keys: Keyring, people: int = 3) -> None:
    """Let people be known whose name is sealed, and found, with these keys."""

    in_transaction(database, lambda session: agree(session, keys))
    add_people(database, keys, people)


def add_people(database: Database, keys: Keyring, people: int) -> None:
    def write(session: Session) -> None:
        for _ in range(people):
            worker = new_worker(keys, "zh-CN", NOW)
            worker.name = worker.seal(keys, "name", "张三")
            worker.tag(keys)
            session.add(worker)

    in_transaction(database, write)


def names(database: Database, keys: Keyring) -> set[tuple[str | None, bool]]:
    """Open everybody's name, and tell whether the name finds them."""
    with Session(database.reading) as session:
        return {
            (one.unseal(keys, "name"), one.name_tag == keys.tag("name", "张三"))
            for one in session.exec(select(Worker))
        }


@pytest.fixture
def in_file(sqlite: Database, tmp_path: Path) -> Config:
    """Give a database whose keys are in a file, and three people in it."""
    replace_key_file(tmp_path / KEY_FILE, OLD)
    meet(sqlite, OLD)
    return config_of(sqlite, tmp_path, None)


@pytest.fixture
def told() -> list[str]:
    return []


def test_a_key_file_gets_new_keys_and_gives_up_the_old(
    sqlite: Database, in_file: Config, told: list[str]
) -> None:
    rotate(in_file, rotation.KINDS, told.append)
    keys = read_key_file(in_file.data / KEY_FILE)
    assert ([*keys.wrapping], [*keys.index]) == ([2], [2])
    assert names(sqlite, keys) == {("张三", True)}
    with Session(sqlite.reading) as session:
        assert set(needed(session)) == {"keys.wrapping 2", "keys.index 2"}
    assert "Moved 3 rows." in told
    assert str(in_file.data / RETIRED) in told[-1]


def test_retired_keys_lie_beside_and_open_what_came_late(in_file: Config) -> None:
    late = OLD.wrap("worker.key|7", b"k" * 32)
    for _ in range(2):
        rotate(in_file, rotation.KINDS, print)
    keys = read_key_file(in_file.data / KEY_FILE)
    assert [*keys.wrapping] == [3]
    assert keys.unwrap("worker.key|7", late) == b"k" * 32
    retired = read_key_file(in_file.data / RETIRED)
    assert retired.wrapping[1] == OLD.wrapping[1]
    assert [*retired.index] == [2, 1]
    assert (in_file.data / RETIRED).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kind", rotation.KINDS)
def test_one_kind_rotates_alone(
    sqlite: Database, in_file: Config, kind: rotation.Kind
) -> None:
    rotate(in_file, [kind], print)
    keys = read_key_file(in_file.data / KEY_FILE)
    numbers = {"wrapping": [*keys.wrapping], "index": [*keys.index]}
    assert numbers == {"wrapping": [1], "index": [1], kind: [2]}
    assert names(sqlite, keys) == {("张三", True)}


STEPS = ("_newer", "note", "_move", "_retire", "retire_all_but")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_a_rotation_cut_short_anywhere_is_finished_by_the_next(
    sqlite: Database,
    in_file: Config,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    done: bool,
) -> None:
    whole = getattr(rotation, step)

    def cut(*given: object) -> object:
        if done:
            whole(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(rotation, step, cut)
        with pytest.raises(KeyboardInterrupt):
            rotate(in_file, rotation.KINDS, print)
    keys = in_transaction(sqlite, lambda s: agree(s, load_keys(in_file)))
    assert {name for name, _ in names(sqlite, keys)} == {"张三"}
    meet(sqlite, keys, 1)
    rotate(in_file, rotation.KINDS, print)
    keys = read_key_file(in_file.data / KEY_FILE)
    assert len(keys.wrapping) == len(keys.index) == 1
    assert names(sqlite, keys) == {("张三", True)}


def test_the_key_file_is_rotated_by_one_at_a_time(in_file: Config) -> None:
    def again(line: str) -> None:
        with pytest.raises(AlreadyRunning, match=rotation.LOCK):
            rotate(in_file, rotation.KINDS, print)

    rotate(in_file, rotation.KINDS, again)


def test_given_keys_need_a_newer_one_first(database: Database, tmp_path: Path) -> None:
    meet(database, OLD)
    with pytest.raises(KeysError, match="no newer wrapping or index key") as refused:
        rotate(config_of(database, tmp_path, OLD), rotation.KINDS, print)
    _, *lines = refused.value.lines
    assert [line.partition(":")[0].strip() for line in lines] == [
        "ZHIGONG_KEYS__WRAPPING=2",
        "ZHIGONG_KEYS__INDEX=2",
    ]
    assert all(line.endswith(",<the present value>") for line in lines)


def test_given_keys_move_and_the_old_may_be_removed(
    database: Database, tmp_path: Path, told: list[str]
) -> None:
    meet(database, OLD)
    given = config_of(database, tmp_path, GIVEN)
    rotate(given, rotation.KINDS, told.append)
    assert "remove 1 from ZHIGONG_KEYS__WRAPPING" in told[-2]
    assert "backup" in told[-1]
    newest = Keyring({2: b"v" * 32}, 2, {2: b"j" * 32}, 2)
    assert names(database, newest) == {("张三", True)}
    meet(database, newest)
    with pytest.raises(KeysError, match="no newer"):
        rotate(given, rotation.KINDS, print)
    with pytest.raises(KeysError, match="another keys"):
        in_transaction(database, lambda session: agree(session, OLD))


def test_a_newer_key_given_is_not_used_before_it_is_rotated_to(
    database: Database,
) -> None:
    meet(database, OLD)
    keys = in_transaction(database, lambda session: agree(session, GIVEN))
    assert (keys.current, keys.current_index) == (1, 1)


def test_a_process_without_the_newer_key_holds_a_rotation_up(
    database: Database, tmp_path: Path, told: list[str]
) -> None:
    meet(database, OLD)
    given = config_of(database, tmp_path, GIVEN)
    in_transaction(database, lambda s: announce(s, "second", OLD, clock()))
    with pytest.raises(KeysError, match="second does not have the keys"):
        rotate(given, rotation.KINDS, told.append)
    assert names(database, OLD) == {("张三", True)}
    in_transaction(database, lambda session: agree(session, OLD))
    long_ago = clock() - timedelta(seconds=SECONDS)
    in_transaction(database, lambda s: announce(s, "second", OLD, long_ago))
    rotate(given, rotation.KINDS, told.append)


def in_the_first_round(
    monkeypatch: pytest.MonkeyPatch, event: Callable[[], None]
) -> None:
    """Let something happen once all rows were moved, and none is counted yet."""
    move, events = rotation._move, [event]

    def moved(database: Database, keys: Keyring) -> tuple[int, int]:
        done = move(database, keys)
        if events:
            events.pop()()
        return done

    monkeypatch.setattr(rotation, "_move", moved)


def test_a_process_that_goes_on_with_old_keys_keeps_them_from_going(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet(database, OLD)

    def begin_late() -> None:
        in_transaction(database, lambda s: announce(s, "late", GIVEN, clock()))

    in_the_first_round(monkeypatch, begin_late)
    with pytest.raises(KeysError, match="late does not have"):
        rotate(config_of(database, tmp_path, GIVEN), rotation.KINDS, print)
    with Session(database.reading) as session:
        assert "keys.wrapping 1" in needed(session)


def test_a_row_made_under_old_keys_meanwhile_is_moved_too(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    told: list[str],
) -> None:
    meet(database, OLD)
    in_the_first_round(monkeypatch, lambda: add_people(database, OLD, 1))
    rotate(config_of(database, tmp_path, GIVEN), rotation.KINDS, told.append)
    assert [line for line in told if line.startswith("Moved")] == [
        "Moved 3 rows.",
        "Moved 1 rows.",
    ]
    newest = Keyring({2: b"v" * 32}, 2, {2: b"j" * 32}, 2)
    assert names(database, newest) == {("张三", True)}


def test_what_does_not_open_keeps_the_old_keys(
    database: Database, tmp_path: Path
) -> None:
    meet(database, OLD)

    def damage(session: Session) -> None:
        one = session.exec(select(Worker)).first()
        assert one is not None
        one.key = one.key[:-1] + bytes([one.key[-1] ^ 1])

    in_transaction(database, damage)
    given = config_of(database, tmp_path, GIVEN)
    with pytest.raises(KeysError, match="1 rows cannot be opened"):
        rotate(given, rotation.KINDS, print)
    found = check(given)
    assert found.unreadable == {"worker.key": 1, "worker.name": 1}
    assert not found.is_sound
    assert found.needed == ["index 1", "index 2", "wrapping 1", "wrapping 2"]


def test_a_check_counts_keys_rows_and_values(
    database: Database, tmp_path: Path
) -> None:
    meet(database, OLD)
    found = check(config_of(database, tmp_path, GIVEN))
    assert found.held == [
        "wrapping 2",
        "wrapping 1 (in use)",
        "index 2",
        "index 1 (in use)",
    ]
    assert found.needed == ["index 1", "wrapping 1"]
    assert found.rows == {"wrapping 1": 3, "index 1": 3}
    assert found.values == {"worker.key": 3, "worker.name": 3}
    assert found.is_sound


# A running process


@pytest.fixture
def kit(sqlite: Database, in_file: Config) -> Iterator[Kit]:
    keys = in_transaction(sqlite, lambda s: agree(s, load_keys(in_file)))
    writer = Writer(sqlite)
    yield Kit(in_file, sqlite, writer, keys, Rules())
    writer.close()


Refreshed = Callable[[datetime], Keyring]


@pytest.fixture
def refreshed(kit: Kit) -> Refreshed:
    def refresh(now: datetime) -> Keyring:
        in_transaction(kit.database, lambda session: kit.refresh(session, now))
        return kit.keys

    return refresh


def test_a_running_process_takes_new_keys_up_within_a_second(
    kit: Kit, in_file: Config, refreshed: Refreshed
) -> None:
    assert refreshed(NOW).current == 1
    rotate(in_file, rotation.KINDS, print)
    assert refreshed(NOW + LOOK / 2).current == 1
    keys = refreshed(NOW + LOOK)
    assert (keys.current, keys.current_index) == (2, 2)
    assert names(kit.database, keys) == {("张三", True)}


def test_a_process_that_has_not_looked_yet_still_opens_everything(
    kit: Kit, in_file: Config
) -> None:
    rotate(in_file, rotation.KINDS, print)
    assert {name for name, _ in names(kit.database, kit.keys)} == {"张三"}


def test_a_fingerprint_of_other_keys_stays_until_they_retire(
    sqlite: Database, in_file: Config
) -> None:
    with Session(sqlite.reading) as session:
        kept = needed(session)
    used = replace(GIVEN, current=2, current_index=2)
    assert set(kept) == {"keys.wrapping 1", "keys.index 1"}
    assert kept.items() < json.loads(fingerprint(used, kept)).items()


def test_postgresql_processes_follow_without_a_restart(
    postgresql_copies: Copy, tmp_path: Path
) -> None:
    with postgresql_copies(SEEDED) as database:
        meet(database, OLD)
        given = config_of(database, tmp_path, GIVEN)
        keys = in_transaction(database, lambda s: agree(s, load_keys(given)))
        writer = Writer(database)
        kit = Kit(given, database, writer, keys, Rules())
        rotate(given, rotation.KINDS, print)
        in_transaction(database, lambda session: kit.refresh(session, NOW))
        writer.close()
        assert (kit.keys.current, kit.keys.current_index) == (2, 2)


def test_new_keys_are_new(in_file: Config) -> None:
    rotate(in_file, rotation.KINDS, print)
    keys = read_key_file(in_file.data / KEY_FILE)
    assert len({*keys.wrapping.values(), *keys.index.values(), new_key()}) == 3
