"""Records: made, explained where they will not do, changed, ended; their history."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from sqlmodel import select

from bot.console import questions
from models.audit import AuditEntry
from models.award import Award, Phase
from models.benefit import Benefit
from models.columns import long, short
from models.event import Event, EventState
from models.own_question import Asks, OwnQuestion
from models.partner import Partner, given_by
from models.place import Source, Union
from models.site import Site
from models.suggestion import Adoption, Suggestion
from tests.models.benefits import MEDICINE

from . import rows
from .house import House, words_of

AT = "/console"
EVENT: dict[str, Any] = {
    "name": "培训班",
    "kind": "training",
    "union_code": "4401",
    "starts_at": "2026-11-28T09:00",
    "ends_at": "2026-11-28T17:00",
    "opens_at": "2026-11-23T09:00",
    "closes_at": "2026-11-27T18:00",
    "capacity": "20",
    "place": "东园横路 5 号",
    "remind_hours": "48，2",
    "groups": ["courier", "nobody"],
}
SITE: dict[str, Any] = {
    "code": "new-stop",
    "name": "新服务站",
    "kind": "station",
    "union_code": "440111",
    "division": "440111",
    "address": "示例路1号",
    "lat": "23.2",
    "lon": "113.3",
    "hours": "24h",
    "facilities": ["wifi", "toilet"],
}


def one(house: House, table: Any) -> Any:
    """Return the row made last."""
    return house.world.write(lambda s: list(s.exec(select(table)))[-1])


def wrong(answer: Any) -> set[str]:
    """Return the fields beside which something is explained."""
    assert answer.status_code == 422
    return {*re.findall(r'id="wrong-(\w+)"', answer.text)}


def test_an_event_is_planned_published_and_called_off(house: House) -> None:
    browser = house.appoint("social_worker")
    assert "已保存" in browser.do(f"{AT}/events/new", **EVENT)
    row = one(house, Event)
    assert row.remind_hours == [48, 2]
    assert (row.groups, row.capacity, row.state) == ("courier", 20, EventState.DRAFT)
    assert row.starts_at.isoformat() == "2026-11-28T01:00:00+00:00"
    at = f"{AT}/events/{short(row.id)}"
    words = browser.read(at)
    assert "2026-11-28 09:00" in words
    assert "快递员" in words
    assert "发结业证明" not in words
    assert 'value="2026-11-28T09:00"' in browser.get(f"{at}/change").text
    browser.do(f"{at}/change", **{**EVENT, "capacity": "30", "about": "自带笔"})
    assert one(house, Event).capacity == 30
    browser.do(f"{at}/publish")
    words = browser.do(f"{at}/close")
    assert "截止报名 您" in words
    assert browser.send(f"{at}/publish").status_code == 422
    assert "取消活动" in browser.read(at)
    words = browser.do(f"{at}/cancel")
    assert "会通知所有报名的人" in words
    assert "修改 您" in words
    assert f"{at}/change" not in browser.get(at).text
    assert "培训班" not in browser.read(f"{AT}/events")
    assert "培训班" in browser.read(f"{AT}/events?show=past&kind=training")
    assert "培训班" not in browser.read(f"{AT}/events?show=past&kind=festival")


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"name": ""}, "name"),
        ({"name": "", "capacity": "many"}, "name capacity"),
        ({"capacity": "0"}, "capacity"),
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00"}, "starts_at"),
        ({"ends_at": "2026-11-28T08:00"}, "ends_at"),
        ({"closes_at": "2026-11-29T08:00"}, "closes_at"),
        ({"lat": "23.1"}, "lat"),
        ({"lat": "here", "lon": "nan"}, "lat lon"),
        ({"remind_hours": "soon"}, "remind_hours"),
        ({"union_code": "4403"}, "union_code"),
        ({"kind": "feast"}, "kind"),
    ],
    ids=str,
)
def test_what_is_wrong_is_explained_beside_its_field(
    sqlite_house: House, given: dict[str, str], fields: str
) -> None:
    browser = sqlite_house.appoint("social_worker")
    answer = browser.send(f"{AT}/events/new", **{**EVENT, **given})
    assert wrong(answer) == {*fields.split()}
    assert 'value="东园横路 5 号"' in answer.text


ASKED = (
    OwnQuestion("q1", Asks.CHOICE, "午餐？", "Lunch?", ("荤", "素"), ("Meat", "None")),
    OwnQuestion("q2", Asks.NUMBER, "几年？"),
    OwnQuestion("q3", Asks.YES_NO, "坐大巴吗？", required=False),
    OwnQuestion("q4", Asks.TEXT, "还有呢？", required=False),
)


def test_own_questions_are_written_as_they_are_read() -> None:
    assert questions.read(questions.write(ASKED)) == ASKED
    assert questions.read("＊坐大巴吗？＝yes/no\n\n")[0].asks is Asks.YES_NO
    assert questions.read("") == ()


def test_today_tells_which_events_are_about_to_pass(sqlite_house: House) -> None:
    house, now = sqlite_house, sqlite_house.world.now
    draft, far = {"state": EventState.DRAFT}, timedelta(days=9)
    later = {"starts_at": now + far, "ends_at": now + far, "closes_at": now + far}
    planned: tuple[dict[str, Any], ...]
    planned = ({}, draft, {**draft, "opens_at": now + far}, later)
    rows.two(house, *(rows.an_event(house, "4401", **facts) for facts in planned))
    rows.two(house, rows.an_event(house, "4403"))
    browser = house.appoint("social_worker")
    today = browser.get(f"{AT}/today").text
    for name, told in (
        ("unpublished", "该发布还没发布的活动"),
        ("closing", "两天内截止报名的活动"),
        ("soon", "两天内开始的活动"),
    ):
        assert told in today
        assert f'href="{AT}/events?show={name}"><b>1</b>' in today
        listed = browser.get(f"{AT}/events?show={name}").text
        assert listed.count('class="row"') == 1


def test_what_is_asked_stays_once_an_event_is_published(house: House) -> None:
    browser, asked = house.appoint("social_worker"), questions.write(ASKED)
    worse = browser.send(f"{AT}/events/new", **EVENT, questions="午餐？ = 荤")
    assert wrong(worse) == {"questions"}
    browser.do(f"{AT}/events/new", **EVENT, questions=asked)
    at = f"{AT}/events/{short(one(house, Event).id)}"
    browser.do(f"{at}/change", **EVENT, questions="几年？ = 数字")
    browser.do(f"{at}/publish")
    given: dict[str, Any] = {**EVENT, "questions": "几年？ = 数字\r\n"}
    assert "已保存" in browser.do(f"{at}/change", **given)
    given = {**EVENT, "questions": "几月？ = 数字"}
    assert wrong(browser.send(f"{at}/change", **given)) == {"questions"}
    assert [q.name for q in one(house, Event).own_questions] == ["几年？"]


def test_certificates_are_given_after_a_training(house: House) -> None:
    browser = house.appoint("social_worker")
    row = rows.an_event(house, "4401", ends_at=house.world.now - timedelta(hours=1))
    at = f"{AT}/events/{short(row.id)}"
    rows.two(house, row)
    assert "发结业证明" in browser.read(at)
    assert "发了 0 份" in browser.do(f"{at}/certify")


def test_a_site_is_made_shut_and_opened_again(house: House) -> None:
    browser = house.appoint("officer")
    browser.do(f"{AT}/sites/new", **SITE)
    row = house.world.write(lambda s: s.get_one(Site, "new-stop"))
    assert (row.name_en, row.facilities) == ("新服务站", "toilet;wifi")
    at = f"{AT}/sites/new-stop"
    words = browser.read(at)
    assert "如厕、无线网络" in words
    assert "停用" not in words.partition("变更记录")[2]
    assert "恢复使用" in browser.do(f"{at}/end")
    assert "新服务站" not in browser.read(f"{AT}/sites")
    assert "新服务站" in browser.read(f"{AT}/sites?show=ended&kind=station")
    assert "停用 您" in browser.do(f"{at}/resume")
    browser.do(f"{at}/change", **{**SITE, "hours": "mon-fri 08:30-17:00"})
    assert wrong(browser.send(f"{at}/change", **{**SITE, "hours": "?"})) == {"hours"}
    taken = browser.send(f"{AT}/sites/new", **SITE)
    assert wrong(taken) == {"code"}
    assert "已经有了" in taken.text


def test_who_only_looks_has_no_buttons(sqlite_house: House) -> None:
    browser = sqlite_house.appoint("social_worker")
    assert "/new" not in browser.get(f"{AT}/sites").text
    page = browser.get(f"{AT}/sites/gz-by-dh").text
    assert "/change" not in page
    assert "/console/posters/new?site_code=gz-by-dh" in page


def test_a_benefit_of_all_unions_is_shown_and_not_changed(house: House) -> None:
    browser = house.appoint("officer")
    words = browser.read(f"{AT}/benefits/{MEDICINE}")
    assert "家庭药箱" in words
    assert "停用" not in words
    assert browser.send(f"{AT}/benefits/{MEDICINE}/end").status_code == 404


def test_a_benefit_is_made_and_a_partner_gives_it(house: House) -> None:
    browser = house.appoint("officer")
    given: dict[str, Any] = {
        "code": "tea",
        "name": "凉茶",
        "kind": "voucher",
        "union_code": "4401",
        "about": "每月一杯",
        "pool": "no",
        "member_days": "0",
        "share": "1",
        "per": "month",
        "valid_days": "7",
        "books": "no",
    }
    bad = {**given, "share": "0", "closes": "2026-13-01"}
    assert wrong(browser.send(f"{AT}/benefits/new", **bad)) == {"closes"}
    bad = {**given, "opens": "2026-12-02", "closes": "2026-12-01"}
    assert wrong(browser.send(f"{AT}/benefits/new", **bad)) == {"closes"}
    browser.do(f"{AT}/benefits/new", **given, opens="2026-12-01")
    row = house.world.write(lambda s: s.get_one(Benefit, "tea"))
    assert (row.pool, row.quota, row.share, row.about_en) == (
        False,
        None,
        1,
        "每月一杯",
    )
    rows.two(house, rows.a_partner("shop", "440111"))
    at = f"{AT}/partners/shop"
    browser.do(f"{at}/gives", benefits=["tea", MEDICINE, "nothing"])
    codes = house.world.write(lambda s: given_by(s, "shop"))
    assert codes == [MEDICINE, "tea"]
    assert re.search(r'value="tea" checked', browser.get(f"{at}/gives").text)
    assert "凉茶" in browser.read(at)
    assert "/console/partners/shop" in browser.get(f"{AT}/benefits/tea").text
    browser.do(
        f"{at}/change",
        name="凉茶铺",
        union_code="4401",
        district="440111",
        address="示例路2号",
        lat="23",
        lon="113",
    )
    assert house.world.write(lambda s: s.get_one(Partner, "shop")).name == "凉茶铺"


def test_a_union_is_founded_below_ones_own(house: House) -> None:
    browser = house.appoint("administrator")
    given: dict[str, Any] = {
        "code": "440111-new",
        "name": "新行业工会",
        "parent": "440111",
        "kind": "industry",
        "division": "440111",
        "groups": ["courier"],
    }
    worse = browser.send(f"{AT}/unions/new", **{**given, "kind": "federation"})
    assert wrong(worse) == {"kind"}
    browser.do(f"{AT}/unions/new", **given)
    at = f"{AT}/unions/440111-new"
    assert "新行业工会" in browser.read(f"{AT}/unions?kind=industry")
    browser.do(f"{at}/change", name="更新的工会", division="440111", phone="020")
    row = house.world.write(lambda s: s.get_one(Union, "440111-new"))
    assert (row.name, row.phone, row.groups) == ("更新的工会", "020", "")
    assert "更新的工会" in browser.read(f"{AT}/unions/440111-new")
    assert browser.get(f"{AT}/unions/4401/change").status_code == 404
    assert "修改" not in browser.read(f"{AT}/unions/4401")


def test_an_award_is_planned_and_published(house: House) -> None:
    browser = house.appoint("officer")
    days = {
        f"{name}_at": f"2026-12-0{day}T09:00"
        for day, name in enumerate(
            ("nominating", "voting", "jury", "notice", "over"), start=1
        )
    }
    given: dict[str, Any] = {
        "code": "gold",
        "name": "金牌",
        "union_code": "4401",
        "seats": "2",
        "choices": "2",
        "vote_share": "40",
        "jury_share": "60",
        **days,
    }
    bad = {**given, "voting_at": "2026-12-09T09:00"}
    assert wrong(browser.send(f"{AT}/awards/new", **bad)) == {"voting_at"}
    bad = {**given, "jury_share": "61"}
    assert wrong(browser.send(f"{AT}/awards/new", **bad)) == {"jury_share"}
    browser.do(f"{AT}/awards/new", **given)
    at = f"{AT}/awards/{short(one(house, Award).id)}"
    browser.do(f"{at}/change", **{**given, "seats": "3"})
    browser.do(f"{at}/publish")
    assert one(house, Award).phase is Phase.PLANNED
    assert f"{at}/change" not in browser.get(at).text
    assert browser.send(f"{at}/change", **given).status_code == 422
    assert "还没开始" in browser.read(f"{AT}/awards")
    browser.do(f"{at}/cancel")
    assert "金牌" in browser.read(f"{AT}/awards?show=past")


def test_a_suggestion_is_read_and_answered(house: House) -> None:
    key = rows.suggestions(house, "").own
    browser, at = house.appoint("social_worker"), f"{AT}/suggestions/{key}"
    assert "要答复的建议" in browser.read(f"{AT}/today")
    assert "换拖把" in browser.read(at)
    read = select(AuditEntry).where(AuditEntry.action == "suggestion.read")
    assert len(house.world.write(lambda s: s.exec(read).all())) == 1
    assert wrong(browser.send(f"{at}/decline")) == {"reason"}
    assert wrong(browser.send(f"{at}/decline", reason="=")) == {"reason_words"}
    assert "谢谢" in browser.do(f"{at}/adopt", yuan="1200", thanks="谢谢您")
    row = house.world.write(lambda s: s.get_one(Suggestion, long(key)))
    assert (row.standing, row.yuan) == (Adoption.ADOPTED, 1200)
    assert browser.send(f"{at}/decline", reason="unclear").status_code == 422
    assert "已采纳" in browser.read(f"{AT}/suggestions?show=adopted&aspect=work")
    assert "没有等您办的事" in browser.read(f"{AT}/today")


@pytest.mark.parametrize(("reason", "own"), [("unclear", ""), ("=", "已经在做")])
def test_a_suggestion_is_declined_with_a_reason(
    sqlite_house: House, reason: str, own: str
) -> None:
    house = sqlite_house
    key = rows.suggestions(house, "").own
    browser = house.appoint("officer")
    given = {"reason": reason, "reason_words": own}
    words = browser.do(f"{AT}/suggestions/{key}/decline", **given)
    assert own in words
    assert "没有采纳" in words


def test_a_poster_is_made_for_a_site_and_scanned(house: House) -> None:
    browser = house.appoint("social_worker")
    asked = browser.get(f"{AT}/posters/new?site_code=gz-by-dh&union_code=440111").text
    assert '<option value="gz-by-dh" selected>' in asked
    given: dict[str, Any] = {
        "campaign": "货车司机入会",
        "union_code": "440111",
        "group": "truck_driver",
    }
    assert wrong(browser.send(f"{AT}/posters/new", **given)) == {"site"}
    browser.do(f"{AT}/posters/new", **given, site_code="gz-by-dh")
    row = house.world.write(
        lambda s: s.exec(select(Source).where(Source.campaign == "货车司机入会")).one()
    )
    assert (row.site, row.organiser) == ("白云司机之家", "白云区总工会")
    assert (row.division, row.group) == ("440111", "truck_driver")
    at = f"{AT}/posters/{row.code}"
    picture = browser.get(f"{at}/a4.png")
    assert picture.headers["content-type"] == "image/png"
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.content)))
    assert code.text.endswith(f"/?start={row.code}")
    assert browser.get(f"{at}/a4.pdf").content.startswith(b"%PDF")
    assert "货车司机入会" in browser.read(
        f"{AT}/posters?union=440111&group=truck_driver"
    )
    browser.do(f"{at}/change", campaign="换了名", site="东门")
    assert "换了名" in browser.read(at)


def test_a_poster_has_the_code_one_chose_but_none_of_ours(
    sqlite_house: House,
) -> None:
    browser = sqlite_house.appoint("social_worker")
    given = {"campaign": "入会", "union_code": "4401", "site": "门口"}
    for code in ("s-x", "a b", "baiyun-drivers"):
        answer = browser.send(f"{AT}/posters/new", **given, code=code)
        assert wrong(answer) == {"code"}
    assert "gate-1" in browser.do(f"{AT}/posters/new", **given, code="gate-1")


def test_who_did_what_is_told_by_position(sqlite_house: House) -> None:
    house = sqlite_house
    first, second = (house.appoint("officer", who=who) for who in ("甲", "乙"))
    first.do(f"{AT}/sites/new", **SITE)
    words = second.read(f"{AT}/sites/new-stop")
    assert "新建 广州市总工会 干部" in words
    assert words_of(first.get(f"{AT}/sites/new-stop")).count("新建 您") == 1
