"""Benefits in a chat: lists of any length, what is refused, who may redeem."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, delete, select

from handlers.offers import PAGE
from handlers.redeeming import EnterCode, Redeem
from handlers.say import Word
from handlers.serving import Decline
from handlers.turn import Turn
from models import voucher
from models.benefit import Benefit, BenefitKind
from models.columns import short
from models.message import Body
from models.partner import Giving, Partner
from models.service import ServiceRequest
from models.slot import add_slot
from models.staff import Staff
from models.voucher import Held, Voucher
from models.worker import Worker
from tests.handlers.members import make_member, worker_of
from tests.models.benefits import ask, take
from tests.world import World

CODE, SECOND = "346789ACDE", "FGHJKMNPQR"
MEDICINE = "f:voucher:medicine"


def texts(bodies: list[Body]) -> str:
    return "\n".join(body["text"] for body in bodies)


def labels(bodies: list[Body]) -> list[str]:
    return [label for _, label, _ in bodies[-1].get("choices", [])]


def offer(world: World, count: int) -> None:
    """Let there be so many benefits and no others."""

    def work(session: Session) -> None:
        for table in (Giving, Benefit):
            session.exec(delete(table))
        session.add_all(
            Benefit(
                code=f"tea-{number}",
                position=number,
                kind=BenefitKind.SERVICE,
                name=f"第{number}杯茶",
                name_en=f"Cup {number}",
                about="茶",
                about_en="Tea",
                bring="",
                bring_en="",
            )
            for number in range(count)
        )

    world.write(work)


def take_voucher(world: World, who: str = "工人") -> str:
    """Let a member take a voucher for the pharmacy in Baiyun; return its code."""
    for said in ("家庭药箱", "白云", "1", "确定领取"):
        heard = world.say(said, who)
    return "".join(dict(heard[-1]["rows"])["券码"].split())


def change(world: World, table: Any, **values: Any) -> None:
    def work(session: Session) -> None:
        for row in session.exec(select(table)):
            for name, value in values.items():
                setattr(row, name, value)
            session.add(row)

    world.write(work)


def vouchers(world: World) -> list[Voucher]:
    ordered = select(Voucher).order_by(col(Voucher.issued_at))
    return world.write(lambda s: list(s.exec(ordered)))


@pytest.mark.parametrize(
    ("count", "pages"), [(0, 1), (1, 1), (9, 2), (10, 2), (500, 100)]
)
def test_a_list_of_any_length_turns_page_by_page(
    world: World, count: int, pages: int
) -> None:
    make_member(world)
    offer(world, count)
    seen = [label for label in labels(world.say("普惠服务")) if "杯茶" in label]
    for _ in range(min(pages, 4) - 1):
        heard = world.say("看更多")
        assert len(labels(heard)) <= PAGE
        seen += [label for label in labels(heard) if "杯茶" in label]
    assert len(seen) == len(set(seen)) == min(count, 20)


def test_nothing_on_offer_is_said(world: World) -> None:
    offer(world, 0)
    assert "还没有服务" in texts(world.say("普惠服务"))


def test_a_benefit_there_is_not_is_said(world: World) -> None:
    make_member(world)
    for press in ("v:benefit:nothing", "f:voucher:nothing", "f:voucher:career"):
        assert "没有找到这一项" in texts(world.do("press", press))
    assert "没有找到这一项" in texts(world.do("press", "f:service:medicine"))


def test_who_applied_is_shown_the_way_to_the_application(world: World) -> None:
    world.fill("sure")
    world.say("提交")
    assert "我的申请" in labels(world.say("普惠服务"))
    assert labels(world.say("家庭药箱"))[0] == "我的申请"


def test_terms_are_shown_to_who_asks(world: World) -> None:
    make_member(world)
    change(world, Benefit, closes=world.now.date(), share=2)
    for word, shares in (("家庭药箱", "每月 2 次"), ("健康体检", "每年 2 次")):
        world.say("普惠服务")
        arg = "medicine" if word == "家庭药箱" else "health-check"
        rows = dict(world.do("press", f"v:benefit:{arg}")[-1]["rows"])
        assert rows["每人"] == shares
        assert rows["截止"] == "2026年11月23日"
    rows = dict(world.do("press", "v:benefit:career")[-1]["rows"])
    assert rows["每人"] == "共 2 次"


def test_what_somebody_has_open_is_shown_instead_of_another(world: World) -> None:
    make_member(world, placed="440111")
    take_voucher(world)
    assert "看我的券" in labels(world.do("press", "v:benefit:medicine"))
    assert world.say("家庭药箱")[-1]["drawing"][0] == "voucher"
    for said in ("f:service:career",):
        world.do("press", said)
    world.say("跳过")
    world.say("提交")
    assert "看我办的事" in labels(world.do("press", "v:benefit:career"))


def test_where_nobody_gives_it_no_voucher_is_taken(world: World) -> None:
    make_member(world)
    change(world, Partner, active=False)
    assert "还没有商户" in texts(world.say("家庭药箱"))


def test_where_one_gives_it_no_place_is_asked(world: World) -> None:
    make_member(world)
    others = delete(Giving).where(col(Giving.partner_code) != "drug-renhe")
    world.write(lambda s: s.exec(others))
    assert "确定领这张券吗" in texts(world.say("家庭药箱"))


@pytest.mark.parametrize("key", ["@here", "@north,east", "440113"])
def test_a_place_that_is_none_is_asked_again(world: World, key: str) -> None:
    make_member(world)
    world.say("家庭药箱")
    talk = short(world.conversation()[0].id)
    world.do("press", f"q:{talk}:district:1:{key}")
    assert world.asked() == "district"


def test_the_last_one_gone_in_the_meantime_is_said(world: World) -> None:
    make_member(world)
    for said in ("家庭药箱", "白云", "1"):
        world.say(said)
    change(world, Benefit, quota=1, taken=1)
    assert "名额用完了" in texts(world.say("确定领取"))
    assert vouchers(world) == []


def test_a_race_for_the_last_one_is_said_by_who_lost_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_member(world, placed="440111")
    for said in ("家庭药箱", "白云", "1"):
        world.say(said)
    monkeypatch.setattr("models.quota._take_of_all", lambda *_: False)
    assert "名额用完了" in texts(world.say("确定领取"))
    for said in ("f:service:career",):
        world.do("press", said)
    world.say("跳过")
    assert "名额用完了" in texts(world.say("提交"))


@pytest.mark.parametrize("count", [0, 1, 8, 9, 17])
def test_vouchers_are_listed_eight_a_page(world: World, count: int) -> None:
    make_member(world)

    def work(session: Session) -> None:
        worker = session.get_one(Worker, worker_of(world, "工人").id)
        worker.member_since = world.now - timedelta(days=9)
        for _ in range(count):
            voucher.cancel(session, take(session, worker), world.now)

    world.write(work)
    heard = world.say("我的券")
    shown = [label for label in labels(heard) if "尾号" in label]
    assert len(shown) == min(count, 8)
    assert ("看更多" in labels(heard)) == (count > 8)
    beyond = world.do("press", "v:vouchers:9")
    assert labels(beyond) == labels(heard)


@pytest.mark.parametrize("count", [0, 1, 9])
def test_requests_are_listed_eight_a_page(world: World, count: int) -> None:
    make_member(world)

    def work(session: Session) -> None:
        worker = session.get_one(Worker, worker_of(world, "工人").id)
        worker.member_since = world.now - timedelta(days=9)
        for _ in range(count):
            from models import service

            service.withdraw(session, ask(session, worker), world.now)

    world.write(work)
    heard = world.say("我办的事")
    assert sum("职业指导" in label for label in labels(heard)) == min(count, 8)
    assert ("看更多" in labels(heard)) == (count > 8)
    assert labels(world.do("press", "v:requests:9")) == labels(heard)


def test_what_is_another_s_is_not_shown_or_changed(world: World) -> None:
    make_member(world)
    take_voucher(world)
    world.do("press", "f:service:career")
    world.say("跳过")
    world.say("提交")
    row = vouchers(world)[0]
    asked = world.write(lambda s: s.exec(select(ServiceRequest)).one())
    world.do("hello", who="别人")
    for press in ("v:voucher", "a:cancel_voucher"):
        heard = world.do("press", f"{press}:{short(row.id)}", "别人")
        assert "没有找到这张券" in texts(heard)
    for press in ("v:request", "a:withdraw_request", "a:rate_service"):
        heard = world.do("press", f"{press}:{short(asked.id)}.5", "别人")
        assert "没有找到这件事" in texts(heard)
    assert vouchers(world)[0].standing is Held.OPEN


def test_cancelling_what_is_used_says_so(world: World) -> None:
    make_member(world)
    code = take_voucher(world)
    world.appoint_clerk("drug-baiyun")
    redeem(world, code)
    row = vouchers(world)[0]
    assert "已经用过了" in texts(world.do("press", f"a:cancel_voucher:{short(row.id)}"))


def redeem(world: World, code: str, who: str = "收银员") -> list[Body]:
    world.do("start", f"r-{code}", who)
    world.say("12.5", who)
    return world.say("确定核销", who)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("12", 1200), ("１２．５元", 1250), ("¥ 0.05", 5), ("省了8块", 800), ("007", 700)],
)
def test_an_amount_is_read_as_people_write_it(
    world: World, typed: str, fen: int
) -> None:
    make_member(world)
    code = take_voucher(world)
    world.appoint_clerk("drug-baiyun")
    world.do("start", f"r-{code}", "收银员")
    world.say(typed, "收银员")
    world.say("确定核销", "收银员")
    assert vouchers(world)[0].saved == fen


@pytest.mark.parametrize("typed", ["0", "一盒药", "12.345", "-3", "123456"])
def test_what_is_no_amount_is_asked_again(world: World, typed: str) -> None:
    make_member(world)
    code = take_voucher(world)
    world.appoint_clerk("drug-baiyun")
    world.do("start", f"r-{code}", "收银员")
    assert "没看懂金额" in texts(world.say(typed, "收银员"))


def test_who_is_quicker_at_another_counter_wins(world: World) -> None:
    make_member(world)
    code = take_voucher(world)
    for who in ("甲", "乙"):
        world.appoint_clerk("drug-baiyun", who)
        world.do("start", f"r-{code}", who)
        world.say("3", who)
    assert "核销好了" in texts(world.say("确定核销", "甲"))
    assert "已经在示例大药房（白云店）用过了" in texts(world.say("确定核销", "乙"))


def test_a_race_between_counters_is_said_to_who_lost_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_member(world)
    code = take_voucher(world)
    world.appoint_clerk("drug-baiyun")
    world.do("start", f"r-{code}", "收银员")
    world.say("3", "收银员")

    def lost(*_: Any) -> None:
        raise voucher.CannotRedeem(voucher.Denied.CANCELLED)

    monkeypatch.setattr(voucher, "redeem", lost)
    assert "顾客已经取消" in texts(world.say("确定核销", "收银员"))


def test_a_clerk_who_was_dismissed_redeems_nothing(world: World) -> None:
    make_member(world)
    code = take_voucher(world)
    world.appoint_clerk("drug-baiyun")
    world.do("start", f"r-{code}", "收银员")
    world.say("3", "收银员")
    change(world, Staff, active=False)
    assert "收银员来扫" in texts(world.say("确定核销", "收银员"))
    assert vouchers(world)[0].standing is Held.OPEN


def test_a_voucher_that_is_gone_is_said(world: World) -> None:
    world.appoint_clerk("drug-baiyun")
    assert "没有找到这张券" in texts(world.do("press", "f:redeem:zzz", "收银员"))
    assert "没有找到这张券" in texts(world.do("start", "r-!", "收银员"))


def test_a_clerk_sees_no_waiting_list(world: World) -> None:
    world.appoint_clerk("drug-baiyun")
    assert "只对工会工作人员开放" in texts(world.say("待审", "收银员"))
    assert "待办" not in labels(world.say("菜单", "收银员"))


def test_what_a_clerk_was_shown_goes_with_who_it_was_about(world: World) -> None:
    make_member(world)
    redeem_code = take_voucher(world)
    world.appoint_clerk("drug-baiyun")
    redeem(world, redeem_code)
    world.wait(timedelta(minutes=1))
    assert "张*" in str(world.history("收银员"))
    world.do("press", "f:erase:")
    world.say("删除")
    assert "张*" not in str(world.history("收银员", "bot"))


def test_what_became_of_a_voucher_is_shown(world: World) -> None:
    make_member(world)
    take_voucher(world)
    key = short(vouchers(world)[0].id)
    world.do("press", f"a:cancel_voucher:{key}.sure")
    heard = world.do("press", f"v:voucher:{key}")
    assert "已经取消" in texts(heard)
    assert "省了" not in dict(heard[-1]["rows"])


def test_a_form_about_what_is_gone_names_nobody(turn: Turn) -> None:
    for flow in (Redeem, Decline):
        assert flow.title(turn, "zz") == Word(flow.name, "summary")


def test_forms_of_a_counter_are_for_clerks_to_the_end(turn: Turn) -> None:
    forms = (Redeem.model_construct(subject="zz"), EnterCode.model_construct(code=CODE))
    for form in forms:
        assert form.finish(turn).text == Word("counter", "for_clerks")


def test_a_driver_s_home_is_shown_the_way_to_by_whoever_asks(world: World) -> None:
    world.do("hello")
    choices = world.do("press", "v:benefit:driver-home")[-1]["choices"]
    assert choices[0][1:] == ["找最近的", "v:sites::driver_home:0"]


def test_times_in_ones_own_city_come_first(world: World) -> None:
    make_member(world, placed="440111")
    world.now += timedelta(days=31)
    world.open_slot(timedelta(days=2))
    assert "您所在的城市还没有" in texts(world.say("体检"))
    world.say("取消")

    def open_nearby(session: Session) -> None:
        nearby = Giving(benefit_code="health-check", partner_code="drug-baiyun")
        session.add(nearby)
        later = world.now + timedelta(days=3)
        add_slot(session, "health-check", "drug-baiyun", later, 1)

    world.write(open_nearby)
    heard = world.say("体检")
    assert "您所在的城市还没有" not in texts(heard)
    assert "广州市 示例大药房（白云店）" in labels(heard)[0]
    assert "潮州市 第一健康体检中心" in labels(heard)[1]


def test_a_time_without_a_place_is_offered_too(world: World) -> None:
    make_member(world, placed="440111")
    world.now += timedelta(days=31)
    soon = world.now + timedelta(days=2)
    world.write(lambda s: add_slot(s, "health-check", None, soon, 1))
    assert "（还有 1 个）" in labels(world.say("体检"))[0]


def test_a_voucher_is_taken_back_after_a_second_yes(world: World) -> None:
    make_member(world)
    take_voucher(world)
    key = short(vouchers(world)[0].id)
    assert "确定取消吗" in texts(world.do("press", f"a:cancel_voucher:{key}"))
    assert vouchers(world)[0].standing is Held.OPEN
    assert "已取消" in texts(world.say("是"))
    assert vouchers(world)[0].standing is Held.CANCELLED
