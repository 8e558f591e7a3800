"""Backups: all there is goes into one file and comes back, on either database."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from alembic.script import ScriptDirectory
from pydantic import SecretBytes, SecretStr
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session, SQLModel, col, delete, select

from bot.backup import Header, back_up
from bot.config import Config
from bot.database import Database, in_transaction
from bot.keys import fingerprint
from bot.restore import restore
from bot.rows import count_rows, read_rows, write_rows
from bot.schema import MIGRATIONS, is_current, migrate
from bot.sealed_file import SEALED_CHUNK, BackupError, Sealer
from bot.sections import Database as At
from bot.sections import Keys, Product
from bot.settings import ConfigError
from models import audit
from models.application import Application
from models.attachment import new_attachment
from models.audit import AuditEntry
from models.chat import Chat
from models.columns import short
from models.fact import FINGERPRINT, LAST_BACKUP, recall, remember
from models.lease import LEADER, take
from models.message import Fate, Kind, Message
from models.sealing import Keyring
from models.worker import Worker
from tests.databases import KINDS, Copy, administer, opened, url_of
from tests.models.cast import NOW, applicant, meet
from tests.programs import KEYRING
from tests.runs import ASKED

from .inventing import invent

REVISIONS = [s.revision for s in ScriptDirectory(MIGRATIONS).walk_revisions()]
HEAD = REVISIONS[0]
RENAMED = {"notice_picture": "notice_file"}
"""What tables are called now that were called otherwise."""

_numbers = itertools.count(1)


def config_of(folder: Path, url: str = "", keys: Keyring = KEYRING) -> Config:
    """Give the settings of a product at home in a folder."""
    wrapping = {n: SecretBytes(key) for n, key in keys.wrapping.items()}
    index = {n: SecretBytes(key) for n, key in keys.index.items()}
    return Config(
        product=Product(data=str(folder)),
        database=At(url=SecretStr(url)),
        keys=Keys(wrapping=wrapping, index=index),
    )


@pytest.fixture
def home(tmp_path: Path, database: Database) -> Config:
    """Give the settings of a product whose database holds the places."""
    return config_of(tmp_path / "home", url_of(database))


@pytest.fixture
def made(home: Config, database: Database) -> Path:
    """Give a backup of the places and of two people who wish to join."""
    in_transaction(database, two_applicants)
    return back_up(home, None, NOW).path


def two_applicants(session: Session) -> None:
    for number in (1, 2):
        applicant(session, number)
        audit.record(session, NOW, 1, "application.read", number)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Config:
    """Give the settings of a machine where nothing is yet."""
    return config_of(tmp_path / "elsewhere")


@contextmanager
def place_for(kind: str, copies: Copy, folder: Path) -> Iterator[Config]:
    """Give the settings of a product whose database is empty."""
    folder = folder / f"place {next(_numbers)}"
    if kind == "sqlite":
        yield config_of(folder)
        return
    with copies("") as database:
        yield config_of(folder, url_of(database))


@contextmanager
def database_of(config: Config) -> Iterator[Database]:
    with opened(config.database_url) as database:
        yield database


def contents(config: Config) -> set[bytes]:
    """Return every row as its line, but those of what is only held for a while."""
    with database_of(config) as database, database.reading.connect() as connection:
        lines = b"".join(write_rows(connection)).splitlines()
        return {
            orjson.dumps([piece.table, *row])
            for piece in read_rows(lines)
            if piece.table != "lease"
            for row in piece.rows
        }


def refusal(config: Config, path: Path, erased: Path | None = None) -> str:
    """Restore what must be refused, see that nothing came of it; return why."""
    with pytest.raises(ConfigError) as refused:
        restore(config, path, erased, NOW)
    left = {file.name for file in config.data.iterdir()} if config.data.exists() else ()
    assert set(left) <= {"zhigong.lock"}
    return str(refused.value)


# What comes back


@pytest.mark.parametrize("seed", range(ASKED or 3))
def test_random_rows_of_every_table_survive_both_databases(
    sqlite_copies: Copy,
    postgresql_copies: Copy,
    tmp_path: Path,
    seed: int,
) -> None:
    with sqlite_copies("") as first, postgresql_copies("") as second:
        migrate(first)
        with first.writing.begin() as connection:
            invent(connection, Random(seed))
        url = second.writing.url
        administer(url, f"ALTER DATABASE {url.database} SET timezone = 'Asia/Shanghai'")
        here, there, back = (
            config_of(tmp_path / "here", url_of(first)),
            config_of(tmp_path / "there", url_of(second)),
            config_of(tmp_path / "back"),
        )
        before = contents(here)
        restore(there, back_up(here, None, NOW).path, None, NOW)
        restore(back, back_up(there, None, NOW).path, None, NOW)
        assert contents(back) == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("revision", REVISIONS)
def test_a_backup_of_any_older_version_comes_up_to_date(
    sqlite_copies: Copy,
    postgresql_copies: Copy,
    tmp_path: Path,
    kind: str,
    revision: str,
) -> None:
    with sqlite_copies("") as old, place_for(kind, postgresql_copies, tmp_path) as new:
        migrate(old, revision)
        with old.writing.begin() as connection:
            invent(connection, Random(revision))
            counts = count_rows(connection)
        made = back_up(config_of(tmp_path / "old", url_of(old)), None, NOW)
        assert (made.header.revision, made.header.rows) == (revision, counts)
        assert restore(new, made.path, None, NOW).revision == HEAD
        with database_of(new) as database, database.reading.connect() as connection:
            assert is_current(database)
            renamed = {RENAMED.get(name, name): rows for name, rows in counts.items()}
            assert count_rows(connection).items() >= renamed.items()


@pytest.mark.parametrize("kind", KINDS)
def test_audit_entries_still_only_grow_and_go_on_being_counted(
    made: Path, postgresql_copies: Copy, tmp_path: Path, kind: str
) -> None:
    with place_for(kind, postgresql_copies, tmp_path) as place:
        restore(place, made, None, NOW)
        with database_of(place) as database:
            in_transaction(database, lambda s: audit.record(s, NOW, 1, "new", 2))
            with Session(database.writing) as session:
                assert [e.id for e in session.exec(select(AuditEntry))] == [1, 2, 3]
                with pytest.raises(DBAPIError, match="audit entries only grow"):
                    session.exec(delete(AuditEntry))


def test_what_is_written_meanwhile_is_in_the_next_backup(database: Database) -> None:
    with database.reading.connect() as connection:
        counts = count_rows(connection)
        lines = write_rows(connection)
        begun = next(lines)
        in_transaction(database, two_applicants)
        whole = begun + b"".join(lines)
    manifest = orjson.loads(whole.splitlines()[-1])
    assert manifest["rows"] == counts
    assert counts["application"] == 0


def test_what_a_dead_process_held_is_free_at_once(
    home: Config, database: Database, elsewhere: Config
) -> None:
    later = NOW + timedelta(seconds=1)

    def hold(session: Session) -> None:
        take(session, LEADER, "other", NOW, 3600)
        worker, chat = meet(session)
        session.add(message(worker, chat, lease_until=NOW + timedelta(hours=1)))

    in_transaction(database, hold)
    restore(elsewhere, back_up(home, None, NOW).path, None, NOW)
    with database_of(elsewhere) as restored, Session(restored.writing) as session:
        assert take(session, LEADER, "main", later, 10)
        assert session.exec(select(Message.lease_until)).one() == NOW


def message(worker: Worker, chat: Chat, **columns: Any) -> Message:
    """Make a message that waits to be sent."""
    return Message(
        chat_id=chat.id,
        number=1,
        about_id=worker.id,
        side="bot",
        kind=Kind.REPLY,
        fate=Fate.WAITING,
        body=b"",
        at=NOW,
        holder="other",
        **columns,
    )


def test_who_was_erased_since_does_not_come_back(
    made: Path, home: Config, database: Database, elsewhere: Config, tmp_path: Path
) -> None:
    with Session(database.reading) as session:
        gone, stays = session.exec(select(Worker.id).order_by(col(Worker.id)))
    erased = tmp_path / "erased.txt"
    erased.write_text(f"{short(gone)}\n{short(1)}\n")
    assert restore(elsewhere, made, erased, NOW).forgotten == 1
    with database_of(elsewhere) as restored, Session(restored.reading) as session:
        assert session.exec(select(Worker.id)).all() == [stays]
        assert session.exec(select(Application.worker_id)).all() == [stays]


# What is refused


def test_without_the_erased_list_nothing_comes_back(
    tmp_path: Path, elsewhere: Config
) -> None:
    missing = tmp_path / "erased.txt"
    why = refusal(elsewhere, tmp_path / "any", missing)
    assert "is missing" in why
    assert "--without-erased-list" in why
    missing.write_text("1z\n\nno id\n")
    assert "erased.txt:3: is not an id" in refusal(elsewhere, tmp_path / "any", missing)


def places(path: Path) -> list[int]:
    """Return where to damage a file: in each line of its start, and in each chunk."""
    data = path.read_bytes()
    lines = [at for at, byte in enumerate(data[:4000]) if byte == 10][:3]
    inner = range(lines[2] + 1, len(data), SEALED_CHUNK)
    found = [0, 5, 16, *(at + d for at in (*lines, *inner) for d in (-1, 0, 1, 40))]
    return sorted({at for at in found if at < len(data)} | {len(data) - 1})


def test_a_single_changed_byte_is_found(
    sqlite_backup: Path, elsewhere: Config, tmp_path: Path
) -> None:
    data = sqlite_backup.read_bytes()
    for at in places(sqlite_backup):
        other = tmp_path / "other.backup"
        other.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert str(other) in refusal(elsewhere, other), at


def test_a_file_that_was_cut_or_grew_is_found(
    sqlite_backup: Path, elsewhere: Config, tmp_path: Path
) -> None:
    data = sqlite_backup.read_bytes()
    whole = [data[:at] for at in places(sqlite_backup)]
    for changed in (*whole, data + b"\n", data + data[-SEALED_CHUNK:]):
        other = tmp_path / "other.backup"
        other.write_bytes(changed)
        assert str(other) in refusal(elsewhere, other), len(changed)


def test_chunks_that_changed_places_are_found(
    sqlite_backup: Path, elsewhere: Config, tmp_path: Path
) -> None:
    data = sqlite_backup.read_bytes()
    start = len(b"\n".join(data.split(b"\n", 3)[:3])) + 1
    first, second = data[start:][:SEALED_CHUNK], data[start + SEALED_CHUNK :]
    second, rest = second[:SEALED_CHUNK], second[SEALED_CHUNK:]
    assert rest, "the backup is too small for this test"
    other = tmp_path / "other.backup"
    other.write_bytes(data[:start] + second + first + rest)
    assert "is damaged" in refusal(elsewhere, other)


def test_a_header_of_another_backup_is_found(
    home: Config, made: Path, elsewhere: Config, tmp_path: Path
) -> None:
    later = back_up(home, tmp_path / "later.backup", NOW + timedelta(days=1)).path
    _, header, _ = later.read_bytes().split(b"\n", 2)
    first, _, own = made.read_bytes().split(b"\n", 2)
    other = tmp_path / "other.backup"
    other.write_bytes(b"\n".join((first, header, own)))
    assert "does not open" in refusal(elsewhere, other)


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (Keyring({1: b"x" * 32}, 1, {1: b"i" * 32}), "another keys.wrapping 1"),
        (Keyring({2: b"w" * 32}, 2, {1: b"i" * 32}), "another keys.wrapping 1"),
        (Keyring({1: b"w" * 32}, 1, {1: b"x" * 32}), "another keys.index"),
    ],
)
def test_other_keys_open_nothing(
    sqlite_backup: Path, tmp_path: Path, keys: Keyring, why: str
) -> None:
    assert why in refusal(config_of(tmp_path / "other", keys=keys), sqlite_backup)


def test_missing_keys_are_asked_for_and_not_made(
    sqlite_backup: Path, tmp_path: Path
) -> None:
    bare = Config(product=Product(data=str(tmp_path / "bare")))
    assert "put the keys of the backup there" in refusal(bare, sqlite_backup)


def test_another_file_is_refused(elsewhere: Config, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert "cannot be read" in refusal(elsewhere, other)
    other.write_text("zhigong")
    assert "is no backup" in refusal(elsewhere, other)
    other.write_text("zhigong backup 2\n{}\n\n")
    assert "is of a newer program" in refusal(elsewhere, other)


def sealed(path: Path, revision: str, *lines: bytes) -> Path:
    """Write a file that is sound, whatever is in it."""
    header = Header("9.9", revision, "", 1, fingerprint(KEYRING), {"worker": 1})
    with path.open("wb") as file:
        sealer = Sealer(file, asdict(header), KEYRING)
        for line in lines:
            sealer.write(line + b"\n")
        sealer.finish()
    return path


def test_a_schema_of_the_future_is_refused(elsewhere: Config, tmp_path: Path) -> None:
    file = sealed(tmp_path / "new.backup", "9999")
    assert "newer program (9.9)" in refusal(elsewhere, file)


NOBODY = {"rows": {}, "sha256": hashlib.sha256().hexdigest()}


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([], "not those of its manifest"),
        ([{"rows": {"worker": 1}, "sha256": ""}], "not those of its manifest"),
        ([NOBODY, NOBODY], "not those of its manifest"),
        ([NOBODY], "not every row arrived"),
    ],
)
def test_rows_that_are_not_all_there_are_refused(
    elsewhere: Config, tmp_path: Path, lines: list[object], why: str
) -> None:
    file = sealed(tmp_path / "odd.backup", HEAD, *map(orjson.dumps, lines))
    assert why in refusal(elsewhere, file)


def test_what_a_database_cannot_hold_is_said_without_saying_what_it_is(
    sqlite: Database, postgresql_copies: Copy, tmp_path: Path
) -> None:
    in_transaction(sqlite, lambda s: remember(s, "a secret", "x\0y"))
    made = back_up(config_of(tmp_path / "here", url_of(sqlite)), None, NOW).path
    with place_for("postgresql", postgresql_copies, tmp_path) as place:
        why = refusal(place, made)
        assert "refused a row" in why
        assert "secret" not in why
        with database_of(place) as database:
            assert inspect(database.reading).get_table_names() == []


def test_a_worker_s_key_that_stays_shut_is_found(
    home: Config, database: Database, elsewhere: Config
) -> None:
    def spoil(session: Session) -> None:
        meet(session)[0].key = b"\0\1spoilt"

    in_transaction(database, spoil)
    made = back_up(home, None, NOW).path
    assert "a worker's key" in refusal(elsewhere, made)


def test_a_database_that_holds_anything_is_left_alone(made: Path, home: Config) -> None:
    before = contents(home)
    with pytest.raises(BackupError, match="is not empty; move it away"):
        restore(home, made, None, NOW)
    assert contents(home) == before


def test_a_log_without_its_database_is_not_played_into_ours(
    sqlite_backup: Path, elsewhere: Config
) -> None:
    elsewhere.data.mkdir()
    log = elsewhere.data / "zhigong.db-wal"
    log.touch()
    with pytest.raises(BackupError, match="is left from another database"):
        restore(elsewhere, sqlite_backup, None, NOW)
    log.unlink()
    elsewhere.database_file.touch()  # nothing is in it
    restore(elsewhere, sqlite_backup, None, NOW)
    assert elsewhere.database_file.stat().st_mode & 0o777 == 0o600


def test_a_full_disk_leaves_no_half_database(
    sqlite_backup: Path, elsewhere: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "close", lambda database: None)  # its log stays
    assert "is the disk full?" in refusal(elsewhere, sqlite_backup)


# How a backup is kept


@pytest.fixture
def sqlite_home(sqlite: Database, tmp_path: Path) -> Config:
    return config_of(tmp_path / "sqlite home", url_of(sqlite))


@pytest.fixture
def sqlite_backup(sqlite_home: Config, sqlite: Database) -> Path:
    in_transaction(sqlite, invent_pictures)
    return back_up(sqlite_home, None, NOW).path


def invent_pictures(session: Session) -> None:
    """Let somebody send so much that a backup has several chunks."""
    worker, _ = meet(session)
    for _ in range(4):
        data = os.urandom(SEALED_CHUNK)
        session.add(new_attachment(KEYRING, worker, "image/jpeg", data, NOW))


def test_a_backup_is_for_its_owner_alone_and_named_after_its_time(made: Path) -> None:
    assert made.name == "zhigong-20261120T080000Z.backup"
    assert made.stat().st_mode & 0o777 == 0o600
    assert made.parent.stat().st_mode & 0o777 == 0o700


def test_nothing_in_it_can_be_read(
    sqlite: Database, sqlite_home: Config, tmp_path: Path
) -> None:
    in_transaction(sqlite, lambda s: remember(s, "canary", "a canary nobody seals"))
    data = back_up(sqlite_home, tmp_path / "b", NOW).path.read_bytes()
    assert b"canary" not in data


def test_the_time_of_the_last_backup_is_remembered(
    made: Path, database: Database
) -> None:
    with Session(database.reading) as session:
        assert recall(session, LAST_BACKUP) == NOW.isoformat()


def test_old_backups_go_when_there_is_a_new_one(sqlite_home: Config) -> None:
    first = back_up(sqlite_home, None, NOW)
    half = first.path.with_name(f"{first.path.name}x1y2z3")
    half.touch()
    foreign = first.path.with_name("zhigong-old.backup")
    foreign.touch()
    kept = back_up(sqlite_home, None, NOW + timedelta(days=30))
    assert kept.removed == []
    last = back_up(sqlite_home, None, NOW + timedelta(days=30, seconds=1))
    assert last.removed == [first.path, half]
    left = {file.name for file in sqlite_home.backups.iterdir()}
    assert left == {kept.path.name, last.path.name, foreign.name}


def test_a_backup_put_elsewhere_removes_nothing(
    sqlite_home: Config, tmp_path: Path
) -> None:
    old = back_up(sqlite_home, None, NOW).path
    back_up(sqlite_home, tmp_path / "mine", NOW + timedelta(days=99))
    assert old.exists()


def test_a_file_that_exists_is_not_overwritten(
    sqlite_home: Config, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    mine.write_text("precious")
    with pytest.raises(BackupError, match="exists; choose another name"):
        back_up(sqlite_home, mine, NOW)
    assert mine.read_text() == "precious"


def test_a_backup_that_fails_leaves_nothing_behind(
    sqlite_home: Config, sqlite: Database, tmp_path: Path
) -> None:
    with sqlite.writing.begin() as connection:
        connection.execute(text("CREATE TABLE odd (what NUMERIC)"))
    with pytest.raises(BackupError, match=r"odd\.what is of a kind no line can hold"):
        back_up(sqlite_home, tmp_path / "folder" / "mine", NOW)
    assert list((tmp_path / "folder").iterdir()) == []
    with Session(sqlite.reading) as session:
        assert recall(session, LAST_BACKUP) is None


def test_a_folder_that_cannot_be_written_is_named(
    sqlite_home: Config, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BackupError, match="cannot be written"):
        back_up(sqlite_home, tmp_path / "file" / "mine", NOW)


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    bare = Config(product=Product(data=str(tmp_path / "bare")))
    with pytest.raises(BackupError, match="nothing to back up"):
        back_up(bare, None, NOW)
    assert not bare.data.exists()


def test_a_database_without_tables_is_not_backed_up(
    empty_database: Database, tmp_path: Path
) -> None:
    config = config_of(tmp_path, url_of(empty_database))
    empty_database.writing.connect().close()  # makes an empty file
    with pytest.raises(BackupError, match="no tables yet"):
        back_up(config, None, NOW)


def test_a_backup_under_other_keys_than_the_data_s_is_refused(
    sqlite: Database, tmp_path: Path
) -> None:
    in_transaction(sqlite, lambda s: remember(s, FINGERPRINT, fingerprint(KEYRING)))
    other = Keyring({1: b"x" * 32}, 1, {1: b"i" * 32})
    with pytest.raises(ConfigError, match="written with another"):
        back_up(config_of(tmp_path, url_of(sqlite), other), tmp_path / "b", NOW)


def test_a_database_that_cannot_be_reached_leaves_no_file(tmp_path: Path) -> None:
    nowhere = config_of(tmp_path, "postgresql://nobody@127.0.0.1:9/none")
    with pytest.raises(OperationalError):
        back_up(nowhere, None, NOW)
    assert list(nowhere.backups.iterdir()) == []


def test_every_table_can_be_filled_after_those_it_refers_to() -> None:
    done: set[str] = set()
    for table in SQLModel.metadata.sorted_tables:
        assert {key.column.table.name for key in table.foreign_keys} <= done
        done.add(table.name)
