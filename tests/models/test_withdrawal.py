"""Withdrawal: with the consent goes what stands on it, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, select

from models import consent, review
from models.application import Application, Decision, Standing, steps_of
from models.attachment import Attachment, new_attachment
from models.chat import Chat
from models.columns import new_id
from models.consent import REST, agree
from models.conversation import Draft, State, new_conversation
from models.message import Fate, Kind, Message
from models.reminder import waits
from models.service import Served
from models.staff import Staff
from models.voucher import Held
from models.withdrawal import IDENTITY, withdraw_consent
from models.worker import Worker
from tests.models.benefits import ask, member, take, taken
from tests.models.cast import KEYS, NOW, UNDO_SECONDS, apply, meet, reviewer

LATER = NOW + timedelta(hours=1)


def applicant(session: Session, number: int = 1) -> tuple[Worker, Application]:
    worker, chat = meet(session, f"worker {number}")
    agree(session, worker.id, "join", "1", "text", "page", NOW)
    return worker, apply(session, worker, chat, number)


def decide(session: Session, row: Application, decision: Decision) -> Staff:
    staff = reviewer(session)
    review.decide(session, KEYS, staff, row, decision, NOW, UNDO_SECONDS)
    return staff


def withdraw(session: Session, worker: Worker, is_told: bool = False) -> None:
    withdraw_consent(session, KEYS, worker, is_told, LATER)


def test_an_open_application_is_withdrawn_and_emptied(session: Session) -> None:
    worker, row = applicant(session)
    withdraw(session, worker)
    assert row.standing is Standing.WITHDRAWN
    assert row.load(KEYS, worker) == {}
    assert row.id_tag == row.mobile_tag == b""
    assert [c.withdrawn_at for c in consent.consents_of(session, worker.id)] == [LATER]
    assert consent.holds(session, worker.id) == []


def test_a_membership_ends(session: Session) -> None:
    worker, row = applicant(session)
    decide(session, row, Decision(Standing.POOL, {}))
    withdraw(session, worker, is_told=True)
    assert row.standing is Standing.LEFT
    assert worker.member_no is None
    assert worker.union_code is None
    assert [getattr(worker, column) for column in IDENTITY] == [None] * len(IDENTITY)


def test_an_approval_nobody_was_told_of_is_withdrawn_untold(session: Session) -> None:
    worker, row = applicant(session)
    decide(session, row, Decision(Standing.POOL, {}))
    step = steps_of(session, row.id)[-1]
    withdraw(session, worker)
    assert row.standing is Standing.WITHDRAWN
    assert worker.member_no is None
    assert not waits(session, "decision", str(step.id))


def test_the_reasons_of_a_rejection_go_and_its_end_stays(session: Session) -> None:
    worker, row = applicant(session)
    decide(session, row, Decision(Standing.REJECTED, {"": "elsewhere"}))
    withdraw(session, worker, is_told=True)
    assert row.standing is Standing.REJECTED
    assert all(step.why is None for step in steps_of(session, row.id))


def test_pictures_and_drafts_go_from_every_chat(session: Session) -> None:
    worker, chat = meet(session)
    agree(session, worker.id, "join", "1", "text", "page", NOW)
    session.add(new_attachment(KEYS, worker, "image/jpeg", b"picture", NOW))
    other = Chat(
        id=new_id(),
        channel="telegram",
        bot="",
        address="1",
        worker_id=worker.id,
        created_at=NOW,
    )
    session.add(other)
    session.flush()
    rows = [new_conversation(worker.id, at.id, "join", "", NOW) for at in (chat, other)]
    for row, at in zip(rows, (chat, other), strict=True):
        row.keep(KEYS, worker, Draft({"full_name": "张三"}), NOW)
        at.conversation_id = row.id
        session.add_all([row, at])
    withdraw(session, worker)
    assert session.exec(select(Attachment)).all() == []
    assert [(row.state, row.draft) for row in rows] == [(State.CANCELLED, None)] * 2
    assert chat.conversation_id is other.conversation_id is None


def test_what_reviewers_were_shown_goes_and_the_own_chat_stays(
    session: Session,
) -> None:
    worker, chat = meet(session)
    _, another = meet(session, "2")
    for at in (chat, another):
        session.add(
            Message(
                chat_id=at.id,
                number=1,
                about_id=worker.id,
                side="bot",
                kind=Kind.REPLY,
                fate=Fate.KEPT,
                body=b"",
                at=NOW,
            )
        )
    withdraw(session, worker)
    assert session.exec(select(Message.chat_id)).all() == [chat.id]


def test_another_person_s_data_stays(session: Session) -> None:
    worker, _ = applicant(session, 1)
    other, row = applicant(session, 2)
    withdraw(session, worker)
    assert row.load(KEYS, other)["full_name"] == "张三"
    assert row.standing is Standing.SUBMITTED
    assert len(consent.holds(session, other.id)) == 1


def test_nobody_is_asked_again_for_90_days(session: Session) -> None:
    worker, _ = applicant(session)

    def rests(at: timedelta) -> bool:
        return consent.rests(session, worker.id, "join", LATER + at)

    assert not rests(timedelta())
    withdraw(session, worker)
    assert rests(timedelta())
    assert rests(REST - timedelta(seconds=1))
    assert not rests(REST)
    agree(session, worker.id, "join", "1", "text", "page", LATER + timedelta(days=1))
    session.flush()
    assert not rests(timedelta(days=2))


def test_what_somebody_has_open_is_free_again(session: Session) -> None:
    worker = member(session)
    held, asked = take(session, worker), ask(session, worker, words="一句话")
    withdraw(session, worker)
    assert held.standing is Held.CANCELLED
    assert (asked.standing, asked.words) == (Served.WITHDRAWN, None)
    assert taken(session) == 0
