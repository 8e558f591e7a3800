"""Calendars: an event's file is what any calendar reads; a draft has none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.calendars import Calendars
from bot.database import Database
from models.event import Event, EventState
from tests.models.programme import PLAN, open_event
from tests.world import World


@pytest.fixture
def world(sqlite: Database) -> World:
    return World(sqlite)


@pytest.fixture
def web(world: World) -> TestClient:
    calendars = Calendars(world.kit, lambda request: 0.0)
    return TestClient(Starlette(routes=calendars.routes()))


def entry_in(content: bytes) -> Any:
    return Calendar.from_ical(content).walk("VEVENT")[0]


def held(world: World, **changes: Any) -> Event:
    return world.write(lambda session: open_event(session, **changes))


def test_a_calendar_reads_when_and_where_it_is(world: World, web: TestClient) -> None:
    event = held(world)
    answer = web.get(f"/event/{event.code}.ics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    entry = entry_in(answer.content)
    assert entry["SUMMARY"] == PLAN.name
    assert entry["LOCATION"] == PLAN.place
    assert entry["DTSTART"].dt == PLAN.starts_at
    assert entry["DTEND"].dt == PLAN.ends_at
    assert (entry["STATUS"], entry["SEQUENCE"]) == ("CONFIRMED", 0)
    assert entry["GEO"].to_ical() == "23.1167;113.2799"
    assert entry["UID"].startswith(f"{event.code}@")


def test_it_speaks_english_to_who_asks_for_it(world: World, web: TestClient) -> None:
    event = held(world)
    english = {"Accept-Language": "en-GB"}
    answer = web.get(f"/event/{event.code}.ics", headers=english)
    entry = entry_in(answer.content)
    assert entry["SUMMARY"] == PLAN.name_en
    assert entry["LOCATION"] == PLAN.place_en
    assert entry["DESCRIPTION"] == PLAN.about_en


def test_a_long_text_is_folded_and_its_marks_are_escaped(
    world: World, web: TestClient
) -> None:
    about = "带上会员证；早点来, 位子有限\n" + "欢迎大家参加" * 20
    event = held(world, about=about)
    answer = web.get(f"/event/{event.code}.ics")
    assert max(map(len, answer.content.split(b"\r\n"))) <= 75
    assert b"\\," in answer.content
    entry = entry_in(answer.content)
    assert entry["DESCRIPTION"] == about


def test_one_that_is_called_off_says_so(world: World, web: TestClient) -> None:
    event = held(world, state=EventState.CANCELLED)
    content = web.get(f"/event/{event.code}.ics").content
    assert b"METHOD:CANCEL" in content
    assert entry_in(content)["STATUS"] == "CANCELLED"


def test_one_nowhere_on_the_map_without_a_word_has_neither(
    world: World, web: TestClient
) -> None:
    event = held(world, lat=None, lon=None, about="")
    entry = entry_in(web.get(f"/event/{event.code}.ics").content)
    assert not {"GEO", "DESCRIPTION"} & {*entry}


def test_a_draft_is_as_unknown_as_any_other_code(world: World, web: TestClient) -> None:
    event = held(world, state=EventState.DRAFT)
    answers = [web.get(f"/event/{code}.ics") for code in (event.code, "XXXXXX")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content == b""


def test_who_asks_too_often_has_to_wait(world: World) -> None:
    calendars = Calendars(world.kit, lambda request: 1.0)
    web = TestClient(Starlette(routes=calendars.routes()))
    assert web.get("/event/XXXXXX.ics").status_code == 429


def test_a_change_counts_as_one(world: World, web: TestClient) -> None:
    event = held(world)

    def later(session: Session) -> None:
        row = session.get_one(Event, event.id)
        row.sequence, row.starts_at = 1, row.starts_at + timedelta(minutes=1)
        session.add(row)

    world.write(later)
    answer = web.get(f"/event/{event.code}.ics")
    assert entry_in(answer.content)["SEQUENCE"] == 1
