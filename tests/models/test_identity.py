"""Papers, phones, names, plates and numbers, as people type them."""

from __future__ import annotations

import random
import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import identity

TODAY = date(2026, 3, 1)
ANY_TEXT = st.text(st.characters(), max_size=4096)
VALID_IDS = [
    "11010519491231002X",
    "440524188001010014",
    "440106199003070001",
    "440306197506150005",
    "441900198802290002",
    "441823197011120001",
]


def made_up_id(rng: random.Random) -> str:
    born = date(1900, 1, 1) + timedelta(days=rng.randrange(46_000))
    body = f"{rng.randrange(11, 84)}{rng.randrange(10_000):04}{born:%Y%m%d}"
    body += f"{rng.randrange(1000):03}"
    return body + identity.id_check(body)


IDS = st.integers(0, 2**32).map(lambda seed: made_up_id(random.Random(seed)))


@pytest.mark.parametrize("number", VALID_IDS)
def test_it_accepts_a_valid_resident_id(number: str) -> None:
    assert identity.resident_id_fault(number, TODAY) is None


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("110105194912310020", "checksum"),
        ("44030319990229123X", "birth_date"),
        ("44010619900307000", "length"),
        ("4401061990030700011", "length"),
        ("", "length"),
        ("44010619900307000x", "characters"),
        ("X40106199003070001", "characters"),
        ("４40106199003070001", "characters"),
    ],
)
def test_it_names_the_first_fault_of_a_resident_id(number: str, fault: str) -> None:
    assert identity.resident_id_fault(number, TODAY) == fault


def test_it_refuses_a_birth_date_to_come_but_not_today() -> None:
    number = "440106202603010001"[:17]
    number += identity.id_check(number)
    assert identity.resident_id_fault(number, TODAY) is None
    yesterday = TODAY - timedelta(days=1)
    assert identity.resident_id_fault(number, yesterday) == "birth_date"


def test_ten_thousand_made_up_ids_pass() -> None:
    rng = random.Random(18)
    ids = [made_up_id(rng) for _ in range(10_000)]
    assert not [number for number in ids if identity.resident_id_fault(number, TODAY)]


@given(IDS, st.integers(0, 16), st.integers(1, 9))
def test_one_mistyped_digit_never_passes(number: str, at: int, shift: int) -> None:
    digit = str((int(number[at]) + shift) % 10)
    mistyped = number[:at] + digit + number[at + 1 :]
    assert identity.resident_id_fault(mistyped, TODAY) == "checksum"


@given(IDS, st.sampled_from("0123456789X"))
def test_one_check_character_alone_is_right(number: str, check: str) -> None:
    fault = identity.resident_id_fault(number[:17] + check, TODAY)
    assert fault == (None if check == number[17] else "checksum")


@pytest.mark.parametrize(
    "typed",
    [
        " 11010519491231002x ",
        "110105 19491231 002X",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "1101051949\u200b1231002\ufeffX",
        "١١٠١٠٥١٩٤٩١٢٣١٠٠٢x",
        "11010519491231002×",
        "110105—19491231—002X\n",
    ],
)
def test_an_id_may_be_typed_in_many_ways(typed: str) -> None:
    assert identity.normalise_id(typed) == "11010519491231002X"


def test_an_id_tells_birth_date_and_sex() -> None:
    assert identity.birth_date("440106199003070001") == date(1990, 3, 7)
    assert identity.sex("440106199003070001") == "female"
    assert identity.sex("440524188001010014") == "male"


@pytest.mark.parametrize("number", ["440106", "810000", "820000", "830000", "110105"])
def test_it_knows_the_provinces(number: str) -> None:
    assert identity.province_known(number)


@pytest.mark.parametrize("number", ["00", "16", "47", "84", "99", "", "x4"])
def test_it_knows_what_is_no_province(number: str) -> None:
    assert not identity.province_known(number)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("440106199003070001", "4401**********0001"),
        ("H12345678", "H1*****78"),
        ("123", "***"),
        ("", ""),
    ],
)
def test_it_masks_an_id(number: str, shown: str) -> None:
    assert identity.mask_id(number) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+86 138 1234 5678",
        "(+86)138.1234.5678",
        "008613812345678",
        "8613812345678",
        "＋８６１３８１２３４５６７８",
        "١٣٨١٢٣٤٥٦٧٨",
        "\u202d138\u200b12345678\u202c",
    ],
)
def test_a_mobile_may_be_typed_in_many_ways(typed: str) -> None:
    assert identity.normalise_mobile(typed) == "+8613812345678"


@pytest.mark.parametrize(
    "typed",
    ["", "12812345678", "1381234567", "138123456789", "+85213812345678", "1381234567a"],
)
def test_it_refuses_what_is_no_mobile(typed: str) -> None:
    assert identity.normalise_mobile(typed) is None


def test_it_masks_a_mobile() -> None:
    assert identity.mask_mobile("13812345678") == "138****5678"
    assert identity.mask_mobile("+8613812345678") == "138****5678"


def test_it_hides_all_of_a_text_too_short_to_be_a_mobile() -> None:
    assert identity.mask_mobile("1381234") == "*******"
    assert identity.mask_mobile("+86") == "***"


@pytest.mark.parametrize(
    "code", ["91350100M000100Y43", "91440100MA0000015P", "91445100MA0000023G"]
)
def test_it_accepts_a_valid_credit_code(code: str) -> None:
    assert identity.uscc_fault(code) is None


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("91350100M000100Y4Z", "characters"),
        ("91350100M000100Y4D", "checksum"),
        ("91350100M000100Y4", "length"),
        ("91350100M000I00Y43", "characters"),
    ],
)
def test_it_names_the_first_fault_of_a_credit_code(code: str, fault: str) -> None:
    assert identity.uscc_fault(code) == fault


@given(st.text(identity.USCC_ALPHABET, min_size=17, max_size=17))
def test_each_credit_code_has_one_check_character(body: str) -> None:
    right = [c for c in identity.USCC_ALPHABET if not identity.uscc_fault(body + c)]
    assert right == [identity.uscc_check(body)]


def test_a_credit_code_may_be_typed_in_many_ways() -> None:
    typed = "９１３５ 0100-m000100y43"
    assert identity.normalise_uscc(typed) == "91350100M000100Y43"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("王师傅", "王师傅"),
        ("　王　师傅 ", "王师傅"),
        ("艾力•买买提", "艾力·买买提"),
        ("艾力 ・ 买买提", "艾力·买买提"),
        ("艾力·买买提", "艾力·买买提"),
        ("Anna \t\n Maria", "Anna Maria"),
        ("O’Neil", "O'Neil"),
        ("Anna—Maria", "Anna-Maria"),
        ("\u202e王\u200b师\ufe0f傅\x00\ud800", "王师傅"),
        ("𠮷 野", "𠮷野"),
        ("Nguyễn Văn", "Nguyễn Văn"),
        ("გიორგი", "გიორგი"),
        ("〇师傅", "〇师傅"),
        ("\U00031350师傅", "\U00031350师傅"),
    ],
)
def test_a_name_is_kept_in_one_form(typed: str, name: str) -> None:
    assert identity.normalise_name(typed) == name
    assert identity.name_fault(name) is None


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "length"),
        ("王", "length"),
        ("王" * 41, "length"),
        ("王3", "characters"),
        ("王师傅😀", "characters"),
        ("·师傅", "characters"),
        ("Anna-", "characters"),
        ("王_师傅", "characters"),
        ("<b>王", "characters"),
    ],
)
def test_it_refuses_what_is_no_name(name: str, fault: str) -> None:
    assert identity.name_fault(identity.normalise_name(name)) == fault


@given(ANY_TEXT)
def test_a_kept_name_stays_as_it_is(typed: str) -> None:
    name = identity.normalise_name(typed)
    assert identity.normalise_name(name) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王师傅", "王**"), ("王五", "王*"), ("艾力·买买提", "艾**"), ("", "")],
)
def test_it_masks_a_name(name: str, shown: str) -> None:
    assert identity.mask_name(name) == shown


@pytest.mark.parametrize(
    ("typed", "plate"),
    [
        ("粤a·12345", "粤A12345"),
        ("粤 A 1234B", "粤A1234B"),
        ("粤Ａ．Ｄ１２３４５", "粤AD12345"),
        ("粤S-12345F", "粤S12345F"),
        ("粤z1234港", "粤Z1234港"),
        ("粤A・1234挂", "粤A1234挂"),
    ],
)
def test_a_plate_may_be_typed_in_many_ways(typed: str, plate: str) -> None:
    assert identity.normalise_plate(typed) == plate
    assert identity.plate_fault(plate) is None


@pytest.mark.parametrize(
    ("plate", "fault"),
    [
        ("", "province"),
        ("A12345", "province"),
        ("粤A1234", "length"),
        ("粤A1234567", "length"),
        ("粤112345", "characters"),
        ("粤AO2345", "characters"),
        ("粤A12345港", "characters"),
        ("粤A挂1234", "characters"),
    ],
)
def test_it_names_the_first_fault_of_a_plate(plate: str, fault: str) -> None:
    assert identity.plate_fault(plate) == fault


@pytest.mark.parametrize(
    "typed",
    [
        *["3", "３", "三", "③", "❸", "⑶", "⒊", "㊂", "3️⃣", "٣", "03", " 3 "],
        *["第3个", "第三个", "3.", "３、", "3。", "选3", "选择3", "我选三", "3号"],
        *["no.3", "No 3", "NO3", "№3", "#3", "(3)", "（三）"],
    ],
)
def test_a_choice_may_be_numbered_in_many_ways(typed: str) -> None:
    assert identity.parse_number(typed) == 3


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0", 0),
        ("零", 0),
        ("〇", 0),
        ("十", 10),
        ("一十", 10),
        ("十五", 15),
        ("九十", 90),
        ("二十一", 21),
        ("㉑", 21),
        ("两百零二", 202),
        ("一百一十五", 115),
        ("一百十五", 115),
        ("九百九十九", 999),
        ("999", 999),
    ],
)
def test_it_reads_numbers_up_to_999(typed: str, number: int) -> None:
    assert identity.parse_number(typed) == number


@pytest.mark.parametrize(
    "typed",
    ["", "1000", "一千", "一百五", "一二", "二一十", "3.5", "-3", "½", "1 2", "三个人"],
)
def test_it_does_not_guess_a_number(typed: str) -> None:
    assert identity.parse_number(typed) is None


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("１９８０年５月１日", "1980年5月1日"),
        ("١٩٨٠-०५-𝟎𝟏", "1980-05-01"),
        ("ＡＢ\u200b\u202eＣ", "ABC"),
        ("①", "1"),
    ],
)
def test_it_halves_wide_characters_and_foreign_digits(typed: str, plain: str) -> None:
    assert identity.halved(typed) == plain


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  白云区　太和镇\r\n1 号 ", "白云区 太和镇 1 号"),
        ("ＡＢＣ，ok", "ABC,ok"),
        ("\u202egnp.exe\u2066\u200b\ufeff\x00\x1b[31m", "gnp.exe[31m"),
        ("\u3164\u115f", ""),
        ("顺丰\u200d速运", "顺丰速运"),
    ],
)
def test_a_text_is_kept_as_what_can_be_seen(typed: str, kept: str) -> None:
    assert identity.normalise_text(typed) == kept


@given(ANY_TEXT)
def test_a_kept_text_stays_as_it_is_and_hides_nothing(typed: str) -> None:
    kept = identity.normalise_text(typed)
    assert identity.normalise_text(kept) == kept
    assert kept == " ".join(kept.split())
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in kept)


@given(ANY_TEXT)
def test_no_text_at_all_breaks_it(typed: str) -> None:
    number = identity.normalise_id(typed)
    identity.resident_id_fault(number, TODAY)
    identity.resident_id_fault(typed, TODAY)
    identity.province_known(number)
    identity.uscc_fault(identity.normalise_uscc(typed))
    identity.name_fault(identity.normalise_name(typed))
    identity.plate_fault(identity.normalise_plate(typed))
    for mask in (identity.mask_id, identity.mask_name, identity.mask_mobile):
        assert len(typed) < 2 or "*" in mask(typed)
    mobile = identity.normalise_mobile(typed)
    assert mobile is None or len(mobile) == 14
    chosen = identity.parse_number(typed)
    assert chosen is None or 0 <= chosen <= 999
