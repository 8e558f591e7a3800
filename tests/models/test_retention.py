"""Retention: what was kept long enough goes, what is still of use stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, select

from models import dropping, nominee, service, voucher
from models.application import Application, Standing, Step, record
from models.arrival import Arrival, Poison
from models.attachment import Attachment, new_attachment
from models.audit import AuditEntry
from models.award import Award
from models.case import Case
from models.case_entry import CaseEntry, Side, add_entry
from models.case_file import CaseFile
from models.case_following import withdraw
from models.chat import Chat
from models.claim import Asks, Claim, Claimed, file_claim
from models.columns import new_id, short
from models.conversation import Conversation, Draft, State, new_conversation
from models.correction import Correction, Wish
from models.dropping import Key
from models.export_link import make_export_link
from models.fact import Fact
from models.file_piece import FilePiece
from models.form_link import FormLink, make_link
from models.link_code import new_code
from models.message import Fate, Kind, Message
from models.nominee import Nominee
from models.place import read_atlas
from models.reminder import Reminder
from models.retention import KINDS
from models.service import ServiceRequest
from models.site import Site
from models.site_fault import What, report
from models.staff import Invitation, appoint, invite
from models.suggestion import Aspect, suggest
from models.tries import held
from models.voucher import Voucher
from models.worker import Worker
from tests.models import awarding
from tests.models.awarding import an_award, runs
from tests.models.benefits import ask, member, take
from tests.models.casework import a_case, a_document
from tests.models.cast import KEYS, NOW, applicant, apply, facts, meet, reviewer
from tests.models.test_merging import wish

LATER = NOW + timedelta(hours=1)
"""When everything made at NOW is past."""

BY_NAME = {kind.name: kind for kind in KINDS}


def past(session: Session, kind: str, before: Any = LATER) -> list[Key]:
    session.flush()
    found = [*BY_NAME[kind].find(session, KEYS, before)]
    assert all(since < before for _, since in found)
    return [key for key, _ in found]


def drop(session: Session, kind: str, rows: Sequence[Key] | None = None) -> int:
    found = past(session, kind) if rows is None else rows
    return dropping.drop(session, BY_NAME[kind], KEYS, LATER, found)


def left(session: Session, table: type[SQLModel]) -> list[Any]:
    session.expire_all()
    return [*session.exec(select(table))]


def closed(session: Session, standing: Standing) -> Application:
    row = applicant(session)
    record(session, KEYS, row, standing, NOW)
    return row


@pytest.mark.parametrize("standing", [Standing.REJECTED, Standing.WITHDRAWN])
def test_a_closed_application_goes_with_its_steps_but_not_the_person(
    session: Session, standing: Standing
) -> None:
    worker_id = closed(session, standing).worker_id
    kept = applicant(session, 2)
    assert past(session, "applications", NOW) == []
    assert drop(session, "applications") == 1
    assert [row.number for row in left(session, Application)] == [kept.number]
    assert {row.application_id for row in left(session, Step)} == {kept.id}
    assert session.get(Worker, worker_id) is not None


@pytest.mark.parametrize(
    "standing", [s for s in Standing if s not in ("rejected", "withdrawn")]
)
def test_any_other_application_stays(session: Session, standing: Standing) -> None:
    closed(session, standing)
    assert past(session, "applications") == []


def test_what_changed_since_it_was_found_stays(session: Session) -> None:
    row = closed(session, Standing.REJECTED)
    rows = past(session, "applications")
    record(session, KEYS, row, Standing.IN_REVIEW, NOW)
    session.flush()
    assert drop(session, "applications", rows) == 0
    assert len(left(session, Step)) == 3


def test_an_ended_conversation_goes_with_its_link(session: Session) -> None:
    worker, chat = meet(session)
    talks = [new_conversation(worker.id, chat.id, "join", "", NOW) for _ in State]
    for talk, state in zip(talks, State, strict=True):
        talk.state = state
        session.add(talk)
        make_link(session, talk.id, "resident_id", NOW, 30)
    assert drop(session, "conversations") == 3
    states = {row.state for row in left(session, Conversation)}
    assert states == {State.OPEN, State.PAUSED}
    assert len(left(session, FormLink)) == 2


def said(session: Session, chat: Chat, worker: Worker, **columns: Any) -> None:
    given: dict[str, Any] = {
        "chat_id": chat.id,
        "number": chat.next_number(),
        "about_id": worker.id,
        "side": "bot",
        "kind": Kind.REPLY,
        "fate": Fate.SENT,
        "body": b"",
        "at": NOW,
    }
    session.add(Message(**given | columns))
    session.add(chat)


def test_what_was_said_goes_but_the_newest_and_what_waits(session: Session) -> None:
    worker, chat = meet(session)
    other, quiet = meet(session, "2")
    for fate in (Fate.SENT, Fate.KEPT, Fate.WAITING, Fate.SENT):
        said(session, chat, worker, fate=fate)
    said(session, chat, worker, at=LATER)
    said(session, quiet, other)
    assert drop(session, "messages") == 3
    numbers = {(row.chat_id, row.number) for row in left(session, Message)}
    assert numbers == {(chat.id, 3), (chat.id, 5), (quiet.id, 1)}


def test_what_failed_goes_once_it_is_settled(session: Session) -> None:
    worker, chat = meet(session)
    for settled in ("", "handled", "given_up"):
        session.add(
            Poison(
                id=new_id(),
                chat_id=chat.id,
                worker_id=worker.id,
                update=b"",
                error="",
                after_number=0,
                at=NOW,
                settled=settled,
            )
        )
    assert drop(session, "poison") == 2
    assert [row.settled for row in left(session, Poison)] == [""]


def test_links_and_invitations_go_some_time_after_they_expire(
    session: Session,
) -> None:
    worker, chat = meet(session)
    for minutes in (30, 90):
        talk = new_conversation(worker.id, chat.id, "join", "", NOW)
        session.add(talk)
        make_link(session, talk.id, "resident_id", NOW, minutes)
    position = appoint(session, "social_worker", "4401", NOW)
    invite(session, position, NOW, hours=0)
    invite(session, position, NOW, hours=2)
    assert (drop(session, "form_links"), drop(session, "invitations")) == (1, 1)
    assert len(left(session, FormLink)) == len(left(session, Invitation)) == 1


def test_what_let_people_in_goes_some_time_after_it_ended(session: Session) -> None:
    worker, chat = meet(session)
    make_export_link(session, worker.id, chat.id, NOW, 30)
    new_code(session, KEYS, worker.id, NOW)
    held(session, KEYS, {"tries.pin.id": "1"}, NOW)
    for kind in ("export_links", "link_codes", "tries"):
        assert past(session, kind, NOW) == []
        assert drop(session, kind) == 1


def test_a_claim_goes_once_it_is_decided(session: Session) -> None:
    _, chat = meet(session)
    for _ in range(2):  # the second ends the first
        file_claim(session, Asks.COME_BACK, chat.id, None, None, NOW)
    assert drop(session, "claims") == 1
    assert [row.standing for row in left(session, Claim)] == [Claimed.WAITING]


def test_a_correction_goes_once_it_is_settled(session: Session) -> None:
    worker, chat = meet(session)
    wish(session, worker, chat, "id_number")
    settled = wish(session, worker, chat)
    settled.standing, settled.settled_at = Wish.APPROVED, NOW
    assert drop(session, "corrections") == 1
    assert [row.standing for row in left(session, Correction)] == [Wish.WAITING]


def test_vouchers_and_requests_go_once_they_are_settled(session: Session) -> None:
    worker, staff = member(session), reviewer(session)
    voucher.cancel(session, take(session, worker), NOW)
    held = take(session, worker)
    by = (KEYS, read_atlas(session), staff)
    service.decline(session, *by, ask(session, worker), "no_place", NOW)
    asked = ask(session, worker)
    assert drop(session, "vouchers") == 1
    assert drop(session, "services") == 1
    assert left(session, Voucher) == [held]
    assert left(session, ServiceRequest) == [asked]


def test_an_ended_reminder_goes_and_one_that_waits_stays(session: Session) -> None:
    for number, fate in enumerate((Fate.WAITING, Fate.SENT, Fate.SKIPPED)):
        ended = None if fate is Fate.WAITING else NOW
        session.add(
            Reminder(
                id=new_id(),
                kind="decision",
                subject=str(number),
                due=NOW,
                fate=fate,
                ended_at=ended,
            )
        )
    assert drop(session, "reminders") == 2
    assert [row.fate for row in left(session, Reminder)] == [Fate.WAITING]


def test_the_keys_of_old_updates_go(session: Session) -> None:
    for key, at in (("1", NOW), ("2", LATER)):
        session.add(Arrival(channel="page", bot="", key=key, at=at))
    assert drop(session, "arrivals") == 1
    assert [row.key for row in left(session, Arrival)] == ["2"]


# People


def test_a_silent_stranger_is_forgotten(session: Session) -> None:
    worker, chat = meet(session)
    said(session, chat, worker)
    assert drop(session, "strangers") == 1
    assert left(session, Worker) == left(session, Chat) == left(session, Message) == []


def test_who_applied_is_a_member_or_serves_is_no_stranger(session: Session) -> None:
    applicant(session)
    reviewer(session)
    member, _ = meet(session, "member")
    member.member_no = "44010600000001"
    assert past(session, "strangers") == []


def test_who_is_new_or_was_active_lately_is_kept(session: Session) -> None:
    newer, _ = meet(session, "1")
    newer.created_at = LATER
    writer, chat = meet(session, "2")
    said(session, chat, writer, at=LATER)
    filler, chat = meet(session, "3")
    session.add(new_conversation(filler.id, chat.id, "join", "", LATER))
    assert past(session, "strangers") == []


def test_a_stranger_who_writes_at_the_last_moment_is_kept(session: Session) -> None:
    worker, chat = meet(session)
    rows = past(session, "strangers")
    said(session, chat, worker, at=LATER)
    session.flush()
    assert drop(session, "strangers", rows) == 0
    assert len(left(session, Worker)) == 1


# Pictures


def picture(session: Session, worker: Worker) -> Attachment:
    made = new_attachment(KEYS, worker, "image/jpeg", b"picture", NOW)
    session.add(made)
    session.flush()
    return made


def test_a_picture_no_answer_refers_to_goes(session: Session) -> None:
    worker, chat = meet(session)
    talk = new_conversation(worker.id, chat.id, "join", "", NOW)
    in_draft, filed = picture(session, worker), picture(session, worker)
    picture(session, worker)
    draft = Draft(answers={"certificate": short(in_draft.id)})
    talk.keep(KEYS, worker, draft, NOW)
    session.add(talk)
    row = apply(session, worker, chat)
    row.keep(KEYS, worker, facts() | {"certificate": short(filed.id)})
    kept = {in_draft.id, filed.id}
    assert past(session, "pictures", NOW) == []
    assert drop(session, "pictures") == 1
    assert {p.id for p in left(session, Attachment)} == kept


def test_a_picture_goes_with_the_application_it_belongs_to(session: Session) -> None:
    row = closed(session, Standing.WITHDRAWN)
    worker = session.get_one(Worker, row.worker_id)
    row.keep(
        KEYS, worker, facts() | {"certificate": short(picture(session, worker).id)}
    )
    assert past(session, "pictures") == []
    drop(session, "applications")
    assert drop(session, "pictures") == 1


def test_a_file_of_a_case_goes_with_the_case_and_its_pieces_after_it(
    session: Session,
) -> None:
    worker, _ = meet(session)
    sent = a_document(session, worker)
    row = a_case(session, worker, picture_id=sent.id)
    assert past(session, "pictures") == past(session, "pieces") == []
    withdraw(session, row, NOW)
    assert drop(session, "cases") == 1
    assert left(session, CaseEntry) == left(session, Case) == []
    assert left(session, CaseFile) == []
    assert drop(session, "pieces") == 2
    assert left(session, FilePiece) == []


def test_a_document_nobody_refers_to_goes_with_its_pieces(session: Session) -> None:
    worker, _ = meet(session)
    sent = a_document(session, worker)
    assert (past(session, "pictures"), past(session, "pieces")) == ([(sent.id,)], [])
    assert drop(session, "pictures") == 1
    assert drop(session, "pieces") == 2


def test_a_picture_from_before_cases_had_files_stays_with_its_case(
    session: Session,
) -> None:
    worker, _ = meet(session)
    row = a_case(session, worker)
    old = picture(session, worker)
    add_entry(session, KEYS, row, Side.WORKER, "", NOW, picture_id=old.id)
    assert past(session, "pictures") == []


def test_who_told_of_a_case_is_no_stranger(session: Session) -> None:
    a_case(session)
    assert past(session, "strangers") == []


def test_a_picture_used_since_it_was_found_stays(session: Session) -> None:
    row = applicant(session)
    worker = session.get_one(Worker, row.worker_id)
    made = picture(session, worker)
    rows = past(session, "pictures")
    row.keep(KEYS, worker, facts() | {"certificate": short(made.id)})
    session.add(row)
    session.flush()
    assert drop(session, "pictures", rows) == 0
    assert len(left(session, Attachment)) == 1


def test_where_an_answer_does_not_open_no_picture_goes(session: Session) -> None:
    row = applicant(session)
    picture(session, session.get_one(Worker, row.worker_id))
    rows = past(session, "pictures")
    row.facts = b"damaged"
    session.add(row)
    assert past(session, "pictures") == []
    assert drop(session, "pictures", rows) == 0


def test_pictures_stay_with_what_they_show(session: Session) -> None:
    runner = runner_of(session)
    worker = session.get_one(Worker, runner.worker_id)
    site, told = session.get_one(Site, "gz-by-dh"), picture(session, worker).id
    fault = report(session, KEYS, worker, site, What.BROKEN, "", told, NOW)
    idea = picture(session, worker).id
    suggest(session, KEYS, worker, "440106", Aspect.PAY, "好", idea, NOW)
    runner.photo_id = portrait = picture(session, worker).id
    session.flush()
    assert {p.id for p in left(session, Attachment)} == {told, idea, portrait}
    assert past(session, "pictures") == []
    session.delete(fault)
    nominee.decline(session, session.get_one(Award, runner.award_id), runner, NOW)
    assert drop(session, "pictures") == 2
    assert [p.id for p in left(session, Attachment)] == [idea]


def runner_of(session: Session) -> Nominee:
    return runs(session, an_award(session), awarding.member(session, 1))


# What a sweep leaves behind


def test_a_sweep_leaves_an_audit_entry_with_its_counts(session: Session) -> None:
    for number in ("1", "2", "3"):
        session.add(Arrival(channel="page", bot="", key=number, at=NOW))
    meet(session)
    first, *others = past(session, "arrivals")
    drop(session, "arrivals", [first])
    drop(session, "arrivals", others)
    drop(session, "strangers")
    dropping.close(session, LATER)
    (entry,) = left(session, AuditEntry)
    assert (entry.at, entry.actor_id, entry.subject_id) == (LATER, None, None)
    assert entry.action == "retention.swept"
    assert entry.detail == "arrivals=3 strangers=1"
    assert session.get(Fact, dropping.GONE) is None


def test_a_sweep_that_dropped_nothing_leaves_none(session: Session) -> None:
    assert drop(session, "arrivals") == 0
    dropping.close(session, LATER)
    assert left(session, AuditEntry) == []


def test_what_was_used_counts_until_its_month_is_past(session: Session) -> None:
    take(session, member(session))
    november_over = datetime(2026, 12, 2, tzinfo=UTC)
    assert past(session, "benefit_uses", november_over) == []
    [(_, code, period)] = past(
        session, "benefit_uses", november_over + timedelta(days=1)
    )
    assert (code, period) == ("medicine", "2026-11")
