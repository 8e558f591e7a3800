"""Notices in the console: written, shown, handed in, agreed to, watched, taken back."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from PIL import Image
from sqlmodel import Session, select

from bot.console import site
from bot.console.notices import NOTICES_NOUN
from bot.console.noun import Form
from handlers.offers import OWN_WORDS
from models import notice_course, outcome, recipient
from models.audit import AuditEntry
from models.columns import short
from models.letter import LONGEST_WITH_FILE
from models.message import Fate
from models.notice import Notice, NoticeState
from models.outcome import Outcome
from models.place import Enterprise
from models.preference import Preference
from models.worker import Worker
from tests.models.noticing import member
from tests.papers import pdf

from .house import Colleague, House, words_of
from .rows import UNION, an_event, two
from .test_records import one, wrong

AT = "/console/notices"
WRITTEN: dict[str, Any] = {
    "title": "周日停水",
    "text": "{name}，您好！周日停水，您来领水吗？",
    "topic": "notices",
    "title_en": "No water on Sunday",
    "text_en": "Hello {name}! No water on Sunday. Will you fetch some?",
    "answers": "来｜I will come\r\n不来 | No",
    "ways": ["f:case:"],
    "link": "https://example.org/water",
    "link_label": "详情",
    "hours": "24",
}


def enrol(house: House, address: str = "", **columns: Any) -> int:
    """Enrol a member with a chat in the house's channel, or with none."""
    (channel,) = house.world.cans
    keys, now = house.world.kit.keys, house.world.now

    def make(session: Session) -> int:
        facts = {"union_code": UNION, **columns}
        return member(session, address, channel, keys, now, **facts).id

    return house.world.write(make)


def written(house: House, browser: Colleague, **given: Any) -> str:
    """Write a notice; return the address of its page."""
    browser.do(f"{AT}/new", **{**WRITTEN, **given})
    return f"{AT}/{short(one(house, Notice).id)}"


def handed_in(house: House, browser: Colleague, **given: Any) -> str:
    """Write a notice, test it and hand it in."""
    at = written(house, browser, **given)
    browser.do(f"{at}/test")
    browser.do(f"{at}/send", send_at="")
    return at


def queue(house: House) -> Notice:
    """Take the notice as far as its recipients, as the leader does."""

    def work(session: Session) -> None:
        row = session.exec(select(Notice)).one()
        assert notice_course.begin(session, row.id, row.counted)
        session.refresh(row)
        while notice_course.queue_slice(
            session, house.world.kit.atlas, row, house.world.now
        ):
            pass

    house.world.write(work)
    found: Notice = one(house, Notice)
    return found


def settle(house: House, *ends: tuple[int, Fate, str]) -> None:
    """Settle copies, as sending does."""
    outcomes = [
        Outcome(worker_id, fate, house.world.now, reason)
        for worker_id, fate, reason in ends
    ]

    def work(session: Session) -> None:
        row = session.exec(select(Notice)).one()
        outcome.settle(session, row.id, outcomes)
        notice_course.end(session, row, house.world.now)

    house.world.write(work)


def strictly(house: House) -> None:
    """Let every notice need a second person."""
    kit = house.world.kit
    kit.rules = replace(kit.rules, second_above=0)


def acts(house: House) -> list[str]:
    def look(session: Session) -> list[str]:
        found = select(AuditEntry.action).order_by(AuditEntry.id)  # type: ignore[arg-type]
        return [act for act in session.exec(found) if not act.startswith("console")]

    return house.world.write(look)


def test_a_notice_is_written_and_changed(house: House) -> None:
    browser = house.appoint("officer")
    at = written(house, browser)
    row = one(house, Notice)
    content = row.content
    assert [(o.label, o.label_en, o.way) for o in content.options] == [
        ("来", "I will come", ""),
        ("不来", "No", ""),
        ("找工会帮忙", "Get help from the union", "f:case:"),
    ]
    assert (content.hours, content.audience.union_code) == (24, UNION)
    form = browser.get(f"{at}/change").text
    assert "来 | I will come\n不来 | No" in form
    assert 'value="f:case:" checked' in form.replace("\n   ", "")
    words = browser.do(f"{at}/change", **{**WRITTEN, "title": "停电"})
    assert "停电 草稿" in words
    assert "停电" in browser.read(f"{AT}?show=written")
    assert "停电" not in browser.read(f"{AT}?show=over")


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"title": ""}, {"title"}),
        ({"text": "{id_number}"}, {"text"}),
        ({"text": "a } b"}, {"text"}),
        ({"title_en": "{nmae}"}, {"title_en"}),
        ({"text_en": ""}, {"text_en"}),
        ({"topic": "weather"}, {"topic"}),
        ({"link": "http://example.org"}, {"link"}),
        ({"link_label": ""}, {"link"}),
        ({"answers": "\n".join("abcdef")}, {"answers"}),
        ({"answers": "| English alone"}, {"answers"}),
        ({"hours": "0"}, {"hours"}),
        ({"hours": "soon"}, {"hours"}),
    ],
    ids=str,
)
def test_what_will_not_do_is_explained_beside_its_field(
    sqlite_house: House, given: dict[str, str], fields: set[str]
) -> None:
    browser = sqlite_house.appoint("officer")
    assert wrong(browser.send(f"{AT}/new", **{**WRITTEN, **given})) == fields


def test_an_unknown_blank_is_named(sqlite_house: House) -> None:
    browser = sqlite_house.appoint("officer")
    answer = browser.send(f"{AT}/new", **{**WRITTEN, "text": "{name} {nmae}"})
    assert "“{nmae}”不能自动填写" in answer.text
    assert 'value="{name}"' in browser.get(f"{AT}/new").text


def test_it_is_for_who_meets_every_filter(house: House) -> None:
    drivers = {"group": "truck_driver", "union_code": "440111"}
    enrol(house, "a", **drivers)
    enrol(house, "b", **{**drivers, "union_code": UNION})
    browser = house.appoint("officer")
    two(house, event := an_event(house, UNION), an_event(house, "4403"))
    at = written(house, browser)
    form = browser.get(f"{at}/whom").text
    assert form.count('name="events"') == 1
    whom = {"union_code": "440111", "groups": ["truck_driver"], "active_days": ""}
    words = browser.do(f"{at}/whom", **whom)
    assert "发给谁 1 人" in words
    assert "张* " in words
    browser.do(f"{at}/whom", **{**whom, "events": [short(event.id), "other"]})
    assert one(house, Notice).content.audience.events == (event.id,)
    words = browser.read(at)
    assert "白云区总工会" in words
    assert "培训班" in words
    assert "notice.audience_read" in acts(house)


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"union_code": "4403"}, {"union_code"}),
        ({"active_days": "0"}, {"active_days"}),
        ({"enterprises": "某某公司"}, {"enterprises"}),
    ],
    ids=str,
)
def test_a_filter_that_will_not_do_is_explained(
    sqlite_house: House, given: dict[str, str], fields: set[str]
) -> None:
    browser = sqlite_house.appoint("officer")
    at = written(sqlite_house, browser)
    whom = {"union_code": UNION, "active_days": "", **given}
    assert wrong(browser.send(f"{at}/whom", **whom)) == fields


def test_an_enterprise_is_called_by_its_name(sqlite_house: House) -> None:
    house = sqlite_house

    def open_union(session: Session) -> int:
        found = select(Enterprise).where(Enterprise.kind == "employer")
        row = session.exec(found).first() or session.exec(select(Enterprise)).first()
        assert row is not None
        row.union_code = "440111"
        session.add(row)
        return row.id

    number = house.world.write(open_union)
    name = house.world.write(lambda s: s.get_one(Enterprise, number).name)
    browser = house.appoint("officer")
    at = written(house, browser)
    whom = {"union_code": UNION, "enterprises": f"{name}\r\n", "active_days": "9"}
    browser.do(f"{at}/whom", **whom)
    audience = one(house, Notice).content.audience
    assert (audience.enterprises, audience.active_days) == ((number,), 9)
    assert name in browser.read(at)


def test_who_gets_it_later_or_not_is_counted_with_its_reason(house: House) -> None:
    off = enrol(house, "off")
    enrol(house, "now")
    enrol(house)
    sleeper = enrol(house, "late")
    browser = house.appoint("officer")
    at = written(house, browser)

    def choose(session: Session) -> None:
        session.add(Preference(worker_id=off, notices=False))
        quiet = Preference(worker_id=sleeper)
        quiet.quiet_start, quiet.quiet_end = time(0), time(23)
        session.add(quiet)

    house.world.write(choose)
    words = browser.read(f"{at}/audience")
    assert "发给谁 4 人 马上能收到 1 人" in words
    assert "以后收到 1 人" in words
    assert "没有和我们聊过 1 人" in words
    assert "不想收这类消息 1 人" in words


def test_a_notice_is_shown_as_its_readers_see_it(sqlite_house: House) -> None:
    house = sqlite_house
    browser = house.appoint("officer")
    at = written(house, browser, text="{name} {union} {group} {member_no}")
    words = browser.read(f"{at}/preview")
    assert "王师傅 广州市总工会 货车司机 44010000000001" in words
    assert "Hello Wang Xiaoming!" in words
    assert "关掉工会通知" in words
    assert words.count("【周日停水】") == 1
    alone = f"{AT}/{short(_second(house, browser))}"
    assert "English" not in browser.read(f"{alone}/preview").partition("预览")[2]


def _second(house: House, browser: Colleague) -> int:
    browser.do(f"{AT}/new", **{**WRITTEN, "title_en": "", "text_en": "", "link": "",
                               "link_label": ""})  # fmt: skip

    def look(session: Session) -> int:
        return next(
            row.id for row in session.exec(select(Notice)) if not row.content.text_en
        )

    return house.world.write(look)


def test_a_test_goes_to_who_asked_for_it_alone(house: House) -> None:
    enrol(house, "a")
    browser = house.appoint("officer")
    at = written(house, browser)
    assert "先给自己试发" in browser.send(f"{at}/send", send_at="").text
    assert "到您自己的聊天里看" in browser.do(f"{at}/test")
    heard = house.world.wait(timedelta(seconds=1))
    (told,) = heard.values()
    assert [body.get("title") for body in told] == [None, "周日停水"]


def test_nobody_is_no_audience(sqlite_house: House) -> None:
    browser = sqlite_house.appoint("officer")
    at = written(sqlite_house, browser)
    browser.do(f"{at}/test")
    assert "没有符合条件的人" in browser.send(f"{at}/send", send_at="").text


def test_a_notice_is_sent_when_its_time_has_come(house: House) -> None:
    enrol(house, "a")
    browser = house.appoint("officer")
    at = written(house, browser)
    browser.do(f"{at}/test")
    assert "到时间就会发出" in browser.read(f"{at}/send")
    browser.do(f"{at}/send", send_at="2026-11-30T09:00")
    row = one(house, Notice)
    assert row.state is NoticeState.SCHEDULED
    assert row.send_at.isoformat() == "2026-11-30T01:00:00+00:00"
    words = browser.read(at)
    assert "2026-11-30 09:00" in words
    assert 'data-live="scheduled"' in browser.get(at).text
    assert "已改回草稿" in browser.do(f"{at}/back")
    assert one(house, Notice).state is NoticeState.DRAFT


def test_many_people_need_somebody_else_to_agree(house: House) -> None:
    enrol(house, "a")
    strictly(house)
    author = house.appoint("officer", who="主笔")
    at = written(house, author)
    author.do(f"{at}/test")
    assert "超过 0 人" in author.read(f"{at}/send")
    assert "另一位同事同意才会发送" in author.do(f"{at}/send", send_at="")
    assert f"{at}/agree" not in author.get(at).text
    assert "要另一位同事同意" in author.send(f"{at}/agree").text
    assert "等您同意的通知" not in author.read("/console/today")
    second = house.appoint("social_worker", who="把关")
    assert "1 等您同意的通知" in second.read("/console/today")
    assert "已同意" in second.do(f"{at}/agree")
    assert one(house, Notice).state is NoticeState.SCHEDULED
    assert "等您同意的通知" not in second.read("/console/today")
    assert second.send(f"{at}/agree").status_code == 422


def test_a_notice_under_way_is_paused_resumed_and_stopped(house: House) -> None:
    for name in "abc":
        enrol(house, name)
    browser = house.appoint("officer")
    at = handed_in(house, browser)
    queue(house)
    assert 'data-live="sending"' in browser.get(at).text
    assert "1 正在发送的通知" in browser.read("/console/today")
    assert "还没发 3 合计 3" in browser.read(at)
    browser.do(f"{at}/pause")
    assert one(house, Notice).state is NoticeState.PAUSED
    assert "1 暂停的通知" in browser.read("/console/today")
    assert browser.send(f"{at}/pause").status_code == 422
    browser.do(f"{at}/resume")
    browser.do(f"{at}/stop")
    assert 'data-live="stopped"' in browser.get(at).text
    assert acts(house)[-3:] == ["notice.paused", "notice.sending", "notice.stopped"]


def test_a_notice_that_should_have_got_on_is_called_stuck(house: House) -> None:
    enrol(house, "a")
    browser = house.appoint("officer")
    handed_in(house, browser)
    assert "卡住的通知" not in browser.read("/console/today")
    house.world.now += timedelta(minutes=11)
    browser = house.enter("officer")
    assert 'class="late"' in browser.get("/console/today").text
    assert "1 卡住的通知" in browser.read("/console/today")


def test_the_ledger_says_what_became_of_everybody(house: House) -> None:
    told, odd, blocked = (enrol(house, name) for name in ("a", "b", "c"))
    browser = house.appoint("officer")
    at = handed_in(house, browser)
    row = queue(house)
    settle(
        house,
        (told, Fate.SENT, ""),
        (odd, Fate.FAILED, "bad_request"),
        (blocked, Fate.SKIPPED, "stopped"),
    )
    words = browser.read(at)
    assert "已发送 1 没有发 1 失败 1 合计 3" in words
    assert "对不上" not in words
    assert browser.get(f"{at}/people").text.count('class="row"') == 0
    assert "渠道拒收 失败" in browser.read(f"{at}/people?fate=failed")
    assert "已发送" not in browser.read(f"{at}/people?fate=failed").split("原因")[1]
    assert "重发了 1 份" in browser.do(f"{at}/retry")
    assert one(house, Notice).state is NoticeState.SENDING
    settle(house, (odd, Fate.SENT, ""))
    assert "已发送 2" in browser.read(at)

    def lose(session: Session) -> None:
        session.delete(session.get_one(recipient.Recipient, (row.id, told)))

    house.world.write(lose)
    assert "数目对不上，应有： 3" in browser.read(at)


def test_the_ledger_is_paged_by_key(sqlite_house: House) -> None:
    house = sqlite_house
    for number in range(31):
        enrol(house, f"p{number}")
    browser = house.appoint("officer")
    at = handed_in(house, browser)
    queue(house)
    first = browser.get(f"{at}/people").text
    (after,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = browser.get(f"{at}/people{after.replace('&amp;', '&')}").text
    assert (first.count("<tr>"), second.count("<tr>")) == (31, 2)


def test_who_went_to_others_is_not_shown(house: House) -> None:
    gone = enrol(house, "a")
    browser = house.appoint("officer")
    at = handed_in(house, browser)
    queue(house)

    def leave(session: Session) -> None:
        worker = session.get_one(Worker, gone)
        worker.union_code = "4403"
        session.add(worker)

    house.world.write(leave)
    words = browser.read(f"{at}/people")
    assert "已转到别的工会" in words
    assert "张" not in words


def test_a_number_to_phone_is_shown_for_a_reason(house: House) -> None:
    keys = house.world.kit.keys
    blocked, told = enrol(house, "a"), enrol(house, "b")

    def phone(session: Session) -> None:
        worker = session.get_one(Worker, blocked)
        worker.mobile = worker.seal(keys, "mobile", "13812345678")
        session.add(worker)

    house.world.write(phone)
    browser = house.appoint("officer")
    at = handed_in(house, browser)
    queue(house)
    settle(house, (blocked, Fate.SKIPPED, "stopped"), (told, Fate.SENT, ""))
    listed = browser.get(f"{at}/phone").text
    assert listed.count('class="row"') == 1
    assert "13812345678" not in listed
    who = f"{at}/phone?who={short(blocked)}"
    assert who in listed
    assert "查看完整手机号" in browser.read(who)
    assert wrong(browser.send(who)) == {"why"}
    shown = browser.send(who, why=OWN_WORDS, words="打电话通知停水")
    assert "13812345678" in shown.text
    assert acts(house)[-1] == "member.mobile_revealed"
    others = f"{at}/phone?who={short(told)}"
    assert "查看完整手机号" not in browser.read(others)
    assert browser.send(others, why=OWN_WORDS, words="x").status_code == 422


def test_who_was_called_is_marked_with_who_and_when(house: House) -> None:
    blocked, stopped = enrol(house, "a"), enrol(house, "b")
    browser = house.appoint("officer")
    at = handed_in(house, browser)
    queue(house)
    settle(
        house, (blocked, Fate.SKIPPED, "stopped"), (stopped, Fate.SKIPPED, "no_chat")
    )
    assert browser.get(f"{at}/phone?called=no").text.count('class="row"') == 2
    who = f"{at}/phone?who={short(blocked)}"
    assert f"{at}/called?who={short(blocked)}" in browser.send(who, why="call").text
    assert "已标记 1 人" in browser.do(f"{at}/called?who={short(blocked)}")
    assert acts(house)[-1] == "member.called"
    colleague = house.appoint("officer", who="同事")
    assert "10:00 广州市总工会" in colleague.read(f"{at}/phone?called=yes")
    house.world.now += timedelta(minutes=1)
    both = [short(blocked), short(stopped)]
    assert "已标记 1 人" in colleague.do(f"{at}/called", key=both)
    assert browser.get(f"{at}/phone?called=yes").text.count('class="row"') == 2
    assert browser.get(f"{at}/phone?called=no").text.count('class="row"') == 0
    assert "10:00 您" in browser.read(f"{at}/called")
    assert browser.send(f"{at}/called", key="zzzz").status_code == 422


def test_a_page_that_looks_again_keeps_nobody_signed_in(house: House) -> None:
    browser = house.appoint("officer")
    at = written(house, browser)
    nearly = house.console.door.limits.idle - timedelta(minutes=1)
    house.world.now += nearly
    assert browser.client.get(at, headers={"zhigong-live": "1"}).status_code == 200
    house.world.now += nearly
    assert browser.get(at).status_code == 303


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    return out.getvalue()


def upload(browser: Colleague, at: str, data: bytes, name: str = "p.png") -> Any:
    """Send a file in the form for one."""
    form = {"once": browser.key()}
    files = {"file": (name, data, "image/png")}
    return browser.client.post(f"{at}/enclosure", data=form, files=files)


def test_a_notice_shows_a_picture(house: House) -> None:
    browser = house.appoint("officer")
    at = written(house, browser)
    assert browser.get(f"{at}/file").status_code == 404
    assert upload(browser, at, a_picture()).status_code == 303
    shown = browser.get(f"{at}/file")
    assert Image.open(io.BytesIO(shown.content)).size == (40, 30)
    assert f'src="{at}/file"' in browser.get(f"{at}/preview").text
    assert "🖼" in browser.read(f"{at}/preview")
    browser.do(f"{at}/change", **WRITTEN)
    assert f'src="{at}/file"' in browser.get(at).text
    browser.do(f"{at}/bare")
    assert f"{at}/file" not in browser.get(at).text


def test_a_notice_takes_a_document_along(house: House) -> None:
    browser = house.appoint("officer")
    at = written(house, browser)
    upload(browser, at, a_picture())
    assert upload(browser, at, pdf(), "放假通知.pdf").status_code == 303
    saved = browser.get(f"{at}/file")
    assert saved.content == pdf()
    assert saved.headers["content-disposition"].startswith("attachment;")
    browser.do(f"{at}/change", **WRITTEN)
    assert "放假通知.pdf" in browser.read(at)
    seen = browser.read(f"{at}/preview")
    assert "📄 放假通知.pdf (1 KB)" in seen
    assert "通知里不再有这个附件" in browser.read(f"{at}/bare")
    browser.do(f"{at}/bare")
    assert "放假通知.pdf" not in browser.read(at)


def test_what_is_no_picture_is_explained(house: House) -> None:
    enrol(house, "a")
    browser = house.appoint("officer")
    at = written(house, browser)
    for data in (b"", b"none", b"%PDF-1.4", pdf(size=3 << 20)):
        assert wrong(upload(browser, at, data)) == {"file"}
    form = {"once": browser.key()}
    nothing = browser.client.post(f"{at}/enclosure", data=form)
    assert wrong(nothing) == {"file"}
    browser.do(f"{at}/change", **{**WRITTEN, "text": "长" * 801})
    assert wrong(upload(browser, at, a_picture())) == {"file"}
    browser.do(f"{at}/change", **WRITTEN)
    upload(browser, at, a_picture())
    long = {**WRITTEN, "text": "长" * 801}
    refused = browser.send(f"{at}/change", **long)
    assert wrong(refused) == {"text"}
    assert f"最多 {LONGEST_WITH_FILE} 个字" in words_of(refused)
    browser.do(f"{at}/test")
    browser.do(f"{at}/send", send_at="")
    assert "先改回草稿" in upload(browser, at, a_picture()).text


def test_nobody_has_a_file_opened_who_may_not_send_it(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = sqlite_house
    at = written(house, house.appoint("officer"))
    elsewhere = house.appoint("officer", "4403", "外地")
    opened: list[bytes] = []
    (form,) = (p for p in NOTICES_NOUN.pages if isinstance(p, Form) and p.prepare)
    assert form.path == "{key}/enclosure"
    monkeypatch.setattr(site, "at_the_table", opened.append)
    assert upload(elsewhere, at, a_picture()).status_code == 404
    assert opened == []
