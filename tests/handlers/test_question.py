"""A question: its offer, its words, and how its answers are shown."""

from __future__ import annotations

import pytest

from handlers.answers import Key
from handlers.choices import Sex
from handlers.offers import Offer, Option
from handlers.question import Answers, Ask, Refused, joined, make_question
from handlers.say import Word
from handlers.turn import Turn

OFFER = Offer(lambda turn, answers: [Option("a", "甲"), Option("b", "乙")])


def test_an_answer_not_asked_reads_as_none() -> None:
    assert Answers({"group": "courier"}).plate is None


def test_an_answer_that_is_no_longer_on_offer_shows_its_key(turn: Turn) -> None:
    question = make_question("one", Key, Ask(offer=OFFER))
    assert question.shown(turn, {}, "gone") == "gone"


def test_own_words_show_without_their_mark(turn: Turn) -> None:
    question = make_question("one", Key, Ask(offer=OFFER, own_words=60))
    assert question.shown(turn, {}, "=老王保安队") == "老王保安队"


def test_several_answers_show_joined(turn: Turn) -> None:
    question = make_question("some", list[Key], Ask(offer=OFFER, many=True))
    shown = question.shown(turn, {}, ["a", "b"])
    assert shown == Word("common", "joined", {"texts": ("甲", "乙")})


def test_a_kept_answer_that_its_list_has_lost_is_asked_again(turn: Turn) -> None:
    question = make_question("sex", Sex, Ask())
    assert question.kept(turn, {}, "male") is Sex.MALE
    with pytest.raises(Refused):
        question.kept(turn, {}, "robot")


def test_one_text_needs_no_joining() -> None:
    assert joined("甲") == "甲"


def test_a_question_without_an_offer_has_no_options(turn: Turn) -> None:
    assert make_question("text", str, Ask()).options(turn, {}) == []


def test_a_private_answer_that_is_plain_text_is_kept_without_id_numbers() -> None:
    kept = make_question("text", str, Ask(private=True)).masked("440106199003070001")
    assert kept.startswith("4401")
    assert "19900307" not in kept
