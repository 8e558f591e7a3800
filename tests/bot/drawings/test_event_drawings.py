"""The sign at the door is scanned, and a certificate holds what is written on it."""

from __future__ import annotations

import zxingcpp

from bot.drawings import DRAWINGS
from bot.drawings.pen import HEIGHT, WIDTH
from models.message import Body

LINK = "https://home.example.org/?start=e-K7M2P9QX"
CHECK = "https://home.example.org/certificate/9cnug7svkxw8"


def test_a_camera_reads_the_sign_at_the_door() -> None:
    body: Body = {
        "title": "第三届家政节",
        "rows": [["已报名", "3"], ["签到码", "K7M2 P9QX"]],
        "drawing": ["door", LINK],
    }
    image = DRAWINGS["door"](body)
    assert image.size == (WIDTH, HEIGHT)
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [LINK]


def test_the_longest_names_fit_a_certificate_beside_its_code() -> None:
    body: Body = {
        "title": "Certificate",
        "rows": [
            ["Name", "张" * 40],
            ["Attended", "培训" * 20],
            ["When", "25 November, 10:01–13:01"],
            ["Host", "Lianshan Zhuang and Yao Autonomous County Federation of Unions"],
            ["Number", "K7M2P9-0001"],
        ],
        "drawing": ["certificate", CHECK],
    }
    image = DRAWINGS["certificate"](body)
    assert image.size == (WIDTH, HEIGHT)
    edge = image.crop((70, 300, 100, 1400)).getcolors()
    assert edge is not None
    assert len(edge) == 1  # nothing is written beyond the frame
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [CHECK]
