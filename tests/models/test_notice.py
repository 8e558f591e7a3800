"""Notices: each step is taken by who may, once; who gets a copy is queued once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.database import Database, in_transaction
from models import notice, notice_course, notice_list, outcome, recipient
from models.audience import Audience
from models.audit import AuditEntry
from models.message import Fate
from models.notice import (
    CannotChange,
    NeedsAnother,
    NobodyThere,
    Notice,
    NoticeState,
    Unsound,
)
from models.place import Atlas, read_atlas
from models.reminder import Reminder
from models.staff import NotTheirs, Staff
from tests.models.cast import NOW, Meet, race, reviewer
from tests.models.noticing import RULES, begun, fates, letter, member, scheduled

STRICT = replace(RULES, second_above=0)


@pytest.fixture
def staff(session: Session) -> Staff:
    return reviewer(session)


def written(session: Session, atlas: Atlas, staff: Staff, **facts: Any) -> Notice:
    return notice.write(session, atlas, staff, letter(**facts), NOW)


def acts(session: Session, row: Notice) -> list[str]:
    found = select(AuditEntry).where(AuditEntry.subject_id == row.id)
    return [f"{one.action} {one.detail}".strip() for one in session.exec(found)]


def test_a_notice_is_written_tried_and_handed_in(
    session: Session, atlas: Atlas, staff: Staff
) -> None:
    member(session, "a")
    row = scheduled(session, atlas, staff, urgent="停水")
    assert (row.state, row.counted) == (NoticeState.SCHEDULED, 1)
    assert (row.send_at, row.expires_at) == (NOW, NOW + timedelta(hours=72))
    assert row.content == letter(urgent="停水")
    assert acts(session, row) == [
        "notice.written",
        "notice.tested",
        "notice.scheduled",
        "notice.urgent 停水",
    ]
    shown = session.exec(select(Reminder).where(Reminder.kind == notice.TEST)).one()
    assert (shown.subject, row.tester_id) == (str(row.id), staff.id)


def test_a_letter_must_hold_together(
    session: Session, atlas: Atlas, staff: Staff
) -> None:
    with pytest.raises(Unsound, match="blanks"):
        written(session, atlas, staff, text="{id_number}")
    with pytest.raises(Unsound, match="groups"):
        written(session, atlas, staff, whom={"groups": ("astronaut",)})


def test_nobody_writes_to_members_of_others(session: Session, atlas: Atlas) -> None:
    theirs = reviewer(session, "4403")
    with pytest.raises(NotTheirs):
        written(session, atlas, theirs)
    row = written(session, atlas, reviewer(session))
    with pytest.raises(NotTheirs):
        notice.try_out(session, atlas, theirs, row, NOW)
    with pytest.raises(NotTheirs):
        notice.change(session, atlas, theirs, row, letter(), NOW)


@pytest.mark.parametrize(
    "change",
    [{"active": False}, {"role": "jury"}, {"union_code": "4403"}],
    ids=["revoked", "of another role", "elsewhere"],
)
def test_only_who_serves_the_union_may(
    atlas: Atlas, session: Session, change: dict[str, Any]
) -> None:
    one = reviewer(session)
    assert notice.may_run(atlas, one, "440106")
    for name, value in change.items():
        setattr(one, name, value)
    assert not notice.may_run(atlas, one, "440106")
    assert not notice.may_run(atlas, None, "440106")


def test_a_change_makes_a_draft_again(
    session: Session, atlas: Atlas, staff: Staff
) -> None:
    member(session)
    row = scheduled(session, atlas, staff, rules=STRICT)
    assert row.state is NoticeState.WAITING
    other = reviewer(session)
    notice.change(session, atlas, other, row, letter(title="停电通知"), NOW)
    assert (row.state, row.author_id) == (NoticeState.DRAFT, other.id)
    assert row.content.title == "停电通知"


def test_many_people_need_a_second_person(
    session: Session, atlas: Atlas, staff: Staff
) -> None:
    member(session)
    row = scheduled(session, atlas, staff, rules=STRICT)
    assert notice_list.awaiting_second(session, {"440106"}) == [row]
    with pytest.raises(NeedsAnother):
        notice.agree(session, atlas, staff, row, NOW)
    second = reviewer(session, "440106")
    later = NOW + timedelta(days=5)
    notice.agree(session, atlas, second, row, later)
    assert (row.state, row.second_id) == (NoticeState.SCHEDULED, second.id)
    assert row.expires_at == later + timedelta(hours=72)
    with pytest.raises(CannotChange):
        notice.agree(session, atlas, second, row, NOW)


def test_the_same_person_in_two_positions_is_no_second_person(
    session: Session, atlas: Atlas, staff: Staff
) -> None:
    member(session)
    row = scheduled(session, atlas, staff, rules=STRICT)
    twin = reviewer(session)
    staff.worker_id, twin.worker_id = None, None
    with pytest.raises(NeedsAnother):
        notice.agree(session, atlas, twin, row, NOW)


def test_a_notice_to_nobody_is_not_sent(
    session: Session, atlas: Atlas, staff: Staff
) -> None:
    with pytest.raises(NobodyThere):
        scheduled(session, atlas, staff)


Deed = Callable[..., Any]

THERE: list[tuple[Deed, set[NoticeState]]] = [
    (notice.try_out, {NoticeState.DRAFT, NoticeState.TESTED}),
    (notice.agree, {NoticeState.WAITING}),
    (
        notice.send_back,
        {NoticeState.TESTED, NoticeState.WAITING, NoticeState.SCHEDULED},
    ),
    (notice.pause, {NoticeState.SENDING}),
    (notice.resume, {NoticeState.PAUSED}),
    (notice.stop, {NoticeState.SCHEDULED, NoticeState.SENDING, NoticeState.PAUSED}),
    (
        notice.recall,
        {
            NoticeState.SENDING,
            NoticeState.PAUSED,
            NoticeState.DONE,
            NoticeState.STOPPED,
        },
    ),
    (notice.retry, {NoticeState.DONE}),
]


@pytest.mark.parametrize(
    ("deed", "there"), THERE, ids=lambda x: getattr(x, "__name__", "")
)
def test_each_step_begins_where_it_may_and_nowhere_else(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    deed: Deed,
    there: set[NoticeState],
) -> None:
    second = reviewer(session)
    for state in NoticeState:
        row = written(session, atlas, staff)
        row.state, row.send_at = state, NOW
        session.add(row)
        session.flush()
        if state in there:
            deed(session, atlas, second, row, NOW)
            assert acts(session, row)[-1] == f"notice.{row.state}"
        else:
            with pytest.raises(CannotChange):
                deed(session, atlas, second, row, NOW)


def test_everybody_is_queued_once(session: Session, atlas: Atlas, staff: Staff) -> None:
    people = [member(session) for _ in range(5)]
    row = begun(session, atlas, staff)
    assert (row.is_queued, row.queued, row.slices) == (True, 5, 1)
    assert not notice_course.queue_slice(session, atlas, row, NOW)
    assert fates(session, row) == {"waiting": 5}
    assert {*recipient.next_due(session, row.id, NOW, 9)} == {p.id for p in people}


def test_parts_are_queued_each_once(
    session: Session, atlas: Atlas, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_course, "SLICE", 2)
    for _ in range(9):
        member(session)
    row = scheduled(session, atlas, staff)
    notice_course.begin(session, row.id, row.counted)
    session.refresh(row)
    stale = Notice(**row.model_dump())
    assert notice_course.queue_slice(session, atlas, row, NOW)
    assert not notice_course.queue_slice(session, atlas, stale, NOW)
    while notice_course.queue_slice(session, atlas, row, NOW):
        pass
    assert (row.slices, row.queued) == (5, 9)
    assert not notice_course.begin(session, row.id, 9)


def test_nothing_is_queued_of_what_was_stopped(
    session: Session, atlas: Atlas, staff: Staff
) -> None:
    member(session)
    row = scheduled(session, atlas, staff)
    notice_course.begin(session, row.id, 1)
    session.refresh(row)
    notice.stop(session, atlas, staff, row, NOW)
    assert not notice_course.queue_slice(session, atlas, row, NOW)


def test_what_is_at_work_is_found_until_it_has_ended(
    session: Session, atlas: Atlas, staff: Staff
) -> None:
    member(session)
    row = scheduled(session, atlas, staff)
    assert notice_course.at_work(session, NOW - timedelta(seconds=1)) == []
    assert notice_course.at_work(session, NOW) == [row]
    row = begun(session, atlas, staff)
    assert not notice_course.end(session, row, NOW)
    assert recipient.skip_some(session, row.id, "too_late", NOW) == 1
    assert notice_course.end(session, row, NOW)
    session.refresh(row)
    assert row.state is NoticeState.DONE
    notice.recall(session, atlas, staff, row, NOW)
    assert row in notice_course.at_work(session, NOW)
    assert notice_course.end(session, row, NOW)
    session.refresh(row)
    assert row not in notice_course.at_work(session, NOW)


def test_why_what_waits_is_skipped(
    session: Session, atlas: Atlas, staff: Staff
) -> None:
    member(session)
    row = begun(session, atlas, staff)
    assert notice_course.over_reason(row, NOW) == ""
    assert notice_course.over_reason(row, NOW + timedelta(days=3)) == "too_late"
    row.state = NoticeState.STOPPED
    assert notice_course.over_reason(row, NOW) == "called_off"
    row.state = NoticeState.RECALLED
    assert notice_course.over_reason(row, NOW) == "recalled"


def test_of_eight_who_press_at_once_one_is_heard(database: Database) -> None:
    atlas = in_transaction(database, read_atlas)

    def prepare(session: Session) -> tuple[int, int]:
        staff = reviewer(session)
        member(session)
        return begun(session, atlas, staff).id, staff.id

    notice_id, staff_id = in_transaction(database, prepare)

    def press(session: Session, meet: Meet) -> None:
        row = session.get_one(Notice, notice_id)
        staff = session.get_one(Staff, staff_id)
        meet()
        notice.pause(session, atlas, staff, row, NOW)

    done = race(database, *[press] * 8)
    assert sorted(type(one).__name__ for one in done) == [
        *["CannotChange"] * 7,
        "NoneType",
    ]


def test_eight_processes_never_claim_the_same_person(database: Database) -> None:
    atlas = in_transaction(database, read_atlas)

    def prepare(session: Session) -> int:
        staff = reviewer(session)
        for _ in range(40):
            member(session)
        return begun(session, atlas, staff).id

    notice_id = in_transaction(database, prepare)

    def claim(session: Session, meet: Meet) -> list[int]:
        meet()
        found = recipient.next_due(session, notice_id, NOW, 5)
        until = outcome.lease_end(NOW)
        outcomes = [
            outcome.Outcome(one, Fate.WAITING, until, claimed=True) for one in found
        ]
        outcome.settle(session, notice_id, outcomes)
        return found

    done = race(database, *[claim] * 8)
    claimed = [one for found in done for one in found]
    assert len(claimed) == len(set(claimed)) == 40


def test_the_audience_of_a_whole_city_is_its_unions(atlas: Atlas) -> None:
    assert Audience.of({"union_code": "4401", "groups": ["courier"]}) == Audience(
        union_code="4401", groups=("courier",)
    )
