"""What a worker types about who they are: papers, phone, name, plate, a number.

Each kind has a `normalise_…` that undoes how people type, a `…_fault` that names the
first thing wrong in a normalised value (None if nothing is), and a `mask_…` for what
others may see. A right checksum proves careful typing, never identity.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
# GB/T 2260, and the residence permits of Hong Kong, Macao and Taiwan (81, 82, 83).
PROVINCES = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PLATE_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

# Letters and marks that draw nothing, beside the controls Unicode files under C.
_BLANKS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f"
    "\U000e0100-\U000e01ef]"
)
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
_DOTS = re.compile("[•・‧∙⋅]")
_APOSTROPHES = re.compile("[‘’ʼ`]")
# Forms are often filled "张　三"; between Han characters a space says nothing.
_HAN = "[\u3400-\u9fff\U00020000-\U0003fffd]"
_IDLE_SPACE = re.compile(f"(?<={_HAN}) (?={_HAN})| (?=·)|(?<=·) ")
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_LONG_ID = re.compile(r"(?<!\d)\d{17}[\dxX](?!\d)")
_LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){6,}[xX]?")
_PLATE_TAIL = re.compile("[A-HJ-NP-Z0-9]{4}(?:[A-HJ-NP-Z0-9]{1,2}|[挂学警港澳])")
_NUMBER = re.compile(
    r"(?:我?选择?|no\.?|#)? ?第?[(]?(?:([0-9]{1,3})|([〇零一二两三四五六七八九十百]+))"
    r"[)]? ?[个项号条]?[.。、,]?"
)


def _visible(text: str) -> str:
    """Drop what cannot be seen and turn every kind of blank into a space."""
    spaced = (" " if char.isspace() else char for char in _BLANKS.sub("", text))
    return "".join(c for c in spaced if unicodedata.category(c) not in _INVISIBLE)


def halved(text: str) -> str:
    """Give each character's plain, half-width form, digits of any script as 0-9."""
    plain = unicodedata.normalize("NFKC", _visible(text))
    return "".join(str(unicodedata.decimal(char, char)) for char in plain)


def normalise_text(text: str) -> str:
    """Give a text in plain characters that can all be seen, one space between words."""
    # Folding can set free a control that was part of another character.
    plain = _visible(unicodedata.normalize("NFKC", _visible(text)))
    return " ".join(plain.split())


def tidy_text(text: str) -> str:
    """Give a text as it was written, all of it visible, one space between words."""
    return " ".join(_visible(text).split())


def _compact(text: str) -> str:
    """Fold, in capitals, without spaces and dashes."""
    return "".join(
        char
        for char in halved(text).upper()
        if not char.isspace() and unicodedata.category(char) != "Pd"
    )


def normalise_id(text: str) -> str:
    """Give an ID number as its paper prints it, however it was typed."""
    return _compact(text).replace("×", "X")


def resident_id_in(text: str) -> str:
    """Give the one resident ID number among other words, else all that was typed."""
    whole = normalise_id(text)
    found = re.findall("(?<![0-9])[0-9]{17}[0-9X](?![0-9X])", whole)
    return found[0] if len(found) == 1 else whole


def id_characters(number: str) -> tuple[int, int]:
    """Count a number's digits and X, and give the place of the first that cannot be."""
    place = re.match("[0-9]{0,17}", number)
    return len(re.findall("[0-9X]", number)), place.end() + 1 if place else 1


def resident_id_fault(number: str, today: date) -> str | None:
    """Name what is wrong with a resident ID number of GB 11643-1999.

    The codes are "length", "characters", "checksum" and "birth_date". The county is
    no ground for refusal: people register late, and codes have changed since.
    """
    if len(number) != 18:
        return "length"
    if not re.fullmatch("[0-9]{17}[0-9X]", number):
        return "characters"
    if number[17] != id_check(number):
        return "checksum"
    try:
        born = birth_date(number)
    except ValueError:
        return "birth_date"
    return "birth_date" if born > today else None


def id_check(number: str) -> str:
    """Compute the 18th character from the first 17 (ISO 7064 MOD 11-2)."""
    total = sum(w * int(digit) for w, digit in zip(ID_WEIGHTS, number, strict=False))
    return ID_CHECKS[total % 11]


def birth_date(number: str) -> date:
    """Read the birth date; a day the calendar lacks raises ValueError."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex(number: str) -> str:
    """Read the sex, "female" or "male": the 17th digit is even or odd."""
    return "male" if int(number[16]) % 2 else "female"


def province_known(number: str) -> bool:
    """Tell whether the first two digits are a province: a hint, never a refusal."""
    return PROVINCES.match(number) is not None


def mask_id(number: str) -> str:
    """Show four characters at each end of 18, fewer of shorter numbers."""
    shown = min(4, len(number) // 4)
    return _mask(number, shown, shown)


def mask_ids(text: str) -> str:
    """Star out whatever looks like a resident ID in a text."""
    return _LONG_ID.sub(_stars, text)


def mask_numbers(text: str) -> str:
    """Star out every number long enough to be a person's: of a mobile, a bank card."""
    return _LONG_NUMBER.sub(_stars, text)


def _stars(found: re.Match[str]) -> str:
    return "*" * len(found[0])


def _mask(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    if hidden <= 0:
        return "*" * len(text)
    return text[:head] + "*" * hidden + text[len(text) - tail :]


def normalise_mobile(text: str) -> str | None:
    """Give a mainland mobile number as +86…, or None if it is not one.

    Operators keep getting new prefixes, so any 1[3-9] and nine digits will do.
    """
    found = _MOBILE.fullmatch(re.sub("[().·]", "", _compact(text)))
    return f"+86{found[1]}" if found else None


def dialled(number: str) -> str:
    """Give a mobile as it is dialled here, without its country code."""
    return number.removeprefix("+86")


def mask_mobile(number: str) -> str:
    """Show 138****5678."""
    return _mask(dialled(number) or number, 3, 4)


def normalise_uscc(text: str) -> str:
    """Give a unified social credit code as the licence prints it."""
    return _compact(text)


def uscc_fault(code: str) -> str | None:
    """Name what is wrong with a code of GB 32100-2015.

    The codes are "length", "characters" (there is no I, O, S, V or Z) and "checksum".
    """
    if len(code) != 18:
        return "length"
    if not set(code) <= set(USCC_ALPHABET):
        return "characters"
    return None if code[17] == uscc_check(code) else "checksum"


def uscc_check(code: str) -> str:
    """Compute the 18th character from the first 17."""
    total = sum(USCC_ALPHABET.index(c) * 3**i for i, c in enumerate(code[:17]))
    return USCC_ALPHABET[-total % 31]


def normalise_name(text: str) -> str:
    """Give a name with one kind of dot, dash, quote and space."""
    name = "".join(
        "-" if unicodedata.category(char) == "Pd" else char
        for char in normalise_text(text)
    )
    for pattern, char in ((_DOTS, "·"), (_APOSTROPHES, "'"), (_IDLE_SPACE, "")):
        name = pattern.sub(char, name)
    return name


def name_fault(name: str) -> str | None:
    """Name what is wrong with a normalised name: "length" or "characters".

    A name has 2 to 40 characters: letters of any script, and · - ' or a space between.
    """
    if not 2 <= len(name) <= 40:
        return "length"
    inner = all(_is_letter(char) or char in "·-' " for char in name)
    return (
        None if inner and _is_letter(name[0]) and _is_letter(name[-1]) else "characters"
    )


def _is_letter(char: str) -> bool:
    # Planes 2 and 3 are all Han; rare names use ones newer than Python's Unicode.
    return (
        unicodedata.category(char)[0] in "LM"
        or char == "〇"
        or "\U00020000" <= char <= "\U0003fffd"
    )


def mask_name(name: str) -> str:
    """Show the first character only: 王小明 is 王**; long names hide their length."""
    return name[:1] + "*" * min(2, len(name) - 1)


def normalise_plate(text: str) -> str:
    """Give a number plate without its dot: "粤a·12345" is 粤A12345."""
    return re.sub("[.·•・]", "", _compact(text))


def plate_fault(plate: str) -> str | None:
    """Name what is wrong with a plate: "province", "length" or "characters".

    After the province and a letter come 5 characters, 6 for new energy (GA 36). There
    is no I or O among them, and 挂 学 警 港 澳 may end a plate.
    """
    if plate[:1] not in set(PLATE_PROVINCES):
        return "province"
    if len(plate) not in (7, 8):
        return "length"
    fits = re.match("[A-Z]", plate[1]) and _PLATE_TAIL.fullmatch(plate, 2)
    return None if fits else "characters"


def parse_number(text: str) -> int | None:
    """Read the number of a choice, 0 to 999, however it is written.

    Digits of any script, 二十一, ①, 第3个, "3.", 选3, no.3; anything else is None.
    """
    found = _NUMBER.fullmatch(_counted(text).strip().lower())
    if found is None:
        return None
    return int(found[1]) if found[1] else _WORDS.get(_plain_word(found[2]))


def _counted(text: str) -> str:
    """Fold, with keycaps, circles (❶) and the like as their digits."""
    plain = (char for char in halved(text) if unicodedata.category(char) != "Me")
    return "".join(_count(char) for char in plain)


def _count(char: str) -> str:
    circled = unicodedata.category(char) == "No"
    value = unicodedata.numeric(char, 0.5) if circled else 0.5
    return str(int(value)) if value.is_integer() else char


def _plain_word(word: str) -> str:
    return re.sub("(^|百)一十", r"\1十", word.translate(_SAME_WORDS))


def _spell(number: int) -> str:
    """Spell a number below 1000 as spoken, 十 without 一 before it."""
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, units = divmod(rest, 10)
    word = digits[hundreds] + "百" if hundreds else ""
    if tens:
        word += (digits[tens] if tens > 1 else "") + "十"
    elif units and hundreds:
        word += "零"
    return word + (digits[units] if units or not number else "")


_SAME_WORDS = str.maketrans("〇两", "零二")
_WORDS = {_spell(number): number for number in range(1000)}
