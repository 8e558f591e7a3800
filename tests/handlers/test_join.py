"""Joining: what is filed, prefilled and doubted."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.words import vocabulary
from handlers.join import CONSENT_VERSION
from models.application import Application, Standing, record
from models.attachment import Attachment
from models.columns import short
from models.consent import Consent
from models.place import Source
from models.worker import Worker
from tests.world import World


def filed(world: World) -> Application:
    return world.write(lambda s: s.exec(select(Application)).one())


def submitted(world: World, **answers: str) -> Application:
    world.fill("sure", **answers)
    world.say("提交")
    return filed(world)


def test_the_application_holds_what_was_answered(world: World) -> None:
    row = submitted(world)
    assert (row.standing, row.group, row.work_form) == (
        Standing.SUBMITTED,
        "truck_driver",
        "casual",
    )
    assert (row.district, row.union_code, row.wished_union) == (
        "440111",
        "440111",
        None,
    )
    assert (row.source, str(row.due)) == (None, "2026-11-26")


def test_a_drawn_number_that_is_taken_is_drawn_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    draws = iter([7, 7, 8])
    monkeypatch.setattr("secrets.randbelow", lambda limit: next(draws))
    numbers = []
    for who in ("张师傅", "李师傅"):
        world.fill("sure", who)
        numbers.append(world.say("提交", who)[0]["rows"][0][1])
    assert numbers == ["00000007", "00000008"]


def test_the_consent_is_on_record_from_the_moment_it_is_given(world: World) -> None:
    world.fill("full_name")
    row = world.write(lambda s: s.exec(select(Consent)).one())
    assert (row.scope, row.channel, row.at) == ("join", "page", world.now)


def looked_at(world: World, resident_id: str) -> str:
    """Return what a reviewer reads at the head of an application."""
    submitted(world, resident_id=resident_id)
    world.appoint("4401")
    world.say("待审", "社工")
    return str(world.say("1", "社工")[0]["text"])


def test_somebody_over_65_is_looked_at_but_not_refused(world: World) -> None:
    assert "年龄超过 65 岁" in looked_at(world, "44011119520501000X")


@pytest.mark.parametrize(
    ("resident_id", "old"),
    [("440111196111220019", False), ("440111196011230017", True)],
)
def test_over_65_is_66_and_more(world: World, resident_id: str, old: bool) -> None:
    assert ("年龄超过" in looked_at(world, resident_id)) == old


@pytest.mark.parametrize(
    ("language", "text"), [("zh-CN", "fba8269542a4"), ("en", "9c3a36b7d520")]
)
def test_another_text_to_agree_to_is_another_version(language: str, text: str) -> None:
    agreed = vocabulary().documents[language, "join.consent_text"]
    found = hashlib.sha256(agreed.encode()).hexdigest()
    assert (CONSENT_VERSION, found[:12]) == ("2026-11-22", text)


def test_an_unknown_province_is_looked_at_but_not_refused(world: World) -> None:
    assert "省份代码少见" in looked_at(world, "990111199005010000")


def test_who_lives_elsewhere_is_reviewed_there(world: World) -> None:
    world.fill("belong")
    world.say("住的地方")
    world.say("花都")
    world.fill("sure")
    world.say("提交")
    assert filed(world).union_code == "440114"


def test_a_poster_is_named_as_the_source(world: World) -> None:
    world.do("start", "baiyun-drivers")
    assert submitted(world).source == "baiyun-drivers"


def test_a_poster_that_is_gone_fills_in_nothing(world: World) -> None:
    world.do("start", "baiyun-drivers")
    source = world.write(lambda s: s.delete(s.get_one(Source, "baiyun-drivers")))
    assert source is None
    world.fill("mobile")
    assert set(world.answers()) == {"consent", "full_name", "id_type", "resident_id"}


def test_a_poster_may_tell_the_city_alone(world: World) -> None:
    world.write(
        lambda s: s.add(
            Source(code="gz", campaign="x", site="x", organiser="x", division="4401")
        )
    )
    world.do("start", "gz")
    world.fill("full_name")
    assert world.answers()["city"] == "4401"
    assert "group" not in world.answers()


def test_where_no_union_reviews_the_question_is_put_again(world: World) -> None:
    world.fill("sure")
    world.kit.atlas.unions_in.clear()
    said = world.say("提交")
    assert said[0]["text"].startswith("这里暂时没有可以受理的工会")
    assert world.asked() == "wished_union"


def test_a_returned_application_keeps_its_number_and_its_source(world: World) -> None:
    world.appoint("4401")
    world.do("start", "baiyun-drivers")
    before = submitted(world)
    for typed in ("待审", "1", "退回修改", "姓名", "看更多", "区县"):
        world.say(typed, "社工")
    for typed in ("选好了（2 项）", "1", "2", "退回"):
        world.say(typed, "社工")
    world.wait(timedelta(minutes=1))
    for typed in ("入会", "李四", "天河", "提交"):
        world.say(typed)
    after = filed(world)
    assert (after.id, after.number, after.source) == (
        before.id,
        before.number,
        "baiyun-drivers",
    )
    assert after.union_code == "440106"


@pytest.mark.parametrize("again", ["photo", "text"])
def test_a_certificate_that_was_replaced_leaves_no_picture_behind(
    world: World, again: str
) -> None:
    picture: dict[str, Any] = {"data": b"picture", "mime": "image/jpeg"}
    world.fill("certificate", group="家政")
    world.do("photo", **picture)
    world.say("提交")
    row = filed(world)

    def give_back(session: Session) -> None:
        found, why = session.get_one(Application, row.id), {"certificate": "unclear"}
        record(session, world.kit.keys, found, Standing.RETURNED, world.now, None, why)

    world.write(give_back)
    world.say("入会")
    assert world.asked() == "certificate"
    world.do("photo", **picture) if again == "photo" else world.say("跳过")
    world.say("提交")
    pictures = world.write(lambda s: s.exec(select(Attachment)).all())
    facts = world.write(
        lambda s: s.get_one(Application, row.id).load(
            world.kit.keys, s.get_one(Worker, row.worker_id)
        )
    )
    kept = [short(picture.id) for picture in pictures]
    assert kept == ([facts["certificate"]] if again == "photo" else [])


def test_what_was_not_found_wrong_keeps_its_picture(world: World) -> None:
    world.fill("certificate", group="家政")
    world.do("photo", data=b"picture", mime="image/jpeg")
    world.say("提交")
    row = filed(world)

    def give_back(session: Session) -> None:
        found, why = session.get_one(Application, row.id), {"mobile": "unclear"}
        record(session, world.kit.keys, found, Standing.RETURNED, world.now, None, why)

    world.write(give_back)
    world.say("入会")
    world.say("13812345679")
    world.say("提交")
    assert filed(world).standing is Standing.SUBMITTED
    assert len(world.write(lambda s: s.exec(select(Attachment)).all())) == 1
