"""Where one works and with whom: what is offered, found and reviewed by."""

from __future__ import annotations

import pytest

from handlers.offers import Offer
from handlers.places import (
    DISTRICTS,
    EMPLOYERS,
    PLATFORMS,
    POOL,
    UNIONS,
    employer_union,
    nearest,
    reviewer,
)
from handlers.question import Answers
from handlers.turn import Turn
from models.place import Atlas, Enterprise


def names(turn: Turn, offer: Offer, query: str = "", **answers: str) -> list[str]:
    seen = Answers({"group": "courier", **answers})
    return [str(o.label) for o in offer.options(turn, seen, query)]


@pytest.mark.parametrize("query", ["天川", "tianchuan", "TIAN CHUAN", "天川家政"])
def test_an_employer_is_found_by_name_and_by_pinyin(turn: Turn, query: str) -> None:
    assert names(turn, EMPLOYERS, query) == ["潮州市天川家政有限公司"]


@pytest.mark.parametrize("query", ["%", "_", "\\", "100%", "'; DROP TABLE"])
def test_signs_of_the_database_find_nothing(turn: Turn, query: str) -> None:
    assert names(turn, EMPLOYERS, query) == []


def test_no_employer_is_listed_unasked_but_platforms_are(turn: Turn) -> None:
    assert names(turn, EMPLOYERS) == []
    assert names(turn, PLATFORMS)[:2] == ["美团", "饿了么"]


def test_a_chosen_employer_is_still_on_offer(turn: Turn) -> None:
    (option,) = EMPLOYERS.options(turn, Answers({}), "天川")
    assert EMPLOYERS.find(turn, Answers({}), option.key) == option
    assert EMPLOYERS.find(turn, Answers({}), option.key + "x") is None
    assert PLATFORMS.find(turn, Answers({}), option.key) is None
    assert EMPLOYERS.find(turn, Answers({}), "?") is None


def test_an_employer_is_found_in_any_width(turn: Turn) -> None:
    turn.session.add(Enterprise(id=7, kind="enterprise", name="ABC保安（广州）公司"))
    for typed in ("ABC", "ＡＢＣ", "保安（广州）"):
        (option,) = EMPLOYERS.options(turn, Answers({}), typed)
        assert option.label == "ABC保安（广州）公司"


def test_the_union_of_the_employer_comes_first(turn: Turn) -> None:
    (option,) = EMPLOYERS.options(turn, Answers({}), "天川")
    answers = {"employer": option.key, "city": "4401", "district": "440111"}
    assert employer_union(Answers(answers)) == "445102-tianchuan"
    assert names(turn, UNIONS, **answers)[0] == "天川家政公司工会"


def test_own_words_and_platforms_have_no_union() -> None:
    assert employer_union(Answers({"employer": "=老王保安队"})) is None
    assert employer_union(Answers({"platform": "abc."})) is None
    assert employer_union(Answers({})) is None


def test_a_trade_has_its_union_and_the_union_may_decide(turn: Turn) -> None:
    offered = names(turn, UNIONS, city="4401", district="440111")
    assert offered[:2] == ["白云区物流行业工会", "白云区总工会"]
    options = UNIONS.options(turn, Answers({"group": "courier"}))
    assert [o.key for o in options] == [POOL]


def test_districts_are_those_of_the_city(turn: Turn) -> None:
    assert names(turn, DISTRICTS, city="4451") == ["湘桥区", "潮安区", "饶平县"]
    assert names(turn, DISTRICTS) == []


def test_the_nearest_district_answers_the_city_too(turn: Turn) -> None:
    assert nearest(turn, 23.27, 113.3) == {"city": "4401", "district": "440111"}
    assert nearest(turn, 39.9, 116.4) is None


def test_the_union_wished_for_reviews_else_the_districts(turn: Turn) -> None:
    def code(**answers: str) -> str | None:
        union = reviewer(turn, Answers(answers))
        return union.code if union else None

    assert code(wished_union="440111-logistics") == "440111-logistics"
    assert code(wished_union=POOL, district="440111") == "440111"
    assert code(wished_union=POOL, district="440111", home_district="440306") == (
        "440306"
    )


def test_where_there_is_no_union_nobody_reviews(turn: Turn) -> None:
    turn.atlas = Atlas()
    assert reviewer(turn, Answers({"district": "440111"})) is None
