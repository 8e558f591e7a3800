"""Reading: every update becomes what a person did, and none can break the reader."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.read import COMMANDS, callback_of, photo_of, read
from handlers.turn import Incoming

SENDER = {"id": 7, "is_bot": False, "first_name": "工人", "language_code": "zh-hans"}
PRIVATE = {"id": 7, "type": "private"}

NAMES = [
    *("message", "callback_query", "my_chat_member", "edited_message", "update_id"),
    *("from", "chat", "id", "type", "text", "data", "photo", "file_id", "location"),
    *("latitude", "longitude", "contact", "phone_number", "user_id", "status"),
    *("language_code", "new_chat_member", "private", "kicked"),
]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(["private", "kicked", "/start x", "/", "/join@bot", "zh", "en"])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=25,
)


def message(**content: Any) -> dict[str, Any]:
    base = {"message_id": 1, "date": 1, "from": SENDER, "chat": PRIVATE}
    return {"update_id": 5, "message": {**base, **content}}


def said(**content: Any) -> Incoming:
    found = read(message(**content), "1")
    assert found is not None
    return found


@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6) | JSON)
def test_no_update_breaks_the_reader(update: Any) -> None:
    found = read(update, "1")
    assert found is None or isinstance(found.text, str)
    assert isinstance(photo_of(update), str | None)
    assert isinstance(callback_of(update), str | None)


@given(st.sampled_from(["message", "callback_query", "my_chat_member"]), JSON)
def test_no_content_of_a_known_update_breaks_the_reader(kind: str, body: Any) -> None:
    mixed = {**message()["message"], **body} if isinstance(body, dict) else body
    read({"update_id": 5, kind: mixed}, "1")


@given(st.text(max_size=5000))
def test_a_text_is_taken_as_it_was_typed(text: str) -> None:
    found = said(text=text)
    if not text.startswith("/"):
        assert found.kind == "text"
        assert (
            found.text == text[:4096].replace("\0", "").encode(errors="ignore").decode()
        )


def test_it_knows_who_wrote_where_and_in_which_language() -> None:
    found = said(text="你好")
    assert (found.channel, found.bot, found.address, found.key) == (
        "telegram",
        "1",
        "7",
        "5",
    )
    assert found.language == "zh-CN"


@pytest.mark.parametrize(
    ("code", "language"),
    [("zh-hant", "zh-CN"), ("en-US", "en"), ("fr", None), ("", None), (None, None)],
)
def test_a_language_we_do_not_speak_is_left_open(
    code: str | None, language: str | None
) -> None:
    sender = {**SENDER, "language_code": code}
    assert said(text="x", **{"from": sender}).language == language


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_the_press_it_means(name: str) -> None:
    for text in (f"/{name}", f"/{name.upper()}", f"/{name}@zhigong_bot more"):
        found = said(text=text)
        assert (found.kind, found.text) == ("press", COMMANDS[name])


@pytest.mark.parametrize(
    ("text", "code"),
    [("/start", ""), ("/start s-abc", "s-abc"), ("/start@bot  a-b ", "a-b")],
)
def test_start_carries_its_code(text: str, code: str) -> None:
    found = said(text=text)
    assert (found.kind, found.text) == ("start", code)


def test_a_command_nobody_knows_is_a_text() -> None:
    assert said(text="/dance").text == "/dance"


def test_only_one_s_own_contact_gives_a_number() -> None:
    card = {"phone_number": "8613812345678", "first_name": "工人"}
    assert said(contact={**card, "user_id": 7}).text == "8613812345678"
    assert said(contact={**card, "user_id": 8}).text == ""
    assert said(contact=card).text == ""


def test_a_location_is_two_numbers() -> None:
    found = said(location={"latitude": 23.5, "longitude": 113})
    assert (found.kind, found.lat, found.lon) == ("location", 23.5, 113.0)


def test_a_picture_that_is_sent_as_a_file_is_a_photo() -> None:
    scan = {"file_id": "scan", "mime_type": "image/png", "file_size": 1000}
    assert said(document=scan).kind == "photo"
    assert photo_of(message(document=scan)) == "scan"
    huge, text = scan | {"file_size": 99 << 20}, scan | {"mime_type": "text/plain"}
    for other in (huge, text):
        assert said(document=other).kind == "document"
        assert photo_of(message(document=other)) is None


def test_the_words_with_a_file_are_read() -> None:
    paper = {"file_id": "pdf", "mime_type": "application/pdf"}
    assert said(document=paper, caption="工资条").caption == "工资条"
    assert said(photo=[{"file_id": "small"}], caption="现场").caption == "现场"


def test_of_a_photo_the_largest_size_is_fetched() -> None:
    update = message(photo=[{"file_id": "small"}, {"file_id": "large"}])
    assert said(photo=[{"file_id": "small"}]).kind == "photo"
    assert photo_of(update) == "large"
    assert photo_of(message(photo=[])) is None


@pytest.mark.parametrize("content", [{"sticker": {}}, {"voice": {}}, {}])
def test_what_we_cannot_use_is_still_heard(content: dict[str, Any]) -> None:
    assert said(**content).kind == "other"


def press(**facts: Any) -> dict[str, Any]:
    query = {"id": "9", "from": SENDER, "data": "v:menu:", **facts}
    return {"update_id": 6, "callback_query": query}


def test_a_press_says_what_it_means_and_wants_an_answer() -> None:
    update = press(message={"chat": {"id": 7, "type": "private"}})
    found = read(update, "1")
    assert found is not None
    assert (found.kind, found.text, found.address) == ("press", "v:menu:", "7")
    assert callback_of(update) == "9"


def test_a_press_on_a_message_too_old_to_see_is_its_sender_s() -> None:
    found = read(press(), "1")
    assert found is not None
    assert found.address == "7"


@pytest.mark.parametrize(
    ("status", "kind"), [("kicked", "stop"), ("left", "stop"), ("member", "return")]
)
def test_who_blocks_us_and_who_returns_is_heard(status: str, kind: str) -> None:
    change = {"chat": PRIVATE, "from": SENDER, "new_chat_member": {"status": status}}
    found = read({"update_id": 7, "my_chat_member": change}, "1")
    assert found is not None
    assert found.kind == kind


def test_groups_are_heard_only_where_they_give_a_command() -> None:
    group = {"id": -100, "type": "supergroup"}
    assert read(message(text="hello", chat=group), "1") is None
    found = read(message(text="/join", chat=group), "1")
    assert found is not None
    assert (found.kind, found.address) == ("group", "-100")
    change = {"chat": group, "from": SENDER, "new_chat_member": {"status": "member"}}
    assert read({"update_id": 7, "my_chat_member": change}, "1") is None


def test_channel_posts_and_edits_concern_nobody() -> None:
    assert read({"update_id": 1, "channel_post": {"text": "x"}}, "1") is None
    assert read({"update_id": 1, "edited_message": {"text": "x"}}, "1") is None
