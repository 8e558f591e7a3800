"""Applications in the console: found, looked at, decided once, and the worker told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot.console.listing import SIZE
from handlers.offers import OWN_WORDS
from models.application import Application, CannotDecide, Standing
from models.audit import AuditEntry

from .house import Colleague, House, words_of
from .rows import applied
from .test_records import wrong

PATH = "/console/applications"
OTHER = {"resident_id": "440306197506150005", "mobile": "13911112222"}


def row_of(house: House, number: int = 0) -> Application:
    found = select(Application).order_by(
        col(Application.submitted_at), col(Application.id)
    )
    return house.world.write(lambda s: s.exec(found).all()[number])


def paths(browser: Colleague, query: str = "") -> list[str]:
    page = browser.get(PATH + query).text
    return re.findall(r'class="row" href="([^"]+)"', page)


@pytest.fixture
def waiting(house: House) -> House:
    """Let one worker wait for a decision."""
    applied(house, "工人")
    return house


def test_who_waits_is_listed_and_nobody_is_named_in_full(waiting: House) -> None:
    words = waiting.appoint("social_worker").read(PATH)
    assert row_of(waiting).number in words
    assert "张*" in words
    assert "张三" not in words
    assert "货车司机" in words


def test_looking_is_written_down(waiting: House) -> None:
    browser = waiting.appoint("social_worker")
    (path,) = paths(browser)
    words = browser.read(path)
    assert "440106199003070001" not in words
    assert "4401**********0001" in words
    assert row_of(waiting).standing is Standing.IN_REVIEW
    read = select(AuditEntry).where(AuditEntry.action == "application.read")
    assert len(waiting.world.write(lambda s: s.exec(read).all())) == 1


def test_an_approval_is_told_to_the_worker_once_it_cannot_be_undone(
    waiting: House,
) -> None:
    browser = waiting.appoint("social_worker")
    (path,) = paths(browser)
    assert "办好了" in browser.do(f"{path}/pool")
    heard = waiting.world.wait(timedelta(minutes=1))
    assert "恭喜" in heard["工人"][0]["text"]
    assert row_of(waiting).standing is Standing.POOL
    assert paths(browser) == []
    assert paths(browser, "?show=approved") == [path]


def test_a_decision_can_be_undone_until_then(waiting: House) -> None:
    browser = waiting.appoint("social_worker")
    (path,) = paths(browser)
    browser.do(f"{path}/pool")
    assert "撤销" in browser.read(path)
    assert "已撤销" in browser.do(browser.undo(path))
    assert waiting.world.wait(timedelta(minutes=1)).get("工人") is None
    browser.do(f"{path}/pool")
    undo = browser.undo(path)
    waiting.world.wait(timedelta(minutes=1))
    late = browser.send(undo)
    assert late.status_code == 422
    assert "已经通知本人" in words_of(late)
    assert "撤销刚才的决定" not in browser.read(path)


def test_only_the_decision_a_page_shows_is_undone_from_it(waiting: House) -> None:
    browser, other = (waiting.appoint("social_worker", who=w) for w in ("甲", "乙"))
    (path,) = paths(browser)
    browser.do(f"{path}/pool")
    undo = browser.undo(path)
    other.do(undo)
    other.do(f"{path}/pool")
    for button in (undo, f"{path}/undo"):
        late = browser.send(button)
        assert late.status_code == 422
        assert "这之后情况又有变化" in words_of(late)
    assert row_of(waiting).standing is Standing.POOL


def test_a_form_that_is_sent_twice_has_one_effect_and_one_answer(
    waiting: House,
) -> None:
    browser = waiting.appoint("social_worker")
    (path,) = paths(browser)
    key = browser.key(path)
    first, second = (browser.send(f"{path}/pool", key) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    assert first.headers["set-cookie"] == second.headers["set-cookie"]
    done = select(AuditEntry).where(AuditEntry.action == "application.pool")
    assert len(waiting.world.write(lambda s: s.exec(done).all())) == 1


def test_what_is_decided_already_cannot_be_decided_again(waiting: House) -> None:
    browser, other = (waiting.appoint("social_worker", who=w) for w in ("甲", "乙"))
    (path,) = paths(browser)
    browser.do(f"{path}/pool")
    late = other.send(f"{path}/reject", reason="elsewhere")
    assert late.status_code == 422
    assert "已经有结果" in late.text


def test_an_application_is_returned_for_some_answers(waiting: House) -> None:
    browser = waiting.appoint("social_worker")
    (path,) = paths(browser)
    assert browser.send(f"{path}/return").status_code == 422
    given = {"why_full_name": "mismatch", "why_mobile": "="}
    assert wrong(browser.send(f"{path}/return", **given)) == {"words"}
    long_words = {**given, "words": "长" * 501}
    assert wrong(browser.send(f"{path}/return", **long_words)) == {"words"}
    words = browser.do(f"{path}/return", **given, words="少写了一位")
    assert "少写了一位" in words
    heard = waiting.world.wait(timedelta(minutes=1))["工人"][0]
    assert ["姓名", "与证件不一致"] in [list(row) for row in heard["rows"]]
    assert ["手机号", "少写了一位"] in [list(row) for row in heard["rows"]]


def test_an_application_is_rejected_with_a_reason(waiting: House) -> None:
    browser = waiting.appoint("social_worker")
    (path,) = paths(browser)
    assert wrong(browser.send(f"{path}/reject")) == {"reason"}
    assert wrong(browser.send(f"{path}/reject", reason="=")) == {"reason_words"}
    assert "not one" not in browser.send(f"{path}/reject", reason="not one").text
    given = {"reason": "=", "reason_words": "不在本市工作"}
    long_words = {**given, "reason_words": "长" * 501}
    assert wrong(browser.send(f"{path}/reject", **long_words)) == {"reason_words"}
    browser.do(f"{path}/reject", **given)
    heard = waiting.world.wait(timedelta(minutes=1))["工人"][0]
    assert "不在本市工作" in str(heard)


def test_a_picture_of_a_certificate_is_shown_and_not_stored(house: House) -> None:
    house.world.fill("certificate", group="家政服务员")
    house.world.do("photo", data=b"\xff\xd8picture", mime="image/jpeg")
    house.world.say("提交")
    browser = house.appoint("social_worker")
    (path,) = paths(browser)
    assert f'src="{path}/picture"' in browser.get(path).text
    shown = browser.get(f"{path}/picture")
    assert shown.content == b"\xff\xd8picture"
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["cache-control"] == "no-store"


def test_who_sent_no_picture_has_none(waiting: House) -> None:
    browser = waiting.appoint("social_worker")
    (path,) = paths(browser)
    assert "<img class" not in browser.get(path).text
    assert browser.get(f"{path}/picture").status_code == 404


def test_several_are_approved_at_once_but_not_what_is_doubtful(
    waiting: House,
) -> None:
    applied(waiting, "第二位", **OTHER)
    applied(waiting, "第三位", **{**OTHER, "mobile": "13733334444"})
    browser = waiting.appoint("social_worker")
    keys = [path.rpartition("/")[2] for path in paths(browser)]
    assert len(keys) == 3
    assert browser.send(f"{PATH}/approve").status_code == 422
    done = browser.send(f"{PATH}/approve", key=[*keys, "zzzz", keys[0]])
    assert done.status_code == 200
    words = words_of(done)
    assert "办理 1 份；2 份没有改动" in words
    assert words.count("要单独核实") == 2
    assert words.count("已通过，等待工会安排") == 1
    assert len(paths(browser)) == 2


def test_several_are_rejected_for_one_reason_that_is_asked_first(
    waiting: House,
) -> None:
    applied(waiting, "第二位", **OTHER)
    browser = waiting.appoint("social_worker")
    keys = [path.rpartition("/")[2] for path in paths(browser)]
    asked = browser.send(f"{PATH}/reject", key=keys)
    assert "不通过 2 份申请" in words_of(asked)
    assert len(paths(browser)) == 2
    given = hidden(asked.text)
    unanswered = browser.send(f"{PATH}/reject", **given)
    assert unanswered.status_code == 422
    assert hidden(unanswered.text) == given
    given |= {"reason": OWN_WORDS, "reason_words": "不是本市职工"}
    done = browser.send(f"{PATH}/reject", **given)
    assert "办理 2 份。" in words_of(done)
    assert len(paths(browser, "?show=rejected")) == 2


def test_several_are_returned_for_the_answers_each_was_asked(waiting: House) -> None:
    applied(waiting, "第二位", **{**OTHER, "group": "快递员"})
    browser = waiting.appoint("social_worker")
    keys = [path.rpartition("/")[2] for path in paths(browser)]
    asked = browser.send(f"{PATH}/return", key=keys)
    assert "退回 2 份申请" in words_of(asked)
    given = hidden(asked.text) | {"why_plate": OWN_WORDS, "words": "请补上车牌"}
    done = words_of(browser.send(f"{PATH}/return", **given))
    assert "办理 1 份；1 份没有改动" in done
    assert "没有问过这一项" in done
    assert len(paths(browser, "?show=returned")) == 1


def test_one_that_is_a_member_already_does_not_hold_up_the_others(
    waiting: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied(waiting, "第二位")
    applied(waiting, "第三位", **OTHER)
    browser = waiting.appoint("social_worker")
    first, second, _ = keys = [path.rpartition("/")[2] for path in paths(browser)]
    monkeypatch.setattr("bot.console.many.doubts_about", lambda *asked: set())
    done = words_of(browser.send(f"{PATH}/approve", key=keys))
    assert "办理 2 份；1 份没有改动" in done
    assert "这个证件号码已有会员" in done
    assert f"{PATH}/{second}" in paths(browser)
    assert f"{PATH}/{first}" not in paths(browser)


@pytest.mark.parametrize("act", ["return", "reject"])
def test_what_a_colleague_decided_before_the_question_is_shown_too(
    waiting: House, act: str
) -> None:
    applied(waiting, "第二位", **OTHER)
    browser = waiting.appoint("social_worker")
    one, _ = keys = [path.rpartition("/")[2] for path in paths(browser)]
    browser.do(f"{PATH}/{one}/pool")
    asked = browser.send(f"{PATH}/{act}", key=keys)
    assert "1 份申请" in words_of(asked)
    given = hidden(asked.text) | {"reason": "elsewhere", "why_full_name": "unclear"}
    done = words_of(browser.send(f"{PATH}/{act}", **given))
    assert "办理 1 份；1 份没有改动" in done
    assert done.count("已经有结果") == 1
    again = words_of(browser.send(f"{PATH}/{act}", key=keys))
    assert "办理 0 份；2 份没有改动" in again
    assert again.count("已经有结果") == 2
    assert len(paths(browser, "?show=approved")) == 1


def test_what_a_colleague_decided_before_the_press_is_shown_too(
    waiting: House,
) -> None:
    applied(waiting, "第二位", **OTHER)
    browser = waiting.appoint("social_worker")
    one, _ = keys = [path.rpartition("/")[2] for path in paths(browser)]
    browser.do(f"{PATH}/{one}/reject", reason="elsewhere")
    done = words_of(browser.send(f"{PATH}/approve", key=keys))
    assert "办理 1 份；1 份没有改动" in done
    assert done.count("已经有结果") == 1
    assert row_of(waiting).standing is Standing.REJECTED


def test_what_was_decided_beside_us_is_left_and_not_counted(
    waiting: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*asked: object) -> None:
        raise CannotDecide

    browser = waiting.appoint("social_worker")
    (key,) = [path.rpartition("/")[2] for path in paths(browser)]
    monkeypatch.setattr("bot.console.many.decide", late)
    done = words_of(browser.send(f"{PATH}/approve", key=key))
    assert "已经有结果" in done
    assert "办理 0 份；1 份没有改动" in done


@pytest.mark.parametrize("act", ["approve", "return", "reject"])
def test_no_more_are_decided_at_once_than_a_page_shows(
    waiting: House, act: str
) -> None:
    browser = waiting.appoint("social_worker")
    (key,) = [path.rpartition("/")[2] for path in paths(browser)]
    refused = browser.send(f"{PATH}/{act}", key=[key, *map(str, range(SIZE))])
    assert refused.status_code == 422
    assert f"一次最多选 {SIZE} 份" in refused.text
    assert key in refused.text
    assert row_of(waiting).standing is Standing.SUBMITTED


def hidden(html: str) -> dict[str, str]:
    """Return what a question carries along."""
    found = re.findall(r'type="hidden" name="(chosen|answered)" value="([^"]+)"', html)
    return dict(found)


def test_a_double_member_is_left_to_a_person(waiting: House) -> None:
    applied(waiting, "第二位")
    browser = waiting.appoint("social_worker")
    first, second = paths(browser)
    browser.do(f"{first}/pool")
    twice = browser.send(f"{second}/pool")
    assert twice.status_code == 422
    assert "已经是会员" in twice.text


def test_filters_stand_in_the_address(waiting: House) -> None:
    browser = waiting.appoint("social_worker")
    assert len(paths(browser, "?group=truck_driver")) == 1
    assert paths(browser, "?group=courier") == []
    assert len(paths(browser, "?union=4401")) == 1
    assert paths(browser, "?age=late") == []
    assert len(paths(browser, "?show=nothing&group=none&union=4403&age=x")) == 1
    waiting.world.now += timedelta(days=8)
    browser = waiting.enter("social_worker")
    assert len(paths(browser, "?age=late")) == 1
    words = browser.read("/console/today")
    assert "超过时限的入会申请" in words


def test_one_page_follows_another(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.console.listing.SIZE", 2)
    for number in range(5):
        applied(house, f"工人{number}")
        house.world.now += timedelta(seconds=1)
    browser = house.appoint("social_worker")
    seen, query = list[str](), "?show=waiting"
    while query:
        page = browser.get(PATH + query).text
        seen += re.findall(r'class="row" href="([^"]+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        query = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 5
    newest = re.findall(
        r'class="row" href="([^"]+)"', browser.get(f"{PATH}?show=all").text
    )
    assert newest == seen[::-1][:2]


@pytest.mark.parametrize(
    "after", ["x", "W10", "WzEsMl0", "%00", "W1wi4oCmXCIsMV0", "a" * 4000]
)
def test_a_key_nobody_made_is_the_first_page(waiting: House, after: str) -> None:
    browser = waiting.appoint("social_worker")
    assert len(paths(browser, f"?after={after}")) == 1


def test_nobody_decides_on_their_own(house: House) -> None:
    house.world.appoint("4401", "工人")
    applied(house, "工人")
    browser = house.enter("工人")
    assert paths(browser) == []
    words = browser.read("/console/today")
    assert "没有等您办的事" in words
