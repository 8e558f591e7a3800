"""What a person did becomes one press, answer or greeting."""

from __future__ import annotations

import pytest
from sqlmodel import select

from bot.database import Database
from models.chat import Chat
from tests.adapters import ADAPTERS, Adapter
from tests.world import World


def chat(world: World) -> Chat:
    return world.write(
        lambda s: s.exec(select(Chat).where(Chat.address == "工人")).one()
    )


@pytest.mark.parametrize("number", ["1", "１", "①", "一", "第1个", "选1", "1."])
def test_a_number_is_a_number_however_it_is_written(world: World, number: str) -> None:
    world.say("你好")
    assert world.say(number)[0]["place"] == "1/12"


@pytest.mark.parametrize(
    "typed", ["我要入会", "要入会", "我 要 入 会！", "RUHUI", "join"]
)
def test_a_label_or_a_part_of_it_presses_the_choice(world: World, typed: str) -> None:
    world.say("你好")
    assert world.say(typed)[0]["place"] == "1/12"


def test_a_part_that_two_choices_have_presses_neither(world: World) -> None:
    world.fill("vehicle")
    assert world.say("货车")[0]["text"].startswith("没有找到“货车”")
    world.say("重型")
    assert world.asked() == "sure"


@pytest.mark.parametrize(
    "typed", ["改手机号", "修改：手机", "change mobile", "EDIT 手机号"]
)
def test_one_answer_is_corrected_by_its_name(world: World, typed: str) -> None:
    world.fill("group")
    world.say(typed)
    assert world.asked() == "mobile"


@pytest.mark.parametrize("typed", ["Edith Chang", "Changhong", "Edit"])
def test_a_name_that_begins_like_a_correction_is_a_name(
    world: World, typed: str
) -> None:
    world.fill("full_name")
    world.say(typed)
    assert world.answers()["full_name"] == typed


def test_a_correction_of_something_not_asked_yet_is_no_answer(world: World) -> None:
    world.fill("full_name")
    assert world.say("改 手机号")[0]["text"].startswith("这一项还没有问到")
    assert world.asked() == "full_name"


def test_who_stopped_is_not_written_to_until_they_return(world: World) -> None:
    world.say("你好")
    assert world.do("stop") == []
    assert chat(world).stopped_at == world.now
    assert world.do("return") == []
    assert chat(world).stopped_at is None


def test_a_kind_nobody_knows_is_answered_like_a_sticker(world: World) -> None:
    assert world.do("hologram")[0]["text"].startswith("语音和表情")


def test_a_contact_answers_only_where_a_number_is_asked(world: World) -> None:
    world.fill("mobile")
    world.do("contact", "")
    assert world.asked() == "mobile"
    world.do("contact", "+86 138 1234 5678")
    assert world.asked() == "group"
    assert world.do("contact", "13812345678")[0]["text"].startswith("收到名片了")


def test_a_form_whose_question_is_gone_takes_no_contact(world: World) -> None:
    assert world.do("contact", "13812345678")[0]["text"].startswith("收到名片了")


def test_an_invitation_binds_once(world: World) -> None:
    said = world.appoint("4401")
    assert said[0]["text"].startswith("您好！您现在是“广州市总工会”的工作人员")
    assert world.do("start", "s-gone", "社工")[0]["text"].startswith("这个链接已经用过")


def test_a_start_in_the_middle_offers_to_go_on(world: World) -> None:
    world.fill("mobile")
    said = world.do("start", "")
    assert "接着填：入会申请" in [label for _, label, _ in said[0]["choices"]]


def test_the_page_is_greeted_once(world: World) -> None:
    assert len(world.do("hello")) == 1
    assert world.do("hello") == []


ENGLISH = "Hello, this is"


@pytest.mark.parametrize(
    "typed", ["hello", "Hi!", "Hi, Wang Wei", "THANK YOU", "Hello 👋"]
)
def test_whose_first_words_are_english_is_welcomed_in_english(
    world: World, typed: str
) -> None:
    (welcome,) = world.say(typed)
    assert welcome["text"].startswith(ENGLISH)
    assert "中文" in [label for _, label, _ in welcome["choices"]]


@pytest.mark.parametrize(
    "typed", ["1", "ruhui", "nihao", "Wang Wei", "/join", "ok", "hi 你好"]
)
def test_whose_first_words_may_be_chinese_is_answered_in_chinese(
    world: World, typed: str
) -> None:
    world.say(typed)
    assert "English" in [label for _, label, _ in world.say("菜单")[0]["choices"]]


@pytest.mark.parametrize("typed", ["join", "Hi, I want to join", "I’d join"])
def test_an_english_command_first_is_carried_out_in_english(
    world: World, typed: str
) -> None:
    assert world.say(typed)[0]["text"].startswith("Joining is free")


@pytest.mark.parametrize("kind", ["hello", "start"])
@pytest.mark.parametrize("channel", ADAPTERS.values(), ids=lambda channel: channel.name)
def test_english_after_the_chinese_welcome_is_answered_in_english(
    sqlite: Database, channel: Adapter, kind: str
) -> None:
    world = World(sqlite, channel)
    (welcome,) = world.do(kind)
    assert "English" in [label for _, label, _ in welcome["choices"]]
    assert world.say("Hello, Wang Wei")[0]["text"].startswith(ENGLISH)


def test_english_in_the_middle_changes_no_language(world: World, abroad: World) -> None:
    world.say("你好")
    assert world.say("help")[0]["text"].startswith("可以点选")
    abroad.say("入会", "别人")
    assert abroad.say("help", "别人")[0]["text"].startswith("回复数字或点选就行")


def test_a_language_the_channel_knows_goes_before_the_first_words(world: World) -> None:
    said = world.do("text", "hello", language="zh-CN")
    assert said[0]["text"].startswith("您好，这里是")


def test_nothing_but_signs_is_asked_for_words(world: World) -> None:
    world.fill("full_name")
    assert world.say("😀👍")[0]["text"].startswith("没看懂，请用文字或数字回答")


def test_an_id_number_with_no_form_open_is_not_kept_abroad(abroad: World) -> None:
    said = abroad.say("440106199003070001")
    assert said[0]["text"].startswith("为了保护您")
