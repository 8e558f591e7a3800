"""The message that puts a question: its words, its place, its choices."""

from __future__ import annotations

import pytest

from handlers.asking import Known
from handlers.conversation import begin
from handlers.join import Join
from handlers.talk import open_talk
from handlers.turn import Turn
from models.message import Body
from tests.world import World


def labels(said: list[Body]) -> list[str]:
    return [label for _, label, _ in said[0].get("choices", [])]


def test_the_words_of_a_question_see_the_answers_before_it(turn: Turn) -> None:
    begin(turn, Join)
    talk = open_talk(turn)
    assert talk is not None
    talk.keep_answers({"consent": "agree", "full_name": "张三"})
    known = Known(talk, talk.state, {"field": "x"})
    assert (known["full_name"], known["field"]) == ("张三", "x")
    assert {"full_name", "field"} <= {*known}
    assert len(known) == len({*known})
    with pytest.raises(KeyError):
        known["mobile"]


def test_the_first_question_can_be_refused_and_has_no_way_back(world: World) -> None:
    assert labels(world.say("入会")) == ["同意，开始填写", "取消"]


def test_an_answered_question_offers_to_keep_its_answer(world: World) -> None:
    world.fill("mobile")
    assert "不改，还是“张三”" in labels(world.say("改 姓名"))
    world.tap("不改，还是“张三”")
    assert world.asked() == "mobile"


def test_a_search_can_be_left_for_the_whole_list(world: World) -> None:
    world.fill("home_district", belong="住的地方")
    assert labels(world.say("龙"))[:3] == ["深圳市龙岗区", "深圳市龙华区", "看全部"]
    assert "广州市荔湾区" in labels(world.say("看全部"))


def test_a_long_list_of_answers_to_correct_has_pages(world: World) -> None:
    world.fill("sure")
    assert labels(world.say("改一改"))[-2:] == ["看更多", "返回"]
    assert "农民工" in labels(world.say("看更多"))
    assert "title" in world.say("返回")[0]


def test_a_private_question_goes_by_link_where_it_must(abroad: World) -> None:
    (body,) = abroad.fill("resident_id")
    assert body["link"][1].startswith("http://localhost:8080/form/")
    assert "30 分钟" in body["text"]
