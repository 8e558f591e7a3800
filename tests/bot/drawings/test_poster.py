"""Posters: of the size of a sheet, read by a camera, whatever they say."""

from __future__ import annotations

import io

import pytest
import zxingcpp
from PIL import Image

from bot.drawings.poster import HEIGHT, WIDTH, Poster, as_pdf, as_png

LINK = "https://home.example.org/?start=baiyun-drivers"
POSTERS = {
    "usual": Poster("货车司机入会", "职工之家", LINK, "扫码入会", ("白云司机之家",)),
    "long": Poster("长" * 40, "长" * 80, LINK * 3, "长" * 60, ("长" * 90,) * 2),
    "bare": Poster("", "", LINK, ""),
}


@pytest.mark.parametrize("name", POSTERS)
def test_a_camera_reads_a_poster(name: str) -> None:
    poster = POSTERS[name]
    image = Image.open(io.BytesIO(as_png(poster)))
    assert image.size == (WIDTH, HEIGHT)
    assert image.info["dpi"][0] == pytest.approx(200, abs=1)
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [poster.address]


def test_a_poster_is_one_sheet_of_paper() -> None:
    printed = as_pdf(POSTERS["usual"])
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/MediaBox [ 0 0 595.44 842.04 ]") == 1
    assert len(printed) < 1_000_000
