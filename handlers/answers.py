"""What counts as an answer: annotated types that normalise, check and show a value.

A value that will not do raises `Refused` with a code; answers.txt has a block of that
name in every language, saying what was wrong and giving an example.
"""

import re
from collections.abc import Iterable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from handlers.offers import plain
from handlers.question import Counted, Refused, Shown, Stop
from handlers.say import Word
from handlers.turn import Turn
from models import identity
from models.attachment import Attachment
from models.case_filing import MOST_PEOPLE
from models.columns import long, short
from models.jury import MOST as MOST_POINTS
from models.link_code import read_code
from models.pin import read_pin
from models.suggestion import MOST_YUAN
from models.worker import age

_OTHER_PAPERS = re.compile("护照|通行证|PASSPORT|PERMIT|^[A-Z]{1,2}[0-9]{7,9}$")

_CLOCK = re.compile(
    r"(早上|上午|中午|下午|晚上|凌晨)?\s*(\d{1,2})(?:[:点时]\s*(?:(\d{1,2})分?|(半))?(?::00)?)?"
)
AFTERNOON = ("下午", "晚上")
_WHOLE = re.compile(r"(\d+(?:\.\d+)?) *([万亿]?) *(?:元|块|分|yuan|points)?")
_UNITS = {"": 1, "万": 10_000, "亿": 100_000_000}

LONGEST_WORDS = 500
"""How many characters a story, a suggestion, an objection or a need may have."""

OLDEST_YEARS = 60
"""How many years ago something may have happened that is told of."""

RECENT = {"今天": 0, "today": 0, "昨天": 1, "yesterday": 1, "前天": 2}
"""Words for days that are not long ago."""

TOO_YOUNG_TO_KEEP = 14
"""Below this age we keep nothing at all (PIPL art. 28, 31)."""


def _turn(info: ValidationInfo) -> Turn:
    context: dict[str, Turn] = info.context or {}
    return context["turn"]


def _name(value: Any, info: ValidationInfo) -> str:
    words = _turn(info).vocabulary
    name = _introduced(identity.normalise_name(str(value)), words.introductions)
    if plain(name) in words.no_names:
        raise Refused("no_name")
    if identity.name_fault(name):
        raise Refused("name")
    return name


def _introduced(text: str, introductions: Iterable[str]) -> str:
    """Return the name in "我叫王小明" or "My name is Wang"."""
    for start in introductions:
        if text.casefold().startswith(start) and len(text) > len(start) + 1:
            return text[len(start) :].lstrip(" :,，：")
    return text


def _mobile(value: Any) -> str:
    number = identity.normalise_mobile(str(value))
    if number is None:
        raise Refused("mobile")
    return number


def _resident_id(value: Any, info: ValidationInfo) -> str:
    turn, number = _turn(info), identity.resident_id_in(str(value))
    if _OTHER_PAPERS.search(number):
        raise Refused("resident_id_other")
    _without_fault(turn, number)
    old_enough(turn, identity.birth_date(number))
    return number


def _without_fault(turn: Turn, number: str) -> None:
    fault = identity.resident_id_fault(number, turn.today)
    if fault:
        count, place = identity.id_characters(number)
        raise Refused(f"resident_id_{fault}", count=count, place=place)


def old_enough(turn: Turn, born: date) -> None:
    """Stop a flow that is for people of working age (Labour Law art. 15)."""
    years = age(born, turn.today)
    if years < TOO_YOUNG_TO_KEEP:
        raise Stop(Word("answers", "child"))
    if years < turn.rules.minimum_age:
        raise Stop(Word("answers", "too_young", {"age": turn.rules.minimum_age}))


def _born(value: Any, info: ValidationInfo) -> date:
    turn = _turn(info)
    born = value if isinstance(value, date) else _read_date(str(value))
    if born is None or born > turn.today or age(born, turn.today) > 120:
        raise Refused("born")
    old_enough(turn, born)
    return born


def _read_date(text: str) -> date | None:
    """Read 1980-5-1, 1980年5月1日, 19800501 and the like."""
    digits = re.findall(r"\d+", identity.halved(text))
    if len(digits) == 1 and len(digits[0]) == 8:
        digits = [digits[0][:4], digits[0][4:6], digits[0][6:]]
    if len(digits) != 3 or len(digits[0]) != 4:
        return None
    try:
        return date(*map(int, digits))
    except (ValueError, OverflowError):
        return None


def _other_id(value: Any) -> str:
    number = identity.normalise_id(str(value))
    if not re.fullmatch(r"[A-Z0-9]{6,18}", number):
        raise Refused("other_id")
    return number


def _plate(value: Any) -> str:
    plate = identity.normalise_plate(str(value))
    if identity.plate_fault(plate):
        raise Refused("plate")
    return plate


def _photo(value: Any, info: ValidationInfo) -> str:
    turn = _turn(info)
    picture = turn.session.get(Attachment, long(str(value)))
    if picture is None or picture.worker_id != turn.worker.id:
        raise Refused("photo")
    return short(picture.id)


def _any_id(value: Any, info: ValidationInfo) -> str:
    number = identity.resident_id_in(str(value))
    if not re.fullmatch(r"\d{12,}X?", number):
        return _other_id(number)
    _without_fault(_turn(info), number)
    return number


def _pin(value: Any) -> str:
    pin = read_pin(str(value))
    if pin is None:
        raise Refused("pin")
    return pin


def _link_code(value: Any) -> str:
    code = read_code(str(value))
    if code is None:
        raise Refused("link_code")
    return code


def _clock(value: Any) -> time:
    if isinstance(value, time):
        return value
    found = _CLOCK.fullmatch(identity.halved(str(value)).strip())
    if found is None:
        raise Refused("clock")
    part, hours, minutes, half = found.groups()
    hour, minute = int(hours) % 24, 30 if half else int(minutes or 0)
    if part in AFTERNOON and hour < 12:
        hour += 12
    if int(hours) > 24 or minute > 59 or hour > 23:
        raise Refused("clock")
    return time(hour, minute)


def words_up_to(longest: int) -> BeforeValidator:
    """Return what reads a person's own words, up to so many characters of them."""

    def read(value: Any) -> str:
        text = identity.tidy_text(str(value))
        if not plain(text):
            raise Refused("not_understood")
        if len(text) > longest:
            raise Refused("too_long", count=len(text), longest=longest)
        return text

    return BeforeValidator(read)


def _colleague(value: Any) -> str:
    """Read a member number or a mobile; what looks like neither is refused."""
    mobile = identity.normalise_mobile(str(value))
    number = identity.normalise_id(str(value))
    if mobile is None and not re.fullmatch(r"\d{14}", number):
        raise Refused("colleague")
    return mobile or number


def _past_day(value: Any, info: ValidationInfo) -> date:
    turn = _turn(info)
    day = value if isinstance(value, date) else _recent_day(str(value), turn.today)
    if day is None or not day.year > turn.today.year - OLDEST_YEARS:
        raise Refused("past_day")
    if day > turn.today:
        raise Refused("future_day")
    return day


def _recent_day(text: str, today: date) -> date | None:
    """Read a day, or a word for one that is not long ago."""
    named = next((n for word, n in RECENT.items() if plain(text) == word), None)
    return _read_date(text) if named is None else today - timedelta(days=named)


def _people(value: Any) -> int:
    number = _whole(str(value).strip().rstrip("个人位名"))
    if number is None or not 1 <= number <= MOST_PEOPLE:
        raise Refused("people")
    return number


def _points(value: Any) -> int:
    number = _whole(value)
    if number is None or number > MOST_POINTS:
        raise Refused("points")
    return number


def _yuan(value: Any) -> int:
    number = _whole(value)
    if number is None or number > MOST_YUAN:
        raise Refused("whole_yuan")
    return number


def worth(yuan: int) -> Word:
    """Return what something is worth, as people read it."""
    return Word("suggest", "worth", {"yuan": f"{yuan:,}"})


def _whole(value: Any) -> int | None:
    """Read a whole number, such as 85 分 or 1.2 万元; None for anything else."""
    found = _WHOLE.fullmatch(identity.halved(str(value)).replace(",", "").strip())
    number = Decimal(found[1]) * _UNITS[found[2]] if found else None
    return int(number) if number is not None and number == int(number) else None


def _key(value: Any) -> str:
    if not str(value):
        raise Refused("not_on_offer")
    return str(value)


Key = Annotated[str, BeforeValidator(_key)]
"""The key of an option on offer, or the person's own words."""

Name = Annotated[str, BeforeValidator(str), AfterValidator(_name)]
Mobile = Annotated[
    str,
    BeforeValidator(_mobile),
    Shown(identity.mask_mobile, identity.dialled),
]
ResidentId = Annotated[
    str, BeforeValidator(str), AfterValidator(_resident_id), Shown(identity.mask_id)
]
OtherId = Annotated[str, BeforeValidator(_other_id), Shown(identity.mask_id)]
AnyId = Annotated[
    str, BeforeValidator(str), AfterValidator(_any_id), Shown(identity.mask_id)
]
Pin = Annotated[str, BeforeValidator(_pin), Shown(lambda pin: "******")]
LinkCode = Annotated[str, BeforeValidator(_link_code)]
Words = Annotated[str, words_up_to(LONGEST_WORDS), Shown(str)]
"""A person's own words, as they wrote them."""

Colleague = Annotated[
    str,
    BeforeValidator(_colleague),
    Shown(lambda n: identity.mask_mobile(n) if n.startswith("+") else n),
]
Story = Annotated[str, words_up_to(LONGEST_WORDS), Shown(lambda words: "…", str)]
"""What is told in confidence: shown only where the channel is trusted."""

PastDay = Annotated[date, BeforeValidator(_past_day), Shown(str)]
People = Annotated[int, BeforeValidator(_people), Shown(str), Counted]
Points = Annotated[int, BeforeValidator(_points), Counted]
Yuan = Annotated[int, BeforeValidator(_yuan), Shown(worth), Counted]
Born = Annotated[date, BeforeValidator(_born), Shown(str)]
Clock = Annotated[time, BeforeValidator(_clock), Shown(lambda at: at.strftime("%H:%M"))]
Plate = Annotated[str, BeforeValidator(_plate)]
Photo = Annotated[
    str, BeforeValidator(_photo), Shown(lambda key: Word("common", "photo_kept"))
]
File = Annotated[
    str, BeforeValidator(_photo), Shown(lambda key: Word("common", "file_kept"))
]


def looks_like_id(text: str) -> bool:
    """Tell whether a text holds a resident ID number, by its form and check digit."""
    found = re.findall(r"\d{17}[\dX]", identity.normalise_id(text))
    return any(identity.id_check(number) == number[-1] for number in found)
