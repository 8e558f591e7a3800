"""Rotation: rows move from keys of other numbers to the current ones, slice by slice.

Each slice is a transaction beside the running product: it takes only rows that nobody
holds, and leaves the others to the next pass.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, func
from sqlmodel import Session, SQLModel, and_, col, or_, select

from models.application import Application
from models.award import Award
from models.case import Case
from models.sealing import CannotOpen, Keyring, numbered, wrapped_by
from models.voucher import Voucher
from models.worker import Worker

SLICE = 50
"""Rows a transaction: few milliseconds, so that no reply waits."""

_NUMBER: Any = func.substr(col(Worker.key), 1, 2, type_=LargeBinary)
"""The number of the key that wraps a worker's."""

_CASE_NUMBER: Any = func.substr(col(Case.key), 1, 2, type_=LargeBinary)
"""The same of a case's."""

# What the migration set is text on SQLite, where all text comes before any bytes.
_NAMELESS: Any = and_(
    col(Application.name_tag) <= b"", func.length(col(Application.id_tag)) > 0
)
"""Of an application that is found by its ID, but not by its name."""

TAGGED = (Worker, Application, Voucher, Case)
"""The tables whose rows are found by a tag, and say which key made it."""


@dataclass(frozen=True)
class Slice:
    """What one transaction did: where it ended, and how many rows it could not open."""

    last: int
    moved: int
    unreadable: int


Move = Callable[[Session, Keyring, int], Slice | None]
"""Move the first rows behind an id; None when there are no more."""


def move_workers(session: Session, keys: Keyring, after: int) -> Slice | None:
    """Wrap workers' keys and make their tags anew with the current keys."""
    rows = session.exec(
        select(Worker)
        .where(col(Worker.id) > after, _worker_is_behind(keys))
        .order_by(col(Worker.id))
        .limit(SLICE)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    return _moved(rows, lambda row: _move_worker(row, keys))


def _worker_is_behind(keys: Keyring) -> Any:
    # A tag_key that is NULL stands for no tags and equals nothing.
    return or_(numbered(keys.current) != _NUMBER, Worker.tag_key != keys.current_index)


def _move_worker(row: Worker, keys: Keyring) -> None:
    if wrapped_by(row.key) != keys.current:
        row.rewrap(keys)
    if row.tag_key not in (None, keys.current_index):
        row.tag(keys)


def move_applications(session: Session, keys: Keyring, after: int) -> Slice | None:
    """Make the tags of applications anew with the current index key."""
    return _tagged(session, keys, after, _application_is_behind(keys))


def name_applications(session: Session, keys: Keyring, after: int) -> Slice | None:
    """Make the tags of applications from before they were found by their name."""
    return _tagged(session, keys, after, _NAMELESS)


def _tagged(session: Session, keys: Keyring, after: int, where: Any) -> Slice | None:
    found = session.exec(
        select(Application, Worker)
        .join(Worker, col(Worker.id) == Application.worker_id)
        .where(col(Application.id) > after, where)
        .order_by(col(Application.id))
        .limit(SLICE)
        .with_for_update(of=Application, key_share=True, skip_locked=True)
    ).all()
    workers = {row.id: worker for row, worker in found}
    rows = [row for row, _ in found]
    return _moved(rows, lambda row: row.tag(keys, row.load(keys, workers[row.id])))


def _application_is_behind(keys: Keyring) -> Any:
    return or_(Application.tag_key != keys.current_index, _NAMELESS)


def move_vouchers(session: Session, keys: Keyring, after: int) -> Slice | None:
    """Make the tags of vouchers anew with the current index key."""
    found = session.exec(
        select(Voucher, Worker)
        .join(Worker, col(Worker.id) == Voucher.worker_id)
        .where(col(Voucher.id) > after, _voucher_is_behind(keys))
        .order_by(col(Voucher.id))
        .limit(SLICE)
        .with_for_update(of=Voucher, key_share=True, skip_locked=True)
    ).all()
    workers = {row.id: worker for row, worker in found}
    rows = [row for row, _ in found]
    return _moved(rows, lambda row: row.tag(keys, row.read(keys, workers[row.id])))


def _voucher_is_behind(keys: Keyring) -> Any:
    return Voucher.tag_key != keys.current_index


def move_awards(session: Session, keys: Keyring, after: int) -> Slice | None:
    """Wrap the keys of awards with the current wrapping key."""
    rows = session.exec(
        select(Award)
        .where(col(Award.id) > after, _award_is_behind(keys))
        .order_by(col(Award.id))
        .limit(SLICE)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    return _moved(rows, lambda row: row.rewrap(keys))


def _award_is_behind(keys: Keyring) -> Any:
    return Award.key_number != keys.current


def move_cases(session: Session, keys: Keyring, after: int) -> Slice | None:
    """Wrap the keys of cases, and make their tags, with the current keys."""
    rows = session.exec(
        select(Case)
        .where(col(Case.id) > after, _case_is_behind(keys))
        .order_by(col(Case.id))
        .limit(SLICE)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    return _moved(rows, lambda row: _move_case(row, keys))


def _case_is_behind(keys: Keyring) -> Any:
    return or_(
        numbered(keys.current) != _CASE_NUMBER, Case.tag_key != keys.current_index
    )


def _move_case(row: Case, keys: Keyring) -> None:
    if wrapped_by(row.key) != keys.current:
        row.rewrap(keys)
    if row.tag_key not in (None, keys.current_index):
        row.tag(keys)


def _moved(rows: Iterable[Any], move: Callable[[Any], None]) -> Slice | None:
    last, moved, unreadable = 0, 0, 0
    for row in rows:
        try:
            move(row)
        except CannotOpen:
            unreadable += 1
        else:
            moved += 1
        last = row.id
    return Slice(last, moved, unreadable) if last else None


MOVES: tuple[Move, ...] = (
    move_workers,
    move_applications,
    move_vouchers,
    move_awards,
    move_cases,
)


def behind(session: Session, keys: Keyring) -> int:
    """Count the rows that stand under another key than the current ones."""
    return (
        _count(session, Worker, _worker_is_behind(keys))
        + _count(session, Application, _application_is_behind(keys))
        + _count(session, Voucher, _voucher_is_behind(keys))
        + _count(session, Award, _award_is_behind(keys))
        + _count(session, Case, _case_is_behind(keys))
    )


def _count(session: Session, table: type[SQLModel], where: Any) -> int:
    return session.exec(select(func.count()).select_from(table).where(where)).one()


def standing(session: Session) -> dict[str, dict[int, int]]:
    """Count the rows under each number: of wrapping keys, then of index keys."""
    wrapping: dict[int, int] = {}
    for part, keyed in ((_NUMBER, Worker), (_CASE_NUMBER, Case)):
        for wrapped, rows in session.execute(_by(part, keyed)):
            by = wrapped_by(bytes(wrapped))
            wrapping[by] = wrapping.get(by, 0) + rows
    for number, rows in session.execute(_by(Award.key_number, Award)):
        if number is not None:
            wrapping[number] = wrapping.get(number, 0) + rows
    index: dict[int, int] = {}
    for table in TAGGED:
        for number, rows in session.execute(_by(table.tag_key, table)):
            if number is not None:
                index[number] = index.get(number, 0) + rows
    return {"wrapping": wrapping, "index": index}


def _by(number: Any, table: type[SQLModel]) -> Any:
    return select(number, func.count()).select_from(table).group_by(number)
