"""What falls due by itself: one gentle reminder, the end of a draft, a decision."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlmodel import select

import handlers
from handlers.reminders import opening
from models.attachment import Attachment
from models.conversation import State
from models.reminder import Reminder
from models.rules import Rules
from tests.world import World

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def reasons(world: World) -> list[tuple[str, str, str]]:
    return world.write(
        lambda s: sorted((r.kind, r.fate, r.reason) for r in s.exec(select(Reminder)))
    )


def test_a_form_left_alone_is_recalled_once(world: World) -> None:
    world.fill("mobile")
    said = world.wait(DAY)["工人"]
    assert said[0]["text"].startswith("您上次的“入会申请”还没有填完")
    assert world.wait(DAY) == {}


def test_a_form_that_was_set_aside_is_recalled_too(world: World) -> None:
    world.fill("mobile")
    world.say("菜单")
    assert world.wait(DAY)["工人"]


def test_who_goes_on_during_quiet_hours_is_not_recalled(world: World) -> None:
    world.fill("mobile")
    world.now += timedelta(hours=12)
    world.say("帮助")
    world.wait(DAY)
    world.say("13812345678")
    assert world.wait(timedelta(hours=11)) == {}
    assert reasons(world) == [("unfinished", "skipped", "went_on")]


def test_a_form_finished_in_the_meantime_is_not_recalled(world: World) -> None:
    world.fill("sure")
    world.now += timedelta(hours=12)
    world.say("帮助")
    world.wait(DAY)
    world.say("提交")
    assert world.wait(timedelta(hours=11)) == {}
    assert reasons(world) == [("unfinished", "skipped", "finished")]


def test_a_draft_kept_as_long_as_it_may_be_is_erased_and_its_owner_told(
    world: World,
) -> None:
    world.fill("certificate", group="家政")
    world.do("photo", data=b"picture", mime="image/jpeg")
    world.wait(DAY)
    said = world.wait(30 * DAY)["工人"]
    assert said[0]["text"].startswith("您的“入会申请”放了 30 天")
    row, draft = world.conversation()
    assert (row.state, row.draft, draft.answers) == (State.EXPIRED, None, {})
    assert world.write(lambda s: s.exec(select(Attachment)).all()) == []
    assert world.say("13812345678")[0]["text"].startswith("没看懂")


def test_who_goes_on_at_the_last_moment_keeps_the_draft(world: World) -> None:
    world.fill("mobile")
    world.wait(DAY)
    world.now += 29 * DAY + timedelta(hours=12)
    world.wait(timedelta(minutes=1))
    assert ("expired", "waiting", "") in reasons(world)
    world.say("13812345678")
    world.wait(timedelta(hours=12))
    assert world.asked() == "group"
    assert ("expired", "skipped", "went_on") in reasons(world)


def test_a_form_of_a_flow_that_is_no_more_ends_silently(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.fill("mobile")
    monkeypatch.delitem(handlers.FLOWS, "join")
    assert world.wait(DAY) == {}
    assert world.conversation()[0].state is State.EXPIRED
    assert reasons(world) == [("unfinished", "skipped", "flow_is_gone")]


def test_an_expired_draft_of_a_finished_form_says_nothing(world: World) -> None:
    world.fill("sure")
    world.wait(DAY)
    world.now += 29 * DAY + timedelta(hours=12)
    world.wait(timedelta(minutes=1))
    world.say("帮助")
    world.say("提交")
    world.wait(timedelta(hours=12))
    assert ("expired", "skipped", "finished") in reasons(world)


def test_a_decision_overtaken_by_withdrawal_is_not_told(world: World) -> None:
    world.appoint("4401")
    world.fill("sure")
    world.say("提交")
    world.say("我的申请")
    withdraw = world.screens["工人"][-1]["choices"][0][2]
    number = dict(world.screens["工人"][-1]["rows"])["受理编号"]
    for typed in ("待审", "1", "退回修改", "姓名 手机号", "选好了（2 项）", "1", "1"):
        world.say(typed, "社工")
    world.say("退回", "社工")
    world.do("press", withdraw + number)
    assert "工人" not in world.wait(timedelta(minutes=1))
    assert reasons(world) == [("decision", "skipped", "overtaken")]


def test_a_subject_that_is_gone_has_no_chat(world: World) -> None:
    for kind in handlers.REMINDERS:
        row = Reminder(id=1, kind=kind, subject="7", due=world.now)
        chat = handlers.REMINDERS[kind].chat
        assert world.write(lambda s, c=chat, r=row: c(s, r)) is None  # type: ignore[misc]


def test_quiet_hours_end_in_the_morning() -> None:
    rules = Rules(quiet_start=time(21), quiet_end=time(8))
    night = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
    assert opening(rules, night) == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    assert opening(rules, night + 10 * HOUR) == night + 10 * HOUR
