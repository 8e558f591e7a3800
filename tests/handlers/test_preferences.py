"""Reminder settings: switches, hours, and a birthday greeted once a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from models.preference import Preference, preference_of
from models.worker import Worker
from tests.handlers.members import ended, make_member, worker_of
from tests.world import World

DAY = timedelta(days=1)


def press(world: World, text: str) -> str:
    return world.do("press", text)[0]["text"]


def chosen(world: World) -> Preference:
    number = worker_of(world, "工人").id
    return world.write(lambda s: preference_of(s, number))


def rows(world: World) -> dict[str, str]:
    return {row[0]: row[1] for row in world.say("提醒设置")[0]["rows"]}


@pytest.mark.parametrize("what", ["notices", "events", "benefits", "surveys", "large"])
def test_each_switch_goes_both_ways_and_twice_is_harmless(
    world: World, what: str
) -> None:
    for word in ("off", "off", "on", "on"):
        press(world, f"a:prefer:{what}.{word}")
        assert getattr(chosen(world), what) is (word == "on")


@pytest.mark.parametrize("arg", ["", "large", "large.maybe", "everything.on"])
def test_what_is_no_switch_shows_the_settings(world: World, arg: str) -> None:
    assert "其他的由您定" in press(world, f"a:prefer:{arg}")


def test_own_hours_must_leave_room(world: World) -> None:
    world.fill("sure", group="外卖")
    world.say("提交")
    for typed in ("免打扰时间", "19:30", "17点"):
        said = world.say(typed)
    assert said[0]["text"].startswith("这样一整天都没有")
    world.say("16:30")
    assert rows(world)["免打扰"] == "19:30 到 16:30"


def test_the_same_hour_twice_means_no_quiet_hours(world: World) -> None:
    for typed in ("免打扰时间", "24点", "0:00"):
        world.say(typed)
    assert rows(world)["免打扰"] == "没有"


@pytest.mark.parametrize(
    ("typed", "hour"),
    [
        ("晚上10点半", "22:30"),
        ("下午3时", "15:00"),
        ("中午12点", "12:00"),
        ("7", "07:00"),
    ],
)
def test_hours_are_read_as_people_write_them(
    world: World, typed: str, hour: str
) -> None:
    for text in ("免打扰时间", typed, "8点15分"):
        world.say(text)
    assert rows(world)["免打扰"] == f"{hour} 到 08:15"


@pytest.mark.parametrize("typed", ["25点", "10:61", "半夜", "晚上13:70"])
def test_what_is_no_hour_is_asked_again(world: World, typed: str) -> None:
    world.say("免打扰时间")
    assert world.say(typed)[0]["text"].startswith("请写几点")


def greeted(world: World) -> None:
    """Let a member wish to be greeted, where that is switched on."""
    world.kit.rules = replace(world.kit.rules, birthday=True)
    make_member(world)
    world.write(_agree)
    press(world, "a:prefer:birthday.on")


def _agree(session: Session) -> None:
    from models.consent import agree
    from tests.models.cast import NOW

    worker = session.exec(select(Worker).where(Worker.member_no != None)).one()  # noqa: E711
    agree(session, worker.id, "join", "1", "text", "page", NOW)


def test_a_greeting_is_off_unless_switched_on_for_all(world: World) -> None:
    make_member(world)
    assert "生日祝福" not in rows(world)
    assert "出生日期" in press(world, "a:prefer:birthday.on")
    assert chosen(world).greet_at is None


def test_a_member_is_greeted_once_a_year(world: World) -> None:
    greeted(world)
    assert rows(world)["生日祝福"] == "开"
    due = chosen(world).greet_at
    assert due is not None
    world.now = due
    assert world.wait(timedelta(minutes=1))["工人"][0]["text"].startswith("生日快乐")
    assert world.wait(DAY) == {}
    after = chosen(world).greet_at
    assert after is not None
    assert after.year == due.year + 1
    world.now = after
    assert "工人" in world.wait(timedelta(minutes=1))
    assert ended(world, "birthday") == [("sent", ""), ("sent", "")]


def test_a_greeting_a_day_late_is_none(world: World) -> None:
    greeted(world)
    due = chosen(world).greet_at
    assert due is not None
    world.now = due + DAY
    assert world.wait(timedelta()) == {}
    assert ended(world, "birthday") == [("skipped", "too_late")]


@pytest.mark.parametrize(
    ("change", "reason"), [("off", "opted_out"), ("consent", "not_allowed")]
)
def test_who_changed_their_mind_is_not_greeted(
    world: World, change: str, reason: str
) -> None:
    greeted(world)
    due = chosen(world).greet_at
    assert due is not None
    world.write(lambda s: _schedule(s, world))
    if change == "off":
        press(world, "a:prefer:birthday.off")
    else:
        world.kit.rules = replace(world.kit.rules, birthday=False)
    world.wait(timedelta())
    assert ended(world, "birthday") == [("skipped", reason)]


def _schedule(session: Session, world: World) -> None:
    from models import reminder

    number = worker_of(world, "工人").id
    reminder.schedule(session, "birthday", str(number), world.now)
