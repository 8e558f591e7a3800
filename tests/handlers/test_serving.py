"""Serving: who may see to a request, what they see, and what the member hears."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from models import service, voucher
from models.columns import short
from models.message import Body
from models.service import Served, ServiceRequest, Slot
from models.voucher import Held, Voucher
from models.worker import Worker
from tests.handlers.members import ended, make_member
from tests.handlers.test_benefits import change, labels, take_voucher, texts
from tests.world import World

SAID = "孩子放假没人带"


def ask(world: World, words: str = "跳过") -> str:
    """Let a member ask for career advice; return the request's key."""
    world.do("press", "f:service:career")
    if "link" in world.screens["工人"][-1] and words != "跳过":
        world.fill_form(words)
    else:
        world.say(words)
    world.say("提交")
    return short(request(world).id)


def request(world: World) -> ServiceRequest:
    return world.write(lambda s: s.exec(select(ServiceRequest)).one())


def staff(world: World, press: str) -> list[Body]:
    return world.do("press", press, "社工")


def test_on_a_channel_of_others_a_request_is_masked(abroad: World) -> None:
    make_member(abroad, placed="440111")
    key = ask(abroad, SAID)
    assert SAID not in str(abroad.history("工人", "worker"))
    body = staff(abroad, f"v:service_asked:{key}")[-1]
    shown = dict(body["rows"])
    assert shown["姓名"] == "张*"
    assert "手机号" not in shown
    assert SAID not in str(body)


def test_only_who_answers_for_the_union_sees_to_a_request(world: World) -> None:
    make_member(world, placed="440111")
    key = ask(world)
    world.appoint("4451", "外地社工")
    for press in ("v:service_asked", "a:accept_service", "f:decline_service"):
        heard = world.do("press", f"{press}:{key}", "外地社工")
        assert "不在您负责的范围内" in texts(heard)
    assert "不在您负责的范围内" in texts(
        world.do("press", "f:decline_service:zz", "外地社工")
    )
    assert request(world).standing is Served.REQUESTED


def test_what_is_settled_is_not_decided_again(world: World) -> None:
    make_member(world, placed="440111")
    key = ask(world)
    staff(world, f"f:decline_service:{key}")
    world.say("现在没有名额", "社工")
    world.do("press", f"a:withdraw_request:{key}")
    assert "已经有结果了" in texts(world.say("确定不受理", "社工"))
    assert "已经有结果了" in texts(staff(world, f"a:accept_service:{key}"))
    assert "已经有结果了" in texts(staff(world, f"f:decline_service:{key}"))
    assert "本人已经取消" in texts(staff(world, f"v:service_asked:{key}"))
    assert "已经取消" in texts(world.do("press", f"a:withdraw_request:{key}"))


def test_a_form_about_a_request_is_named_by_it(world: World) -> None:
    make_member(world, placed="440111")
    key = ask(world)
    staff(world, f"f:decline_service:{key}")
    assert "接着填：不受理 职业指导" in str(labels(world.say("菜单", "社工")))


def test_a_rating_before_it_is_done_counts_for_nothing(world: World) -> None:
    make_member(world, placed="440111")
    key = ask(world)
    assert "尽快联系您" in texts(world.do("press", f"a:rate_service:{key}.5"))
    assert request(world).rating is None


def test_of_two_steps_at_once_only_the_last_is_told(world: World) -> None:
    make_member(world, placed="440111")
    key = ask(world)
    staff(world, f"a:accept_service:{key}")
    world.now += timedelta(seconds=1)
    staff(world, f"a:finish_service:{key}")
    heard = world.wait(timedelta(minutes=1))["工人"]
    assert [body["text"] for body in heard] == [
        "这件事办好了。您觉得怎么样？请打个分："
    ]
    assert ended(world, service.TOLD) == [("skipped", "went_on"), ("sent", "")]


@pytest.mark.parametrize("words", ["  ", "太" * 501])
def test_words_that_are_none_or_too_many_are_asked_again(
    abroad: World, words: str
) -> None:
    make_member(abroad, placed="440111")
    abroad.do("press", "f:service:career")
    assert "（网页）" in texts(abroad.fill_form(words))
    assert abroad.asked() == "words"


def book(world: World, hours: int = 48) -> str:
    make_member(world, placed="440111")
    world.wait(timedelta(days=30))
    world.open_slot(timedelta(hours=hours))
    world.say("体检")
    world.say("1")
    world.say("跳过")
    world.say("提交")
    return short(request(world).id)


def test_a_slot_taken_in_the_meantime_is_asked_again(world: World) -> None:
    make_member(world, placed="440111")
    world.wait(timedelta(days=30))
    for days in (2, 3):
        world.open_slot(timedelta(days=days))
    world.say("体检")
    world.say("1")
    talk = short(world.conversation()[0].id)
    world.do("press", f"q:{talk}:slot:1:zzz")
    world.say("跳过")
    world.write(lambda s: _fill_one(s, world))
    assert "刚刚约满" in texts(world.say("提交"))
    assert world.asked() == "slot"


def _fill_one(session: Session, world: World) -> None:
    chosen = world.answers()["slot"]
    for row in session.exec(select(Slot)):
        if short(row.id) == chosen:
            row.taken = row.capacity
            session.add(row)


@pytest.mark.parametrize(
    ("table", "values", "fate"),
    [
        (ServiceRequest, {"standing": Served.WITHDRAWN}, ("skipped", "withdrawn")),
        (Slot, {"starts_at": datetime.fromisoformat("2026-12-24T09:00+00:00")}, ()),
    ],
)
def test_a_slot_that_is_over_or_past_is_not_recalled(
    world: World, table: Any, values: dict[str, Any], fate: tuple[str, ...]
) -> None:
    book(world)
    change(world, table, **values)
    world.wait(timedelta(hours=34))
    assert ended(world, service.SLOT_SOON) == [fate or ("skipped", "too_late")]


def test_a_slot_is_recalled_at_a_rider_s_meal_time_too(world: World) -> None:
    book(world)
    change(world, Worker, group="delivery_rider")
    assert "明天的预约" in texts(world.wait(timedelta(hours=33))["工人"])


def test_a_slot_is_recalled_in_english_too(world: World) -> None:
    book(world)
    world.say("英文")
    heard = world.wait(timedelta(hours=34))["工人"]
    assert "Please bring: Your ID card" in texts(heard)
    assert "Your ID card" in str(world.do("press", "v:benefit:health-check"))


def test_who_turned_the_topic_off_hears_of_the_voucher_s_own_fate_alone(
    world: World,
) -> None:
    make_member(world)
    take_voucher(world)
    world.do("press", "a:prefer:benefits.off")
    assert world.wait(timedelta(days=28)) == {}
    assert ended(world, "voucher_ending") == [("skipped", "opted_out")]
    assert "到期了" in texts(world.wait(timedelta(days=2, minutes=1))["工人"])


def test_a_voucher_s_end_is_not_recalled_where_it_is_settled_or_past(
    world: World,
) -> None:
    make_member(world)
    take_voucher(world)
    world.wait(timedelta(days=32))
    assert ended(world, "voucher_ending") == [("skipped", "too_late")]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"until": datetime.fromisoformat("2026-12-01T09:00+00:00")}, "too_late"),
        ({"standing": Held.USED}, "used"),
    ],
)
def test_what_nobody_has_noted_yet_is_seen_when_it_is_told(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, Any],
    why: str,
) -> None:
    make_member(world)
    take_voucher(world)
    change(world, Voucher, **values)
    monkeypatch.setattr(voucher, "lapse", lambda *_: None)
    world.wait(timedelta(days=28, minutes=1))
    assert ended(world, "voucher_ending") == [("skipped", why)]
    assert ("已过期" if why == "too_late" else "已用") in str(world.say("我的券"))


def test_who_has_no_chat_any_more_is_told_nothing(world: World) -> None:
    make_member(world, placed="440111")
    take_voucher(world)
    key = ask(world)
    staff(world, f"a:accept_service:{key}")
    world.write(lambda s: _forget_rows(s))
    world.wait(timedelta(days=29))
    for kind in (service.TOLD, "voucher_ending"):
        assert ended(world, kind) == [("skipped", "no_chat")]


def _forget_rows(session: Session) -> None:
    for table in (Voucher, ServiceRequest):
        for row in session.exec(select(table)):
            session.delete(row)


def test_the_address_of_a_voucher_is_in_the_reader_s_language(world: World) -> None:
    make_member(world)
    take_voucher(world)
    world.say("英文")
    assert "3 Sample Road, Baiyun" in str(world.say("medicine")[-1])
