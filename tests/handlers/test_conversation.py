"""How a conversation begins, finishes, asks again, stops and is left."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from handlers.answers import Key, Mobile, Name
from handlers.choices import Skill
from handlers.flow import AskAgain, Flow
from handlers.offers import Offer, Option
from handlers.question import Ask, Question, Submit, ask, make_question
from handlers.say import Say, Word, say
from handlers.turn import Turn
from models.attachment import Attachment
from models.conversation import Conversation, State
from models.fact import Fact
from models.form_link import FormLink
from tests.handlers.conftest import Deploy
from tests.world import World


class Form(Flow):
    """Two questions in the words of joining."""

    name: ClassVar[str] = "join"

    full_name: Name = ask()
    mobile: Mobile = ask()
    sure: Submit = ask()

    def finish(self, turn: Turn) -> Say:
        turn.session.add(Fact(name="finished", value=self.full_name))
        return say("join", "done_title")


class Fussy(Form):
    def finish(self, turn: Turn) -> Say:
        raise AskAgain("mobile", "no_union_here")


class Clashing(Form):
    def finish(self, turn: Turn) -> Say:
        turn.session.add(Fact(name="taken", value=self.full_name))
        turn.session.flush()
        return say("join", "done_title")


def facts(world: World) -> set[str]:
    return world.write(lambda s: set(s.exec(select(Fact.name)).all()))


def states(world: World) -> list[State]:
    return world.write(lambda s: [c.state for c in s.exec(select(Conversation))])


def pictures(world: World) -> int:
    return world.write(lambda s: len(s.exec(select(Attachment.id)).all()))


def submit(world: World) -> list[Any]:
    for typed in ("入会", "张三", "13812345678"):
        world.say(typed)
    return world.say("提交")


def test_finishing_acts_once_and_erases_the_draft(world: World, deploy: Deploy) -> None:
    deploy(Form)
    submit(world)
    row, draft = world.conversation()
    assert facts(world) == {"finished"}
    assert (row.state, row.draft, draft.answers) == (State.DONE, None, {})


def test_asking_again_keeps_the_other_answers_and_says_why(
    world: World, deploy: Deploy
) -> None:
    deploy(Fussy)
    said = submit(world)
    assert said[0]["text"].startswith("这里暂时没有可以受理的工会")
    assert world.asked() == "mobile"
    assert world.answers() == {"full_name": "张三"}


def test_a_violated_constraint_undoes_the_whole_step(
    world: World, deploy: Deploy
) -> None:
    deploy(Clashing)
    world.write(lambda s: s.add(Fact(name="taken", value="")))
    with pytest.raises(IntegrityError):
        submit(world)
    assert world.asked() == "sure"
    assert world.answers() == {"full_name": "张三", "mobile": "+8613812345678"}


class Refusing(Form):
    refuses: ClassVar[bool] = False

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        return [say("join", "cancelled")] if cls.refuses else None


@pytest.fixture
def refusing(deploy: Deploy, monkeypatch: pytest.MonkeyPatch) -> Any:
    deploy(Refusing)

    def change() -> None:
        monkeypatch.setattr(Refusing, "refuses", True)

    return change


def test_a_flow_that_refuses_by_now_is_not_finished(
    world: World, refusing: Any
) -> None:
    for typed in ("入会", "张三", "13812345678"):
        world.say(typed)
    refusing()
    said = world.say("提交")
    assert said[0]["text"].startswith("已取消")
    assert facts(world) == set()
    assert states(world) == [State.CANCELLED]


def test_a_flow_that_refuses_by_now_is_not_resumed(world: World, refusing: Any) -> None:
    for typed in ("入会", "张三", "菜单"):
        world.say(typed)
    refusing()
    said = world.say("1")
    assert said[0]["text"].startswith("已取消")
    assert states(world) == [State.CANCELLED]


def test_stopping_for_age_keeps_nothing(world: World) -> None:
    world.fill("resident_id")
    world.say("440111201405010002")
    row, _ = world.conversation()
    assert (row.state, row.draft, row.asked) == (State.CANCELLED, None, None)


def test_dropping_erases_the_pictures_too(world: World) -> None:
    world.fill("certificate", group="家政")
    world.do("photo", data=b"picture", mime="image/jpeg")
    assert pictures(world) == 1
    world.say("取消")
    assert pictures(world) == 1
    world.say("删掉，不填了")
    assert pictures(world) == 0


def test_a_picture_that_is_gone_already_hinders_nobody(world: World) -> None:
    world.fill("certificate", group="家政")
    world.do("photo", data=b"picture", mime="image/jpeg")
    world.write(lambda s: s.delete(s.exec(select(Attachment)).one()))
    world.say("取消")
    assert world.say("删掉，不填了")[0]["text"].startswith("已取消")


def test_a_new_picture_replaces_the_old_one(world: World) -> None:
    world.fill("certificate", group="家政")
    for _ in range(2):
        world.do("photo", data=b"picture", mime="image/jpeg")
        world.say("改 证书")
    assert pictures(world) == 1
    world.say("跳过")
    assert pictures(world) == 0


def test_a_second_flow_pauses_the_first_and_gives_it_back(world: World) -> None:
    world.appoint("4401", who="工人")
    world.fill("sure", who="乙")
    world.say("提交", who="乙")
    world.fill("mobile")
    world.say("待审")
    world.say("1")
    world.say("不通过")
    assert sorted(states(world)) == [State.DONE, State.OPEN, State.PAUSED]
    world.say("多次联系不上")
    said = world.say("确定不通过")
    assert "接着填：入会申请" in [label for _, label, _ in said[0]["choices"]]


class Rows(Form):
    """A form with questions that are rows, and with several answers in own words."""

    @classmethod
    def prefill(cls, turn: Turn, subject: str) -> dict[str, Any]:
        return {"mobile": "+8613812345678", "gone": "x"}

    @classmethod
    def more(cls, turn: Turn, seen: dict[str, Any]) -> Any:
        yield row_question("meal", "吃什么？", ("面", "饭"))
        if seen.get("meal") == "面":
            yield row_question("sauce", "要辣吗？", ("要", "不要"))

    def finish(self, turn: Turn) -> Say:
        turn.session.add(Fact(name="extras", value=",".join(sorted(self.extras))))
        turn.session.add(Fact(name="sauce", value=str(self.extras.get("sauce"))))
        return say("join", "done_title")


def row_question(name: str, label: str, choices: tuple[str, ...]) -> Question:
    """Make a question as a row would: its label is plain text."""
    offer = Offer(lambda turn, answers: [Option(c, c) for c in choices])
    asks = Word("return", "ask_why", {"field": label})
    return make_question(name, Key, Ask(offer=offer), asks, label)


def test_questions_that_are_rows_are_asked_before_the_end(
    world: World, deploy: Deploy
) -> None:
    deploy(Rows)
    world.say("入会")
    said = world.say("张三")
    assert said[0]["text"].startswith("“吃什么？”")
    assert said[0]["place"] == "2/3"
    assert world.say("面")[0]["text"].startswith("“要辣吗？”")
    rows = world.say("不要")[0]["rows"]
    assert ["要辣吗？", "不要"] in rows
    world.say("提交")
    values = world.write(lambda s: {f.name: f.value for f in s.exec(select(Fact))})
    assert values == {"extras": "meal,sauce", "sauce": "不要"}


def test_a_row_can_be_corrected_by_its_label(world: World, deploy: Deploy) -> None:
    deploy(Rows)
    for typed in ("入会", "张三", "面"):
        world.say(typed)
    world.say("改 吃什么")
    assert world.asked() == "meal"
    world.say("饭")
    assert world.asked() == "sure"


def test_what_is_known_is_not_asked_nor_counted(world: World, deploy: Deploy) -> None:
    deploy(Rows)
    assert world.say("入会")[0]["place"] == "1/3"
    world.say("张三")
    assert world.asked() == "meal"


class Several(Form):
    name: ClassVar[str] = "join"

    skills: list[Skill] = ask(many=True)


def test_several_answers_are_kept_in_the_order_they_were_given(
    world: World, deploy: Deploy
) -> None:
    deploy(Several)
    for typed in ("入会", "张三", "13812345678", "3 1", "选好了（2 项）"):
        world.say(typed)
    assert world.answers()["skills"] == ["infant", "cleaning"]


def test_a_link_of_a_private_question_ends_the_one_before(abroad: World) -> None:
    abroad.fill("resident_id")
    abroad.say("帮助")

    def links(session: Session) -> int:
        return len(session.exec(select(FormLink.question)).all())

    assert abroad.write(links) == 1


def test_two_people_fill_in_the_same_form_side_by_side(world: World) -> None:
    world.fill("mobile", who="甲", full_name="王五")
    world.fill("full_name", who="乙")
    world.say("赵六", who="乙")
    assert world.answers("甲")["full_name"] == "王五"
    assert world.answers("乙")["full_name"] == "赵六"


def test_nobody_presses_in_the_talk_of_another(world: World) -> None:
    world.fill("full_name", who="甲")
    world.fill("full_name", who="乙")
    press = world.screens["甲"][-1]["choices"][-1][2]
    said = world.do("press", press, who="乙")
    assert said[0]["text"].startswith("那件事已经办完")
    assert world.asked("甲") == "full_name"
