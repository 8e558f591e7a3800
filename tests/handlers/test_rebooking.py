"""Rebooking: who booked what is called off is told, and chooses another time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from models import booking, service
from models.booking import SLOT_OFF
from models.columns import short
from models.place import read_atlas
from models.service import Served, ServiceRequest
from models.slot import Slot
from models.staff import SOCIAL_WORKER, appoint
from tests.handlers.members import ended, make_member
from tests.handlers.test_benefits import labels, texts
from tests.world import World

MINUTE = timedelta(minutes=1)


def request(world: World) -> ServiceRequest:
    return world.write(lambda s: s.exec(select(ServiceRequest)).one())


def book(world: World, *days: float) -> str:
    """Let a member book the first of some times; give the request's key."""
    make_member(world, placed="440111")
    world.wait(timedelta(days=30))
    for ahead in days:
        world.open_slot(timedelta(days=ahead))
    world.do("press", "f:service:health-check")
    for said in ("1", "跳过", "提交"):
        world.say(said)
    return short(request(world).id)


def call_off(world: World) -> None:
    """Call off the time somebody has."""

    def work(session: Session) -> None:
        asked = session.exec(select(ServiceRequest)).one()
        slot = session.get_one(Slot, asked.slot_id)
        staff = appoint(session, SOCIAL_WORKER, "4451", world.now)
        by = (session, read_atlas(session), staff)
        booking.call_off(*by, slot, world.kit.rules, world.now)

    world.write(work)


def settle(world: World) -> None:
    """Let the request be taken back from elsewhere."""
    world.write(
        lambda s: service.withdraw(s, s.exec(select(ServiceRequest)).one(), world.now)
    )


def test_another_time_is_chosen_and_recalled(world: World) -> None:
    book(world, 3, 5)
    call_off(world)
    heard = world.wait(MINUTE)["工人"]
    assert "取消了" in texts(heard)
    assert {"选时间", "取消这件事", "看这件事"} <= {*labels(heard)}
    world.tap("选时间")
    assert "改约" in texts(world.screens["工人"][-1:])
    world.say("1")
    assert "给您留好了" in texts(world.tap("就约这个时间"))
    slot = world.write(lambda s: s.get_one(Slot, request(world).slot_id))
    assert slot.taken == 1
    assert "工人" not in world.wait(timedelta(days=2, hours=9))
    assert ended(world, service.SLOT_SOON)[0] == ("skipped", "another_time")
    assert "别忘了您的预约" in texts(world.wait(timedelta(days=2))["工人"])


def test_where_no_time_is_left_the_request_is_kept(world: World) -> None:
    key = book(world, 3)
    call_off(world)
    assert "给您留着" in texts(world.do("press", f"f:rebook:{key}"))
    assert request(world).standing is Served.REQUESTED
    assert "选时间" in labels(world.do("press", f"v:request:{key}"))


@pytest.mark.parametrize("accepted", [False, True])
def test_whose_time_is_called_off_is_not_told_to_wait(
    world: World, accepted: bool
) -> None:
    key = book(world, 3, 5)
    if accepted:
        world.appoint("440111")
        world.do("press", f"a:accept_service:{key}", "社工")
    call_off(world)
    if accepted:
        asked = world.do("press", f"v:service_asked:{key}", "社工")
        assert ["时间地点", "还没有约好"] in [list(row) for row in asked[-1]["rows"]]
    shown = texts(world.do("press", f"v:request:{key}"))
    assert "请点“选时间”" in shown
    assert "联系您" not in shown
    assert "正在办理" not in shown


def test_only_one_s_own_request_without_a_time_can_have_another(world: World) -> None:
    key = book(world, 3, 5)
    assert "没有找到" in texts(world.do("press", f"f:rebook:{key}", "别人"))
    assert "给您留好了" in texts(world.do("press", f"f:rebook:{key}"))


def test_a_time_that_is_gone_in_the_meantime_is_asked_again(world: World) -> None:
    key = book(world, 3, 5, 6)
    call_off(world)
    world.do("press", f"f:rebook:{key}")
    world.say("1")

    def fill(session: Session) -> None:
        first = select(Slot).where(Slot.taken == 0).order_by(col(Slot.starts_at))
        slot = next(s for s in session.exec(first) if s.state == "open")
        slot.taken = slot.capacity

    world.write(fill)
    assert "约满" in texts(world.tap("就约这个时间"))
    assert world.asked() == "slot"


def test_a_request_settled_in_the_meantime_has_no_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = book(world, 3, 5)
    call_off(world)
    world.do("press", f"f:rebook:{key}")
    world.say("1")
    monkeypatch.setattr("handlers.rebooking.waits_for_a_time", lambda *_: True)
    settle(world)
    assert "已经取消" in texts(world.tap("就约这个时间"))
    assert request(world).slot_id is None


def test_who_took_it_back_is_not_told_of_the_time(world: World) -> None:
    book(world, 3)
    call_off(world)
    settle(world)
    assert world.wait(MINUTE) == {}
    assert ended(world, SLOT_OFF) == [("skipped", "settled")]


def test_whose_request_is_gone_is_told_nothing(world: World) -> None:
    key = book(world, 3, 5)
    call_off(world)
    world.do("press", f"f:rebook:{key}")
    world.write(lambda s: s.delete(s.exec(select(ServiceRequest)).one()))
    assert "选不了" in texts(world.say("1"))
    world.wait(MINUTE)
    assert ended(world, SLOT_OFF) == [("skipped", "no_chat")]
