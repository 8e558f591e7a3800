"""The card as a picture: a camera reads it back, and no name is cut off or a box."""

from __future__ import annotations

import io
import re
from pathlib import Path
from unicodedata import normalize

import pytest
import zxingcpp
from PIL import Image, ImageChops
from PIL.Image import Resampling

from bot import drawings
from bot.drawings import DRAWINGS, drawn
from bot.drawings.card import EDGE, FACE, INSIDE, paint
from bot.drawings.pen import HEIGHT, UNKNOWN, WIDTH, fit, font, has
from models.message import Body

ADDRESS = "https://home.example.org/card/" + "Ab3_" * 9
LONGEST = ("阿卜杜热合曼·买买提江·" * 4)[:39] + "江"
"""A name may have 40 characters."""

NAMES = (
    "张*",
    "䶮*",
    "𬭎**",
    "张三",
    "阿卜杜热合曼·买买提江",
    LONGEST,
    "Maximiliana Featherstonehaugh-Smythe Jr",
    "Nguyễn Thị Ánh",
)


def body(name: str = "张*", union: str = "白云区总工会") -> Body:
    return {
        "title": "职工之家会员卡",
        "rows": [
            ["姓名", name],
            ["会员证号", "44011100000001"],
            ["所在工会", union],
            ["入会日期", "2026年11月23日"],
            ["二维码有效至", "11月23日 10:12"],
        ],
        "text": "请扫码",
        "drawing": ["card", ADDRESS],
    }


async def picture(body: Body) -> Image.Image:
    found = await drawn(body)
    assert found is not None
    assert found[0] == "image/png"
    return Image.open(io.BytesIO(found[1])).convert("RGB")


def read(image: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("width", [WIDTH, 780, 390, 320])
async def test_the_code_is_read_back_at_every_size_of_phone(width: int) -> None:
    image = await picture(body())
    assert image.size == (WIDTH, HEIGHT)
    small = image.resize((width, HEIGHT * width // WIDTH), Resampling.BILINEAR)
    assert read(small) == [ADDRESS]


async def test_the_code_survives_a_bad_photo_of_it() -> None:
    image = (await picture(body())).resize((390, 549), Resampling.BILINEAR)
    out = io.BytesIO()
    image.rotate(7, fillcolor="#888").save(out, "JPEG", quality=40)
    assert read(Image.open(out)) == [ADDRESS]


async def test_a_picture_is_light_enough_for_a_slow_network() -> None:
    found = await drawn(body(LONGEST, "广州市白云区人和镇货运物流行业工会联合会" * 2))
    assert found is not None
    assert len(found[1]) < 80_000


@pytest.mark.parametrize("name", NAMES)
def test_no_name_is_cut_off_or_a_box(name: str) -> None:
    whole = normalize("NFC", name)
    fitted = fit(whole, INSIDE, 128, 44, most=2)
    assert "".join(fitted.lines).replace(" ", "") == whole.replace(" ", "")
    assert all(font(fitted.size).getlength(line) <= INSIDE for line in fitted.lines)
    assert all(has(character) for line in fitted.lines for character in line)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("union", ["总工会", "货运物流行业工会联合会筹备委员会" * 3])
def test_what_is_written_stays_inside_the_card(name: str, union: str) -> None:
    image, empty = paint(body(name, union)), paint(body("　", "　"))
    left, top, right, _ = ImageChops.difference(image, empty).getbbox() or (0,) * 4
    assert left >= EDGE - 4
    assert right <= WIDTH - EDGE + 6
    assert top > 147, "the name reaches into the title"
    below = (0, FACE - 18, WIDTH, HEIGHT)
    assert image.crop(below).tobytes() == empty.crop(below).tobytes()
    assert read(image) == [ADDRESS]


def test_a_character_the_font_lacks_becomes_the_printers_mark() -> None:
    assert has("䶮")
    assert has("𬭎")
    assert has("·")
    assert has(UNKNOWN)
    assert not has("😀")
    assert fit("𪚥*", INSIDE, 128, 44).lines == (f"{UNKNOWN}*",)


def test_words_break_between_words_and_chinese_anywhere() -> None:
    english = fit("Baiyun District Federation of Trade Unions", 500, 48, 48, most=2)
    assert english.lines == ("Baiyun District", "Federation of Trade…")
    assert fit("白云区总工会", 150, 48, 48, most=2).lines == ("白云区", "总工会")
    assert fit("abcdefghijklmnop", 150, 48, 48, most=3).lines[0].startswith("abcde")


def test_every_drawing_that_is_said_can_be_painted() -> None:
    sources = [path.read_text("utf-8") for path in Path("handlers").rglob("*.py")]
    said = {name for text in sources for name in re.findall(r'Drawing\("(\w+)"', text)}
    assert said == set(DRAWINGS)


async def test_a_message_without_a_drawing_has_none() -> None:
    assert await drawn({"text": "您好"}) is None


async def test_a_drawing_that_fails_leaves_the_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert await drawn({**body(), "drawing": ["a drawing of old", ADDRESS]}) is None
    assert "could not be painted" in caplog.text
    assert "张" not in caplog.text


async def test_a_drawing_asked_for_again_is_not_painted_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    painted: list[Body] = []

    def count(body: Body) -> Image.Image:
        painted.append(body)
        return Image.new("RGB", (8, 8))

    monkeypatch.setitem(DRAWINGS, "counted", count)
    for _ in range(3):
        await drawn({**body(), "drawing": ["counted", ADDRESS]})
    await drawn({**body("李*"), "drawing": ["counted", ADDRESS]})
    assert len(painted) == 2
    drawings._painted.cache_clear()
