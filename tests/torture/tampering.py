"""Tampering: whatever is done to the audit entries or their chain must be found.

The triggers that refuse changes are gone around, as whoever owns the database can.
Each tamper is made in a transaction, looked at there, and taken back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import delete, insert, text
from sqlmodel import Session, SQLModel, select

from bot.database import Database, in_transaction, open_database
from bot.schema import migrate
from models import chain
from models.audit import AuditEntry
from models.chain import AuditLink, Head, Noted, Tally

ENTRIES = 60
BEGAN = datetime(2026, 11, 20, 8, tzinfo=UTC)

Row = tuple[Any, ...]
Rows = dict[int, Row]
"""By its key, the rest of a row."""


@dataclass
class Record:
    """All entries and all links, to be tampered with; the head is known elsewhere."""

    entries: Rows
    links: Rows

    def copy(self) -> Record:
        """Give another to spoil."""
        return replace(self, entries=dict(self.entries), links=dict(self.links))


@dataclass
class Found:
    """How many tampers of each kind were made, and how many were found."""

    made: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)


Tamper = Callable[[Random, Record], None]


def flip_entry(random: Random, record: Record) -> None:
    """Change one column of one entry, the id among them."""
    key = random.choice([*record.entries])
    column = random.randrange(-1, 5)
    if column < 0:
        record.entries[_free_id(random, record)] = record.entries.pop(key)
        return
    row = [*record.entries[key]]
    row[column] = random.choice(
        [v for v in _others(random, column) if v != row[column]]
    )
    record.entries[key] = tuple(row)


def _others(random: Random, column: int) -> list[Any]:
    word = f"{random.getrandbits(60):x}"
    number = random.getrandbits(60)
    instant = BEGAN + timedelta(microseconds=random.randrange(10**12))
    choices: list[list[Any]] = [
        [instant],
        [number, None],
        [word],
        [number, None],
        [word, " "],
    ]
    return choices[column]


def flip_link(random: Random, record: Record) -> None:
    """Change one column of one link."""
    n = random.choice([*record.links])
    entry_id, hash_ = record.links[n]
    column = random.choice(("n", "entry_id", "hash"))
    if column == "n":
        del record.links[n]
        n = random.choice((len(record.links) + 9, -n, 0))
    elif column == "entry_id":
        entry_id = _free_id(random, record)
    else:
        hash_ = _one_bit_off(random, hash_)
    record.links[n] = (entry_id, hash_)


def _one_bit_off(random: Random, value: bytes) -> bytes:
    spoilt = bytearray(value)
    spoilt[random.randrange(len(spoilt))] ^= 1 << random.randrange(8)
    return bytes(spoilt)


def delete_one(random: Random, record: Record) -> None:
    """Delete an entry, a link, or both of one place but the last: that is a cut."""
    n = random.choice([*record.links][:-1])
    what = random.choice(("entry", "link", "both"))
    if what != "link":
        del record.entries[record.links[n][0]]
    if what != "entry":
        del record.links[n]


def insert_one(random: Random, record: Record) -> None:
    """Put in an entry among the old ones, a link, or both."""
    entry_id = _free_id(random, record)
    what = random.choice(("entry", "link", "both"))
    if what != "link":
        record.entries[entry_id] = random.choice([*record.entries.values()])
    if what != "entry":
        record.links[len(record.links) + 1] = (entry_id, random.randbytes(32))


def _free_id(random: Random, record: Record) -> int:
    taken = {*record.entries, *(entry_id for entry_id, _ in record.links.values())}
    return random.choice([n for n in range(-5, max(taken)) if n not in taken])


def swap(random: Random, record: Record) -> None:
    """Let two entries, two links, or a part of two links change places."""
    rows = random.choice((record.entries, record.links))
    one, other = random.sample([*rows], 2)
    parts = ("both",) if rows is record.entries else ("both", "entry_id", "hash")
    part = random.choice(parts)
    (a, b), (c, d) = rows[one][:2], rows[other][:2]
    if part == "both":
        rows[one], rows[other] = rows[other], rows[one]
    elif part == "entry_id":
        rows[one], rows[other] = (c, b), (a, d)
    else:
        rows[one], rows[other] = (a, d), (c, b)


def cut(random: Random, record: Record) -> None:
    """Cut the end off: the newest entries, their links, or both."""
    what = random.choice(("entries", "links", "both"))
    for n in [*record.links][-random.randint(1, len(record.links)) :]:
        if what != "links":
            del record.entries[record.links[n][0]]
        if what != "entries":
            del record.links[n]


def forge(random: Random, record: Record) -> None:
    """Change an entry and make every link after it anew, as the sealer would."""
    flip_entry(random, record)
    record.links, hash_ = {}, chain.START
    for n, (key, row) in enumerate(sorted(record.entries.items()), start=1):
        hash_ = chain.linked(hash_, _as_bytes(key, row))
        record.links[n] = (key, hash_)


def _as_bytes(key: int, row: Row) -> Iterator[bytes | None]:
    written = (key, f"{row[0]:%Y-%m-%d %H:%M:%S.%f}", *row[1:])
    return (None if part is None else str(part).encode() for part in written)


TAMPERS: dict[str, Tamper] = {
    "an entry flipped": flip_entry,
    "a link flipped": flip_link,
    "deleted": delete_one,
    "inserted": insert_one,
    "swapped": swap,
    "the end cut off": cut,
    "the chain made anew": forge,
}


def tamper(url: str, tampers: int, seed: int) -> Found:
    """Tamper so often with a fresh database, and count what was found."""
    random, found = Random(seed), Found()
    with recorded(url, random) as database, Session(database.writing) as session:
        true, noted = read(session), [_noted(session)]
        assert [*chain.verify(session, noted, Tally())] == []
        _go_around_triggers(session)
        for number in range(tampers):
            name = random.choice([*TAMPERS])
            spoilt = true.copy()
            TAMPERS[name](random, spoilt)
            with session.begin_nested() as change:
                _write(session, true, spoilt)
                faults = [*chain.verify(session, noted, Tally())]
                change.rollback()
            found.made[name] += 1
            found.found[name] += bool(faults)
            if not faults:
                found.missed.append(f"tamper {number}: {name}")
        session.rollback()
    return found


@contextmanager
def recorded(url: str, random: Random) -> Iterator[Database]:
    """Give a database with entries, not all numbers taken, and their chain."""
    with TemporaryDirectory(prefix="zhigong-") as folder:
        database = open_database(url or f"sqlite:///{Path(folder) / 'zhigong.db'}")
        migrate(database)
        rows = [
            {
                "id": 3 * n - random.randrange(2),
                "at": BEGAN + timedelta(seconds=n),
                "actor_id": random.choice((None, random.getrandbits(60))),
                "action": random.choice(("application.read", "application.placed")),
                "subject_id": random.choice((None, random.getrandbits(60))),
                "detail": random.choice(("", "messages=12")),
            }
            for n in range(1, ENTRIES + 1)
        ]
        in_transaction(database, lambda s: s.execute(insert(AuditEntry), rows))
        in_transaction(database, lambda s: chain.seal(s, 3 * ENTRIES))
        try:
            yield database
        finally:
            database.close()


def _noted(session: Session) -> Noted:
    head: Head = chain.head(session)
    return Noted(date(2026, 11, 20), head.n, head.hash)


def _go_around_triggers(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET session_replication_role = replica"))
        return
    names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    for name in session.execute(text(names)).scalars().all():
        session.execute(text(f"DROP TRIGGER {name}"))


def read(session: Session) -> Record:
    entries = session.exec(select(AuditEntry).order_by(text("id"))).all()
    links = session.exec(select(AuditLink).order_by(text("n"))).all()
    return Record(
        {
            e.id or 0: (e.at, e.actor_id, e.action, e.subject_id, e.detail)
            for e in entries
        },
        {link.n: (link.entry_id, link.hash) for link in links},
    )


def _write(session: Session, true: Record, spoilt: Record) -> None:
    """Make the database say what the tampered record says."""
    entry = ("id", "at", "actor_id", "action", "subject_id", "detail")
    _replace(session, AuditEntry, entry, true.entries, spoilt.entries)
    _replace(session, AuditLink, ("n", "entry_id", "hash"), true.links, spoilt.links)


def _replace(
    session: Session,
    table: type[SQLModel],
    names: tuple[str, ...],
    old: Rows,
    new: Rows,
) -> None:
    gone = {key for key in old if old[key] != new.get(key)}
    rows = [(key, *new[key]) for key in new if new[key] != old.get(key)]
    key = getattr(table, names[0])
    if gone:
        session.execute(delete(table).where(key.in_(gone)))
    if rows:
        values = [dict(zip(names, row, strict=True)) for row in rows]
        session.execute(insert(table), values)
