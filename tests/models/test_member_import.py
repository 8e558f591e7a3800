"""Importing members: sent, checked, confirmed, written; sealed, and gone in a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from models import member_import
from models.application import (
    Decision,
    Standing,
    applications_of,
    latest_of,
)
from models.audit import AuditEntry
from models.chat import chats_of
from models.columns import new_id
from models.consent import consents_of
from models.correction import membership_of
from models.enrolling import CHANNEL, enrol_some
from models.import_check import Checked, check
from models.import_rows import BadRow
from models.member_import import (
    KEPT,
    Consented,
    Course,
    ImportPiece,
    MemberImport,
    Part,
)
from models.place import Atlas
from models.review import decide
from models.rules import Rules
from models.sealing import CannotOpen
from models.staff import Staff
from models.worker import Worker, member_with_id

from .cast import KEYS, NOW, UNDO_SECONDS, applicant, resident_id, reviewer
from .listing import HEADS, WHOLE, frame, line


def checked(session: Session, atlas: Atlas, *lines: list[str]) -> Checked:
    return check(session, KEYS, frame(atlas), [list(HEADS), *lines])


def sent(
    session: Session, staff: Staff | None = None, data: bytes = b"file"
) -> MemberImport:
    staff = staff or reviewer(session)
    sender = session.get_one(Worker, staff.worker_id)
    by = (session, KEYS, staff, sender)
    return member_import.send(*by, "4401", Consented.PAPER, data, NOW)


def ready(session: Session, atlas: Atlas, *lines: list[str]) -> MemberImport:
    """Send a list, have it checked and confirm it."""
    found, row = checked(session, atlas, *lines), sent(session)
    key = session.get_one(Worker, row.worker_id).open_key(KEYS)
    good = member_import.packed_people(found.good)
    member_import.put_pieces(session, row, key, Part.GOOD, 0, good)
    bad = member_import.packed([one.plain() for one in found.bad])
    member_import.put_pieces(session, row, key, Part.BAD, 0, bad)
    member_import.check_done(session, row, len(found.good), len(found.bad))
    staff = session.get_one(Staff, row.staff_id)
    session.refresh(row)
    assert member_import.confirm(session, staff, row, NOW)
    session.refresh(row)
    return row


def write(session: Session, atlas: Atlas, row: MemberImport) -> None:
    while enrol_some(session, KEYS, atlas, Rules(), row.id, NOW):
        pass
    member_import.finish(session, row, NOW)
    session.refresh(row)


def members(session: Session) -> list[Worker]:
    found = select(Worker).where(Worker.member_no != None)  # noqa: E711
    return list(session.exec(found))


def faults(found: Checked) -> list[tuple[int, str]]:
    return [(row.number, fault.why) for row in found.bad for fault in row.faults]


def test_good_and_bad_rows_are_told_apart(session: Session, atlas: Atlas) -> None:
    found = checked(session, atlas, line(1), line(2, name="1"), line(3))
    assert [one.id_number for one in found.good] == [resident_id(1), resident_id(3)]
    assert {number for number, _ in faults(found)} == {3}


def test_who_is_in_the_list_twice_is_named_each_time(
    session: Session, atlas: Atlas
) -> None:
    found = checked(session, atlas, line(1), line(2), line(1, name="李四"))
    assert faults(found) == [(2, "twice"), (4, "twice")]


def test_who_is_a_member_or_has_applied_is_named(
    session: Session, atlas: Atlas
) -> None:
    pool = Decision(Standing.POOL, {})
    member, _ = applicant(session, 1), applicant(session, 2)
    by = (session, KEYS, reviewer(session), member, pool)
    decide(*by, NOW, UNDO_SECONDS)
    found = checked(session, atlas, line(1), line(2), line(3))
    assert faults(found) == [(2, "member"), (3, "applied")]


def test_a_member_number_is_nobody_else_s(session: Session, atlas: Atlas) -> None:
    write(session, atlas, ready(session, atlas, line(1)))
    (number,) = [one.member_no for one in members(session)]
    heads = [*HEADS, "会员证号"]
    rows = [[*line(2), number or ""], [*line(3), "A7"], [*line(4), "A7"]]
    found = check(session, KEYS, frame(atlas), [heads, *rows])
    assert faults(found) == [(2, "taken"), (3, "twice"), (4, "twice")]


def test_a_good_row_becomes_a_member(session: Session, atlas: Atlas) -> None:
    row = ready(session, atlas, line(1), line(2))
    assert members(session) == []
    write(session, atlas, row)
    assert (row.course, row.written) == (Course.DONE, 2)
    tags = KEYS.tags("id_number", resident_id(1))
    worker = member_with_id(session, "resident", tags)
    assert worker is not None
    assert worker.unseal(KEYS, "name") == "张三"
    assert len(worker.member_no or "") == 14
    assert (worker.union_code, worker.group, worker.in_pool) == (
        *("4401", "courier"),
        False,
    )
    (application,) = applications_of(session, worker.id)
    assert application.standing is Standing.PLACED
    assert membership_of(session, worker) == application


def test_how_somebody_agreed_is_kept_with_them(session: Session, atlas: Atlas) -> None:
    write(session, atlas, ready(session, atlas, line(1)))
    (worker,) = members(session)
    (consent,) = consents_of(session, worker.id)
    assert (consent.scope, consent.version, consent.channel) == (
        *("join", "paper"),
        CHANNEL,
    )
    entry = select(AuditEntry).where(AuditEntry.action == "member.imported")
    assert session.exec(entry).one().subject_id == worker.id


def test_who_was_imported_cannot_be_reached_until_they_come(
    session: Session, atlas: Atlas
) -> None:
    write(session, atlas, ready(session, atlas, line(1)))
    (worker,) = members(session)
    (chat,) = chats_of(session, worker.id)
    assert (chat.channel, chat.stopped_at) == (CHANNEL, NOW)


def test_what_a_list_says_of_a_membership_holds(session: Session, atlas: Atlas) -> None:
    told = [
        *("李四", "护照", "E1234567", "1990-03-07", "男", "13900000000"),
        *("保安", "单位职工", "440111", "2019-03-01", "GZ-1".replace("-", "")),
    ]
    found = check(session, KEYS, frame(atlas), [list(WHOLE), told])
    assert found.bad == []
    row = sent(session)
    key = session.get_one(Worker, row.worker_id).open_key(KEYS)
    good = member_import.packed_people(found.good)
    member_import.put_pieces(session, row, key, Part.GOOD, 0, good)
    assert enrol_some(session, KEYS, atlas, Rules(), row.id, NOW)
    (worker,) = members(session)
    assert worker.member_no == "GZ1"
    assert worker.member_since is not None
    assert str(worker.member_since + timedelta(hours=8))[:10] == "2019-03-01"
    latest = latest_of(session, worker.id)
    assert latest is not None
    facts = latest.load(KEYS, worker)
    assert (facts["other_id"], facts["sex"]) == ("E1234567", "male")


def test_who_joined_in_the_meantime_is_handed_back(
    session: Session, atlas: Atlas
) -> None:
    row = ready(session, atlas, line(1), line(2))
    by = (session, KEYS, reviewer(session), applicant(session, 1))
    decide(*by, Decision(Standing.POOL, {}), NOW, UNDO_SECONDS)
    write(session, atlas, row)
    assert (row.written, row.good, row.bad) == (1, 1, 1)
    (bad,) = (
        BadRow.of(one) for one in member_import.rows_in(session, KEYS, row, Part.BAD)
    )
    assert bad.faults[0].why == "member"
    assert bad.row["id_number"] == resident_id(1)
    assert len(members(session)) == 2


def test_nobody_is_written_twice(session: Session, atlas: Atlas) -> None:
    row = ready(session, atlas, *(line(number) for number in range(1, 12)))
    assert enrol_some(session, KEYS, atlas, Rules(), row.id, NOW)
    assert len(members(session)) == member_import.AT_ONCE
    write(session, atlas, row)
    assert len(members(session)) == 11
    assert not enrol_some(session, KEYS, atlas, Rules(), row.id, NOW)
    assert not enrol_some(session, KEYS, atlas, Rules(), new_id(), NOW)


def test_only_who_sent_a_list_can_open_it(session: Session) -> None:
    row = sent(session, data="姓名".encode())
    assert member_import.file_of(session, KEYS, row) == "姓名".encode()
    piece = session.exec(select(ImportPiece)).one()
    other = session.get_one(Worker, reviewer(session).worker_id)
    with pytest.raises(CannotOpen):
        piece.load(other.open_key(KEYS))
    assert "姓名".encode() not in piece.data


def test_a_list_moves_on_once(session: Session, atlas: Atlas) -> None:
    row = ready(session, atlas, line(1))
    staff = session.get_one(Staff, row.staff_id)
    assert not member_import.confirm(session, staff, row, NOW)
    member_import.refuse(session, row, "late")
    session.refresh(row)
    assert (row.course, row.why) == (Course.CONFIRMED, "")
    write(session, atlas, row)
    member_import.finish(session, row, NOW)
    done = select(AuditEntry).where(AuditEntry.action == "import.done")
    assert len(session.exec(done).all()) == 1


def test_a_list_without_good_rows_is_not_confirmed(session: Session) -> None:
    row = sent(session)
    member_import.check_done(session, row, 0, 3)
    session.refresh(row)
    staff = session.get_one(Staff, row.staff_id)
    assert not member_import.confirm(session, staff, row, NOW)


def test_all_of_a_list_goes_after_a_day(session: Session) -> None:
    row = sent(session)
    assert member_import.to_do(session) == [row]
    assert member_import.past(session, NOW + KEPT) == []
    later = NOW + KEPT + timedelta(seconds=1)
    assert member_import.past(session, later) == [row]
    assert member_import.forget_some(session, row)
    assert not member_import.forget_some(session, row)
    assert session.exec(select(MemberImport)).all() == []
    assert session.exec(select(ImportPiece)).all() == []


def test_a_list_is_dropped_at_a_word_unless_it_is_being_written(
    session: Session, atlas: Atlas
) -> None:
    row = ready(session, atlas, line(1))
    staff = session.get_one(Staff, row.staff_id)
    member_import.drop(session, staff, row, NOW)
    assert member_import.past(session, NOW) == []
    write(session, atlas, row)
    member_import.drop(session, staff, row, NOW)
    assert member_import.past(session, NOW) == [row]
    assert member_import.of_staff(session, staff) == [row]
