"""The voucher's picture: cameras find its code, and long names fit."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from PIL import Image

from bot.drawings import drawn
from bot.drawings.pen import HEIGHT, WIDTH
from models.message import Body

ADDRESS = "https://home.example.org/?start=r-346789ACDE"


def body(name: str = "家庭药箱") -> Body:
    return {
        "text": "",
        "title": name,
        "rows": [
            ["券码", "346 789 ACDE"],
            ["商户", "示例大药房（白云店）"],
            ["地址", "白云区示例路3号"],
            ["有效至", "12月23日 10:01"],
        ],
        "drawing": ["voucher", ADDRESS],
    }


@pytest.mark.parametrize(
    "name", ["家庭药箱", "Family medicine chest of the union " * 3]
)
async def test_its_code_leads_to_the_clerk_s_chat(name: str) -> None:
    painted = await drawn(body(name))
    assert painted is not None
    image = Image.open(io.BytesIO(painted[1]))
    assert image.size == (WIDTH, HEIGHT)
    (found,) = zxingcpp.read_barcodes(image.convert("L"))
    assert found.text == ADDRESS
