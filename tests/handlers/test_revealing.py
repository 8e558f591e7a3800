"""Revealing a whole ID number: to whom, why, on what record, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from models.application import Application
from models.audit import AuditEntry
from models.columns import short
from models.message import Body
from models.staff import Staff
from tests.world import World

NUMBER = "440106199003070001"
SHOW = "查看完整证件号"
OWN = "和窗口的登记簿核对（第 3 页），免得写错"


@pytest.fixture(autouse=True)
def somebody_waits(world: World, numbered: None) -> None:
    world.appoint("4401")
    world.fill("sure")
    world.say("提交")
    for text in ("待审", "1"):
        world.say(text, "社工")


def reveal(world: World, why: str = "核对证件原件或照片") -> list[Body]:
    world.tap(SHOW, "社工")
    return world.say(why, "社工")


def application(world: World) -> Application:
    return world.write(lambda s: s.exec(select(Application)).one())


def entries(world: World) -> list[AuditEntry]:
    revealed = AuditEntry.action == "application.revealed"
    return world.write(lambda s: list(s.exec(select(AuditEntry).where(revealed))))


def kept(world: World) -> str:
    """Return all that the reviewer's chat holds, of both sides."""
    return str(world.history("社工"))


def dismiss(session: Session) -> None:
    staff = session.exec(select(Staff)).one()
    staff.active = False
    session.add(staff)


def test_the_number_is_shown_once_a_reason_is_given(world: World) -> None:
    said = world.tap(SHOW, "社工")
    assert said[0]["title"] == "查看完整证件号，申请 00000001（张*）"
    assert NUMBER not in kept(world)
    assert entries(world) == []
    assert world.say("核对证件原件", "社工")[0]["text"].startswith("找到 1 个")
    assert NUMBER in world.say("1", "社工")[0]["text"]


def test_who_saw_whose_number_and_why_is_on_record(world: World) -> None:
    reveal(world, "3")
    staff = world.write(lambda s: s.exec(select(Staff)).one())
    (entry,) = entries(world)
    assert entry.actor_id == staff.id
    assert entry.subject_id == application(world).id
    assert (entry.detail, entry.at) == ("duplicate", world.now)


def test_a_reason_in_own_words_is_taken_but_not_kept(world: World) -> None:
    assert NUMBER in reveal(world, OWN)[0]["text"]
    assert OWN in kept(world)
    world.say("1", "社工")
    assert OWN not in kept(world)
    assert [entry.detail for entry in entries(world)] == ["own_words"]


@pytest.mark.parametrize("leave", ["看好了，收起来", "取消", "菜单", "待审", "返回 0"])
def test_the_number_goes_from_the_chat_when_the_form_is_left(
    world: World, leave: str
) -> None:
    reveal(world)
    assert NUMBER in kept(world)
    for text in leave.split():
        world.say(text, "社工")
    if leave == "返回 0":
        world.say("取消", "社工")
    assert NUMBER not in kept(world)
    assert "接着填" not in str(world.say("菜单", "社工"))


def test_putting_it_away_leads_back_to_the_application(world: World) -> None:
    reveal(world)
    (card,) = world.tap("看好了，收起来", "社工")
    assert card["title"] == "申请 00000001"
    assert dict(card["rows"])["身份证号"] == "4401**********0001"


def test_a_number_left_open_is_put_away_after_a_day(world: World) -> None:
    reveal(world)
    world.wait(timedelta(days=2))
    assert NUMBER not in kept(world)


def test_it_is_shown_no_more_to_who_lost_the_position(world: World) -> None:
    reveal(world)
    world.write(dismiss)
    said = world.say("帮助", "社工")
    assert said[0]["text"].startswith("这份申请不在您负责的范围内")
    assert NUMBER not in kept(world)


def test_losing_the_position_before_the_reason_shows_and_records_nothing(
    world: World,
) -> None:
    world.tap(SHOW, "社工")
    world.write(dismiss)
    said = world.say("1", "社工")
    assert said[0]["text"].startswith("这份申请不在您负责的范围内")
    assert NUMBER not in kept(world)
    assert entries(world) == []


def test_what_is_put_away_is_not_said_to_be_kept(world: World) -> None:
    reveal(world)
    (said,) = world.say("取消", "社工")
    assert said["text"].startswith("好的，不看了")
    assert "接着填" not in str(said)


def test_what_is_decided_is_shown_no_more(world: World) -> None:
    key = short(application(world).id)
    said = world.say("通过，进周转库", "社工")
    assert SHOW not in str(world.do("press", f"v:review:{key}", "社工"))
    said = world.do("press", f"f:reveal:{key}", "社工")
    assert said[0]["text"].startswith("这份申请已经有结果了")


def test_it_is_not_shown_where_servers_are_abroad(abroad: World, world: World) -> None:
    abroad.appoint("4401", "远")
    key = short(application(world).id)
    assert SHOW not in str(abroad.do("press", f"v:review:{key}", "远"))
    said = abroad.do("press", f"f:reveal:{key}", "远")
    assert said[0]["text"].startswith("这个聊天软件的服务器在境外")
    assert entries(world) == []
