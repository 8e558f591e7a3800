"""A whole life on Telegram: joining, reviewing, and all that a phone can send."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image
from sqlmodel import Session, select

from models.attachment import Attachment
from models.message import Fate
from models.worker import Worker
from tests.databases import Copy
from tests.people import RESIDENT_ID, invitation
from tests.programs import KEYRING
from tests.telegram_server import Person

from .running import AWAKE, Running, running

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def life(
    copies: Copy, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    folder = tmp_path_factory.mktemp("life")
    async with running(copies, folder, review__undo_seconds=2, **AWAKE) as made:
        yield made
        assert made.telegram.refused == []


async def bind(life: Running) -> Person:
    staff = life.person()
    await staff.start(invitation(life.database))
    assert "您现在是“广州市总工会”的工作人员" in (await staff.hear()).text
    return staff


async def test_a_worker_joins_by_typing(life: Running) -> None:
    worker = life.person()
    receipt = await life.join(worker)
    assert "受理编号：" in receipt.text
    assert "1 我的申请" in receipt.buttons
    (facts,) = life.applications(worker)
    assert facts["full_name"] == "张三"
    assert facts["resident_id"] == RESIDENT_ID
    assert facts["mobile"] == "+8613812345678"
    assert facts["district"] == "440111"


async def test_every_reply_is_sent_once_and_settled(life: Running) -> None:
    worker = life.person()
    await life.join(worker)
    rows = await life.settled(worker)
    assert {row.fate for row in rows} == {Fate.SENT}
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert len(list(life.telegram.telegram.texts(worker.chat.id))) == len(rows)
    assert all(row.external_id for row in rows)


async def test_staff_undo_and_the_worker_hears_only_the_last_decision(
    life: Running,
) -> None:
    worker, staff = life.person(), await bind(life)
    number = (await life.join(worker)).text.split("受理编号：")[1].split()[0]
    worker.unheard()
    await staff.say("待审")
    # The newest is the last of the list, behind those of the tests before.
    listed = await staff.hear()
    await staff.press(listed, list(listed.buttons)[-1])
    look = await staff.hear()
    assert number in look.text
    await staff.press(look, "通过，进周转库")
    decided = await staff.hear()
    assert number in decided.text
    await staff.press(decided, "撤销刚才的决定")
    assert "已撤销" in (await staff.hear()).text
    assert worker.unheard() == []
    await staff.press(look, "通过，进周转库")
    assert "2 秒内可以撤销" in (await staff.hear()).text
    notice = await worker.hear()
    assert "恭喜您，入会申请通过了" in notice.text
    rows = await life.settled(worker)
    assert [row.kind for row in rows].count(rows[-1].kind) == 2  # receipt and notice


async def test_one_s_own_contact_answers_the_question_for_the_mobile(
    life: Running,
) -> None:
    worker = life.person()
    asked = await life.join_until(worker, "您的手机号")
    assert next(iter(asked.buttons)) == "发送我的手机号"
    await worker.share_contact("8613987654321")
    assert "哪一类工作" in (await worker.hear()).text


async def test_somebody_else_s_contact_is_not_taken(life: Running) -> None:
    worker = life.person()
    await life.join_until(worker, "您的手机号")
    await worker.share_contact("8613987654321", user_id=999)
    heard = await worker.hear()
    assert "请只发自己的手机号" in heard.text
    assert "您的手机号" in heard.text


async def test_a_location_answers_city_and_district(life: Running) -> None:
    worker = life.person()
    asked = await life.join_until(worker, "哪个城市")
    assert next(iter(asked.buttons)) == "发送我的位置"
    await worker.share_location(23.1585, 113.2732)
    heard = await worker.hear()
    assert "您在：" in heard.text
    assert "街道或镇" in heard.text


async def test_a_certificate_s_photo_reaches_the_reviewer_with_the_buttons(
    life: Running,
) -> None:
    worker, staff = life.person(), await bind(life)
    home = {"哪一类工作": "家政服务员", "会做哪些": "跳过"}
    await life.join_until(worker, "技能证书", **home)
    picture = io.BytesIO()
    Image.new("RGB", (300, 200), "red").save(picture, "PNG")
    await worker.send_photo(picture.getvalue())
    await worker.press(await worker.hear_until("请核对"), "提交")
    await worker.hear_until("入会申请已收到")

    def look(session: Session) -> bytes:
        owner = session.get_one(Worker, life.chat(session, worker).worker_id)
        row = session.exec(
            select(Attachment).where(Attachment.worker_id == owner.id)
        ).one()
        assert b"\xff\xd8" not in row.data[:2]
        return row.open(KEYRING, owner)

    kept = life.look(look)
    assert Image.open(io.BytesIO(kept)).format == "JPEG"
    await staff.say("待审")
    listed = await staff.hear()
    await staff.press(listed, list(listed.buttons)[-1])
    look_ = await staff.hear()
    assert "photo" in look_.raw
    assert "张三" in look_.text
    assert any("通过，进周转库" in label for label in look_.buttons)


async def test_a_picture_that_is_none_is_said_kindly(life: Running) -> None:
    worker = life.person()
    await worker.send_photo(b"no picture at all")
    assert "打不开" in (await worker.hear()).text


async def test_a_poster_s_link_prefills_where_it_hung(life: Running) -> None:
    worker = life.person()
    await worker.start("baiyun-drivers")
    await worker.hear_until("这里是职工之家")
    await life.join(worker)

    def source(session: Session) -> str | None:
        return life.chat(session, worker).source

    assert life.look(source) == "baiyun-drivers"


async def test_an_unknown_code_is_only_a_greeting(life: Running) -> None:
    worker = life.person()
    await worker.start("no-such-code")
    assert "这里是职工之家" in (await worker.hear()).text


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("/join", "入会免费"),
        ("/application", "您还没有提交"),
        ("/menu", "您想办什么"),
        ("/help", "可以点选"),
        ("/person", "12351"),
        ("/chinese", "好的，以后用中文"),
        ("/english@zhigong_bot", "English"),
    ],
)
async def test_each_command_of_the_menu_is_answered(
    life: Running, command: str, answer: str
) -> None:
    worker = life.person()
    await worker.say(command)
    assert answer in (await worker.hear()).text


async def test_the_command_menu_is_announced_in_both_languages(life: Running) -> None:
    assert life.telegram.calls["setMyCommands"] >= 2
    announced = life.telegram.telegram.settings["setMyCommands"]
    assert [c["command"] for c in announced["commands"]][:2] == ["join", "application"]
    assert announced["language_code"] == "en"


async def test_who_uses_english_is_answered_in_english(life: Running) -> None:
    worker = life.person()
    worker.chat.language = "en-GB"
    await worker.say("join")
    heard = await worker.hear()
    assert "agree" in heard.text.lower()
    assert not any("\u4e00" <= c <= "\u9fff" for c in heard.text)


async def test_a_sticker_gets_a_useful_answer(life: Running) -> None:
    worker = life.person()
    await worker.send({"dice": {"emoji": "🎲", "value": 3}})
    assert "语音和表情" in (await worker.hear()).text


async def test_in_a_group_only_a_command_is_answered_and_nothing_private(
    life: Running,
) -> None:
    group = life.telegram.person(-100200300, timeout=15)
    await group.say("大家好")
    await group.say("/join")
    assert "私聊" in (await group.hear()).text
    assert group.unheard() == []


async def test_a_press_is_acknowledged(life: Running) -> None:
    worker = life.person()
    await worker.say("你好")
    before = life.telegram.calls["answerCallbackQuery"]
    await worker.press(await worker.hear(), "帮助")
    await worker.hear()
    await life.telegram.called("answerCallbackQuery", before + 1)


async def test_nothing_private_is_in_what_the_program_printed(life: Running) -> None:
    worker = life.person()
    await life.join(worker)
    printed = life.program.output
    for secret in (RESIDENT_ID, "13812345678", "张三", str(worker.chat.id), ":AAabc"):
        assert secret not in printed
