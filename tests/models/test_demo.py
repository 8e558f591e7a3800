"""The demo: a reviewer sees people who wait, however often it is seeded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from models import application, demo, nominee, suggestion, transfer
from models.application import Application, Standing, steps_of
from models.award import Award, Phase, award_named
from models.case import Case, Course
from models.chat import Chat
from models.clerk import counter_of
from models.consent import Consent
from models.demos import benefits
from models.demos.awards import DRIVERS, GOLD, RUNNERS
from models.demos.cases import REPLIES
from models.doubts import shared_with_others
from models.election import advance
from models.event import Event, EventKind, EventState
from models.identity import normalise_mobile, resident_id_fault
from models.nominee import numbers_of
from models.notice import Notice, NoticeState
from models.notice_list import progress
from models.place import Atlas
from models.saved_reply import replies_for
from models.slot import SlotState, free_slots
from models.staff import Staff, accept
from models.transfer import Transfer
from models.worker import Worker
from tests.models.cast import KEYS, NOW, meet, waiting

TIMES = [
    NOW,
    datetime(2026, 10, 8, 0, 30, tzinfo=UTC),
    datetime(2027, 3, 1, 16, 0, tzinfo=UTC),
]


def test_the_demo_has_slots_and_a_clerk_s_position_once(session: Session) -> None:
    first, second = (benefits.seed(session, NOW) for _ in range(2))
    assert len(free_slots(session, benefits.CHECK, NOW)) == 6
    worker, _ = meet(session)
    assert accept(session, first, worker.id, NOW) is None
    assert accept(session, second, worker.id, NOW) is not None
    at = counter_of(session, worker.id)
    assert at is not None
    assert at.partner.code == benefits.PHARMACY


def test_the_demo_opens_times_anew_that_were_called_off_and_none_twice(
    session: Session,
) -> None:
    benefits.seed(session, NOW)
    full, *off = free_slots(session, benefits.CHECK, NOW)
    full.taken = full.capacity
    for row in off:
        row.state = SlotState.OFF
    benefits.seed(session, NOW)
    free = free_slots(session, benefits.CHECK, NOW)
    assert [row.starts_at for row in free] == [row.starts_at for row in off]


def test_the_demo_has_cases_in_different_stages_once(
    session: Session, atlas: Atlas
) -> None:
    for _ in range(2):
        demo.seed(session, KEYS, NOW)
    rows = session.exec(select(Case)).all()
    assert {row.course for row in rows} == {Course.WAITING, Course.CLOSED}
    assert [row.rating for row in rows if row.course is Course.CLOSED] == [5]
    assert sum(row.warned for row in rows) == 1
    assert sum(row.urgent for row in rows) == 1
    assert len(replies_for(session, atlas, "440111")) == len(REPLIES)


def to_review(session: Session, atlas: Atlas, union_code: str) -> list[Application]:
    return waiting(session, application.QUEUE, atlas.branch(union_code))


def is_doubtful(session: Session, row: Application) -> bool:
    facts = row.load(KEYS, session.get_one(Worker, row.worker_id))
    return shared_with_others(session, KEYS, row, facts) != set()


@pytest.mark.parametrize("now", TIMES, ids=["weekday", "holiday", "weekend"])
def test_a_reviewer_sees_new_old_and_forgotten_applications(
    session: Session, atlas: Atlas, now: datetime
) -> None:
    demo.seed(session, KEYS, now)
    rows = to_review(session, atlas, "4401")
    ages = [now - row.submitted_at for row in rows]
    assert [age.days for age in ages[1:]] == [2, 2, 0]
    assert now.date() - rows[0].due >= timedelta(days=4)
    assert all(row.due >= now.date() for row in rows if row.submitted_at == now)
    assert len({row.group for row in rows}) == 4
    assert len({row.district for row in rows}) == 3
    assert sum(is_doubtful(session, row) for row in rows) == 2
    assert len(to_review(session, atlas, "4451-home")) == 1


def test_seeding_again_makes_nothing_but_a_new_invitation(session: Session) -> None:
    codes = [demo.seed(session, KEYS, NOW) for _ in range(2)]
    assert codes[0] != codes[1]
    people = 7 + len(RUNNERS)
    tables = (
        (Application, 6),
        (Transfer, 1),
        (Worker, 5 + people),
        (Chat, people),
        (Event, 6),
    )
    for table, count in tables:
        assert len(session.exec(select(table)).all()) == count
    assert len(session.exec(select(Consent)).all()) == 6
    assert len(session.exec(select(Award)).all()) == 2
    assert len(session.exec(select(Transfer)).all()) == 1
    assert sorted(session.exec(select(Staff.union_code))) == ["4401", "4451-home"]


def test_the_newest_invitation_makes_a_social_worker_of_the_city(
    session: Session,
) -> None:
    worker, _ = meet(session)
    older, newer = (demo.seed(session, KEYS, NOW) for _ in range(2))
    assert accept(session, older, worker.id, NOW) is None
    staff = accept(session, newer, worker.id, NOW)
    assert staff is not None
    assert (staff.role, staff.union_code) == ("social_worker", "4401")


def test_the_people_are_whole_and_nobody(session: Session) -> None:
    demo.seed(session, KEYS, NOW)
    for row in session.exec(select(Application)):
        facts = row.load(KEYS, session.get_one(Worker, row.worker_id))
        assert resident_id_fault(facts["resident_id"], NOW.date()) is None
        assert facts["resident_id"][14:17] == "000"
        assert normalise_mobile(facts["mobile"]) == facts["mobile"]
        assert facts["mobile"].startswith("+86140")
        first, *decided = [step.standing for step in steps_of(session, row.id)]
        assert first is Standing.SUBMITTED
        assert decided in ([], [Standing.POOL])


def test_they_answered_what_the_form_asks_in_places_there_are(
    session: Session, atlas: Atlas
) -> None:
    demo.seed(session, KEYS, NOW)
    for row in session.exec(select(Application)):
        facts = row.load(KEYS, session.get_one(Worker, row.worker_id))
        assert list(facts) == list(demo.FACTS)
        assert facts["group"] in atlas.groups
        assert atlas.divisions[facts["district"]].parent == facts["city"]
        assert not facts["street"] or (
            atlas.divisions[facts["street"]].parent == facts["district"]
        )
        assert row.union_code in atlas.unions


@pytest.mark.parametrize("now", TIMES, ids=["weekday", "holiday", "weekend"])
def test_there_is_something_to_go_to_and_one_day_is_full(
    session: Session, now: datetime
) -> None:
    demo.seed(session, KEYS, now)
    found = session.exec(select(Event)).all()
    assert {event.kind for event in found} == {*EventKind}
    assert {event.state for event in found} == {EventState.OPEN}
    assert all(event.starts_at > now for event in found)
    assert [(e.taken, e.waiting) for e in found if e.taken] == [(3, 2)]
    assert sum(event.opens_at > now for event in found) == 1
    assert [e.name for e in found if e.groups] == ["货车司机安全行车竞赛"]


def test_one_award_is_voted_on_and_another_takes_nominations(
    session: Session, atlas: Atlas
) -> None:
    demo.seed(session, KEYS, NOW)
    advance(session, NOW)
    gold, drivers = award_named(session, GOLD), award_named(session, DRIVERS)
    assert gold is not None
    assert drivers is not None
    assert (gold.seats, gold.phase) == (10, Phase.VOTING)
    assert drivers.phase is Phase.NOMINATING
    assert len(numbers_of(session, gold.id)) == len(RUNNERS)
    branch = atlas.branch("4401")
    assert len(waiting(session, nominee.QUEUE, branch)) == 1
    assert len(waiting(session, suggestion.QUEUE, branch)) == 1
    assert len(waiting(session, transfer.QUEUE, branch)) == 1


def test_one_notice_was_sent_and_one_is_a_draft(session: Session) -> None:
    for _ in range(2):
        demo.seed(session, KEYS, NOW)
    rows = {row.state: row for row in session.exec(select(Notice))}
    assert {*rows} == {NoticeState.DONE, NoticeState.DRAFT}
    sums = progress(session, rows[NoticeState.DONE])
    assert sum(sums.values()) == rows[NoticeState.DONE].queued > 0
