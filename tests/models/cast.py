"""Who plays in these tests: workers, their chats and applications, those who review."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from typing import Any

from sqlmodel import Session

from bot.database import Database, in_transaction
from models.application import Application, Standing, new_number, record
from models.chat import Chat
from models.columns import new_id
from models.identity import id_check
from models.queue import Queue
from models.sealing import Keyring
from models.staff import OFFICER, Staff, accept, appoint, invite
from models.worker import Worker, new_worker

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
KEYS = Keyring({1: b"w" * 32}, 1, {1: b"i" * 32})
UNDO_SECONDS = 30

Meet = Callable[[], object]
"""Wait until everyone in a race is here."""

Runner = Callable[[Session, Meet], Any]


def meet(session: Session, address: str = "1") -> tuple[Worker, Chat]:
    """Let somebody reach us for the first time."""
    worker = new_worker(KEYS, "zh-CN", NOW)
    chat = Chat(
        id=new_id(),
        channel="page",
        bot="",
        address=address,
        worker_id=worker.id,
        created_at=NOW,
    )
    for row in (worker, chat):
        session.add(row)
        session.flush()
    return worker, chat


def resident_id(number: int = 1) -> str:
    """Make the resident ID of somebody who is nobody."""
    body = f"44010619900307{number * 10 % 1000:03}"
    return body + id_check(body)


def facts(number: int = 1) -> dict[str, Any]:
    """Give what the person of this number answers."""
    return {
        "full_name": "张三",
        "resident_id": resident_id(number),
        "mobile": f"+86140{number:08}",
    }


def apply(
    session: Session, worker: Worker, chat: Chat, number: int = 1, **columns: Any
) -> Application:
    """Let somebody ask to become a member."""
    answers = facts(number)
    given: dict[str, Any] = {
        "id": new_id(),
        "number": new_number(),
        "worker_id": worker.id,
        "chat_id": chat.id,
        "standing": Standing.SUBMITTED,
        "union_code": "440106",
        "facts": b"",
        "id_type": "resident",
        "group": "courier",
        "work_form": "employer",
        "district": "440106",
        "submitted_at": NOW,
        "due": date(2026, 11, 25),
    }
    application = Application(**given | columns)
    application.tag(KEYS, answers)
    application.keep(KEYS, worker, answers)
    record(session, KEYS, application, Standing.SUBMITTED, application.submitted_at)
    return application


def applicant(session: Session, number: int = 1, **columns: Any) -> Application:
    """Let a new person meet us and ask to become a member."""
    worker, chat = meet(session, f"applicant {number} {new_id()}")
    return apply(session, worker, chat, number, **columns)


def reviewer(session: Session, union_code: str = "4401") -> Staff:
    """Appoint somebody who answers for a union."""
    worker, _ = meet(session, f"reviewer {new_id()}")
    code = invite(session, appoint(session, "social_worker", union_code, NOW), NOW)
    staff = accept(session, code, worker.id, NOW)
    assert staff is not None
    return staff


def waiting(session: Session, queue: Queue, unions: set[str]) -> list[Any]:
    """Return what waits for an officer of these unions, oldest first."""
    staff = Staff(id=1, role=OFFICER, union_code="44", worker_id=0, created_at=NOW)
    found = queue.oldest(session, staff, unions, 99)
    assert queue.count(session, staff, unions) == len(found)
    return [session.get_one(queue.table, number) for _, number in found]


def race(database: Database, *runners: Runner) -> list[Any]:
    """Let each runner go in a transaction of its own; give results and exceptions.

    What a runner reads before it calls `meet`, it reads before any other has written.
    SQLite lets one in at a time, so there they meet at the door.
    """
    barrier = Barrier(len(runners), timeout=20)

    def run(runner: Runner) -> Any:
        waits = [barrier.wait]

        def meet_others() -> None:
            if waits:  # but not again in a transaction that lost and is rerun
                waits.pop()()

        if database.is_sqlite:
            meet_others()
        return in_transaction(database, lambda session: runner(session, meet_others))

    with ThreadPoolExecutor(len(runners)) as pool:
        done = [pool.submit(run, runner) for runner in runners]
        return [one.exception() or one.result() for one in done]
