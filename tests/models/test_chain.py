"""The chain over the audit entries: sealed afterwards, and nothing changed unseen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, delete, select

from bot.database import Database
from models import audit, chain
from models.audit import AuditEntry
from models.chain import SLICE, START, AuditLink, Frontier, Head, Noted, Tally
from models.erasure import forget
from tests.databases import SEEDED, Copy
from tests.models.cast import NOW, meet, reviewer

FAR = 2**60
DAY = date(2026, 11, 20)


def write(session: Session, entries: int = 1) -> None:
    for n in range(entries):
        at = NOW + timedelta(seconds=n)
        audit.record(session, at, 7 if n % 2 else None, "application.read", n, "")
    session.flush()


def faults(session: Session, *noted: Noted) -> list[str]:
    return [*chain.verify(session, noted, Tally())]


@pytest.fixture
def sealed(database: Database) -> Iterator[Session]:
    """Give a session with a chain of five, whose triggers are gone."""
    with Session(database.writing) as session:
        write(session, 5)
        chain.seal(session, FAR)
        if database.is_sqlite:
            names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in session.execute(text(names)).scalars().all():
                session.execute(text(f"DROP TRIGGER {name}"))
        else:
            session.execute(text("SET session_replication_role = replica"))
        yield session


def entry(session: Session, n: int) -> int:
    return session.get_one(AuditLink, n).entry_id


def change(session: Session, n: int, **columns: object) -> None:
    row = session.get_one(AuditEntry, entry(session, n))
    for name, value in columns.items():
        setattr(row, name, value)
    session.flush()


def test_nothing_is_sealed_at_first(session: Session) -> None:
    assert chain.head(session) == Head(0, 0, START)
    assert chain.seal(session, FAR) == 0
    assert faults(session) == []


def test_entries_are_sealed_slice_by_slice_in_order(session: Session) -> None:
    write(session, SLICE + 1)
    assert [chain.seal(session, FAR) for _ in range(3)] == [SLICE, 1, 0]
    newest = session.exec(select(AuditEntry.id).order_by(col(AuditEntry.id).desc()))
    assert chain.head(session).entry_id == newest.first()
    assert faults(session) == []


def test_entries_not_sealed_yet_are_counted_and_no_fault(session: Session) -> None:
    write(session, 3)
    chain.seal(session, FAR)
    write(session, 2)
    tally = Tally()
    assert [*chain.verify(session, [], tally)] == []
    assert (tally.sealed, tally.unsealed) == (3, 2)


def test_what_is_not_settled_is_not_sealed(session: Session) -> None:
    write(session, 3)
    ids = session.exec(select(AuditEntry.id).order_by(col(AuditEntry.id))).all()
    assert chain.seal(session, ids[1] or 0) == 2


def test_erasing_a_person_leaves_the_chain_whole(session: Session) -> None:
    staff = reviewer(session)
    worker, _ = meet(session)
    audit.record(session, NOW, staff.id, "application.read", worker.id)
    session.flush()
    chain.seal(session, FAR)
    assert staff.worker_id is not None
    for worker_id in (worker.id, staff.worker_id):
        forget(session, worker_id)
    assert faults(session) == []


def test_both_databases_make_the_same_chain(database: Database) -> None:
    with Session(database.writing) as session:
        for at in (NOW, NOW.replace(microsecond=120)):
            row = AuditEntry(at=at, action="退回", detail="a=1", subject_id=FAR)
            session.add(row)
            session.flush()
        chain.seal(session, FAR)
        assert chain.head(session).hash.hex()[:16] == "81d6b2ae2d26d52a"


@pytest.mark.parametrize(
    "columns",
    [
        {"at": NOW},
        {"actor_id": None},
        {"actor_id": 8},
        {"action": "application.placed"},
        {"subject_id": 9},
        {"detail": "x"},
    ],
    ids=str,
)
def test_a_changed_column_is_named(sealed: Session, columns: dict[str, object]) -> None:
    change(sealed, 4, **columns)
    at = entry(sealed, 4)
    assert faults(sealed) == [f"link 4: entry {at}, or a hash, was changed"]


def test_columns_cannot_lend_each_other_a_letter(sealed: Session) -> None:
    change(sealed, 2, action="application.rea", detail="d")
    assert len(faults(sealed)) == 1


def test_a_deleted_entry_is_named(sealed: Session) -> None:
    at = entry(sealed, 5)
    sealed.exec(delete(AuditEntry).where(col(AuditEntry.id) == at))
    assert faults(sealed) == [f"link 5: entry {at} is gone"]


def test_a_deleted_link_is_named_and_its_entry_with_it(sealed: Session) -> None:
    at = entry(sealed, 3)
    sealed.exec(delete(AuditLink).where(col(AuditLink.n) == 3))
    assert faults(sealed) == [
        "links 3 to 3 are gone",
        f"entry {at} was put in: no link knows it",
    ]


def test_an_entry_put_in_among_the_old_is_named(sealed: Session) -> None:
    sealed.add(AuditEntry(id=-1, at=NOW, action="staff.accepted"))
    sealed.flush()
    assert faults(sealed) == ["entry -1 was put in: no link knows it"]


def test_links_in_another_order_are_named(sealed: Session) -> None:
    one, other = sealed.get_one(AuditLink, 2), sealed.get_one(AuditLink, 3)
    before, after = one.entry_id, other.entry_id
    for row, entry_id in ((one, -1), (other, before), (one, after)):
        row.entry_id = entry_id
        sealed.flush()
    assert f"link 3: entry {before} is out of order" in faults(sealed)


def test_a_cut_end_is_seen_with_the_head_noted_before(sealed: Session) -> None:
    head = chain.head(sealed)
    noted = Noted(DAY, head.n, head.hash)
    assert faults(sealed, noted) == []
    sealed.exec(delete(AuditEntry).where(col(AuditEntry.id) == head.entry_id))
    sealed.exec(delete(AuditLink).where(col(AuditLink.n) == head.n))
    assert faults(sealed) == []
    (fault,) = faults(sealed, Noted(DAY, 0, START), noted)
    assert fault.startswith("link 5, the head of 2026-11-20, is gone")


def test_a_chain_made_anew_is_seen_with_the_head_noted_before(sealed: Session) -> None:
    head = chain.head(sealed)
    change(sealed, 2, detail="another")
    sealed.exec(delete(AuditLink))
    chain.seal(sealed, FAR)
    assert faults(sealed) == []
    noted = Noted(DAY, head.n, head.hash)
    assert faults(sealed, noted) == [
        "link 5 is not the head of 2026-11-20: the chain is another"
    ]


def test_an_entry_whose_transaction_is_slow_is_waited_for(
    postgresql_copies: Copy,
) -> None:
    with (
        postgresql_copies(SEEDED) as database,
        Session(database.writing) as slow,
        Session(database.writing) as quick,
    ):
        write(slow)
        write(quick, 2)
        quick.commit()
        with Session(database.reading) as look:
            seen = chain.frontier(look)
            assert seen.writing
            assert chain.settled(Frontier(), seen) == 0
            assert chain.settled(seen, seen) == 0
        write(quick)  # somebody else is always writing
        slow.commit()
        with Session(database.reading) as look:
            now = chain.frontier(look)
        assert now.writing
        assert chain.settled(seen, now) == seen.newest
        chain.seal(quick, seen.newest)
        quick.commit()
        with Session(database.reading) as look:
            tally = Tally()
            assert [*chain.verify(look, [], tally)] == []
        assert (tally.sealed, tally.unsealed) == (3, 1)


def test_where_one_writes_all_is_settled_at_once(sqlite: Database) -> None:
    with Session(sqlite.writing) as session:
        write(session, 2)
        now = chain.frontier(session)
    assert now == Frontier(2)
    assert chain.settled(Frontier(), now) == 2
