"""Merging: what a stray had is the member's, each value in its place and readable."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import Session, SQLModel, select

from models import quota
from models.application import (
    Application,
    Decision,
    Standing,
    latest_of,
    steps_of,
)
from models.arrival import Poison
from models.attachment import Attachment, new_attachment
from models.benefit import Use
from models.chat import Chat, Shown
from models.columns import new_id
from models.consent import Consent, agree
from models.conversation import Draft, new_conversation
from models.correction import Correction, Wish
from models.credential import credential_of, fits, set_credential
from models.export_link import find_export_link, make_export_link
from models.merging import LEFT, MOVED, merge
from models.message import Fate, Kind, Message, seal_body, unseal_body
from models.preference import Preference, preference_of
from models.review import decide
from models.sealed import WORKER, openings, sealed_columns
from models.sealing import CannotOpen, seal, unseal
from models.site import Site, rate, rating_by, rating_of
from models.staff import Staff, accept, appoint, invite
from models.totp import new_secret
from models.worker import Worker
from tests.models.cast import KEYS, NOW, applicant, apply, meet, reviewer
from tests.models.test_sealed import everything

TO_POOL = Decision(Standing.POOL, {})


def say(session: Session, chat: Chat, about: Worker, text: str) -> int:
    number = chat.next_number()
    body = seal_body(about.open_key(KEYS), chat.id, number, {"text": text})
    session.add(
        Message(
            chat_id=chat.id,
            number=number,
            about_id=about.id,
            side="bot",
            kind=Kind.REPLY,
            fate=Fate.KEPT,
            body=body,
            at=NOW,
        )
    )
    session.flush()
    return number


def read(session: Session, chat: Chat, number: int, about: Worker) -> str:
    row = session.get_one(Message, (chat.id, number))
    assert row.about_id == about.id
    return unseal_body(about.open_key(KEYS), chat.id, number, row.body)["text"]


@pytest.fixture
def both(session: Session) -> Iterator[tuple[Worker, Chat, Worker, Chat]]:
    stray, here = meet(session, "new")
    member, there = meet(session, "old")
    yield stray, here, member, there


Both = tuple[Worker, Chat, Worker, Chat]


def test_messages_keep_their_numbers_and_open_with_the_new_key(
    session: Session, both: Both
) -> None:
    stray, here, member, there = both
    mine = say(session, there, member, "旧")
    numbers = [say(session, here, stray, text) for text in ("一", "二")]
    old_key = stray.open_key(KEYS)
    merge(session, KEYS, stray, member, NOW)
    assert here.worker_id == member.id
    assert [read(session, here, n, member) for n in numbers] == ["一", "二"]
    assert read(session, there, mine, member) == "旧"
    sealed = session.get_one(Message, (here.id, 1)).body
    with pytest.raises(CannotOpen):
        unseal_body(old_key, here.id, 1, sealed)


def test_what_was_said_of_others_in_the_chat_stays_theirs(
    session: Session, both: Both
) -> None:
    stray, here, member, _ = both
    other, _ = meet(session, "other")
    number = say(session, here, other, "别人的事")
    merge(session, KEYS, stray, member, NOW)
    assert read(session, here, number, other) == "别人的事"


def test_what_was_said_of_the_stray_elsewhere_goes_along(
    session: Session, both: Both
) -> None:
    stray, _, member, _ = both
    _, theirs = meet(session, "social worker")
    number = say(session, theirs, stray, "申请")
    merge(session, KEYS, stray, member, NOW)
    assert read(session, theirs, number, member) == "申请"


def test_drafts_pictures_screens_consents_and_poison_go_along(
    session: Session, both: Both
) -> None:
    stray, here, member, _ = both
    talk = new_conversation(stray.id, here.id, "join", "", NOW)
    talk.keep(KEYS, stray, Draft({"full_name": "张三"}), NOW)
    picture = new_attachment(KEYS, stray, "image/jpeg", b"picture", NOW)
    here.show(KEYS, stray, [Shown(1, "好", "v:menu:")])
    agree(session, stray.id, "join", "1", "text", "page", NOW)
    poison = Poison(
        id=new_id(),
        chat_id=here.id,
        worker_id=stray.id,
        update=b"",
        error="",
        after_number=0,
        at=NOW,
    )
    place = f"poison.update|{poison.id}"
    poison.update = seal(stray.open_key(KEYS), place, b"update")
    session.add_all([talk, picture, poison])
    stray_id = stray.id
    merge(session, KEYS, stray, member, NOW)
    assert talk.worker_id == member.id
    assert talk.load(KEYS, member).answers == {"full_name": "张三"}
    assert session.get_one(Attachment, picture.id).open(KEYS, member) == b"picture"
    assert [s.label for s in here.shown(KEYS, member)] == ["好"]
    assert session.exec(select(Consent.worker_id)).all() == [member.id]
    assert unseal(member.open_key(KEYS), place, poison.update) == b"update"
    assert session.get(Worker, stray_id) is None


def test_an_open_application_is_kept_where_the_member_has_none(
    session: Session, both: Both
) -> None:
    stray, here, member, _ = both
    row = apply(session, stray, here)
    merge(session, KEYS, stray, member, NOW)
    assert row.standing is Standing.SUBMITTED
    assert row.load(KEYS, member)["full_name"] == "张三"
    latest = latest_of(session, member.id)
    assert latest is not None
    assert latest.id == row.id


def test_an_open_application_is_withdrawn_where_the_member_has_one(
    session: Session, both: Both
) -> None:
    stray, here, member, there = both
    own, other = apply(session, member, there), apply(session, stray, here, 2)
    merge(session, KEYS, stray, member, NOW)
    assert own.standing is Standing.SUBMITTED
    assert other.standing is Standing.WITHDRAWN
    assert other.worker_id == member.id


def test_an_open_application_of_who_is_a_member_is_withdrawn(
    session: Session, both: Both
) -> None:
    stray, here, _, _ = both
    approved = applicant(session, 3)
    decide(session, KEYS, reviewer(session), approved, TO_POOL, NOW, 30)
    member = session.get_one(Worker, approved.worker_id)
    row = apply(session, stray, here)
    merge(session, KEYS, stray, member, NOW)
    assert [s.standing for s in steps_of(session, row.id)][-1] is Standing.WITHDRAWN
    assert session.get_one(Application, approved.id).standing is Standing.POOL


def test_the_reasons_of_a_decision_open_with_the_new_key(
    session: Session, both: Both
) -> None:
    stray, here, member, _ = both
    row = apply(session, stray, here)
    step = steps_of(session, row.id)[-1]
    step.keep(KEYS, stray, {"mobile": "unclear"})
    merge(session, KEYS, stray, member, NOW)
    assert step.reasons(KEYS, member) == {"mobile": "unclear"}


def hire(session: Session, worker: Worker) -> Staff:
    code = invite(session, appoint(session, "social_worker", "4401", NOW), NOW)
    staff = accept(session, code, worker.id, NOW)
    assert staff is not None
    return staff


def test_a_position_goes_to_a_member_who_has_none(session: Session, both: Both) -> None:
    stray, _, member, _ = both
    staff = hire(session, stray)
    assert merge(session, KEYS, stray, member, NOW) == staff.id
    assert staff.worker_id == member.id


def test_a_member_keeps_their_own_position(session: Session, both: Both) -> None:
    stray, _, member, _ = both
    theirs, own = hire(session, stray), hire(session, member)
    assert merge(session, KEYS, stray, member, NOW) is None
    assert (theirs.worker_id, own.worker_id) == (None, member.id)


def test_every_table_that_names_a_worker_goes_along_or_stays_behind() -> None:
    naming = {
        table.name
        for table in SQLModel.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "worker"
    }
    assert naming == {*MOVED} | LEFT


def test_all_that_was_sealed_for_the_stray_opens_for_the_member(
    session: Session, both: Both
) -> None:
    _, _, member, _ = both
    stray = everything(session)
    stray.member_no = None
    tables = [table for table in sealed_columns() if table is not WORKER]
    before = {table: len([*openings(session, KEYS, table)]) for table in tables}
    merge(session, KEYS, stray, member, NOW)
    session.flush()
    for table in tables:
        found = [*openings(session, KEYS, table)]
        assert len(found) == before[table], table
        assert all(opens for _, opens in found), table


def wish(
    session: Session, worker: Worker, chat: Chat, field: str = "full_name"
) -> Correction:
    row = Correction(
        id=new_id(),
        worker_id=worker.id,
        chat_id=chat.id,
        union_code="440106",
        field=field,
        wish=b"",
        asked_at=NOW,
    )
    row.wish = seal(worker.open_key(KEYS), f"correction.wish|{row.id}", b"{}")
    session.add(row)
    session.flush()
    return row


def test_what_a_stray_has_used_counts_as_the_member_s(
    session: Session, both: Both
) -> None:
    stray, _, known, _ = both
    for worker in (stray, known):
        session.add(_use(worker, "2026-11"))
    session.add(_use(stray, "2026"))
    session.flush()
    quota.add_uses(session, stray.id, known.id)
    rows = session.exec(select(Use)).all()
    assert {(u.worker_id, u.period, u.used) for u in rows} == {
        (known.id, "2026-11", 2),
        (known.id, "2026", 1),
    }


def _use(worker: Worker, period: str) -> Use:
    return Use(worker_id=worker.id, benefit_code="career", period=period, used=1)


def test_a_stray_s_wish_goes_along_and_waits_no_more(
    session: Session, both: Both
) -> None:
    """Whoever left has one; that nobody settles it spares a member two of a kind."""
    stray, here, member, there = both
    theirs, own = wish(session, stray, here), wish(session, member, there)
    merge(session, KEYS, stray, member, NOW)
    assert (theirs.worker_id, theirs.standing) == (member.id, Wish.DROPPED)
    assert theirs.load(KEYS, member) == {}
    assert own.standing is Wish.WAITING


def export(session: Session, worker: Worker, chat: Chat) -> str:
    token = make_export_link(session, worker.id, chat.id, NOW, 30)
    session.flush()
    return token


def test_a_link_to_one_s_data_goes_along_where_the_member_has_none(
    session: Session, both: Both
) -> None:
    stray, here, member, _ = both
    token = export(session, stray, here)
    merge(session, KEYS, stray, member, NOW)
    found = find_export_link(session, token, NOW)
    assert found is not None
    assert found.worker_id == member.id


def test_a_member_keeps_their_own_link_to_their_data(
    session: Session, both: Both
) -> None:
    stray, here, member, there = both
    theirs, own = export(session, stray, here), export(session, member, there)
    merge(session, KEYS, stray, member, NOW)
    assert find_export_link(session, theirs, NOW) is None
    assert find_export_link(session, own, NOW) is not None


@pytest.mark.parametrize("own", [True, False])
def test_a_member_s_own_choices_and_ratings_hold(
    session: Session, both: Both, own: bool
) -> None:
    stray, _, member, _ = both
    site = session.get_one(Site, "gz-by-dh")
    session.add(Preference(worker_id=stray.id, large=True))
    rate(session, site, stray.id, 1, NOW)
    if own:
        session.add(Preference(worker_id=member.id))
        rate(session, site, member.id, 5, NOW)
    stars = 5 if own else 1
    merge(session, KEYS, stray, member, NOW)
    session.expire_all()
    assert preference_of(session, member.id).large is not own
    assert rating_by(session, site, member.id) == stars
    assert rating_of(session, site) == (stars, 1)


@pytest.mark.parametrize("own", [False, True])
def test_a_way_to_sign_in_goes_along_where_the_member_has_none(
    session: Session, own: bool
) -> None:
    stray, member = meet(session, "1")[0], meet(session, "2")[0]
    session.flush()
    strays = set_credential(session, KEYS, stray, "a password", new_secret()).number
    members = (
        set_credential(session, KEYS, member, "another", new_secret()).number
        if own
        else strays
    )
    session.flush()
    merge(session, KEYS, stray, member, NOW)
    session.expire_all()
    row = credential_of(session, member.id)
    assert row is not None
    assert row.number == members
    hashed, _ = row.load(KEYS, member)
    assert fits(hashed, "another" if own else "a password")
