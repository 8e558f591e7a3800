"""Documents: which files are taken as one, what is wrong with others, what they are
called.

A PDF is taken as it is and never rewritten.  One that runs programs, holds other files
or is locked is refused: whoever opens it here must not be harmed.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from models.identity import mask_ids

PDF = "application/pdf"

LONGEST_NAME = 60
"""How many characters a name keeps."""

MOST_UNPACKED = 32 << 20
"""How many bytes a document's lists of objects may unpack to."""

LEAST_UNPACKED = 4 << 10
"""As how many bytes a piece counts at least: finding an empty one takes time too."""

_SLICE = 64 << 10
_OVERLAP = 32
_LONG = rb"JavaScript|Launch|Rendition|EmbeddedFiles?|RichMedia"
_HARMS = re.compile(rb"/(?:" + _LONG + rb"|JS|XFA)(?![A-Za-z])")
_HARMS_ANYWHERE = re.compile(rb"/(?:(?:" + _LONG + rb")(?![A-Za-z])|XFA[\s\0\[%])")
"""Those that no packed data has by chance, wherever a body may seem to begin."""

_LOCKED = re.compile(rb"/Encrypt\s*(?:<<|\d+\s+\d+\s+R)")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_BODY = re.compile(rb">>\s*stream\r?\n")
_PACKED = re.compile(rb"/ObjStm\b")
_HEAD = re.compile(rb"[^\0]{0,400}?stream\r?\n")
_DEFLATED = re.compile(rb"/Filter\s*(?:/FlateDecode\b(?!\s*\])|\[\s*/FlateDecode\s*\])")
_UNFIT = re.compile(r'[\\/:*?"<>|;%\s]+')


class Enclosed(NamedTuple):
    """A file that goes with something; a picture has no name."""

    mime: str
    data: bytes
    name: str = ""


@dataclass(frozen=True)
class Document:
    """A document that goes with a message: which file, its name, its size in bytes."""

    id: int
    name: str
    size: int


def looks_like_one(name: str, data: bytes) -> bool:
    """Tell whether somebody means a file as a document, sound or not."""
    return data.startswith(b"%PDF-") or name.lower().endswith(".pdf")


def fault_of(data: bytes, most: int) -> str | None:
    """Return what is wrong with a file as a document, if anything is."""
    if not data:
        return "empty"
    if len(data) > most:
        return "large"
    if not data.startswith(b"%PDF-"):
        return "type"
    if b"%%EOF" not in data[-2048:]:
        return "broken"
    if _found(_LOCKED, data):
        return "locked"
    return "hostile" if _harms(data) else None


def _harms(data: bytes) -> bool:
    """Tell whether a document does more than show itself, or hides what it does."""
    if _found(_HARMS_ANYWHERE, data) or any(map(_is_harm, _outside(data))):
        return True
    left, before = MOST_UNPACKED, b""
    try:
        for part in _unpacked(data):
            left -= max(len(part), LEAST_UNPACKED)
            if left < 0 or _HARMS.search(_named(before + part)):
                return True
            before = part[-_OVERLAP:]
    except zlib.error:
        return True
    return False


def _is_harm(part: bytes) -> bool:
    """Tell whether a slice outside of bodies names a harm, or hides a packed list."""
    named = _named(part)
    hidden = named.count(b"/ObjStm") != part.count(b"/ObjStm")
    return hidden or _HARMS.search(named) is not None


def _found(pattern: re.Pattern[bytes], data: bytes) -> bool:
    """Search slice by slice, so that others get their turn in between."""
    return any(pattern.search(_named(part)) for part in _slices(data, 0, len(data)))


def _slices(data: bytes, begin: int, end: int) -> Iterator[bytes]:
    for start in range(begin, end, _SLICE):
        yield data[max(begin, start - _OVERLAP) : min(end, start + _SLICE)]


def _outside(data: bytes) -> Iterator[bytes]:
    """Yield what lies outside the bodies of streams, slice by slice."""
    start = 0
    while (body := _BODY.search(data, start)) is not None:
        end = data.find(b"endstream", body.end())
        if end < 0:
            break
        yield from _slices(data, start, body.end())
        start = end
    yield from _slices(data, start, len(data))


def _named(part: bytes) -> bytes:
    """Return bytes with the names in them as they are meant: /J#53 is /JS."""
    if b"#" not in part:
        return part
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part)


def _unpacked(data: bytes) -> Iterator[bytes]:
    """Yield what lies in the packed lists of objects; raise zlib.error if hidden."""
    for found in _PACKED.finditer(data):
        head = _HEAD.match(data, found.end())
        far = max(0, found.start() - 400)
        begin = max(far, data.rfind(b"obj", far, found.start()))
        if head is None or not _is_deflated(data[begin : head.end()]):
            raise zlib.error("packed in a way of its own")
        yield from _inflated(data, head.end())


def _is_deflated(head: bytes) -> bool:
    """Tell whether a body is deflated once and no more is done to it."""
    return b"/Predictor" not in _named(head) and _DEFLATED.search(head) is not None


def _inflated(data: bytes, start: int) -> Iterator[bytes]:
    """Yield a deflated body piece by piece; raise zlib.error if it has no end."""
    packed, left = zlib.decompressobj(), b""
    while not packed.eof:
        if not left:
            left, start = data[start : start + _SLICE], start + _SLICE
        if not left:
            raise zlib.error("no end")
        yield packed.decompress(left, _SLICE)
        left = packed.unconsumed_tail


def clean_name(name: str) -> str:
    """Return a name that is safe to show and to save under, and ends in .pdf."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = unicodedata.normalize("NFC", last).strip()
    stem = plain[:-4] if plain.lower().endswith(".pdf") else plain
    masked = mask_ids(stem).replace("*", "x")
    kept = "".join(c for c in masked if unicodedata.category(c)[0] != "C")
    fit = _UNFIT.sub(" ", kept).strip(" .")[:LONGEST_NAME].strip(" .")
    return f"{fit or 'document'}.pdf"


def size_words(size: int) -> str:
    """Say how large a file is."""
    if size < 1 << 20:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / (1 << 20):.1f} MB"
