"""People who join: each has answers of their own, and a fixed order to give them in.

A person's number decides everything they say, so a checker knows what must be kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from io import BytesIO
from typing import Any, Literal, TypeVar

from PIL import Image

from bot.words import Reader, text_of
from handlers.say import Word
from models.identity import id_check
from tests.telegram_server import Heard, Person

FIRST_CHAT = 1_000_001
"""The chat of the person whose number is 0; the others follow."""

READER = Reader("zh-CN")
SURNAMES = "王李张刘陈杨黄赵吴周"
NUMERALS = "〇一二三四五六七八九"
PLACES = (
    ("4401", "广州市", "440111", "白云区"),
    ("4401", "广州市", "440104", "越秀区"),
    ("4403", "深圳市", "440306", "宝安区"),
)
PLATFORMS = ("美团", "饿了么", "京东", "顺丰")
VEHICLES = {"heavy": "重型货车", "medium": "中型货车", "van": "面包车"}

T = TypeVar("T")
How = Literal["type", "press", "photo"]


@dataclass(frozen=True)
class Question:
    """One question: its field, the words it is known by, the answer, what is kept."""

    name: str
    words: str
    how: How
    answer: str
    kept: Any


@dataclass
class Lived:
    """What one person lived through."""

    number: int
    acts: int = 0
    finished: bool = False
    unexpected: list[str] = field(default_factory=list)


def driver(number: int) -> list[Question]:
    """Give the answers of a truck driver who works for a platform: sixteen."""
    vehicle = _pick(tuple(VEHICLES), number)
    platform = _pick(PLATFORMS, number)
    return [
        *_who(number),
        _ask("group", "press", "货车司机", "truck_driver"),
        _ask("work_form", "press", "平台接单", "platform"),
        _ask("platform", "press", platform, platform),
        *_where(number),
        _ask("plate", "type", f"粤A{number % 100_000:05d}"),
        _ask("vehicle", "press", VEHICLES[vehicle], vehicle),
        _ask("sure", "press", "提交"),
    ]


def courier(number: int) -> list[Question]:
    """Give the answers of a courier who works here and there: thirteen."""
    return [
        *_who(number),
        _ask("group", "type", "快递员", "courier"),
        _ask("work_form", "press", "打零工", "casual"),
        *_where(number),
        _ask("sure", "press", "提交"),
    ]


def domestic_worker(number: int) -> list[Question]:
    """Give the answers of a domestic worker, with a photo of a certificate: fifteen."""
    return [
        *_who(number),
        _ask("group", "press", "家政服务员", "domestic_worker"),
        _ask("work_form", "press", "自己干", "self_employed"),
        *_where(number),
        _ask("skills", "press", "跳过", None),
        _ask("certificate", "photo", "", "a photo"),
        _ask("sure", "press", "提交"),
    ]


TRADES = (driver, driver, courier, domestic_worker)


def answers_of(number: int) -> list[Question]:
    """Give everything the person of this number answers, in order."""
    return _pick(TRADES, number)(number)


def _who(number: int) -> list[Question]:
    mobile = f"138{number % 10**8:08d}"
    return [
        _ask("consent", "press", "同意", "agree"),
        _ask("full_name", "type", name_of(number)),
        _ask("resident_id", "type", id_of(number)),
        _ask("mobile", "type", mobile, f"+86{mobile}"),
    ]


def _where(number: int) -> Iterator[Question]:
    city_code, city, code, district = _pick(PLACES, number)
    here = number % 2
    yield _ask("city", "press", city, city_code)
    yield _ask("district", "press", district, code, city=city)
    yield _ask("street", "press", "跳过", None, district=district)
    yield _ask("migrant", "press", *(("是", "yes") if here else ("不是", "no")))
    yield _ask("belong", "press", "工作的地方", "work")
    if here:
        yield _ask("wished_union", "press", f"{district}总工会", code)
    else:
        yield _ask("wished_union", "press", "请工会安排", "pool")


def _pick(among: Sequence[T], number: int) -> T:
    return among[number % len(among)]


def _ask(name: str, how: How, answer: str, *kept: Any, **params: str) -> Question:
    words = text_of(Word("join", f"ask_{name}", params), READER)
    return Question(name, words, how, answer, kept[0] if kept else answer)


def name_of(number: int) -> str:
    """Give a person's name: a surname and their number."""
    return _pick(SURNAMES, number) + "".join(NUMERALS[int(d)] for d in f"{number:02d}")


def id_of(number: int) -> str:
    """Give a person's ID number, which nobody else has."""
    born = date(1970, 1, 1) + timedelta(days=number // 999 % 10_000)
    first = f"440106{born:%Y%m%d}{number % 999 + 1:03d}"
    return first + id_check(first)


@cache
def photo() -> bytes:
    """Draw the certificate everybody sends."""
    picture = BytesIO()
    Image.new("RGB", (64, 48), "#07c160").save(picture, "JPEG")
    return picture.getvalue()


@cache
def receipt() -> str:
    """Give the words that end a join."""
    return text_of(Word("join", "done_title"), READER)


async def join(person: Person, questions: list[Question], lived: Lived) -> None:
    """Join from the first word to the receipt; raise Silence when left waiting.

    The same message twice running is a repeat; any other than the next question is
    noted and not answered.
    """
    lived.acts += 1
    await person.say("/join")
    last = ""
    for question in questions:
        message = await _expect(person, question.words, last, lived)
        last = message.text
        lived.acts += 1
        await _answer(person, message, question)
    await _expect(person, receipt(), last, lived)
    lived.finished = True


async def join_as_driver(person: Person) -> None:
    """Join as a driver; the chat's number says which."""
    number = person.chat.id - FIRST_CHAT
    await join(person, driver(number), Lived(number))


async def _expect(person: Person, words: str, last: str, lived: Lived) -> Heard:
    while True:
        message = await person.hear()
        if words in message.text:
            return message
        if message.text == last:
            person.heard_again += 1
        else:
            lived.unexpected.append(message.text)


async def _answer(person: Person, message: Heard, question: Question) -> None:
    if question.how == "type":
        await person.say(question.answer)
    elif question.how == "press":
        await person.press(message, label_of(message, question.answer))
    else:
        await person.send_photo(photo())


def label_of(message: Heard, answer: str) -> str:
    """Find the button that says this after its number; else any that has it."""
    exact = (label for label in message.buttons if label.partition(" ")[2] == answer)
    return next(exact, answer)
