"""Erasure: what is a person's goes, what is another's stays."""

from __future__ import annotations

from sqlmodel import Session, SQLModel, select

from models.application import Application, Step
from models.chat import Chat
from models.claim import Asks, Claim, file_claim
from models.conversation import new_conversation
from models.erasure import Erasure, erase, forget, strike, unlisted
from models.form_link import FormLink, make_link
from models.link import Link, link, object_to
from models.link_code import LinkCode, new_code
from models.message import Fate, Kind, Message
from models.reminder import Reminder, schedule
from models.staff import Staff
from models.tries import Tries, count, held
from models.worker import Worker
from tests.models.cast import KEYS, NOW, apply, meet, reviewer


def test_everything_of_a_person_goes(session: Session) -> None:
    worker, chat = meet(session)
    apply(session, worker, chat)
    talk = new_conversation(worker.id, chat.id, "join", "", NOW)
    session.add(talk)
    make_link(session, talk.id, "resident_id", NOW, 30)
    forget(session, worker.id)
    for table in (Worker, Chat, Application, Step, FormLink):
        assert session.exec(select(table)).all() == []


def test_what_is_another_persons_stays(session: Session) -> None:
    worker, _ = meet(session)
    other, chat = meet(session, "2")
    row = apply(session, other, chat)
    forget(session, worker.id)
    assert session.get_one(Application, row.id).worker_id == other.id
    assert session.get_one(Chat, chat.id).worker_id == other.id


def test_a_message_about_a_person_goes_from_anothers_chat(session: Session) -> None:
    worker, _ = meet(session)
    _, chat = meet(session, "2")
    session.add(
        Message(
            chat_id=chat.id,
            number=1,
            about_id=worker.id,
            side="bot",
            kind=Kind.REPLY,
            fate=Fate.KEPT,
            body=b"",
            at=NOW,
        )
    )
    forget(session, worker.id)
    assert session.exec(select(Message)).all() == []


def test_a_reminder_about_a_person_and_another_goes(session: Session) -> None:
    worker, chat = meet(session)
    row = apply(session, worker, chat)
    mine, others = f"{row.id}.5", f"{row.id}0.5"
    for subject in (mine, others, f"5.{row.id}"):
        schedule(session, "overdue", subject, NOW)
    forget(session, worker.id)
    left = {r.subject for r in session.exec(select(Reminder))}
    assert left == {others, f"5.{row.id}"}


def test_a_position_stays_without_its_holder(session: Session) -> None:
    staff = reviewer(session)
    assert staff.worker_id is not None
    forget(session, staff.worker_id)
    assert session.get_one(Staff, staff.id).worker_id is None


def test_forgetting_nobody_changes_nothing(session: Session) -> None:
    worker, _ = meet(session)
    forget(session, 1)
    assert session.get(Worker, worker.id) is not None


def test_no_table_names_a_worker_without_a_reference() -> None:
    known = {
        "reminder.chat_id",
        "chat.conversation_id",
        "audit_entry.subject_id",
        "erasure.worker_id",
        "chat_link.stray_worker_id",
        "message.conversation_id",
        # Let go of by name: to check so many references would take too long.
        "notice_recipient.worker_id",
        "notice_recipient.chat_id",
    }
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            named = column.name.endswith(("worker_id", "chat_id", "conversation_id"))
            assert not named or column.foreign_keys or str(column) in known


def test_all_of_coming_back_goes_with_a_person(session: Session) -> None:
    worker, chat = meet(session)
    stray, other = meet(session, "2")
    stray_id = stray.id
    made, worker = link(session, KEYS, other, worker.id, "pin", NOW)
    claim = file_claim(session, Asks.OBJECTION, chat.id, worker.id, "440106", NOW)
    new_code(session, KEYS, worker.id, NOW)
    for name in ("tries.pin.id", "tries.person.id"):
        count(held(session, KEYS, {name: "1"}, NOW), worker.id, NOW)
    for row in (made, claim):
        schedule(session, "linked", f"{row.id}.5", NOW)
    erase(session, KEYS, worker, chat, NOW, NOW.date())
    for table in (Link, Claim, LinkCode, Tries, Reminder):
        assert session.exec(select(table)).all() == []
    erased = {worker.id: True, stray_id: False}
    assert {r.worker_id: r.counts for r in session.exec(select(Erasure))} == erased
    strike(session, [*erased])
    assert [r.worker_id for r in session.exec(select(Erasure))] == [None]


def test_who_came_in_by_stealth_is_not_listed_with_a_person(session: Session) -> None:
    worker, chat = meet(session)
    _, other = meet(session, "2")
    made, worker = link(session, KEYS, other, worker.id, "pin", NOW)
    object_to(session, KEYS, made, worker, chat, NOW)
    erase(session, KEYS, worker, chat, NOW, NOW.date())
    assert unlisted(session) == [worker.id]
    assert session.get(Chat, other.id) is not None


def test_a_claim_to_be_somebody_erased_stays_the_asker_s(session: Session) -> None:
    worker, _ = meet(session)
    _, theirs = meet(session, "2")
    row = file_claim(session, Asks.COME_BACK, theirs.id, worker.id, "440106", NOW)
    forget(session, worker.id)
    assert session.get_one(Claim, row.id).worker_id is None
