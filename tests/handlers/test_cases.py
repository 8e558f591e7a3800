"""Cases in a chat, where stories do not go: strangers' presses, races, odd moments."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.step import Ledger, say_elsewhere
from handlers import (
    carrying,
    case_news,
    cases,
    handling,
    handling_forms,
    live,
)
from handlers.asking_help import AddToCase, AskForHelp, first_union
from handlers.handling_forms import Note, PassOn
from handlers.recalling import chat_of_staff
from handlers.reports import Period
from handlers.reports.cases import cases as report
from handlers.turn import Turn
from models import handling as acts
from models import live as live_talks
from models.application import CannotDecide
from models.case import Case, Outcome
from models.case_entry import Side, entries_of
from models.case_filing import MOST_OPEN
from models.case_following import withdraw
from models.case_news import FILED, SAFE_DAY, SAFE_DAY_STAFF, STIRRED, TOLD, WARNED
from models.chat import Chat
from models.columns import short
from models.dispute import Stage
from models.message import Body, Fate
from models.place import read_atlas
from models.reminder import Reminder
from models.staff import position_of
from models.worker import Worker
from tests.adapters import LINK
from tests.casework import dismiss, erase_all, position_in, save_reply_of
from tests.handlers.members import chat_of, make_member, worker_of
from tests.models.casework import a_case, a_dispute
from tests.models.cast import KEYS
from tests.world import World


@pytest.fixture
def met(world: World) -> World:
    """Give a world with a member of a union and a social worker above it."""
    make_member(world, placed="440106")
    world.screens.clear()
    return world


def told(world: World, who: str = "工人", dispute: bool = False, **what: Any) -> int:
    """Let somebody open a case; give its id."""
    make = a_dispute if dispute else a_case

    def open_one(session: Session) -> int:
        worker = session.get_one(Worker, worker_of(world, who).id)
        return make(session, worker=worker, now=world.now, **what).id

    return world.write(open_one)


def press(world: World, kind: str, row: int | str, who: str = "社工") -> list[Body]:
    key = short(row) if isinstance(row, int) else row
    world.now += timedelta(minutes=1)
    return world.do("press", f"{kind}:{key}", who)


def text(said: list[Body]) -> str:
    return said[-1]["text"]


def ended(world: World, kind: str) -> list[tuple[str, str]]:
    found = select(Reminder).where(Reminder.kind == kind, Reminder.fate != Fate.WAITING)
    return world.write(lambda s: [(r.fate.value, r.reason) for r in s.exec(found)])


def taken(world: World, **what: Any) -> int:
    """Let the social worker have a case."""
    row = told(world, **what)
    press(world, "a:take_case", row)
    return row


def talking(world: World) -> int:
    """Let the two of a case talk."""
    row = taken(world)
    press(world, "a:talk", row)
    return row


@pytest.mark.parametrize(
    "kind",
    ["v:my_case", "a:withdraw_case", "a:rate_case", "f:case_add"],
)
def test_another_s_case_is_nobody_s_to_see(met: World, kind: str) -> None:
    row = told(met)
    assert text(press(met, kind, row, "别人")) == "没有这件求助。"


@pytest.mark.parametrize(
    "kind",
    ["v:case", "a:take_case", "a:let_go_case", "a:talk", "f:case_note", "f:case_close"],
)
def test_who_does_not_serve_there_sees_nothing(met: World, kind: str) -> None:
    met.appoint("4403", "深圳社工")
    row = told(met)
    for who in ("深圳社工", "工人"):
        assert "不在您负责的范围内" in text(press(met, kind, row, who))


def test_a_person_with_many_open_cases_opens_no_more(met: World) -> None:
    for _ in range(MOST_OPEN):
        told(met)
    assert "请先看看那些" in text(met.say("求助"))


def test_a_list_has_pages(met: World) -> None:
    assert "还没有求助过" in text(met.say("我的求助"))
    for n in range(10):
        row = told(met, urgent=True, story=f"{n}")
        press(met, "a:withdraw_case", f"{short(row)}.sure", "工人")
    assert "看更多" in [label for _, label, _ in met.say("我的求助")[-1]["choices"]]
    assert len(met.say("看更多")[-1]["choices"]) > 1
    assert press(met, "v:cases", "9", "工人") == press(met, "v:cases", "0", "工人")


def test_what_is_over_is_not_taken_back_added_to_or_rated(met: World) -> None:
    row = told(met)
    press(met, "a:withdraw_case", f"{short(row)}.sure", "工人")
    assert "已经收回" in text(press(met, "a:withdraw_case", row, "工人"))
    assert "已经收回" in text(press(met, "a:rate_case", f"{short(row)}.5", "工人"))
    assert "办结或收回" in text(press(met, "f:case_add", row, "工人"))
    assert "本人已经收回" in text(press(met, "v:case", row))
    assert "已有同事接手" in text(press(met, "f:case_note", row))


def test_a_case_is_taken_back_from_the_middle_of_a_talk(met: World) -> None:
    row = talking(met)
    met.write(lambda s: withdraw(s, s.get_one(Case, row), met.now))
    assert chat_of(met, "社工").case_id is None


def test_who_loses_a_race_hears_so(met: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*args: Any) -> None:
        raise CannotDecide

    row = told(met)
    monkeypatch.setattr("models.case_following.withdraw", late)
    assert "有人接手" in text(
        press(met, "a:withdraw_case", f"{short(row)}.sure", "工人")
    )
    monkeypatch.setattr("models.case_following.add", late)
    press(met, "f:case_add", row, "工人")
    for typed in ("还有", "跳过", "补充"):
        said = met.say(typed)
    assert "办结或收回" in text(said)


def test_a_closed_case_is_read_by_whoever_serves(met: World) -> None:
    row = taken(met)
    press(met, "f:case_close", row)
    for typed in ("已答复", "好了", "办结"):
        said = met.say(typed, "社工")
    assert "办结了" in text(said)
    assert "这件事已经办结" in text(press(met, "v:case", row))
    assert "不在您负责" not in text(press(met, "v:case", row))


def test_passing_on_to_another_city_takes_it_out_of_sight(met: World) -> None:
    met.appoint("4403", "深圳社工")
    row = taken(met)
    press(met, "f:case_pass", row)
    for typed in ("深圳", "跳过", "转交"):
        said = met.say(typed, "社工")
    assert "转交了" in text(said)
    assert "不在您负责" in text(press(met, "v:case", row))
    assert "由您负责" in text(press(met, "v:case", row, "深圳社工"))


def test_forms_about_no_case_have_a_name_and_are_about_nobody(turn: Turn) -> None:
    assert Note.title(turn, "0").key == "summary"
    assert Note.about(turn, "0") is None
    assert AddToCase.title(turn, "0").params["number"] == ""
    assert handling_forms._colleagues(turn, _Subject("0")) == []
    assert PassOn.refuse(turn, "0") is not None


class _Subject:
    """Answers that name a subject."""

    def __init__(self, subject: str) -> None:
        self.subject = subject


def test_colleagues_that_read_alike_are_numbered(met: World) -> None:
    for who in ("甲", "乙"):
        met.appoint("440106", who)
    row = taken(met)
    said = press(met, "f:case_pass", row)[-1]
    labels = [label for _, label, _ in said["choices"]]
    assert labels[:2] == ["天河区总工会", "天河区总工会 2"]


def test_a_chosen_employer_that_is_gone_is_left_out(turn: Turn) -> None:
    from handlers.asking_help import _employer

    assert _employer(turn, "zzzz.") == ""
    assert _employer(turn, "=老王面馆") == "老王面馆"
    assert _employer(turn, None) == ""


def test_who_is_bound_to_no_place_is_heard_by_the_first_union(world: World) -> None:
    said = world.say("我不想活了")
    assert "110" in text(said)
    row = world.write(lambda s: s.exec(select(Case)).one())
    assert (row.union_code, row.urgent) == ("4401", True)
    assert world.write(lambda s: first_union(_turn(world, s))) == "4401"


def _turn(world: World, session: Session) -> Turn:
    chat = session.exec(select(Chat)).first()
    assert chat is not None
    worker = session.get_one(Worker, chat.worker_id)
    world.kit.refresh(session, world.now)
    return world.kit.turn(session, chat, worker, world.now, True)


def test_what_is_written_about_others_is_no_call_for_help(met: World) -> None:
    row = told(met)
    press(met, "f:case_note", row)
    assert "请看看写得对不对" in text(met.say("提到过轻生，要多留意", "社工"))
    found = met.write(lambda s: s.exec(select(Case)).all())
    assert [one.urgent for one in found] == [False]


def test_urgent_words_behind_a_link_make_the_case_urgent(abroad: World) -> None:
    make_member(abroad, placed="440106")
    abroad.say("求助")
    abroad.fill_form("活不下去了")
    abroad.say("跳过")
    assert "110" in text(abroad.say("提交"))
    assert abroad.write(lambda s: s.exec(select(Case)).one()).urgent


def test_a_talk_needs_the_case_a_free_chat_and_somebody_there(met: World) -> None:
    row = told(met)
    assert "请先接手" in text(press(met, "a:talk", row))
    press(met, "a:take_case", row)
    met.appoint("440106", "同事")
    other = told(met)
    press(met, "a:take_case", other, "同事")
    press(met, "a:talk", other, "同事")
    assert "另一个对话" in text(press(met, "a:talk", row))
    met.say("结束", "同事")
    met.do("stop")
    assert "收不到消息" in text(press(met, "a:talk", row))


def test_buttons_of_before_are_dead_while_a_person_is_there(met: World) -> None:
    talking(met)
    assert "传不过去" in text(press(met, "v:card", "", "工人"))
    assert text(press(met, "a:end_talk", "", "工人")).startswith("对话结束了")


def test_there_may_be_no_saved_reply(met: World) -> None:
    talking(met)
    assert "还没有常用语" in text(met.say("#", "社工"))


def test_a_saved_reply_reaches_a_reader_of_english_as_it_was_written(
    met: World,
) -> None:
    save_reply_of(met, "4401", "1", "马上来")
    met.say("english")
    talking(met)
    assert text(met.say("＃1", "社工")) == "已发给本人：马上来"
    assert met.elsewhere["工人"][-1]["text"].endswith("马上来")


def test_a_contact_and_a_group_in_the_middle_of_a_talk(met: World) -> None:
    talking(met)
    met.do("contact", "13800000001")
    assert "13800000001" in met.elsewhere["社工"][-1]["text"]
    assert "私聊" in text(met.do("group"))


def deafen(world: World) -> None:
    """Close the worker's chat to us, without their having said so."""

    def stop(session: Session) -> None:
        chat = session.exec(select(Chat).where(Chat.address == "工人")).one()
        chat.stopped_at = world.now
        session.add(chat)

    world.write(stop)


@pytest.mark.parametrize("said", ["您好", "#1"])
def test_who_is_gone_in_the_middle_hears_nothing_and_the_talk_ends(
    met: World, said: str
) -> None:
    save_reply_of(met, "4401", "1", "马上来")
    talking(met)
    deafen(met)
    assert "收不到消息" in text(met.say(said, "社工"))
    assert chat_of(met, "工人").case_id is None


def test_staff_erased_in_the_middle_leave_the_worker_to_others(met: World) -> None:
    talking(met)
    erase_all(met, "社工")
    assert "工作人员暂时不在" in text(met.say("您好"))
    met.wait(timedelta(minutes=1))
    assert met.write(lambda s: s.exec(select(Case)).one()).staff_id is None


def test_a_position_that_goes_to_another_takes_no_talk_along(met: World) -> None:
    talking(met)
    met.do("hello", who="新人")

    def rebind(session: Session) -> None:
        staff = position_in(session, "社工")
        staff.worker_id = worker_id
        session.add(staff)

    worker_id = worker_of(met, "新人").id
    met.write(rebind)
    assert "工作人员暂时不在" in text(met.say("您好"))
    assert chat_of(met, "社工").case_id is None


def test_a_colleague_s_note_leaves_the_talk_alone(met: World) -> None:
    row = talking(met)
    met.appoint("440106", "同事")
    press(met, "f:case_note", row, "同事")
    for typed in ("去年也有", "记下"):
        met.say(typed, "同事")
    assert met.elsewhere == {}
    assert chat_of(met, "社工").case_id == row


def test_where_there_is_no_talk_none_ends(met: World) -> None:
    assert "现在没有对话" in text(met.say("结束"))


def test_what_was_told_is_not_shown_where_it_may_not_travel(abroad: World) -> None:
    make_member(abroad, placed="440106")
    row = told(abroad, story="不能外传")
    said = press(abroad, "v:my_case", row, "工人")
    assert "不能外传" not in str(said)
    assert "编号" in str(said)


def test_who_serves_on_a_page_talks_without_a_chat_of_theirs(met: World) -> None:
    """The worker's chat alone is held; what staff say comes from the page."""
    row = taken(met)

    def begin(session: Session) -> None:
        staff, one = position_in(session, "社工"), session.get_one(Case, row)
        live_talks.begin(session, staff, one, [one.chat_id], met.now)
        ledger = Ledger(session, met.kit, met.now)
        heard = carrying.greet(staff, one)
        by = (session, KEYS, staff, one)
        heard += carrying.to_worker(*by, "您好，我在工作台", None, met.now)
        say_elsewhere(ledger, met.cans, heard)
        ledger.close()

    met.do("hello")
    met.write(begin)
    assert met.say("您好") == []
    history = [body["text"] for body in met.history("工人", "person")]
    assert history == ["【广州市总工会工作人员】您好，我在工作台"]
    entries = met.write(lambda s: entries_of(s, row))
    assert [entry.side for entry in entries] == [Side.STAFF, Side.WORKER]
    assert "结束" in text(met.say("结束"))


def test_a_channel_that_is_no_more_hears_nothing(met: World) -> None:
    talking(met)

    def move(session: Session) -> None:
        chat = session.exec(select(Chat).where(Chat.address == "工人")).one()
        chat.channel = "gone"
        session.add(chat)

    met.write(move)
    assert met.say("您好", "社工") == []


def test_a_staff_member_who_is_a_worker_too_has_two_sides(met: World) -> None:
    """In one case they serve, in another they are served, by somebody else."""
    talking(met)
    met.say("结束", "社工")
    met.appoint("4401", "同事")
    own = told(met, "社工")
    assert "不在您负责" in text(press(met, "v:case", own))
    press(met, "a:take_case", own, "同事")
    press(met, "a:talk", own, "同事")
    met.say("我也要问一件事", "社工")
    assert "我也要问一件事" in met.elsewhere["同事"][-1]["text"]


def test_what_waits_is_not_told_twice_or_to_strangers(met: World) -> None:
    row = told(met)
    met.write(lambda s: _take(s, met, row))
    met.wait(timedelta(minutes=1))
    assert ended(met, FILED) == [("skipped", "taken")]
    told(met)
    dismiss(met, "社工")
    met.wait(timedelta(minutes=1))
    assert ("skipped", "not_theirs") in ended(met, FILED)


def _take(session: Session, world: World, row: int) -> None:
    staff, atlas = position_in(session, "社工"), read_atlas(session)
    acts.take(session, atlas, staff, session.get_one(Case, row), world.now)


def test_officers_are_warned_of_similar_cases(met: World) -> None:
    met.appoint("4401", "主管", "officer")
    met.appoint("4401", "主管二", "officer")
    for _ in range(3):
        told(met, dispute=True)
    dismiss(met, "主管二")
    heard = met.wait(timedelta(minutes=1))
    assert any("预警" in body["text"] for body in heard["主管"])
    assert {*ended(met, WARNED)} == {("sent", ""), ("skipped", "not_theirs")}


def test_the_last_safe_day_is_recalled_to_both(met: World) -> None:
    taken(met, dispute=True, since=date(2025, 12, 29))
    met.say("菜单")
    met.wait(timedelta(minutes=1))
    heard = met.wait(timedelta(days=14))
    assert "⚠" in heard["工人"][-1]["text"]
    assert "请提醒本人" in heard["社工"][-1]["text"]
    assert ended(met, SAFE_DAY)[-1] == ("sent", "")


def test_the_last_safe_day_of_what_is_over_is_not(met: World) -> None:
    row = taken(met, dispute=True, since=date(2025, 12, 29))

    def settle(session: Session) -> None:
        one = session.get_one(Case, row)
        one.stage, one.safe_day = Stage.LITIGATION, None
        session.add(one)

    met.write(settle)
    met.wait(timedelta(days=14))
    for kind in (SAFE_DAY, SAFE_DAY_STAFF):
        assert ("skipped", "over") in ended(met, kind)


def test_steps_are_told_once_they_are_still_so(met: World) -> None:
    row = taken(met)
    press(met, "a:let_go_case", row)
    met.wait(timedelta(minutes=1))
    assert ended(met, TOLD) == [("skipped", "overtaken")]


def test_nothing_is_told_into_a_talk(met: World) -> None:
    talking(met)
    met.wait(timedelta(minutes=1))
    assert ended(met, TOLD) == [("skipped", "talking")]


def test_a_step_is_told_to_the_cases_worker_alone(met: World) -> None:
    row = taken(met)

    def give(session: Session) -> None:
        other = session.exec(select(Chat).where(Chat.address == "社工")).one()
        one = session.get_one(Case, row)
        one.chat_id = other.id
        session.add(one)

    met.write(give)
    met.wait(timedelta(minutes=1))
    assert ended(met, TOLD) == [("skipped", "not_theirs")]


def test_what_is_added_to_a_case_nobody_has_is_told_to_nobody(met: World) -> None:
    row = told(met)
    press(met, "f:case_add", row, "工人")
    for typed in ("还有", "跳过", "补充"):
        met.say(typed)
    met.wait(timedelta(minutes=1))
    assert ended(met, STIRRED) == [("skipped", "no_chat")]


def test_what_is_added_is_not_told_to_who_may_not_look(met: World) -> None:
    row = taken(met)
    press(met, "a:withdraw_case", f"{short(row)}.sure", "工人")
    dismiss(met, "社工")
    met.wait(timedelta(minutes=1))
    assert ended(met, STIRRED) == [("skipped", "not_theirs")]


def test_a_talk_that_is_taken_up_again_is_not_called_over(met: World) -> None:
    row = talking(met)

    def idle(session: Session) -> None:
        case_news._find_over(session, met.rules, met.now + timedelta(minutes=30))

    met.write(idle)
    press(met, "a:talk", row)
    met.wait(timedelta(minutes=29))
    assert ("skipped", "went_on") in ended(met, case_news.TALK_OVER)


def test_a_notice_about_nothing_is_for_nobody(turn: Turn) -> None:
    row = Reminder(id=1, kind="x", subject="1.2", due=turn.now)
    assert chat_of_staff(turn.session, row) is None
    assert case_news._chat_of_worker(turn.session, row) is None
    assert case_news._chat_named(turn.session, row) is None


def test_what_was_done_is_reported(met: World) -> None:
    row = told(met)

    def close(session: Session) -> Any:
        _take(session, met, row)
        staff, atlas = position_in(session, "社工"), read_atlas(session)
        one = session.get_one(Case, row)
        acts.close(session, KEYS, atlas, staff, one, Outcome.SETTLED, "好", 4, met.now)
        period = Period(met.now - timedelta(days=1), met.now + timedelta(days=1))
        return report(session, atlas, period, "zh-CN").rows

    [[union, _, matters, people]] = met.write(close)
    assert (union, matters, people) == ("天河区总工会", 1, 4)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [("去年", "ended_on"), ("1900-01-01", "ended_on"), ("昨天", "people")],
)
def test_a_day_is_read_as_people_write_it(met: World, typed: str, asked: str) -> None:
    for said in ("欠薪", "工资没给", "有", "不是", typed):
        met.say(said)
    assert met.asked() == asked


@pytest.mark.parametrize("typed", ["很多", "0人", "3.5"])
def test_a_number_of_people_is_whole(met: World, typed: str) -> None:
    for said in ("欠薪", "被辞退", "有", "跳过", typed):
        met.say(said)
    assert met.asked() == "people"


def test_a_subject_that_is_no_kind_asks_for_one(met: World) -> None:
    press(met, "f:case", "nothing", "工人")
    assert met.asked() == "kind"
    assert AskForHelp.name == "case"


def test_pictures_are_not_shown_where_the_channel_is_not_trusted(
    abroad: World,
) -> None:
    make_member(abroad, placed="440106")
    row = told(abroad)
    assert abroad.adapter is LINK
    assert "image" not in press(abroad, "v:case", row)[-1]
    assert abroad.write(lambda s: position_of(s, worker_of(abroad, "社工").id))
    assert handling.MOST_SHOWN > cases.MOST_SHOWN
    assert live.END in live.ESCAPES
