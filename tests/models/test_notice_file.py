"""The picture of a notice: one, of a draft, for those who got it or tested it."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from models import notice
from models.document import Document, Enclosed
from models.notice import CannotChange, Notice, Unsound
from models.notice_file import NoticeFile, enclose, may_see
from models.place import Atlas
from models.staff import Staff
from tests.models.cast import NOW, reviewer
from tests.models.noticing import begun, letter, member, scheduled

JPEG = Enclosed("image/jpeg", b"\xff\xd8")


@pytest.fixture
def staff(session: Session) -> Staff:
    return reviewer(session)


@pytest.fixture
def draft(session: Session, atlas: Atlas, staff: Staff) -> Notice:
    return notice.write(session, atlas, staff, letter(), NOW)


def pictures(session: Session) -> list[NoticeFile]:
    return list(session.exec(select(NoticeFile)))


def test_a_notice_has_one_picture_or_none(
    session: Session, atlas: Atlas, staff: Staff, draft: Notice
) -> None:
    enclose(session, atlas, staff, draft, JPEG, NOW)
    enclose(session, atlas, staff, draft, Enclosed("image/jpeg", b"other"), NOW)
    (shown,) = pictures(session)
    assert (shown.published, shown.id) == (b"other", draft.content.picture)
    enclose(session, atlas, staff, draft, None, NOW)
    assert (pictures(session), draft.content.picture) == ([], 0)


def test_a_document_stands_in_for_a_picture(
    session: Session, atlas: Atlas, staff: Staff, draft: Notice
) -> None:
    enclose(session, atlas, staff, draft, JPEG, NOW)
    paper = Enclosed("application/pdf", b"%PDF-", "放假.pdf")
    enclose(session, atlas, staff, draft, paper, NOW)
    (shown,) = pictures(session)
    assert draft.content.picture == 0
    assert draft.content.document == Document(shown.id, "放假.pdf", 5)


def test_a_long_text_leaves_no_room_for_one(
    session: Session, atlas: Atlas, staff: Staff, draft: Notice
) -> None:
    long = letter(text="长" * 801)
    notice.change(session, atlas, staff, draft, long, NOW)
    with pytest.raises(Unsound, match="picture"):
        enclose(session, atlas, staff, draft, JPEG, NOW)
    assert pictures(session) == []


def test_what_is_handed_in_keeps_its_picture(
    session: Session, atlas: Atlas, staff: Staff
) -> None:
    member(session)
    row = scheduled(session, atlas, staff)
    with pytest.raises(CannotChange):
        enclose(session, atlas, staff, row, JPEG, NOW)


def test_who_got_it_or_tested_it_may_see_it(
    session: Session, atlas: Atlas, staff: Staff
) -> None:
    reader, other = member(session, "a"), member(session, union_code="4403")
    tester = member(session, union_code="4403")
    staff.worker_id = tester.id
    session.add(staff)
    row = begun(session, atlas, staff)
    shown = NoticeFile(id=1, notice_id=row.id, mime="image/jpeg", published=b"", at=NOW)
    seen = [may_see(session, shown, one.id) for one in (reader, tester, other)]
    assert seen == [True, True, False]
    notice.recall(session, atlas, staff, row, NOW)
    assert not may_see(session, shown, reader.id)


def test_nobody_sees_the_picture_of_a_draft(session: Session, draft: Notice) -> None:
    shown = NoticeFile(
        id=1, notice_id=draft.id, mime="image/jpeg", published=b"", at=NOW
    )
    assert not may_see(session, shown, member(session, "a").id)
