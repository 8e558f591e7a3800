"""Talks in the console: staff write there, the worker in their chat, and no bot."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from sqlmodel import select

from bot.console import case_talk, live
from bot.console.live import Live
from bot.console.views import Piece
from models.attachment import Attachment
from models.case import Case
from models.case_entry import CaseEntry, Side, entries_of
from models.chat import Chat
from models.columns import long, short
from models.saved_reply import SavedReply
from tests.handlers.members import chat_of
from tests.papers import pdf, put

from .helping import again, ask_for_help, at
from .house import Colleague, House


@pytest.fixture
def desk(house: House) -> Colleague:
    """Give the browser of who has a case."""
    return house.appoint("social_worker")


@pytest.fixture
def row(house: House, desk: Colleague) -> Case:
    """Give a case that is taken; its worker is in the middle of a form."""
    made = ask_for_help(house)
    desk.do(f"{at(made)}/take")
    house.world.wait(timedelta(minutes=1))
    house.world.fill("full_name")
    return made


@pytest.fixture
def talk(house: House, desk: Colleague, row: Case) -> Case:
    """Give a case about which the two talk."""
    desk.do(f"{at(row)}/begin")
    return row


def told(house: House, row: Case) -> list[CaseEntry]:
    """Return what was said about a case."""
    return house.world.write(lambda s: entries_of(s, row.id))


def screen(house: House, who: str = "工人") -> str:
    """Return the newest message in somebody's chat."""
    return house.world.history(who, "bot")[-1]["text"]


def said(house: House, row: Case) -> list[tuple[Side, str]]:
    def look(session: Any) -> list[tuple[Side, str]]:
        found = session.get_one(Case, row.id)
        key = found.open_key(house.world.kit.keys)
        return [(one.side, one.read(key)) for one in entries_of(session, row.id)]

    return house.world.write(look)


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "PNG")
    return out.getvalue()


def test_each_hears_the_other_and_the_bot_is_silent(
    house: House, desk: Colleague, talk: Case
) -> None:
    assert "工作人员来了" in screen(house)
    assert "家里着急用钱" in desk.read(f"{at(talk)}/talk")
    desk.do(f"{at(talk)}/say", words="您好，我是工会的。")
    assert "您好，我是工会的。" in screen(house)
    assert house.world.say("孩子住院了") == []
    words = desk.read(f"{at(talk)}/talk")
    assert words.index("您好，我是工会的。") < words.index("孩子住院了")
    assert said(house, talk) == [
        (Side.STAFF, "您好，我是工会的。"),
        (Side.WORKER, "孩子住院了"),
    ]


def test_the_form_of_the_worker_is_offered_again_at_the_end(
    house: House, desk: Colleague, talk: Case
) -> None:
    assert "对话结束了" in desk.do(f"{at(talk)}/end")
    assert "工作人员结束了对话" in screen(house)
    house.world.screens["工人"] = house.world.history("工人", "bot")
    _, words, _ = house.world.screens["工人"][-1]["choices"][-1]
    assert "入会" in words
    assert "姓名" in house.world.tap(words)[-1]["text"]
    assert again(house, talk).said_at is None


@pytest.mark.parametrize(
    ("way", "given"),
    [
        ("let-go", {}),
        ("close", {"outcome": "answered", "answer": "好了", "people": "1"}),
    ],
)
def test_who_no_longer_has_the_case_talks_no_more(
    house: House, desk: Colleague, talk: Case, way: str, given: dict[str, str]
) -> None:
    desk.do(f"{at(talk)}/{way}", **given)
    assert "工作人员结束了对话" in screen(house)
    for page in ("talk", "news"):
        assert desk.get(f"{at(talk)}/{page}").status_code == 404
    assert desk.send(f"{at(talk)}/say", words="还在吗").status_code == 404


def test_only_who_has_the_case_talks(house: House, talk: Case) -> None:
    other = house.appoint("officer")
    assert other.get(f"{at(talk)}/talk").status_code == 404
    assert "对话" in other.read(at(talk))


def test_a_talk_begun_in_the_chat_of_staff_goes_on_here(
    house: House, desk: Colleague, row: Case
) -> None:
    who = "social_worker"
    house.world.do("press", f"a:talk:{short(row.id)}", who)
    desk.do(f"{at(row)}/say", words="换到电脑上说")
    assert "换到电脑上说" in screen(house)
    house.world.say("好的")
    assert "好的" in screen(house, who)
    assert "好的" in desk.read(f"{at(row)}/talk")
    desk.do(f"{at(row)}/end")
    assert "对话在工作台上结束了" in screen(house, who)
    assert {chat_of(house.world, one).case_id for one in (who, "工人")} == {None}


def test_what_is_not_said_in_words_is_refused(
    house: House, desk: Colleague, talk: Case
) -> None:
    assert 'id="wrong-words"' in desk.send(f"{at(talk)}/say").text
    long = desk.send(f"{at(talk)}/say", words="长" * 1001)
    assert "最多 1000 个字" in long.text
    house.world.say("结束")
    over = desk.send(f"{at(talk)}/say", words="您好")
    assert over.status_code == 422
    assert "对话已经结束" in over.text
    assert [side for side, _ in said(house, talk)] == []


def test_a_talk_begins_only_with_who_can_hear(
    house: House, desk: Colleague, row: Case
) -> None:
    house.world.do("stop")
    refused = desk.send(f"{at(row)}/begin")
    assert refused.status_code == 422
    assert "收不到消息" in refused.text


def test_a_worker_is_in_one_talk_at_a_time(
    house: House, desk: Colleague, talk: Case
) -> None:
    other = ask_for_help(house)
    desk.do(f"{at(other)}/take")
    assert "另一个对话" in desk.send(f"{at(other)}/begin").text
    desk.do(f"{at(talk)}/begin")
    assert screen(house).count("工作人员来了") <= 1


def test_who_stopped_hearing_ends_the_talk(
    house: House, desk: Colleague, talk: Case
) -> None:
    def stop(session: Any) -> None:
        chat = session.get_one(Chat, talk.chat_id)
        chat.stopped_at = house.world.now
        session.add(chat)

    house.world.write(stop)
    assert "收不到消息" in desk.do(f"{at(talk)}/say", words="您好")
    assert chat_of(house.world, "工人").case_id is None


def test_a_picture_reaches_the_other_side_without_its_camera_data(
    house: House, desk: Colleague, talk: Case
) -> None:
    at_ = f"{at(talk)}/say"
    data, files = {"once": desk.key()}, {"file": ("a.png", picture(), "image/png")}
    assert desk.client.post(at_, data=data, files=files).status_code == 303
    assert "image" in house.world.history("工人", "bot")[-1]
    assert desk.get(f"{at(talk)}/file?n=1").content.startswith(b"\xff\xd8")
    data, bad = {"once": desk.key()}, {"file": ("a.png", b"none", "image/png")}
    refused = desk.client.post(at_, data=data, files=bad)
    assert refused.status_code == 422
    assert 'id="wrong-file"' in refused.text
    house.world.do("photo", data=b"\xff\xd8from", mime="image/jpeg")
    assert desk.get(f"{at(talk)}/file?n=2").content == b"\xff\xd8from"


def test_a_document_goes_both_ways_and_is_only_saved(
    house: House, desk: Colleague, talk: Case
) -> None:
    given = {"file": ("工资条.pdf", pdf(), "application/pdf")}
    data = {"once": desk.key()}
    assert desk.client.post(f"{at(talk)}/say", data=data, files=given).is_redirect
    key, name, size, _ = house.world.history("工人", "bot")[-1]["document"]
    assert (name, size) == ("工资条.pdf", "1 KB")
    number = put(house.world, "工人", "合同.pdf", pdf(b"% my own"))
    house.world.do("document", file=number)
    shown = desk.get(f"{at(talk)}/talk").text
    assert 'href="' + f'{at(talk)}/file?n=2" download' in shown
    assert "合同.pdf" in shown
    saved = desk.get(f"{at(talk)}/file?n=2")
    assert saved.content == pdf(b"% my own")
    assert saved.headers["content-type"] == "application/pdf"
    assert saved.headers["content-disposition"].startswith("attachment;")
    assert long(key) in {entry.picture_id for entry in told(house, talk)}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.exe", b"MZ", "不是能打开的图片"),
        ("a.pdf", b"MZ", "请发 PDF"),
        ("a.pdf", b"", "是空的"),
        ("a.pdf", pdf(b"/Encrypt 4 0 R "), "加了密码"),
        ("a.pdf", pdf(b"/JS (1)"), "带有程序"),
    ],
)
def test_a_file_that_will_not_do_is_explained_and_the_words_stay(
    house: House, desk: Colleague, talk: Case, name: str, content: bytes, words: str
) -> None:
    form = {"once": desk.key(), "words": "请看附件"}
    given = {"file": (name, content, "application/octet-stream")}
    refused = desk.client.post(f"{at(talk)}/say", data=form, files=given)
    assert refused.status_code == 422
    assert words in refused.text
    assert "请看附件</textarea>" in refused.text
    assert told(house, talk) == []


def test_a_document_that_is_gone_before_it_is_said_is_asked_for_again(
    house: House, desk: Colleague, talk: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_talk, "bring", lambda *by: None)
    given = {"file": ("a.pdf", pdf(), "application/pdf")}
    data = {"once": desk.key()}
    refused = desk.client.post(f"{at(talk)}/say", data=data, files=given)
    assert "没有收到" in refused.text


def test_what_goes_with_a_file_is_short_enough_to_go_whole(
    house: House, desk: Colleague, talk: Case
) -> None:
    given = {"file": ("a.pdf", pdf(), "application/pdf")}
    data = {"once": desk.key(), "words": "长" * 801}
    refused = desk.client.post(f"{at(talk)}/say", data=data, files=given)
    assert "最多 800 个字" in refused.text
    data = {"once": desk.key(), "words": "长" * 800}
    assert desk.client.post(f"{at(talk)}/say", data=data, files=given).is_redirect


def test_a_document_that_was_not_said_is_not_kept(
    house: House, desk: Colleague, talk: Case
) -> None:
    given = {"file": ("a.pdf", pdf(), "application/pdf")}
    data = {"once": desk.key()}
    for _ in "twice":
        desk.client.post(f"{at(talk)}/say", data=data, files=given)
    house.world.say("结束")
    desk.client.post(f"{at(talk)}/say", data={"once": desk.key()}, files=given)
    assert len(told(house, talk)) == 1
    assert house.world.write(lambda s: s.exec(select(Attachment)).all()) == []


def test_no_picture_is_looked_at_for_who_is_not_signed_in(
    house: House, talk: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.console.sent_file.clean", lambda data: 1 / 0)
    files = {"file": ("a.png", picture(), "image/png")}
    turned = house.browser().client.post(f"{at(talk)}/say", files=files)
    assert turned.status_code == 303
    assert "sign-in" in turned.headers["location"]


def test_a_saved_reply_is_offered_and_sent(
    house: House, desk: Colleague, talk: Case
) -> None:
    def make(session: Any) -> None:
        session.add(SavedReply(id=7, union_code="4401", number=1, text="请稍等。"))

    house.world.write(make)
    assert "请稍等。" in desk.read(f"{at(talk)}/talk")
    desk.do(f"{at(talk)}/say", reply="7")
    assert "请稍等。" in screen(house)


def test_news_is_what_was_said_since(house: House, desk: Colleague, talk: Case) -> None:
    house.world.say("在吗 <b>")
    heard = desk.get(f"{at(talk)}/news?after=0.on")
    assert heard.json()["mark"] == "1.on"
    assert "在吗 &lt;b&gt;" in heard.json()["html"]
    assert heard.headers["cache-control"] == "no-store"
    assert desk.get(f"{at(talk)}/news?after=1.on").json()["html"] == ""
    assert "在吗" in desk.get(f"{at(talk)}/news?after=x").json()["html"]
    house.world.say("结束")
    assert desk.get(f"{at(talk)}/news?after=1.on").json()["mark"] == "1.off"


def test_who_is_not_asked_hears_no_stream(
    house: House, desk: Colleague, talk: Case
) -> None:
    stream = {"accept": live.EVENTS}
    path = f"{at(talk)}/news"
    other = house.appoint("officer")
    assert other.client.get(path, headers=stream).status_code == 404
    assert desk.client.get(f"{at(talk)}/talk", headers=stream).status_code == 404
    outside = house.browser().client.get(path, headers=stream)
    assert outside.status_code == 303


def test_a_stream_tells_what_is_new_and_ends_with_the_case(
    house: House, desk: Colleague, talk: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SLICE_SECONDS", 0)
    house.world.say("在吗")
    shown, heard = case_talk.mark_of, list[str]()

    def look(desk: Any, row: Case) -> str:
        heard.append(shown(desk, row))
        if len(heard) == 3:
            house.world.write(let_go)
        return heard[-1]

    def let_go(session: Any) -> None:
        session.get_one(Case, talk.id).staff_id = None

    monkeypatch.setattr(case_talk, "mark_of", look)
    stream = {"accept": live.EVENTS}
    answer = desk.client.get(f"{at(talk)}/news?after=0.on", headers=stream)
    assert answer.headers["content-type"].startswith(live.EVENTS)
    assert answer.text.index("event: ping") < answer.text.index("在吗")
    assert answer.text.rstrip().endswith('event: away\ndata: ""')


async def test_a_quiet_stream_pings_and_ends_when_the_program_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "PING_SECONDS", 2.0)

    async def no_time(seconds: float) -> None:
        if len(heard) > 2:
            held.closing.set()

    monkeypatch.setattr(asyncio, "sleep", no_time)
    held, heard = Live(), list[bytes]()

    async def ask(after: str) -> Piece:
        return Piece("1.on", "x")

    response: Any = held.follow("token", "", ask)
    async for event in response.body_iterator:
        heard.append(event)
    assert [event.split(b"\n")[0] for event in heard] == [
        b"event: ping",
        b"event: piece",
        b"event: ping",
    ]


def test_there_is_room_for_so_many_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask(after: str) -> None: ...

    monkeypatch.setattr(live, "EACH", 0)
    assert Live().follow("token", "", ask).status_code == 503
    monkeypatch.setattr(live, "MOST", 0)
    assert Live().follow("token", "", ask).status_code == 503
