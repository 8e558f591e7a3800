"""Documents: sound ones are taken, all others are refused with the reason."""

from __future__ import annotations

import zlib

import pytest

from models import document
from models.document import clean_name, fault_of, looks_like_one, size_words
from tests.papers import packed, pdf

MOST = 1 << 20
OBJECTS = b"<< /Type /Page >>"
NO_END = b"\x78\1\1\xff\xff\0\0"
"""What says that 65,535 bytes follow."""

TWICE = b"[/ASCIIHexDecode /FlateDecode]"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (pdf(), None),
        (pdf(b"5 0 obj << /Title (/JSON #20) >> endobj"), None),
        (packed(OBJECTS), None),
        (pdf(b"<< /Filter /DCTDecode >>\nstream\n\1/JS\2/XFA\3\nendstream"), None),
        (b"", "empty"),
        (pdf(size=MOST + 1), "large"),
        (b"MZ\x90\0 renamed %%EOF", "type"),
        (b"\x89PNG %PDF-1.7 %%EOF", "type"),
        (pdf()[:-6], "broken"),
        (pdf(b"/Encrypt 9 0 R"), "locked"),
        (pdf(b"/Encrypt<</Filter/Standard>>"), "locked"),
        (pdf(b"/OpenAction << /S /JavaScript /JS (app.alert) >>"), "hostile"),
        (pdf(b"/S /#4aS 5 0 R"), "hostile"),
        (pdf(b"/S /Launch"), "hostile"),
        (pdf(b"/Names << /EmbeddedFiles 4 0 R >>"), "hostile"),
        (packed(b"<< /S /JavaScript >>"), "hostile"),
        (pdf(b"<< /Type /ObjStm >>\nstream\nnot packed"), "hostile"),
        (pdf(b"<< /Type /ObjStm >>"), "hostile"),
        (packed(OBJECTS).replace(b"/ObjStm", b"/Obj#53tm"), "hostile"),
        (packed(OBJECTS).replace(b"/FlateDecode", TWICE), "hostile"),
        (packed(OBJECTS).replace(b"/Filter", b"/Predictor 12 /Filter"), "hostile"),
        (packed(b"not deflated", bytes), "hostile"),
        (packed(OBJECTS, lambda inner: zlib.compress(inner)[:-9]), "hostile"),
        (packed(b"", lambda inner: NO_END), "hostile"),
        (packed(OBJECTS).replace(b"/FlateDecode", b"[ /FlateDecode ]"), None),
        (pdf(b"<< >>\nstream\n\1\nendstream << /JS 5 0 R >>"), "hostile"),
        (pdf(b"<< >>\nstream\n << /JS 5 0 R >>"), "hostile"),
        (pdf(b"% >>\nstream\n /S /JavaScript endstream"), "hostile"),
        (pdf(b"% >>\nstream\n<< /S /Rendition /JS (x) >> endstream"), "hostile"),
        (pdf(b"% >>\nstream\n<< /XFA 5 0 R >> endstream"), "hostile"),
        (pdf(b"% >>\nstream\n<< /XFA%\n[ (xdp) 5 0 R ] >> endstream"), "hostile"),
        (pdf(b"<< /Renditions 5 0 R >>"), None),
    ],
)
def test_what_is_wrong_with_a_file_is_found(data: bytes, fault: str | None) -> None:
    assert fault_of(data, MOST) == fault


@pytest.mark.parametrize("at", [-20, -5, -1, 0, 1])
def test_a_name_on_the_edge_of_two_slices_is_found(at: int) -> None:
    start = document._SLICE - len(b"%PDF-1.7\n") - 40 + at
    assert fault_of(pdf(b" " * start + b"/S /JavaScript "), MOST) == "hostile"


def test_a_list_that_unpacks_without_end_is_refused() -> None:
    bomb = b" " * (document.MOST_UNPACKED + 1)
    assert len(zlib.compress(bomb)) < MOST
    assert fault_of(packed(bomb), MOST) == "hostile"


def test_lists_of_nothing_count_too() -> None:
    most = document.MOST_UNPACKED // document.LEAST_UNPACKED
    nothing = b"\nstream\n" + zlib.compress(b"") + b"\nendstream"
    few, many = (b"/ObjStm" * n + b" /Filter /FlateDecode" for n in (50, 56))
    assert fault_of(pdf((few + nothing) * 2), MOST) is None
    assert fault_of(pdf((many + nothing) * (most // 56 + 1)), MOST) == "hostile"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("劳动合同.pdf", "劳动合同.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\temp\\工资条.PDF", "工资条.pdf"),
        ("a\u202efdp.exe", "afdp.exe.pdf"),
        ('a"; filename=b.exe\r\n', "a filename=b.exe.pdf"),
        ("", "document.pdf"),
        ("  .pdf", "document.pdf"),
        ("长" * 100, "长" * 60 + ".pdf"),
        ("440106199003070001.pdf", "xxxxxxxxxxxxxxxxxx.pdf"),
    ],
)
def test_a_name_is_made_safe(given: str, name: str) -> None:
    assert clean_name(given) == name


def test_what_somebody_means_as_a_document_is_told_by_name_or_bytes() -> None:
    assert looks_like_one("a.PDF", b"")
    assert looks_like_one("scan", pdf())
    assert not looks_like_one("a.jpg", b"\xff\xd8")


def test_sizes_are_said_shortly() -> None:
    assert [size_words(n) for n in (5, 2048, 3 << 20)] == ["1 KB", "2 KB", "3.0 MB"]
