"""Sheets: files from outside, honest and hostile, and what is made for outside."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from bot.sheets import reading, writing
from bot.sheets.reading import Refused, rows_of
from bot.sheets.writing import workbook

SHEET = "xl/worksheets/sheet1.xml"
LIST = [["姓名", "证件号码"], ["张三", "440106199003070001"]]
PATIENCE = 8.0
"""Seconds in which a hostile file is refused, on a machine that does other things."""


def made(change: Callable[[bytes], bytes]) -> bytes:
    """Make a workbook whose sheet is not as a spreadsheet program writes it."""
    out = io.BytesIO()
    honest = io.BytesIO(workbook(LIST[0], LIST[1:]))
    with (
        zipfile.ZipFile(honest) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            data = before.read(name)
            after.writestr(name, change(data) if name == SHEET else data)
    return out.getvalue()


def with_row(row: bytes) -> bytes:
    return made(lambda sheet: sheet.replace(b"</sheetData>", row + b"</sheetData>"))


def lying(data: bytes) -> bytes:
    """Let a packed file say that it unpacks to little."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        size = packed.getinfo(SHEET).file_size
    return data.replace(size.to_bytes(4, "little"), (99).to_bytes(4, "little"))


ENTITY = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet'
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet'
FAR = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
WIDE = b'<row r="3"><c r="XFD3" t="inlineStr"><is><t>x</t></is></c></row>'
SUM = b'<row r="3"><c r="A3"><f>HYPERLINK("https://elsewhere")</f><v>1</v></c></row>'

HOSTILE: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "zip bomb": (lambda: made(lambda sheet: sheet + b" " * (300 << 20)), {"bursts"}),
    "zip bomb that lies": (
        lambda: lying(made(lambda sheet: sheet + b" " * (300 << 20))),
        {"bursts", "unreadable"},
    ),
    "external entity": (
        lambda: made(lambda sheet: sheet.replace(b"<worksheet", ENTITY, 1)),
        {"refers"},
    ),
    "billion laughs": (
        lambda: made(lambda sheet: sheet.replace(b"<worksheet", LAUGHS, 1)),
        {"refers"},
    ),
    "formula": (lambda: with_row(SUM), {"formula"}),
    "one cell far away": (lambda: with_row(FAR), {"rows", "columns", "unreadable"}),
    "many columns": (lambda: with_row(WIDE), {"columns"}),
    "a million columns": (lambda: b"a," * 1_000_000, {"columns"}),
    "200 MB": (lambda: b"a,b,c\n" * (200 << 20 >> 2 >> 1), {"unreadable", "rows"}),
    "too many rows": (lambda: b"a,b\n" * 50_002, {"rows"}),
    "one endless cell": (lambda: b'"' + b"a" * 2_000_000, {"unreadable"}),
    "a program": (lambda: b"MZ\0\0" * 999, {"kind"}),
    "a picture": (lambda: b"\xff\xd8\xff\xe0\0\x10JFIF\0" * 99, {"kind"}),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0" * 99, {"kind"}),
    "nothing": (lambda: b"", {"empty"}),
    "only blanks": (lambda: b" , \n\n", {"empty"}),
    "half a workbook": (lambda: workbook(LIST[0], LIST[1:])[:3000], {"unreadable"}),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_is_refused_soon(name: str) -> None:
    make, reasons = HOSTILE[name]
    data = make()
    began = time.monotonic()
    with pytest.raises(Refused) as refused:
        await rows_of(data)
    assert refused.value.reason in reasons
    assert time.monotonic() - began < PATIENCE


async def test_another_packed_file_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("word/document.xml", "<document/>")
    with pytest.raises(Refused) as refused:
        await rows_of(out.getvalue())
    assert refused.value.reason == "kind"


async def test_a_file_that_takes_too_long_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "PATIENCE", 0.001)
    with pytest.raises(Refused) as refused:
        await rows_of(b"a,b\n1,2")
    assert refused.value.reason == "unreadable"


async def test_a_workbook_is_read_as_it_stands() -> None:
    assert await rows_of(workbook(LIST[0], LIST[1:])) == LIST


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("sign", [",", "\t", ";"])
async def test_separated_values_are_read_in_both_codes(
    encoding: str, sign: str
) -> None:
    text = "\r\n".join(sign.join(row) for row in LIST) + "\r\n"
    assert await rows_of(text.encode(encoding)) == LIST


async def test_numbers_and_days_read_as_they_look() -> None:
    row = (
        b'<row r="3"><c r="A3"><v>13812345678</v></c><c r="B3"><v>1.5</v></c>'
        b'<c r="C3"><v>4.4010619900307E+17</v></c><c r="D3" t="b"><v>1</v></c>'
        b'<c r="E3" t="d"><v>2026-05-01T00:00:00</v></c></row>'
    )
    rows = await rows_of(with_row(row))
    assert rows[2] == [
        "13812345678",
        "1.5",
        "4.4010619900307e+17",
        "True",
        "2026-05-01",
    ]


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_nothing_in_a_workbook_calculates(begins: str) -> None:
    text = f'{begins}HYPERLINK("https://elsewhere","x")'
    data = workbook([text], [[text]])
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        sheet = packed.read(SHEET)
    assert b"<f" not in sheet.replace(b"<formula", b"")
    assert b"hyperlink" not in sheet.lower().replace(b"hyperlink(", b"")
    found: Any = CalamineWorkbook.from_filelike(io.BytesIO(data))
    cells = [cell for row in found.get_sheet_by_index(0).iter_rows() for cell in row]
    assert all(cell.startswith("'") for cell in cells)


def test_a_workbook_has_no_more_rows_than_one_may_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writing, "MOST", 2)
    data = workbook(["a"], ([str(n)] for n in range(9)))
    found = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    assert [*found.iter_rows()] == [["a"], ["0"], ["1"]]


def test_a_word_of_the_middle_is_left_alone() -> None:
    assert writing.harmless("a=b") == "a=b"
