"""The chain over the audit entries: who changes one, changes all that follow it.

One sealer adds a link for each entry after it is committed, so no transaction waits for
the chain: `hash = SHA256(hash before | the entry)`.  An entry holds random ids and
words of the program, so erasing a person leaves the chain valid.  A chain cannot see
its own end cut off: its *head* is written down elsewhere day by day.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import TextClause, insert, text
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId

START = bytes(32)
"""The hash before the first link."""

SLICE = 100
"""How many entries one transaction of the sealer links."""

AT_ONCE = 2000
"""How many rows a walk over the chain has in memory."""


class AuditLink(SQLModel, table=True):
    """One link; inserted only, and without a reference, so it never locks an entry."""

    __tablename__ = "audit_link"

    n: int = Field(
        primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False}
    )
    entry_id: int = Field(unique=True, sa_type=BigId)
    hash: bytes


@dataclass(frozen=True)
class Head:
    """The last link: how long the chain is, and the hash over all of it."""

    n: int = 0
    entry_id: int = 0
    hash: bytes = START


@dataclass(frozen=True)
class Noted:
    """A head that was written down on a day."""

    day: date
    n: int
    hash: bytes


@dataclass(frozen=True)
class Frontier:
    """The newest entry there is, and who may yet commit an older one."""

    newest: int = 0
    writing: frozenset[str] = frozenset()


_COLUMNS = ("id", "at", "actor_id", "action", "subject_id", "detail")
_DAY = "to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
"""An instant as SQLite keeps it, so that a chain survives a move between the two."""

_AS_BYTES = {
    "sqlite": [f"CAST(e.{name} AS BLOB)" for name in _COLUMNS],
    "postgresql": [
        f"convert_to({_DAY if name == 'at' else f'e.{name}::text'}, 'UTF8')"
        for name in _COLUMNS
    ],
}
"""An entry's columns as bytes, the same ones in both databases."""


def _statements(template: str) -> dict[str, TextClause]:
    """Write a statement for each database, with an entry's columns as bytes."""
    return {
        dialect: text(template.format(entry=", ".join(columns)))
        for dialect, columns in _AS_BYTES.items()
    }


_UNSEALED = _statements(
    "SELECT e.id, {entry} FROM audit_entry e "
    "WHERE e.id > :after AND e.id <= :upto ORDER BY e.id LIMIT :most"
)
_CHAIN = _statements(
    "SELECT l.n, l.entry_id, l.hash, {entry} FROM audit_link l "
    "LEFT JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.n"
)
_OUTSIDE = text(
    "SELECT e.id FROM audit_entry e WHERE e.id <= :reach AND NOT EXISTS "
    "(SELECT 1 FROM audit_link l WHERE l.entry_id = e.id) ORDER BY e.id"
)
_WAITING = text("SELECT count(*) FROM audit_entry WHERE id > :reach")
_NEWEST = text("SELECT coalesce(max(id), 0) FROM audit_entry")
_WRITING = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' "
    "AND relation = 'audit_entry'::regclass AND mode = 'RowExclusiveLock' "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def head(session: Session) -> Head:
    """Return the end of the chain."""
    last = select(AuditLink).order_by(col(AuditLink.n).desc()).limit(1)
    link = session.exec(last).first()
    return Head(link.n, link.entry_id, link.hash) if link else Head()


def linked(before: bytes, entry: Iterable[bytes | None]) -> bytes:
    """Return the hash of a link: over the one before and the entry's columns.

    A column is written with its length, so none can lend a byte to its neighbour.
    """
    written = b"".join(
        b"-" if part is None else b"%d:%s" % (len(part), part) for part in entry
    )
    return hashlib.sha256(before + written).digest()


def frontier(session: Session) -> Frontier:
    """Look how far the entries reach, and which transactions may still add older ones.

    PostgreSQL numbers entries before it commits them: who holds this lock may have
    taken a number below the newest.  SQLite has one writer, so there nobody can.
    """
    newest = session.execute(_NEWEST).scalar_one()
    if _dialect(session) == "sqlite":
        return Frontier(newest)
    return Frontier(newest, frozenset(session.execute(_WRITING).scalars()))


def settled(seen: Frontier, now: Frontier) -> int:
    """Return up to which entry none can be added any more; 0 where that is not sure.

    `seen` is an older look: once all who wrote then are through, nothing below is open.
    """
    if not now.writing:
        return now.newest
    return 0 if seen.writing & now.writing else seen.newest


def seal(session: Session, upto: int, most: int = SLICE) -> int:
    """Link the next entries up to a settled one; return how many they were."""
    last = head(session)
    span = {"after": last.entry_id, "upto": upto, "most": most}
    n, hash_, links = last.n, last.hash, []
    for entry_id, *entry in session.execute(_UNSEALED[_dialect(session)], span):
        n, hash_ = n + 1, linked(hash_, _bytes(entry))
        links.append({"n": n, "entry_id": entry_id, "hash": hash_})
    if links:
        session.execute(insert(AuditLink), links)
    return len(links)


def _bytes(entry: Iterable[Any]) -> Iterator[bytes | None]:
    return (None if part is None else bytes(part) for part in entry)


@dataclass
class Tally:
    """How many entries a walk over the chain found sealed, and how many not yet."""

    sealed: int = 0
    unsealed: int = 0


def verify(session: Session, noted: Collection[Noted], tally: Tally) -> Iterator[str]:
    """Yield a line for each thing wrong with the chain, walking all of it once."""
    met = {head.n: b"" for head in noted} | {0: START}
    before, reach = Head(), 0
    for link, entry in _chain(session):
        yield from _faults(before, link, entry)
        tally.sealed += 1
        if link.n in met:
            met[link.n] = link.hash
        before, reach = link, max(reach, link.entry_id)
    for entry_id in session.execute(_OUTSIDE, {"reach": reach}).scalars():
        yield f"entry {entry_id} was put in: no link knows it"
    yield from _not_as_noted(noted, met)
    tally.unsealed = session.execute(_WAITING, {"reach": reach}).scalar_one()


def _chain(session: Session) -> Iterator[tuple[Head, list[bytes | None]]]:
    """Yield each link with its entry's columns, a few at a time."""
    chain = _CHAIN[_dialect(session)]
    with session.execute(chain, execution_options={"yield_per": AT_ONCE}) as rows:
        for n, entry_id, hash_, *entry in rows:
            yield Head(n, entry_id, bytes(hash_)), [*_bytes(entry)]


def _faults(before: Head, link: Head, entry: list[bytes | None]) -> Iterator[str]:
    follows = link.n == before.n + 1
    if not follows:
        yield f"links {before.n + 1} to {link.n - 1} are gone"
    if link.entry_id <= before.entry_id:
        yield f"link {link.n}: entry {link.entry_id} is out of order"
    if entry[0] is None:
        yield f"link {link.n}: entry {link.entry_id} is gone"
    elif follows and link.hash != linked(before.hash, entry):
        yield f"link {link.n}: entry {link.entry_id}, or a hash, was changed"


def _not_as_noted(noted: Iterable[Noted], met: Mapping[int, bytes]) -> Iterator[str]:
    """Compare the chain with the heads written down elsewhere."""
    for head in noted:
        if not met[head.n]:
            yield (
                f"link {head.n}, the head of {head.day}, is gone: the end was cut off, "
                "or this is an older backup"
            )
        elif met[head.n] != head.hash:
            yield f"link {head.n} is not the head of {head.day}: the chain is another"
