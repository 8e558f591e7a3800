"""Everything sealed is known, and what does not open is found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary
from sqlmodel import Session, SQLModel

from models import transfer, transfer_deciding
from models.application import Decision, Standing, new_number
from models.arrival import Poison
from models.attachment import new_attachment
from models.case_following import add
from models.chat import Shown
from models.columns import new_id
from models.conversation import Draft, new_conversation
from models.correction import refuse, wish_for
from models.credential import set_credential
from models.member_import import Consented, send
from models.message import Fate, Kind, Message, seal_body
from models.nominee import Candidacy, Nominee
from models.objection import Objection
from models.pin import set_pin
from models.place import read_atlas
from models.review import decide
from models.sealed import HASHES, PUBLISHED, openings, sealed_columns
from models.sealing import seal
from models.service import decline
from models.signup import sign_up
from models.site import Site
from models.site_fault import What, report
from models.suggestion import Aspect, Suggestion
from models.totp import new_secret
from models.worker import Worker
from tests.models.awarding import an_award
from tests.models.benefits import ask, take
from tests.models.casework import a_case, a_document
from tests.models.cast import KEYS, NOW, UNDO_SECONDS, apply, meet, reviewer
from tests.models.programme import open_event

MOVE = transfer.Wish("440306", False, {"district": "440306"})

COLUMNS = {
    "credential.password",
    "credential.secret",
    "worker.key",
    "worker.name",
    "worker.mobile",
    "worker.id_number",
    "worker.born",
    "worker.mark",
    "worker.pin",
    "application.facts",
    "application_step.why",
    "attachment.data",
    "attachment.name",
    "case.answer",
    "case.facts",
    "case.key",
    "case_entry.body",
    "case_file.data",
    "case_file.name",
    "chat.screen",
    "conversation.draft",
    "correction.why",
    "correction.wish",
    "file_piece.data",
    "import_piece.data",
    "message.body",
    "nominee.story",
    "nominee.why",
    "objection.text",
    "objection.why",
    "poison.update",
    "site_fault.words",
    "transfer.facts",
    "transfer_step.why",
    "service_request.why",
    "service_request.words",
    "voucher.code",
    "signup.answers",
    "suggestion.text",
    "suggestion.why",
}


def everything(session: Session) -> Worker:
    """Let somebody have a value in every sealed column."""
    worker, chat = meet(session)
    chat.show(KEYS, worker, [Shown(1, "是", "yes")])
    row = apply(session, worker, chat)
    staff, why = reviewer(session), {"mobile": "unclear"}
    back, pool = (Decision(s, why) for s in (Standing.RETURNED, Standing.POOL))
    decide(session, KEYS, staff, row, back, NOW, UNDO_SECONDS)
    row.standing = Standing.IN_REVIEW
    decide(session, KEYS, staff, row, pool, NOW, UNDO_SECONDS)
    wish = wish_for(
        session, KEYS, worker, chat.id, "full_name", {"full_name": "李四"}, NOW
    )
    refuse(session, KEYS, read_atlas(session), staff, wish, "unclear", NOW)
    worker.mark = worker.seal(KEYS, "mark", "star")
    set_pin(KEYS, worker, "135790")
    set_credential(session, KEYS, worker, "a password", new_secret())
    sign_up(session, KEYS, open_event(session), worker, {"meal": "0"}, NOW)
    talk = new_conversation(worker.id, chat.id, "join", "", NOW)
    talk.keep(KEYS, worker, Draft(), NOW)
    key = worker.open_key(KEYS)
    said = Message(
        chat_id=chat.id,
        number=1,
        about_id=worker.id,
        side="bot",
        kind=Kind.REPLY,
        fate=Fate.SENT,
        body=seal_body(key, chat.id, 1, {"text": "您好"}),
        at=NOW,
    )
    poison = Poison(
        id=7,
        chat_id=chat.id,
        worker_id=worker.id,
        update=seal(key, "poison.update|7", b"{}"),
        error="",
        after_number=0,
        at=NOW,
    )
    site = session.get_one(Site, "gz-by-dh")
    report(session, KEYS, worker, site, What.DIRTY, "脏", None, NOW)
    move = transfer.request(session, KEYS, worker, MOVE, NOW, NOW.date())
    by = (session, KEYS, read_atlas(session), staff, move, NOW, UNDO_SECONDS)
    transfer_deciding.refuse(*by, "unclear")
    picture = new_attachment(KEYS, worker, "image/jpeg", b"picture", NOW)
    session.add_all([talk, said, poison, picture])
    session.flush()
    worker.member_since = NOW - timedelta(days=1)
    take(session, worker)
    asked = ask(session, worker, words="一句话")
    decline(session, KEYS, read_atlas(session), staff, asked, "no_place", NOW)
    session.flush()
    elected(session, worker)
    send(session, KEYS, staff, worker, "4401", Consented.PAPER, b"rows", NOW)
    case = a_case(session, worker)
    a_document(session, worker)
    told = a_document(session, worker)
    add(session, KEYS, case, "还有", told.id, NOW)
    case.answer = case.seal_answer(KEYS, "办好了")
    session.add(case)
    session.flush()
    return worker


def elected(session: Session, worker: Worker) -> None:
    """Let somebody run for an award, object to one, and suggest something."""
    award = an_award(session)
    nominee = Nominee(
        id=new_id(),
        award_id=award.id,
        worker_id=worker.id,
        standing=Candidacy.REFUSED,
        story=b"",
        at=NOW,
    )
    objection = Objection(
        id=new_id(),
        number=new_number(),
        award_id=award.id,
        worker_id=worker.id,
        text=b"",
        at=NOW,
    )
    idea = Suggestion(
        id=new_id(),
        worker_id=worker.id,
        number=new_number(),
        union_code="4401",
        aspect=Aspect.SAFETY,
        text=b"",
        at=NOW,
    )
    for row, column in ((nominee, "story"), (objection, "text"), (idea, "text")):
        row.keep(KEYS, worker, column, "[话]")
        row.keep(KEYS, worker, "why", "=因为")
    session.add_all([nominee, objection, idea])
    session.flush()


def tried(session: Session) -> dict[str, set[bool]]:
    found: dict[str, set[bool]] = {}
    for table in sealed_columns():
        for column, opens in openings(session, KEYS, table):
            found.setdefault(f"{table.name}.{column}", set()).add(opens)
    return found


def test_every_binary_column_is_a_hash_or_published_or_known_to_be_sealed() -> None:
    binary = {
        str(column)
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    open_ = (*HASHES, PUBLISHED)
    assert {name for name in binary if not name.endswith(open_)} == COLUMNS
    found = sealed_columns()
    assert {str(c) for columns in found.values() for c in columns} == COLUMNS


def test_every_value_is_tried_at_its_own_place(session: Session) -> None:
    everything(session)
    assert tried(session) == {column: {True} for column in COLUMNS}


@pytest.mark.parametrize("column", sorted(COLUMNS))
def test_a_value_that_does_not_open_is_found(session: Session, column: str) -> None:
    everything(session)
    table, _, name = column.partition(".")
    target = SQLModel.metadata.tables[table]
    session.execute(target.update().values({name: b"\1" + b"x" * 40}))
    assert False in tried(session)[column]
