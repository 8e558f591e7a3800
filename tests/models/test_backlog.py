"""What waits, how much of it, and since when."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from models import audit
from models.backlog import Backlog, backlogs
from models.chain import seal
from models.columns import new_id
from models.reminder import Reminder
from tests.models.cast import NOW

MINUTE = timedelta(minutes=1)


def found(session: Session) -> dict[str, Backlog]:
    return {one.name: one for one in backlogs(session, NOW)}


def test_nothing_waits_at_first(session: Session) -> None:
    names = {"messages", "reminders", "notices", "unhandled", "audit"}
    assert set(found(session)) == names
    assert {one.count for one in found(session).values()} == {0}
    assert {one.age(NOW) for one in found(session).values()} == {0.0}


def test_what_is_due_waits_since_it_is_due(session: Session) -> None:
    for due in (NOW - 5 * MINUTE, NOW - MINUTE, NOW + MINUTE):
        session.add(Reminder(id=new_id(), kind="x", subject=str(due), due=due))
    session.flush()
    late = found(session)["reminders"]
    assert (late.count, late.age(NOW)) == (2, 300.0)


def test_an_act_waits_until_it_is_sealed(session: Session) -> None:
    audit.record(session, NOW - MINUTE, None, "retention.swept", None)
    session.flush()
    assert (found(session)["audit"].count, found(session)["audit"].age(NOW)) == (1, 60)
    seal(session, 2**60)
    assert found(session)["audit"].count == 0


def test_a_clock_that_was_set_back_makes_no_age() -> None:
    assert Backlog("x", 1, NOW).age(NOW - MINUTE) == 0.0
