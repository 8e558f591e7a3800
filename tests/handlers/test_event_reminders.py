"""Reminders about events: each is said in time, or ends with the reason why not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select, update

from bot.reminding import tell
from models.columns import short
from models.event import Event, EventState
from models.event_news import tell_some
from models.reminder import Reminder
from models.signup import (
    AFTERWARDS,
    CALLED_OFF,
    CHANGED,
    IN_VAIN,
    LAPSED,
    OFFERED,
    SOON,
    Signup,
    SignupState,
    cancel,
)
from models.worker import Worker
from models.worker import new_worker as made
from tests.handlers.hosts import call_off, event_named, hold_event, put_off
from tests.handlers.members import ended, make_member
from tests.handlers.test_events import press, sign_up
from tests.models.cast import KEYS
from tests.world import MONDAY, World

pytestmark = pytest.mark.usefixtures("numbered")

MINUTE = timedelta(minutes=1)


def heard(world: World, time: timedelta, who: str = "工人") -> str:
    return " ".join(body["text"] for body in world.wait(time).get(who, []))


def change(world: World, table: Any, **values: Any) -> None:
    world.write(lambda s: s.execute(update(table).values(**values)))


def queue_up(world: World, hours: str = "96") -> None:
    """Let one person have the only seat, and another wait."""
    make_member(world, "甲", number=1)
    make_member(world, "乙", number=2)
    hold_event(world, "家政节", "1", hours)
    sign_up(world, who="甲")
    key = short(event_named(world, "家政节").id)
    press(world, f"f:signup:{key}", "乙")
    world.say("确定报名", "乙")


def new_worker(session: Session) -> Worker:
    """Make somebody who has no chat."""
    worker = made(KEYS, "zh-CN", MONDAY)
    session.add(worker)
    session.flush()
    return worker


def give_back(world: World) -> None:
    """Let the one with the seat cancel."""
    world.write(
        lambda s: cancel(
            s, s.exec(select(Signup).where(Signup.state == SignupState.IN)).one()
        )
    )


def test_who_signed_up_after_its_time_is_not_reminded_of_yesterday(
    world: World,
) -> None:
    make_member(world)
    hold_event(world, "家政节", "1", "5")
    sign_up(world)
    assert heard(world, MINUTE) == ""
    assert "分钟开始" in heard(world, timedelta(hours=4))
    assert ended(world, SOON) == [("skipped", "too_late"), ("sent", "")]


@pytest.mark.parametrize(
    ("table", "values", "reason"),
    [
        (Signup, {"state": SignupState.CANCELLED}, "cancelled"),
        (Signup, {"state": SignupState.ATTENDED}, "there_already"),
        (Event, {"state": EventState.CANCELLED}, "cancelled"),
    ],
)
def test_nobody_is_reminded_of_what_is_no_more(
    world: World, table: Any, values: dict[str, Any], reason: str
) -> None:
    make_member(world)
    hold_event(world, "家政节", "1", "48")
    sign_up(world)
    change(world, table, **values)
    world.wait(timedelta(hours=24))
    assert ended(world, SOON)[0] == ("skipped", reason)


def test_a_rider_hears_at_meal_time_of_an_event_in_an_hour(world: World) -> None:
    make_member(world)
    change(world, Worker, group="delivery_rider")
    hold_event(world, "家政节", "1", "2")
    sign_up(world)
    assert "还有 59 分钟" in heard(world, timedelta(hours=1))


def test_nobody_is_woken_for_an_event_in_an_hour(world: World) -> None:
    make_member(world)
    hold_event(world, "家政节", "1", "22.5")
    sign_up(world)
    assert heard(world, timedelta(hours=21.75)) == ""
    assert "还有 29 分钟" in heard(world, timedelta(minutes=15))


def test_a_reminder_of_the_old_hour_is_not_said(world: World) -> None:
    make_member(world)
    hold_event(world, "家政节", "1", "48")
    sign_up(world)
    put_off(world, "家政节", "5")
    assert "有变动" in heard(world, timedelta(hours=24))
    assert ended(world, SOON)[0] == ("skipped", "moved")
    assert "15:01 开始" in heard(world, timedelta(hours=5))


def test_a_machine_that_slept_reminds_nobody_of_what_was(world: World) -> None:
    make_member(world)
    hold_event(world, "家政节", "1", "48")
    sign_up(world)
    world.wait(timedelta(hours=48, minutes=30))
    assert ended(world, SOON) == [("skipped", "too_late")] * 2


def test_who_turned_the_topic_off_hears_of_changes_alone(world: World) -> None:
    make_member(world)
    hold_event(world, "家政节", "1", "48")
    sign_up(world)
    press(world, "a:prefer:events.off")
    assert heard(world, timedelta(hours=24)) == ""
    assert ended(world, SOON)[0] == ("skipped", "opted_out")
    put_off(world, "家政节", "5")
    assert "有变动" in heard(world, MINUTE)


def test_of_two_reminders_that_are_late_one_is_said(world: World) -> None:
    make_member(world)
    hold_event(world, "家政节", "1", "48")
    sign_up(world)
    world.wait(timedelta(hours=47, minutes=30))
    assert ended(world, SOON) == [("skipped", "overtaken"), ("sent", "")]


def test_an_offer_that_was_answered_is_told_no_more(world: World) -> None:
    queue_up(world)
    give_back(world)
    assert "轮到您了" in heard(world, MINUTE, "乙")
    assert ended(world, OFFERED) == [("sent", "")]


@pytest.mark.parametrize(
    ("table", "values", "reason"),
    [
        (Signup, {"state": SignupState.IN}, "answered"),
        (Event, {"state": EventState.CANCELLED}, "cancelled"),
    ],
)
def test_an_offer_made_at_night_may_be_over_by_morning(
    world: World, table: Any, values: dict[str, Any], reason: str
) -> None:
    queue_up(world)
    give_back(world)
    assert heard(world, timedelta(hours=12), "乙") == ""
    change(world, table, **values)
    world.wait(timedelta(hours=12))
    assert ended(world, OFFERED) == [("skipped", reason)]


def test_an_offer_nobody_could_hear_of_in_time_goes_to_the_next(world: World) -> None:
    queue_up(world)
    give_back(world)
    world.wait(timedelta(hours=12))
    world.wait(timedelta(hours=26))
    world.wait(timedelta(hours=10))
    assert ended(world, OFFERED) == [("skipped", "answered")]
    assert ended(world, LAPSED) == [("sent", "")]


def test_an_offer_at_its_last_second_is_too_late(world: World) -> None:
    queue_up(world)
    give_back(world)
    world.wait(timedelta(hours=12))
    change(world, Signup, offer_until=world.now + timedelta(hours=12))
    found = select(Reminder.id).where(Reminder.kind == OFFERED)
    number = world.write(lambda s: s.exec(found).one())
    world.now += timedelta(hours=12)
    world.write(lambda s: tell(s, world.kit, world.cans, number, world.now))
    assert ended(world, OFFERED) == [("skipped", "too_late")]


def test_who_has_an_offer_is_told_when_it_is_called_off(world: World) -> None:
    queue_up(world)
    give_back(world)
    world.wait(MINUTE)
    call_off(world, "家政节")
    assert "取消了" in heard(world, timedelta(hours=23), "乙")


def test_who_lost_the_seat_of_what_is_called_off_is_spared_it(world: World) -> None:
    queue_up(world)
    give_back(world)
    world.wait(MINUTE)
    world.wait(timedelta(hours=13))
    call_off(world, "家政节")
    world.wait(timedelta(hours=11))
    assert ended(world, LAPSED) == [("skipped", "cancelled")]


def test_who_waited_to_the_start_is_told(world: World) -> None:
    queue_up(world, "5")
    assert "没有等到名额" in heard(world, timedelta(hours=5), "乙")


@pytest.mark.parametrize(
    ("table", "values", "reason"),
    [
        (Signup, {"state": SignupState.CANCELLED}, "waits_no_more"),
        (Event, {"state": EventState.CANCELLED}, "cancelled"),
    ],
)
def test_who_waits_no_more_is_not_told(
    world: World, table: Any, values: dict[str, Any], reason: str
) -> None:
    queue_up(world, "5")
    change(world, table, **values)
    world.wait(timedelta(hours=5))
    assert ended(world, IN_VAIN) == [("skipped", reason)]


def test_who_waits_on_hears_of_it_at_the_new_start(world: World) -> None:
    queue_up(world, "5")
    put_off(world, "家政节", "2")
    world.wait(timedelta(hours=5))
    assert ended(world, IN_VAIN) == [("skipped", "moved"), ("waiting", "")]


def test_who_left_before_the_news_is_spared_it(world: World) -> None:
    make_member(world)
    hold_event(world, "家政节", "1", "48")
    sign_up(world)
    put_off(world, "家政节", "1")
    call_off(world, "家政节")
    world.write(tell_some)
    change(world, Signup, state=SignupState.CANCELLED)
    world.wait(MINUTE)
    assert ended(world, CHANGED) == [("skipped", "cancelled")]
    assert ended(world, CALLED_OFF) == [("skipped", "cancelled")]


def test_news_of_a_change_after_the_end_is_too_late(world: World) -> None:
    make_member(world)
    hold_event(world, "家政节", "1", "48")
    sign_up(world)
    put_off(world, "家政节", "1")
    world.wait(timedelta(days=4))
    assert ended(world, CHANGED) == [("skipped", "too_late")]


@pytest.mark.parametrize(
    ("table", "values", "reason"),
    [
        (Signup, {"rating": 4}, "rated"),
        (Event, {"state": EventState.CANCELLED}, "cancelled"),
    ],
)
def test_who_said_how_it_was_is_not_asked(
    world: World, table: Any, values: dict[str, Any], reason: str
) -> None:
    make_member(world)
    hold_event(world, "家政节", "1", "0.5")
    world.do("start", f"e-{event_named(world, '家政节').door}")
    change(world, table, **values)
    world.wait(timedelta(hours=5))
    assert ended(world, AFTERWARDS) == [("skipped", reason)]


def test_a_guest_without_a_chat_is_told_nothing(world: World) -> None:
    make_member(world)
    hold_event(world, "家政节", "1", "5")
    sign_up(world)

    def leave_alone(session: Session) -> None:
        row = session.exec(select(Signup)).one()
        row.worker_id = new_worker(session).id
        session.add(row)

    world.write(leave_alone)
    world.wait(timedelta(hours=4))
    assert {reason for _, reason in ended(world, SOON)} == {"no_chat"}


def test_a_reminder_of_nothing_is_told_nobody(world: World) -> None:
    make_member(world)
    hold_event(world, "家政节", "1", "5")
    row = sign_up(world)
    world.write(lambda s: s.delete(s.get_one(Signup, row.id)))
    world.wait(timedelta(hours=4))
    assert {reason for _, reason in ended(world, SOON)} == {"no_chat"}
