"""Confirming: who may, what they see, and what the asker hears of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.step import take_batch
from handlers.turn import Incoming
from models.audit import AuditEntry
from models.claim import Claim, Claimed
from models.columns import short
from models.withdrawal import withdraw_consent
from models.worker import Worker
from tests.handlers.members import (
    ID,
    PIN,
    UNKNOWN,
    chat_of,
    ended,
    make_member,
    set_pin,
    try_pin,
    worker_of,
)
from tests.handlers.test_coming_back import code_of, try_code
from tests.world import World

NEW = "新手机"
SECOND = timedelta(seconds=1)


def text(heard: list[Any]) -> str:
    return "\n".join(body["text"] for body in heard)


def ask(world: World, who: str = NEW, number: str = ID) -> None:
    world.do("press", "f:come_back:", who)
    world.say("3", who)
    world.say(number, who)


def claims(world: World) -> list[Claim]:
    ordered = select(Claim).order_by(col(Claim.at))
    return world.write(lambda s: list(s.exec(ordered)))


def act(world: World, name: str, who: str = "社工") -> str:
    kind = "v" if name == "claim" else "a"
    press = f"{kind}:{name}:{short(claims(world)[-1].id)}"
    return text(world.do("press", press, who))


@pytest.fixture
def asked(world: World) -> World:
    make_member(world)
    ask(world)
    return world


def test_a_confirmed_asker_is_the_member(asked: World) -> None:
    assert "已确认" in act(asked, "confirm")
    assert worker_of(asked, NEW).id == worker_of(asked, "工人").id
    heard = asked.wait(SECOND)
    assert "欢迎回来" in text(heard[NEW])
    assert "新设备" in text(heard["工人"])
    asked.wait(timedelta(days=3))
    assert ended(asked, "unconfirmed") == [("skipped", "approved")]


def test_a_refused_asker_hears_what_an_unknown_one_hears(asked: World) -> None:
    assert "没有确认" in act(asked, "deny")
    ask(asked, "生人", UNKNOWN)
    assert asked.wait(SECOND) == {}
    heard = asked.wait(timedelta(days=3))
    assert text(heard[NEW]) == text(heard["生人"])


def test_a_claim_nobody_looked_at_ends_like_a_refused_one(asked: World) -> None:
    heard = asked.wait(timedelta(days=3))
    assert "还没能确认" in text(heard[NEW])
    assert claims(asked)[0].standing is Claimed.OVER
    assert "已经有结果" in act(asked, "confirm")
    assert "已经有结果" in act(asked, "deny")


@pytest.mark.parametrize(
    ("trusted", "mobile"), [(True, "14000000001"), (False, "140****0001")]
)
def test_who_is_to_be_called_is_shown_and_the_look_is_written_down(
    asked: World, trusted: bool, mobile: str
) -> None:
    asked.cans = {"page": replace(asked.cans["page"], trusted=trusted)}
    asked.do("press", f"v:claim:{short(claims(asked)[0].id)}", "社工")
    rows = dict(asked.screens["社工"][-1]["rows"])
    assert (rows["姓名"], rows["手机号"]) == ("张*", mobile)
    act(asked, "confirm")
    actions = asked.write(lambda s: s.exec(select(AuditEntry.action)).all())
    assert {"claim.read", "claim.approved", "chat.linked_by_person"} <= {*actions}


def test_a_decided_claim_offers_no_decision(asked: World) -> None:
    act(asked, "deny")
    act(asked, "claim")
    presses = [p for _, _, p in asked.screens["社工"][-1]["choices"]]
    assert presses == ["v:waiting:0"]


@pytest.mark.parametrize("name", ["claim", "confirm", "deny"])
@pytest.mark.parametrize("who", ["工人", NEW, "生人"])
def test_nobody_but_staff_decides(asked: World, name: str, who: str) -> None:
    assert "不在您负责的范围内" in act(asked, name, who)
    assert claims(asked)[0].standing is Claimed.WAITING


def test_the_list_is_for_staff_alone(asked: World) -> None:
    assert "只对工会工作人员开放" in text(asked.do("press", "v:waiting:0", "生人"))


def test_staff_of_another_union_see_and_decide_nothing(asked: World) -> None:
    asked.appoint("4403", "外区社工")
    assert "现在没有等待" in text(asked.do("press", "v:waiting:0", "外区社工"))
    assert "不在您负责的范围内" in act(asked, "confirm", "外区社工")


def test_nobody_confirms_themself_as_somebody_else(asked: World) -> None:
    ask(asked, "社工")
    assert "不在您负责的范围内" in act(asked, "confirm")


def test_nobody_confirms_another_as_themself(asked: World) -> None:
    asked.appoint("4401", "工人")
    assert "不在您负责的范围内" in act(asked, "confirm", "工人")


def test_an_unknown_id_is_in_nobody_s_list(asked: World) -> None:
    act(asked, "deny")
    ask(asked, "生人", UNKNOWN)
    assert "现在没有等待" in text(asked.do("press", "v:waiting:0", "社工"))
    assert "不在您负责的范围内" in act(asked, "confirm")


def test_who_became_a_member_meanwhile_is_not_merged(asked: World) -> None:
    asked.fill("sure", NEW, resident_id=UNKNOWN)
    asked.say("提交", NEW)
    asked.do("press", "v:waiting:0", "社工")
    asked.say("2", "社工")
    asked.tap("通过，进周转库", "社工")
    assert "另一位会员" in act(asked, "confirm")
    assert worker_of(asked, NEW).id != worker_of(asked, "工人").id


def test_who_came_in_another_way_meanwhile_is_only_told(asked: World) -> None:
    assert "欢迎回来" in try_code(asked, NEW, code_of(asked))
    assert "已确认" in act(asked, "confirm")
    assert "欢迎回来" in text(asked.wait(SECOND)[NEW])


def test_an_applicant_is_confirmed_by_the_union_applied_to(world: World) -> None:
    world.appoint("4401")
    world.fill("sure", resident_id=ID)
    world.say("提交")
    ask(world)
    act(world, "claim")
    rows = dict(world.screens["社工"][-1]["rows"])
    assert rows["姓名"] == "张*"
    assert "已确认" in act(world, "confirm")
    assert worker_of(world, NEW).id == worker_of(world, "工人").id


def test_claims_wait_in_the_one_list_and_lead_to_their_page(asked: World) -> None:
    code = claims(asked)[0].code
    (heard,) = asked.do("press", "v:waiting:0", "社工")
    assert [label for _, label, _ in heard["choices"]] == [f"{code} · 换手机 · 今天"]
    assert f"核实 {code}" in str(asked.say("1", "社工"))


def test_nobody_s_own_claim_is_in_their_list(asked: World) -> None:
    ask(asked, "社工")
    (heard,) = asked.do("press", "v:waiting:0", "社工")
    assert len(heard["choices"]) == 1


def test_a_guard_is_lifted_by_a_social_worker(asked: World) -> None:
    act(asked, "deny")
    set_pin(asked)
    try_pin(asked, "小偷", PIN)
    asked.wait(SECOND)
    asked.tap("不是我")
    assert worker_of(asked, "工人").guarded_at is not None
    act(asked, "confirm")
    assert worker_of(asked, "工人").guarded_at is None
    assert "再用了" in text(asked.wait(SECOND)["工人"])
    set_pin(asked)
    assert "欢迎回来" in try_pin(asked, NEW, PIN)


def test_an_applicant_s_guard_is_lifted_too(world: World) -> None:
    world.appoint("4401")
    world.fill("sure", resident_id=ID)
    world.say("提交")
    set_pin(world)
    try_pin(world, "小偷", PIN)
    world.wait(SECOND)
    world.tap("不是我")
    assert "不是本人" in text(world.wait(SECOND)["社工"])
    assert "已确认" in act(world, "confirm")


def test_staff_need_not_be_told_of_what_is_decided(asked: World) -> None:
    act(asked, "deny")
    set_pin(asked)
    try_pin(asked, "小偷", PIN)
    asked.wait(SECOND)
    asked.tap("不是我")
    act(asked, "confirm")
    asked.wait(SECOND)
    assert ended(asked, "objected") == [("skipped", "decided")]


def test_a_claim_of_a_chat_that_was_cut_off_is_over(asked: World) -> None:
    set_pin(asked)
    try_pin(asked, NEW, PIN)
    asked.wait(SECOND)
    asked.tap("不是我")
    come_back, _ = claims(asked)
    assert come_back.standing is Claimed.OVER
    assert chat_of(asked, NEW).worker_id != worker_of(asked, "工人").id


def test_a_claim_about_who_withdrew_their_consent_names_nobody(asked: World) -> None:
    member = worker_of(asked, "工人").id

    def withdraw(session: Session) -> None:
        worker = session.get_one(Worker, member)
        withdraw_consent(session, asked.kit.keys, worker, True, asked.now)

    asked.write(withdraw)
    asked.do("press", "v:waiting:0", "社工")
    assert "换手机" in asked.screens["社工"][-1]["choices"][0][1]
    asked.say("1", "社工")
    assert dict(asked.screens["社工"][-1]["rows"])["姓名"] == ""


def test_the_asker_s_next_word_in_the_same_batch_is_the_member_s(asked: World) -> None:
    press = f"a:confirm:{short(claims(asked)[-1].id)}"
    done = Incoming("page", "", "社工", "b1", "press", press)
    said = Incoming("page", "", NEW, "b2", "text", "我的申请", given_id="browser-b2")
    cans, now, batch = asked.cans, asked.now, [done, said]
    asked.write(lambda s: take_batch(s, asked.kit, cans, batch, now))
    rows = asked.write(lambda s: asked.messages_of(s, NEW))
    assert {row.about_id for row in rows} == {worker_of(asked, "工人").id}
    last = asked.write(lambda s: asked._open(s, rows[-1]))
    assert "您已经是会员了" in last["text"]
