"""What was lost: whose it is, and when it may honestly be tried again."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session, col, select

from models.arrival import TRIES, Poison
from models.audit import AuditEntry
from models.chat import Chat
from models.columns import new_id
from models.lost import (
    WentOn,
    can_retry,
    can_send_again,
    let_go,
    of_people,
    retry,
    send_again,
)
from models.message import Fate, Kind, Message
from models.reminder import Reminder
from models.staff import OFFICER, Staff, appoint
from models.worker import Worker
from tests.models.awarding import member
from tests.models.cast import NOW, applicant, meet

HERE, ELSEWHERE = {"4401", "440106"}, {"4403"}


@pytest.fixture
def officer(session: Session) -> Staff:
    return appoint(session, OFFICER, "4401", NOW)


def lost_message(session: Session, fate: Fate = Fate.FAILED) -> Message:
    worker, chat = meet(session, "lost")
    row = Message(
        chat_id=chat.id,
        number=chat.next_number(),
        about_id=worker.id,
        side="bot",
        kind=Kind.REMINDER,
        fate=fate,
        reason="refused",
        body=b"",
        at=NOW,
        holder="main",
        attempt=3,
    )
    session.add_all((chat, row))
    session.flush()
    return row


def poison(session: Session, **other: Any) -> Poison:
    worker, chat = meet(session, "bad")
    facts: dict[str, Any] = {"attempts": TRIES, "settled": "given_up", **other}
    row = Poison(
        id=new_id(),
        chat_id=chat.id,
        worker_id=worker.id,
        update=b"sealed",
        error="",
        after_number=0,
        at=NOW,
        **facts,
    )
    session.add(row)
    session.flush()
    return row


def seen(session: Session, worker_id: int, unions: set[str], strangers: bool) -> bool:
    its = of_people(col(Worker.id), unions, strangers)
    found = select(Worker.id).where(Worker.id == worker_id, its)
    return session.exec(found).first() is not None


def test_members_are_looked_after_by_their_union(session: Session) -> None:
    one = member(session, 5).id
    assert seen(session, one, HERE, strangers=False)
    assert not seen(session, one, ELSEWHERE, strangers=True)


def test_who_applied_is_looked_after_by_who_reviews(session: Session) -> None:
    one = applicant(session, 6).worker_id
    assert seen(session, one, HERE, strangers=False)
    assert not seen(session, one, ELSEWHERE, strangers=True)


def test_strangers_are_looked_after_at_the_top_alone(session: Session) -> None:
    one = meet(session)[0].id
    assert seen(session, one, ELSEWHERE, strangers=True)
    assert not seen(session, one, HERE, strangers=False)


@pytest.mark.parametrize("fate", [Fate.FAILED, Fate.UNCERTAIN])
def test_a_lost_message_waits_again_for_any_process(
    session: Session, officer: Staff, fate: Fate
) -> None:
    row = lost_message(session, fate)
    told = Reminder(
        id=new_id(),
        kind="decision",
        subject="1",
        due=NOW,
        fate=fate,
        reason="refused",
        chat_id=row.chat_id,
        number=row.number,
    )
    session.add(told)
    session.flush()
    send_again(session, officer, row, NOW)
    session.refresh(row)
    session.refresh(told)
    again = (row.fate, row.reason, row.holder, row.attempt, row.lease_until)
    assert again == (Fate.WAITING, "", "", 0, NOW)
    assert (told.fate, told.reason) == (Fate.SENT, "")
    entry = session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
    assert entry is not None
    assert (entry.action, entry.subject_id) == ("message.sent_again", row.about_id)


def test_it_is_sent_again_once(session: Session, officer: Staff) -> None:
    row = lost_message(session)
    send_again(session, officer, row, NOW)
    session.refresh(row)
    with pytest.raises(WentOn):
        send_again(session, officer, row, NOW)


def test_of_two_at_once_one_sends(session: Session, officer: Staff) -> None:
    row = lost_message(session)
    session.expunge(row)  # the other has not seen that it waits again
    send_again(session, officer, row, NOW)
    with pytest.raises(WentOn):
        send_again(session, officer, row, NOW)


@pytest.mark.parametrize("change", [{"last_number": 7}, {"stopped_at": NOW}])
def test_who_went_on_or_left_gets_nothing_late(
    session: Session, officer: Staff, change: dict[str, Any]
) -> None:
    row = lost_message(session)
    chat = session.get_one(Chat, row.chat_id)
    for name, value in change.items():
        setattr(chat, name, value)
    session.add(chat)
    session.flush()
    assert not can_send_again(session, row)
    with pytest.raises(WentOn):
        send_again(session, officer, row, NOW)


def test_what_was_given_up_is_tried_once_more(session: Session, officer: Staff) -> None:
    row = poison(session)
    retry(session, officer, row, NOW)
    assert (row.settled, row.attempts) == ("", TRIES - 1)


def test_a_try_that_goes_on_is_not_made_shorter(
    session: Session, officer: Staff
) -> None:
    row = poison(session, attempts=2, settled="")
    retry(session, officer, row, NOW)
    assert row.attempts == 2


def test_whose_sender_went_on_is_not_tried(session: Session, officer: Staff) -> None:
    row = poison(session, settled="")
    chat = session.get_one(Chat, row.chat_id)
    chat.last_number = 3
    session.add(chat)
    session.flush()
    assert not can_retry(session, row)
    with pytest.raises(WentOn):
        retry(session, officer, row, NOW)


def test_what_is_let_go_says_nothing_any_more(session: Session, officer: Staff) -> None:
    row = poison(session)
    let_go(session, officer, row, NOW)
    assert (row.settled, row.update) == ("let_go", b"")
    with pytest.raises(WentOn):
        let_go(session, officer, row, NOW)
