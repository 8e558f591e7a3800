"""Events: a plan that holds together, by staff whose union it is; then its life."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from models.audit import AuditEntry
from models.event import (
    CannotChange,
    Event,
    EventState,
    Unsound,
    close,
    create,
    event_at_door,
    event_with,
    finish,
    publish,
)
from models.own_question import Asks, OwnQuestion
from models.place import Atlas
from models.staff import ADMINISTRATOR, PARTNER_CLERK, NotTheirs, appoint
from tests.models.cast import NOW, reviewer
from tests.models.programme import PLAN, QUESTIONS, open_event


def test_a_draft_keeps_its_plan_and_nobody_finds_it(
    session: Session, atlas: Atlas
) -> None:
    plan = replace(PLAN, questions=QUESTIONS, groups=("courier",), remind_hours=(1, 48))
    event = create(session, atlas, reviewer(session), plan, NOW)
    assert event.state is EventState.DRAFT
    assert event.own_questions == QUESTIONS
    assert event.remind_hours == [48, 1]
    assert (event.is_for("courier"), event.is_for("guard")) == (True, False)
    assert event.left == 2
    assert event_with(session, event.code) is None
    assert event_at_door(session, event.door) is event


def test_a_published_event_is_found_by_its_code(session: Session, atlas: Atlas) -> None:
    staff = reviewer(session)
    event = create(session, atlas, staff, PLAN, NOW)
    publish(session, atlas, staff, event, NOW)
    assert event_with(session, event.code) is event
    close(session, atlas, staff, event, NOW)
    assert event.state is EventState.CLOSED
    found = session.exec(
        select(AuditEntry.action).where(AuditEntry.subject_id == event.id)
    )
    assert [*found] == ["event.created", "event.open", "event.closed"]


def test_what_is_done_already_is_not_done_again(session: Session, atlas: Atlas) -> None:
    staff, event = reviewer(session), open_event(session)
    with pytest.raises(CannotChange):
        publish(session, atlas, staff, event, NOW)
    close(session, atlas, staff, event, NOW)
    with pytest.raises(CannotChange):
        close(session, atlas, staff, event, NOW)


def test_only_staff_of_that_union_or_above_run_it(
    session: Session, atlas: Atlas
) -> None:
    event = open_event(session)
    for union in ("4451", "440111"):
        staff = reviewer(session, union)
        with pytest.raises(NotTheirs):
            create(session, atlas, staff, PLAN, NOW)
        with pytest.raises(NotTheirs):
            close(session, atlas, staff, event, NOW)
    gone = reviewer(session)
    gone.active = False
    with pytest.raises(NotTheirs):
        create(session, atlas, gone, PLAN, NOW)
    district = replace(PLAN, union_code="440111")
    for role in (ADMINISTRATOR, PARTNER_CLERK):
        with pytest.raises(NotTheirs):
            create(session, atlas, appoint(session, role, "4401", NOW), PLAN, NOW)
    created = create(session, atlas, reviewer(session), district, NOW)
    assert created.union_code == "440111"


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "长" * 41}),
        ("place", {"place": ""}),
        ("coordinates", {"lat": None}),
        ("coordinates", {"lat": 91.0}),
        ("coordinates", {"lon": 181.0}),
        ("times", {"ends_at": PLAN.starts_at}),
        ("sign_up", {"closes_at": PLAN.opens_at}),
        ("sign_up", {"closes_at": PLAN.ends_at + timedelta(minutes=1)}),
        ("capacity", {"capacity": 0}),
        ("groups", {"groups": ("nobody",)}),
        ("remind_hours", {"remind_hours": (0,)}),
        ("questions", {"questions": (QUESTIONS[0], QUESTIONS[0])}),
        ("questions", {"questions": (OwnQuestion("Meal", Asks.TEXT, "吃什么？"),)}),
        ("questions", {"questions": (OwnQuestion("meal", Asks.TEXT, " "),)}),
        (
            "questions",
            {"questions": (OwnQuestion("a", Asks.CHOICE, "哪个？", options=("一",)),)},
        ),
        (
            "questions",
            {
                "questions": (
                    OwnQuestion("a", Asks.TEXT, "哪个？", options=("一", "二")),
                )
            },
        ),
    ],
)
def test_a_plan_that_does_not_hold_together_is_refused(
    session: Session, atlas: Atlas, part: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(Unsound, match=part):
        create(session, atlas, reviewer(session), replace(PLAN, **changes), NOW)


def test_an_event_may_be_nowhere_on_the_map(session: Session, atlas: Atlas) -> None:
    plan = replace(PLAN, lat=None, lon=None)
    assert create(session, atlas, reviewer(session), plan, NOW).lat is None


def test_an_option_without_an_english_name_keeps_its_own() -> None:
    meal = QUESTIONS[0]
    assert (meal.option(1, "en"), meal.option(1, "zh-CN")) == ("None", "素")
    assert replace(meal, options_en=()).option(1, "en") == "素"


def test_what_has_ended_is_over(session: Session) -> None:
    ended, other = open_event(session), open_event(session)
    called_off = open_event(session, state=EventState.CANCELLED)
    other.ends_at += timedelta(seconds=1)
    session.flush()
    finish(session, ended.ends_at)
    for event, state in (
        (ended, EventState.OVER),
        (other, EventState.OPEN),
        (called_off, EventState.CANCELLED),
    ):
        session.refresh(event)
        assert event.state is state


@pytest.mark.parametrize("taken", [-1, 3])
def test_the_database_itself_keeps_no_more_seats_than_there_are(
    session: Session, taken: int
) -> None:
    event: Event = open_event(session)
    event.taken = taken
    with pytest.raises(IntegrityError), session.begin_nested():
        session.flush()
