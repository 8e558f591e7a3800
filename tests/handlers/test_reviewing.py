"""Reviewing: who sees what, and every decision checked when it is made."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from bot.kit import LOOK
from handlers.correcting import Refuse
from handlers.deciding import Reject, Return
from handlers.say import Word
from handlers.turn import Turn
from models.application import Application, Standing
from models.columns import short
from models.message import Body
from models.place import Edition, Group
from models.rules import Rules
from models.staff import Staff
from models.worker import Worker
from tests.handlers.turns import turn_in
from tests.world import World


@pytest.fixture(autouse=True)
def somebody_waits(world: World, numbered: None) -> None:
    world.appoint("4401")
    world.fill("sure")
    world.say("提交")


def application(world: World) -> Application:
    return world.write(lambda s: s.exec(select(Application)).all()[0])


def staff(world: World, **changes: object) -> None:
    """Change the position the social worker holds."""

    def work(session: Session) -> None:
        row = session.exec(select(Staff)).one()
        for name, value in changes.items():
            setattr(row, name, value)
        session.add(row)

    world.write(work)


def ask(world: World, *typed: str) -> list[Body]:
    """Let the social worker say things; return the last answer."""
    said: list[Body] = []
    for text in typed:
        said = world.say(text, "社工")
    return said


def press(world: World, press: str) -> list[Body]:
    return world.do("press", f"{press}:{short(application(world).id)}", "社工")


def test_looking_at_an_application_puts_it_in_review(world: World) -> None:
    ask(world, "待审", "1")
    assert application(world).standing is Standing.IN_REVIEW


def test_back_from_an_application_is_the_list(world: World) -> None:
    for back in ("返回", "0"):
        assert ask(world, "待审", "1", back)[0]["text"].startswith("有 1 件等您")


def test_long_lists_have_pages(world: World) -> None:
    for n in range(9):
        world.fill("sure", who=f"职工{n}")
        world.say("提交", who=f"职工{n}")
    said = ask(world, "待审")
    assert said[0]["text"].startswith("有 10 件等您")
    assert [label for _, label, _ in said[0]["choices"]][-1] == "看更多"
    assert len(ask(world, "看更多")[0]["choices"]) == 3


def test_the_line_says_how_long_and_what_to_check(world: World) -> None:
    world.wait(timedelta(days=5))
    world.fill("sure", who="乙")
    world.say("提交", who="乙")
    lines = [label for _, label, _ in ask(world, "待审")[0]["choices"]]
    assert lines == [
        "00000001 · 货车司机 · 已等 5 天 · 已超时 · 需核实",
        "00000002 · 货车司机 · 不到 1 天 · 需核实",
    ]


def test_who_was_beyond_doubt_is_doubted_once_another_has_the_same_id(
    world: World,
) -> None:
    assert "需核实" not in str(ask(world, "待审"))
    assert "请核实" not in str(press(world, "v:review"))
    world.fill("sure", who="乙", mobile="13912345678")
    world.say("提交", who="乙")
    assert str(ask(world, "待审")).count("需核实") == 2
    assert press(world, "v:review")[0]["text"].startswith("请核实：同一证件号码")
    for typed in ("我的申请", "撤回申请", "确定撤回"):
        world.say(typed, "乙")
    assert "需核实" not in str(ask(world, "待审"))


def test_the_age_to_check_is_the_one_of_the_settings(world: World) -> None:
    world.rules = Rules(check_age=30)
    world.kit.rules = world.rules
    assert press(world, "v:review")[0]["text"].startswith("请核实：年龄超过 30 岁。")


def test_nobody_is_named_where_several_stand(world: World) -> None:
    ask(world, "待审", "1", "不通过")
    assert "张" not in str(ask(world, "待审"))
    assert "张" not in str(ask(world, "菜单"))


@pytest.mark.parametrize("decision", ["a:approve", "a:pool", "f:return", "f:reject"])
def test_who_has_lost_the_position_decides_nothing(world: World, decision: str) -> None:
    ask(world, "待审", "1")
    staff(world, active=False)
    assert press(world, decision)[0]["text"].startswith("这份申请不在您负责的范围内")
    assert application(world).standing is Standing.IN_REVIEW


@pytest.mark.parametrize("seen", ["v:review", "a:approve", "a:pool", "f:return"])
def test_another_unions_application_is_not_shown(world: World, seen: str) -> None:
    staff(world, union_code="4451")
    assert press(world, seen)[0]["text"].startswith("这份申请不在您负责的范围内")


def test_nobody_reviews_their_own_application(world: World) -> None:
    world.fill("sure", who="社工")
    world.say("提交", who="社工")
    assert ask(world, "待审")[0]["text"].startswith("有 1 件等您")
    own = world.write(
        lambda s: max(s.exec(select(Application)), key=lambda a: a.submitted_at)
    )
    said = world.do("press", f"a:pool:{short(own.id)}", "社工")
    assert said[0]["text"].startswith("这份申请不在您负责的范围内")


def test_approving_where_nobody_was_wished_for_means_the_pool(world: World) -> None:
    assert press(world, "a:approve")[0]["text"].startswith("申请")
    assert application(world).standing is Standing.POOL


def test_a_decided_application_offers_no_decision(world: World) -> None:
    ask(world, "待审", "1", "通过，进周转库")
    choices = press(world, "v:review")[0]["choices"]
    assert [label for _, label, _ in choices] == ["返回"]


def test_undoing_is_checked_when_it_is_pressed(world: World) -> None:
    ask(world, "待审", "1", "通过，进周转库")
    undo = world.screens["社工"][-1]["choices"][0][2]
    staff(world, union_code="4451")
    said = world.do("press", undo, "社工")
    assert said[0]["text"].startswith("这份申请不在您负责的范围内")
    assert application(world).standing is Standing.POOL


def test_what_was_undone_is_not_said_to_have_been_told(world: World) -> None:
    ask(world, "待审", "1", "通过，进周转库")
    undo = world.screens["社工"][-1]["choices"][0][2]
    assert "没有通知本人" in world.do("press", undo, "社工")[0]["text"]
    assert "情况又有变化" in world.do("press", undo, "社工")[0]["text"]


def test_losing_the_position_in_the_middle_of_a_form_decides_nothing(
    world: World,
) -> None:
    ask(world, "待审", "1", "退回修改", "姓名 手机号", "选好了（2 项）", "1", "1")
    staff(world, active=False)
    said = ask(world, "退回")
    assert said[0]["text"].startswith("这份申请不在您负责的范围内")
    assert application(world).standing is Standing.IN_REVIEW


def test_an_application_withdrawn_in_the_meantime_is_not_decided(
    world: World,
) -> None:
    ask(world, "待审", "1", "不通过", "多次联系不上")
    for typed in ("我的申请", "撤回申请", "确定撤回"):
        world.say(typed)
    assert ask(world, "确定不通过")[0]["text"].startswith("这份申请已经有结果了")
    assert application(world).standing is Standing.WITHDRAWN


def test_a_source_is_shown_to_the_reviewer(world: World) -> None:
    world.do("start", "baiyun-drivers", "乙")
    world.fill("sure", who="乙")
    world.say("提交", who="乙")
    rows = dict(ask(world, "待审", "2")[0]["rows"])
    assert rows["来源"] == "baiyun-drivers"


def test_facts_are_shown_even_when_they_would_not_be_taken_today(
    world: World,
) -> None:
    world.write(_close_a_group)
    world.now += LOOK
    rows = dict(press(world, "v:review")[0]["rows"])
    assert rows["职业"] == "truck_driver"
    assert rows["区县"] == "白云区"


def _close_a_group(session: Session) -> None:
    group = session.get_one(Group, "truck_driver")
    group.until = group.since
    edition = session.get_one(Edition, 1)
    edition.number += 1
    session.add_all([group, edition])


def test_a_reviewer_reads_an_application_in_their_own_language(world: World) -> None:
    world.say("English", "社工")
    rows = dict(press(world, "v:review")[0]["rows"])
    assert rows["District"] == "Baiyun District"


def test_what_is_shown_is_sealed_with_the_applicants_key(world: World) -> None:
    press(world, "v:review")

    def about(session: Session) -> set[int]:
        shown = world.messages_of(session, "社工")
        return {m.about_id for m in shown if m.number == shown[-1].number}

    owner = world.write(about)
    applicant = world.write(lambda s: s.get_one(Worker, application(world).worker_id))
    assert owner == {applicant.id}


@pytest.mark.parametrize(
    ("decision", "title"),
    [
        ("不通过", "不通过申请 00000001（张*）"),
        ("退回修改", "退回申请 00000001（张*）"),
    ],
)
def test_a_decision_says_whose_it_is_wherever_it_is_taken_up(
    world: World, decision: str, title: str
) -> None:
    world.fill("sure", who="乙", full_name="李四")
    world.say("提交", who="乙")
    ask(world, "待审", "1")
    assert world.tap(decision, "社工")[0]["title"] == title
    labels = [label for _, label, _ in ask(world, "待审", "2")[0]["choices"]]
    resume = f"接着填：{title.removesuffix('（张*）')}"
    assert resume in labels
    assert world.tap(resume, "社工")[0]["title"] == title
    ask(world, "1")
    assert world.screens["社工"][-1]["title"] == title


def test_the_receipt_of_a_decision_names_the_applicant_and_goes_with_them(
    world: World,
) -> None:
    said = press(world, "a:pool")
    assert said[0]["text"].startswith("申请 00000001（张*）：已通过")

    def about(session: Session) -> int:
        return world.messages_of(session, "社工")[-1].about_id

    assert world.write(about) == application(world).worker_id


def test_a_trusted_reviewer_can_call(world: World, abroad: World) -> None:
    rows = dict(press(world, "v:review")[0]["rows"])
    assert (rows["手机号"], rows["身份证号"]) == ("13812345678", "4401**********0001")
    said = abroad.do("press", f"v:review:{short(application(world).id)}", "远")
    assert said[0]["text"].startswith("这份申请不在您负责的范围内")
    abroad.appoint("4401", "远")
    said = abroad.do("press", f"v:review:{short(application(world).id)}", "远")
    assert dict(said[0]["rows"])["手机号"] == "138****5678"


def test_a_form_about_one_whose_facts_are_gone_has_no_name(world: World) -> None:
    def empty(session: Session) -> Word:
        turn = turn_in(session, keys=world.kit.keys)
        row = session.exec(select(Application)).one()
        row.keep(turn.keys, session.get_one(Worker, row.worker_id), {})
        return Reject.title(turn, short(row.id), named=True)

    assert world.write(empty).params == {"number": "00000001", "name": ""}


def test_a_decision_begun_for_one_who_is_gone_has_no_name(
    world: World, turn: Turn
) -> None:
    for flow in (Return, Reject, Refuse):
        assert flow.title(turn, "zz") == Word(flow.name, "summary")
        assert flow.about(turn, "zz") is None
