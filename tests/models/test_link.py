"""Links: what goes from a chat that is cut, and what stays the person's."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlmodel import Session, SQLModel

from models import transfer
from models.application import Standing
from models.chat import chats_of
from models.console_link import find_console_link, make_console_link
from models.console_session import Limits, Way, sessions_of, sign_in
from models.correction import Wish
from models.export_link import find_export_link, make_export_link
from models.link import EMPTIED, LEFT, RETURNED, link, object_to
from models.live import begin
from models.one_time import hash_of
from models.service import Served
from models.staff import OFFICER, accept, appoint, invite
from models.transfer import Moving
from models.voucher import Held
from tests.models.benefits import ask, take
from tests.models.casework import a_case
from tests.models.cast import KEYS, NOW, apply, meet
from tests.models.test_merging import wish
from tests.models.test_transfer import DUE, WISH
from tests.models.test_transfer import member as enrolled

MINUTE = timedelta(minutes=1)


def test_every_table_that_names_a_chat_is_cut_or_returned_or_left() -> None:
    naming = {
        table.name
        for table in SQLModel.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "chat"
    }
    known = [str(table.__tablename__) for table in (*EMPTIED, *RETURNED)]
    assert sorted(naming) == sorted([*known, *LEFT])


def test_what_was_asked_for_in_a_chat_that_is_cut_ends(session: Session) -> None:
    member, there = meet(session, "old")
    _, here = meet(session, "new")
    apply(session, member, there)
    made, member = link(session, KEYS, here, member.id, "pin", NOW)
    waiting = wish(session, member, here)
    settled = wish(session, member, here, "id_number")
    settled.standing = Wish.APPROVED
    token = make_export_link(session, member.id, here.id, NOW, 30)
    session.flush()
    claim = object_to(session, KEYS, made, member, there, NOW + timedelta(hours=1))
    assert claim is not None
    assert claim.union_code == "440106"
    assert here.worker_id != member.id
    for row, standing in ((waiting, Wish.DROPPED), (settled, Wish.APPROVED)):
        session.refresh(row)
        assert (row.worker_id, row.chat_id) == (member.id, there.id)
        assert row.standing is standing
    assert find_export_link(session, token, NOW) is None


def test_a_stranger_who_takes_a_cut_chat_over_has_nothing_of_the_member_s(
    session: Session,
) -> None:
    member, there = meet(session, "old")
    stray, here = meet(session, "new")
    stray_id = stray.id
    made, member = link(session, KEYS, here, member.id, "code", NOW)
    sent = apply(session, member, here)
    assert made.stray_worker_id == stray_id
    object_to(session, KEYS, made, member, there, NOW)
    session.refresh(sent)
    assert (sent.standing, sent.chat_id) == (Standing.WITHDRAWN, there.id)
    assert (here.edition, here.screen) == (1, None)


def test_what_was_begun_in_a_person_s_name_ends_with_the_link(
    session: Session,
) -> None:
    member = enrolled(session)
    there = chats_of(session, member.id)[0]
    member.member_since = NOW - timedelta(days=100)
    before = ask(session, member)
    seen = take(session, member)
    _, here = meet(session, "new")
    later = NOW + timedelta(hours=1)
    made, member = link(session, KEYS, here, member.id, "pin", later)
    begun = ask(session, member, "legal")
    begun.asked_at = later
    row = transfer.request(session, KEYS, member, WISH, later, DUE)
    object_to(session, KEYS, made, member, there, later)
    assert (seen.standing, row.standing) == (Held.CANCELLED, Moving.WITHDRAWN)
    assert (before.standing, begun.standing) == (Served.REQUESTED, Served.WITHDRAWN)


def test_what_the_person_began_themself_goes_on_after_the_link(
    session: Session,
) -> None:
    member = enrolled(session)
    there = chats_of(session, member.id)[0]
    row = transfer.request(session, KEYS, member, WISH, NOW, DUE)
    _, here = meet(session, "new")
    later = NOW + timedelta(hours=1)
    made, member = link(session, KEYS, here, member.id, "pin", later)
    object_to(session, KEYS, made, member, there, later)
    assert row.standing is Moving.REQUESTED


def test_who_came_in_uninvited_is_put_out_of_the_console_too(session: Session) -> None:
    member, there = meet(session, "old")
    _, here = meet(session, "new")
    staff = appoint(session, OFFICER, "4401", NOW)
    accept(session, invite(session, staff, NOW), member.id, NOW)
    limits = Limits(timedelta(minutes=30), timedelta(hours=12))
    enter = partial(sign_in, session, staff, member, Way.LINK, "a browser")
    mine, _ = enter(NOW)
    made, member = link(session, KEYS, here, member.id, "pin", NOW + MINUTE)
    theirs = make_console_link(session, member.id, here.id, NOW + MINUTE, 10)
    enter(NOW + MINUTE)
    object_to(session, KEYS, made, member, there, NOW + 2 * MINUTE)
    assert find_console_link(session, theirs, NOW + 2 * MINUTE) is None
    [left] = sessions_of(session, member.id, limits, NOW + 2 * MINUTE)
    assert left.token_hash == hash_of(mine)


def test_a_talk_in_a_chat_that_is_cut_is_over(session: Session) -> None:
    member, there = meet(session, "old")
    _, here = meet(session, "new")
    made, member = link(session, KEYS, here, member.id, "pin", NOW)
    row = a_case(session, member)
    staff = appoint(session, OFFICER, "4401", NOW)
    begin(session, staff, row, {here.id, there.id}, NOW)
    object_to(session, KEYS, made, member, there, NOW)
    for chat in (here, there):
        session.refresh(chat)
        assert chat.case_id is None
