"""Awards in a chat: who may do what and when, and lists of every length."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from handlers import admitting, award_news
from handlers.export import sheets
from handlers.flow import Flow
from handlers.jurors import Score
from handlers.nominating import Nominate
from handlers.objecting import Object, Settle
from handlers.turn import Turn
from models.award import Award, Phase
from models.ballot import Ballot
from models.chat import Chat
from models.columns import new_id, short
from models.consent import Consent
from models.election import RESULT
from models.message import Body
from models.nominee import Candidacy, Nominee, NotThere
from models.objection import Objection
from models.reminder import Reminder
from models.staff import Staff
from models.worker import Worker, new_worker
from tests.electing import DAY, hold_election, make_members
from tests.handlers.members import ended, worker_of
from tests.models.cast import KEYS
from tests.world import World

TICK = timedelta(minutes=1)


@pytest.fixture
def award(world: World) -> Award:
    """Let there be an award, a social worker and two members."""
    world.appoint("4401")
    make_members(world, "甲", "乙")
    return hold_election(world)


def press(world: World, kind: str, row: int | str, who: str = "甲") -> list[Body]:
    key = short(row) if isinstance(row, int) else row
    world.now += TICK
    return world.do("press", f"{kind}:{key}", who)


def text(said: list[Body]) -> str:
    return said[-1]["text"]


def labels(said: list[Body]) -> list[str]:
    return [label for n, label, _ in said[-1].get("choices", []) if n]


def runs(world: World, award: Award, who: str, number: int | None = 1) -> int:
    """Let somebody be confirmed; without a number, wait for that."""
    worker = worker_of(world, who)
    return nominate(world, award, worker, number)


def nominate(world: World, award: Award, worker: Worker, number: int | None) -> int:
    def make(session: Session) -> int:
        standing = Candidacy.CONFIRMED if number else Candidacy.PROPOSED
        row = Nominee(
            id=new_id(),
            award_id=award.id,
            worker_id=worker.id,
            standing=standing,
            number=number,
            story=b"",
            at=world.now,
            agreed_at=world.now,
        )
        row.keep(KEYS, worker, "story", "好人")
        session.add(row)
        held = session.get_one(Award, award.id)
        held.last_number = max(held.last_number, number or 0)
        session.add(held)
        return row.id

    return world.write(make)


def change(world: World, table: Any, row_id: int, **columns: Any) -> None:
    def work(session: Session) -> None:
        row = session.get_one(table, row_id)
        for name, value in columns.items():
            setattr(row, name, value)
        session.add(row)

    world.write(work)


def begin(world: World, award: Award, days: int) -> None:
    """Let the phases begin that so many days bring."""
    for _ in range(days):
        world.wait(DAY)
        world.wait(TICK)


def fill_form(world: World, *typed: str, who: str = "甲") -> list[Body]:
    said: list[Body] = []
    for words in typed:
        said = world.say(words, who)
    return said


def test_awards_of_other_unions_are_not_shown(world: World, award: Award) -> None:
    other = hold_election(world, "4451", code="other")
    assert len(labels(press(world, "v:awards", "0"))) == 3
    for wrong in (other.id, "0", "?"):
        assert text(press(world, "v:award", wrong)).startswith("这一项现在看不了")
        assert text(press(world, "v:nominees", wrong)).startswith("这一项现在看不了")
        assert text(press(world, "f:nominate", wrong)).startswith("这一项现在看不了")
        assert text(press(world, "f:object", wrong)).startswith("这一项现在看不了")
        assert text(press(world, "v:nominee", wrong)).startswith("这一项现在看不了")


def test_an_award_that_is_planned_says_when_it_begins(
    world: World, award: Award
) -> None:
    planned = hold_election(
        world, code="soon", phase=Phase.PLANNED, nominating_at=world.now + DAY / 2
    )
    said = press(world, "v:award", planned.id)
    assert text(said) == "还没开始。11月23日 22:00 开始提名，到时候欢迎您来。"
    assert "提名" not in labels(said)
    assert text(press(world, "f:nominate", planned.id)).startswith("现在不是提名")
    world.wait(DAY / 2)
    assert text(press(world, "v:award", planned.id)).startswith("正在提名")


def test_many_awards_have_pages(world: World, award: Award) -> None:
    for n in range(20):
        hold_election(world, code=str(n), name=f"评选{n}")
    ways = []
    for page in range(4):
        said = labels(press(world, "v:awards", str(page)))
        assert len(said) <= 9
        assert said[-2:] == ["提建议", "我的建议"]
        ways.append(said[-3])
    assert ways == ["看更多", "看更多", "看更多", "回到第一页"]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 500])
def test_a_list_of_nominees_fits_however_long(
    world: World, award: Award, count: int
) -> None:
    def make(session: Session) -> None:
        held = session.get_one(Award, award.id)
        held.phase, held.last_number = Phase.VOTING, count
        for number in range(1, count + 1):
            worker = new_worker(KEYS, "zh-CN", world.now)
            worker.name = worker.seal(KEYS, "name", "王阿姨")
            session.add(worker)
            session.flush()
            row = Nominee(
                id=new_id(),
                award_id=award.id,
                worker_id=worker.id,
                standing=Candidacy.CONFIRMED,
                number=number,
                story=b"",
                at=world.now,
            )
            session.add(row)

    world.write(make)
    seen: set[str] = set()
    pages = max(1, -(-count // 8) if count > 9 else 1)
    for page in range(pages):
        said = press(world, "v:nominees", f"{short(award.id)}.{page}")
        assert f"共有 {count} 位" in text(said)
        rows = [one for one in labels(said) if "号" in one]
        assert len(rows) <= 9
        seen |= {*rows}
    assert len(seen) == count


def test_only_members_of_the_group_take_part(world: World, award: Award) -> None:
    row = runs(world, award, "乙")
    begin(world, award, 1)
    change(world, Worker, worker_of(world, "甲").id, group="courier")
    assert text(press(world, "a:vote", row)).startswith("这次评选面向别的")
    assert labels(press(world, "v:nominee", row)) == []
    assert text(press(world, "f:object", award.id)).startswith("这次评选面向别的")
    assert text(press(world, "a:vote", row, "社工")).startswith("工会会员才能")


def test_whoever_applied_is_told_to_wait_for_the_membership(world: World) -> None:
    world.appoint("4401")
    world.fill("sure", who="社工")
    world.say("提交", "社工")
    award = hold_election(world)
    assert labels(press(world, "f:nominate", award.id, "社工"))[0] == "我的申请"


def test_an_award_for_everybody_names_no_groups(world: World, award: Award) -> None:
    everybody = hold_election(world, code="all", groups="")
    rows = press(world, "v:award", everybody.id)[-1]["rows"]
    assert [name for name, _ in rows] == ["主办", "名额"]


def test_votes_count_once_and_one_s_own_not_at_all(world: World, award: Award) -> None:
    mine, theirs = runs(world, award, "甲", 1), runs(world, award, "乙", 2)
    assert text(press(world, "a:vote", theirs)).startswith("现在不能投票")
    begin(world, award, 1)
    for _ in range(2):
        assert "已投 1 票，还可以投 1 票" in text(press(world, "a:vote", theirs))
    assert text(press(world, "a:vote", mine)).startswith("不能投给自己")
    assert text(press(world, "a:vote", "0")).startswith("这一项现在看不了")
    assert "已投 0 票" in text(press(world, "a:unvote", theirs))
    assert len(world.write(lambda s: s.exec(select(Ballot)).all())) == 1


def test_who_has_no_vote_left_may_take_one_back(world: World, award: Award) -> None:
    make_members(world, "丙", "丁")
    rows = [runs(world, award, w, n) for n, w in enumerate("乙丙丁", start=1)]
    begin(world, award, 1)
    for row in rows[:2]:
        press(world, "a:vote", row)
    said = press(world, "a:vote", rows[2])
    assert text(said).startswith("您的 2 票都投出去了")
    assert labels(said) == ["1 号 王**", "2 号 张**", "看候选人"]


def test_the_only_nominee_has_nobody_next(world: World, award: Award) -> None:
    row = runs(world, award, "乙")
    change(world, Worker, worker_of(world, "乙").id, group=None)
    begin(world, award, 1)
    assert labels(press(world, "v:nominee", row)) == ["投一票"]
    assert labels(press(world, "a:vote", row)) == ["看候选人"]


def test_one_s_own_nomination_may_be_taken_back_in_time(
    world: World, award: Award
) -> None:
    row = runs(world, award, "甲")
    assert "退出评选" in labels(press(world, "v:award", award.id))
    assert text(press(world, "a:nominee_no", row, "乙")).startswith("这一项现在看不了")
    assert text(press(world, "a:nominee_no", row)).startswith("真的要退出吗")
    assert "已经删除" in text(press(world, "a:nominee_no", f"{short(row)}.sure"))
    assert text(press(world, "a:nominee_full", row)).startswith("现在改不了了")
    change(world, Nominee, row, standing=Candidacy.PROPOSED)
    assert text(press(world, "a:nominee_masked", row)).startswith("好的，记下了")
    change(world, Nominee, row, standing=Candidacy.CONFIRMED)
    assert text(press(world, "a:nominee_full", row)).startswith("好的，改好了")
    agreed = world.write(lambda s: s.exec(select(Consent)).all())
    assert {(one.scope, one.withdrawn_at) for one in agreed} == {
        (f"award.{short(award.id)}", None)
    }
    for name in ("full", "masked"):
        press(world, f"a:nominee_{name}", row)
    assert len(world.write(lambda s: s.exec(select(Consent)).all())) == len(agreed)


def own_form(world: World, award: Award) -> list[Body]:
    press(world, "f:nominate", award.id)
    return fill_form(world, "1", "故事", "跳过", "2", "提交提名")


def test_oneself_is_nominated_once_and_again_after_a_refusal(
    world: World, award: Award
) -> None:
    assert text(own_form(world, award)).startswith("提名收到了")
    assert text(own_form(world, award)).startswith("您已经在这次评选里了")
    row = world.write(lambda s: s.exec(select(Nominee)).one())
    change(world, Nominee, row.id, standing=Candidacy.REFUSED)
    assert text(own_form(world, award)).startswith("提名收到了")


def test_a_photo_is_kept_with_the_nomination(world: World, award: Award) -> None:
    press(world, "f:nominate", award.id)
    fill_form(world, "1", "故事")
    world.do("photo", who="甲", data=b"picture", mime="image/jpeg")
    fill_form(world, "1", "提交提名")
    assert world.write(lambda s: s.exec(select(Nominee.photo_id)).one()) is not None


@pytest.mark.parametrize("whom", ["own", "nobody", "colleague", "asked before"])
def test_whatever_number_is_given_the_answer_is_the_same(
    world: World, award: Award, whom: str
) -> None:
    own, other = (worker_of(world, who).member_no or "" for who in "甲乙")
    if whom == "asked before":
        runs(world, award, "乙")
    typed = {"own": own, "nobody": "44010699999999"}.get(whom, other)
    press(world, "f:nominate", award.id)
    said = fill_form(world, "2", typed, "故事", "提交提名")
    assert text(said).startswith("收到了，谢谢您！如果这个号码")
    asked = world.write(lambda s: s.exec(select(Reminder.kind)).all())
    assert ("nominee_asked" in asked) is (whom == "colleague")


def test_five_colleagues_a_day_are_nominated_whoever_they_are(
    world: World, award: Award
) -> None:
    for n in range(6):
        press(world, "f:nominate", award.id)
        said = fill_form(world, "2", f"4401069999999{n}", "故事", "提交提名")
    assert text(said).startswith("今天您已经为这次评选提名了几位同事")
    assert world.wait(TICK) == {}


@pytest.mark.parametrize("whom", ["nobody", "colleague"])
def test_after_the_time_no_answer_tells_who_is_a_member(
    world: World, award: Award, whom: str
) -> None:
    known = worker_of(world, "乙").member_no or ""
    press(world, "f:nominate", award.id)
    fill_form(world, "2", known if whom == "colleague" else "44010699999999", "故事")
    world.now += DAY
    assert text(fill_form(world, "提交提名")).startswith("现在不是提名的时候")


def test_one_s_own_words_replace_those_of_a_colleague(
    world: World, award: Award
) -> None:
    press(world, "f:nominate", award.id)
    fill_form(world, "2", worker_of(world, "甲").member_no or "", "坏话", "提交提名")
    press(world, "f:nominate", award.id, "乙")
    number = worker_of(world, "甲").member_no or ""
    fill_form(world, "2", number, "同事的话", "提交提名", who="乙")
    asked = world.wait(TICK)["甲"]
    assert "同事的话" in text(asked)
    assert "有照片的，照片也公开" in text(asked)
    assert text(own_form(world, award)).startswith("提名收到了")
    row = world.write(lambda s: s.exec(select(Nominee)).one())
    assert row.read(KEYS, worker_of(world, "甲"), "story") == "故事"


def test_who_was_not_confirmed_in_time_is_told(world: World, award: Award) -> None:
    runs(world, award, "乙", None)
    begin(world, award, 1)
    assert "没有来得及核对" in text(world.wait(2 * DAY)["乙"])
    assert ["您的提名", "没来得及确认"] in press(world, "v:award", award.id, "乙")[-1][
        "rows"
    ]


def test_a_clerk_reads_no_awards_of_the_partner_s_union(
    world: World, award: Award
) -> None:
    world.appoint_clerk("drug-baiyun")
    assert "正在提名" not in str(press(world, "v:award", award.id, "收银员"))


def test_a_nomination_comes_too_late_by_the_clock(world: World, award: Award) -> None:
    press(world, "f:nominate", award.id)
    fill_form(world, "1", "故事", "跳过", "1")
    world.now += DAY
    assert text(fill_form(world, "提交提名")).startswith("现在不是提名的时候")
    begin(world, award, 1)
    assert text(press(world, "f:nominate", award.id)).startswith("现在不是提名的时候")


def test_only_staff_above_admit_nominees(world: World, award: Award) -> None:
    row = runs(world, award, "乙", None)
    for who in ("甲", "乙"):
        for deed in ("v:admit", "a:confirm_nominee", "f:refuse_nominee"):
            said = press(world, deed, row, who)
            assert text(said).startswith("这份提名不在您负责")
    staff = world.write(lambda s: s.exec(select(Staff)).one())
    change(world, Staff, staff.id, union_code="4451")
    assert text(press(world, "v:admit", row, "社工")).startswith("这份提名不在您负责")


def test_staff_see_of_a_nominee_what_decides(world: World, award: Award) -> None:
    row = runs(world, award, "乙", None)
    (said,) = press(world, "v:admit", row, "社工")
    assert {"职业", "所在工会", "入会日期"} <= dict(said["rows"]).keys()
    change(world, Worker, worker_of(world, "乙").id, group=None, union_code=None)
    (said,) = press(world, "v:admit", row, "社工")
    assert not {"职业", "所在工会"} & dict(said["rows"]).keys()


def test_a_nominee_is_settled_once(world: World, award: Award) -> None:
    row = runs(world, award, "乙", None)
    assert "编为 1 号" in text(press(world, "a:confirm_nominee", row, "社工"))
    for deed in ("a:confirm_nominee", "f:refuse_nominee"):
        assert text(press(world, deed, row, "社工")).startswith("这份提名已经有结果了")
    assert labels(press(world, "v:admit", row, "社工")) == []


def test_a_nominee_is_not_refused_once_the_vote_is_over(
    world: World, award: Award
) -> None:
    row = runs(world, award, "乙", None)
    press(world, "f:refuse_nominee", row, "社工")
    fill_form(world, "2", who="社工")
    world.now += 4 * DAY
    said = fill_form(world, "确定不确认", who="社工")
    assert text(said).startswith("这份提名已经有结果了")


def judge(world: World) -> None:
    world.appoint("4401", "评委", "jury")


def test_a_juror_sees_nothing_but_awards(world: World, award: Award) -> None:
    judge(world)
    assert text(world.say("待审", "评委")) == "这里只对工会工作人员开放。"
    assert "评委打分" in labels(world.say("菜单", "评委"))
    assert "待办" not in labels(world.say("菜单", "评委"))
    assert text(world.say("评委打分", "评委")).startswith("现在没有要您打分的")
    assert "评委打分" in labels(world.say("评选", "评委"))


def test_only_the_jury_scores_in_its_time(world: World, award: Award) -> None:
    judge(world)
    row = runs(world, award, "乙")
    assert text(press(world, "f:score", row, "评委")).startswith("现在没有要您打分的")
    assert text(press(world, "v:judging", award.id, "评委")).startswith("现在没有要您")
    begin(world, award, 1)
    assert text(press(world, "f:score", row, "社工")).startswith(
        "这里只对这次评选的评委"
    )
    assert text(press(world, "v:jury", "0", "社工")).startswith(
        "这里只对这次评选的评委"
    )
    staff = worker_of(world, "评委")
    other = hold_election(world, "4451", code="other", phase=Phase.VOTING)
    assert text(press(world, "v:judging", other.id, "评委")).startswith(
        "这一项现在看不了"
    )
    press(world, "f:score", row, "评委")
    world.now += 5 * DAY
    assert text(fill_form(world, "90", who="评委")).startswith("现在没有要您打分的")
    assert staff.member_no is None


def test_the_lists_of_a_juror_have_pages(world: World, award: Award) -> None:
    judge(world)
    make_members(world, *"丙丁戊己庚辛壬癸")
    for n, who in enumerate("甲乙丙丁戊己庚辛壬癸", start=1):
        runs(world, award, who, n)
    for n in range(9):
        hold_election(world, code=str(n), name=f"评选{n}", phase=Phase.VOTING)
    change(world, Award, award.id, phase=Phase.VOTING)
    assert labels(press(world, "v:jury", "0", "评委"))[-1] == "看更多"
    said = labels(press(world, "v:judging", award.id, "评委"))
    assert (len(said), said[-1]) == (9, "看更多")
    assert len(labels(press(world, "v:judging", f"{short(award.id)}.1", "评委"))) == 3


def contested(world: World, award: Award) -> int:
    """Let the first of two objected to by a member; give the objection."""
    make_members(world, "丙")
    runs(world, award, "乙")
    begin(world, award, 1)
    row = world.write(lambda s: s.exec(select(Nominee)).one())
    press(world, "a:vote", row.id, "丙")
    assert text(press(world, "f:object", award.id)).startswith("现在不在公示期")
    begin(world, award, 3)
    press(world, "f:object", award.id)
    fill_form(world, "1", "不属实", "提交异议")
    return world.write(lambda s: s.exec(select(Objection.id)).one())


def test_who_turned_notices_off_is_told_of_no_result_but_of_winning(
    world: World, award: Award
) -> None:
    row = runs(world, award, "乙")
    begin(world, award, 1)
    press(world, "a:vote", row, "甲")
    for who in ("甲", "乙"):
        world.do("press", "a:prefer:notices.off", who)
    begin(world, award, 4)
    assert ended(world, "award_result") == [("skipped", "opted_out")]
    assert ended(world, "award_won") == [("sent", "")]
    assert world.screens["乙"][-1]["text"].startswith("恭喜您当选")


def test_who_voted_is_told_of_the_result(world: World, award: Award) -> None:
    row = runs(world, award, "乙")
    begin(world, award, 1)
    press(world, "a:vote", row, "甲")
    begin(world, award, 4)
    assert text(world.screens["甲"]).startswith("您参加过投票的评选有结果了")


def test_where_nobody_has_a_point_nobody_wins(world: World, award: Award) -> None:
    runs(world, award, "乙")
    begin(world, award, 4)
    said = press(world, "v:award", award.id)
    assert "没有人当选" in text(said)
    assert "提出异议" not in labels(said)
    assert "没有人当选" in text(press(world, "f:object", award.id))


def test_an_objection_is_an_officer_s_and_settled_once(
    world: World, award: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = contested(world, award)
    world.appoint("4401", "主管", "officer")
    for deed in ("v:objection", "f:settle"):
        assert text(press(world, deed, row, "社工")).startswith("这份异议不由您处理")
    press(world, "f:settle", row, "主管")
    fill_form(world, "1", "没有问题", who="主管")

    def quicker(*args: object) -> None:
        raise NotThere

    with monkeypatch.context() as patch:
        patch.setattr("models.objection.settle", quicker)
        said = fill_form(world, "确定", who="主管")
    assert text(said).startswith("这份异议已经处理过了")
    press(world, "f:settle", row, "主管")
    said = fill_form(world, "1", "没有问题", "确定", who="主管")
    assert text(said).startswith("已处理：异议不成立")
    assert text(press(world, "f:settle", row, "主管")).startswith(
        "这份异议已经处理过了"
    )
    assert labels(press(world, "v:objection", row, "主管")) == []
    assert "不成立" in text(world.wait(TICK)["甲"])


def test_one_objects_to_somebody_once_until_that_is_settled(
    world: World, award: Award
) -> None:
    contested(world, award)
    press(world, "f:object", award.id)
    said = fill_form(world, "1", "又一件", "提交异议")
    assert text(said).startswith("您对这一位提过的异议还在核实")


def test_an_objection_to_what_was_called_off_waits_for_nobody(
    world: World, award: Award
) -> None:
    row = contested(world, award)
    world.appoint("4401", "主管", "officer")
    press(world, "f:settle", row, "主管")
    fill_form(world, "2", "属实", who="主管")
    change(world, Award, award.id, phase=Phase.CANCELLED)
    said = fill_form(world, "确定", who="主管")
    assert text(said).startswith("这份异议已经处理过了")
    assert "评选异议" not in str(world.say("待审", "主管"))
    world.wait(TICK)
    assert ended(world, "nominee_settled") == []


def test_an_objection_outlives_who_it_is_against(world: World, award: Award) -> None:
    row = contested(world, award)
    world.appoint("4401", "主管", "officer")
    fill_form(world, "删除我的全部资料", "删除", who="乙")
    said = press(world, "v:objection", row, "主管")
    assert said[-1]["rows"] == [["对谁", "已退出"]]
    press(world, "f:settle", row, "主管")
    said = fill_form(world, "2", "已退出", "确定", who="主管")
    assert text(said).startswith("已处理：异议成立")


def test_an_objection_comes_too_late_by_the_clock(world: World, award: Award) -> None:
    contested(world, award)
    press(world, "f:object", award.id)
    fill_form(world, "1", "又一件")
    world.now += 2 * DAY
    assert text(fill_form(world, "提交异议")).startswith("现在不在公示期")


@pytest.mark.parametrize(
    "flow", [Nominate, admitting.RefuseNominee, Score, Object, Settle]
)
def test_a_form_about_what_is_gone_has_a_name_all_the_same(
    turn: Turn, flow: type[Flow]
) -> None:
    assert flow.title(turn, "0").key == "summary"
    assert flow.about(turn, "0") is None


@pytest.mark.parametrize("flow", [admitting.RefuseNominee, Score, Settle])
def test_a_form_about_what_is_gone_has_no_effect(turn: Turn, flow: Any) -> None:
    form = flow.model_construct(subject="0", extras={}, points=1, reason="unclear")
    said = form.finish(turn)
    assert said.text is not None
    assert said.text.key in ("not_yours", "gone")


def test_a_nominee_of_a_group_that_is_no_more_is_shown(
    world: World, award: Award
) -> None:
    row = runs(world, award, "乙")
    begin(world, award, 1)
    assert press(world, "v:nominee", row)[-1]["rows"][-1] == ["职业", "家政服务员"]


def test_nobody_is_asked_what_they_have_answered(world: World, award: Award) -> None:
    press(world, "f:nominate", award.id)
    fill_form(world, "2", worker_of(world, "乙").member_no or "", "好", "提交提名")
    row = world.write(lambda s: s.exec(select(Nominee)).one())
    assert text(press(world, "a:nominee_no", row.id, "乙")).startswith("好的，您不参加")
    world.wait(TICK)
    assert ended(world, "nominee_asked") == [("skipped", "over")]


def test_nobody_is_told_of_what_they_left(world: World, award: Award) -> None:
    row = runs(world, award, "乙", None)
    press(world, "a:confirm_nominee", row, "社工")
    press(world, "a:nominee_no", f"{short(row)}.sure", "乙")
    world.wait(TICK)
    assert ended(world, "nominee_settled") == [("skipped", "overtaken")]


def test_news_of_what_is_gone_reach_nobody(turn: Turn) -> None:
    for news in award_news.AWARD_NEWS:
        row = Reminder(id=1, kind=news.kind, subject="1.1", due=turn.now)
        row.subject = "1" if news.kind != RESULT else "1.1"
        assert news.chat(turn.session, row) is None
    row = Reminder(id=1, kind=RESULT, subject="1.1", due=turn.now)
    assert award_news._tell_result(turn, row) == "over"


def test_an_export_has_one_s_nominations_and_suggestions(
    world: World, award: Award
) -> None:
    runs(world, award, "甲")
    for typed in ("提建议", "1", "修一修", "跳过", "提交建议"):
        world.say(typed, "甲")

    def look(session: Session) -> str:
        chat = session.exec(select(Chat).where(Chat.address == "甲")).one()
        worker = session.get_one(Worker, chat.worker_id)
        turn = world.kit.turn(session, chat, worker, world.now, trusted=True)
        return repr(sheets(turn))

    found = world.write(look)
    assert "好人" in found
    assert "修一修" in found
