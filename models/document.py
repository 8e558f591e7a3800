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

_SLICE = 64 << 10
_OVERLAP = 32
_HARMS = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)(?![A-Za-z])"
)
_LOCKED = re.compile(rb"/Encrypt\s*(?:<<|\d+\s+\d+\s+R)")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_PACKED = re.compile(rb"/ObjStm\b[^\0]{0,400}?stream\r?\n")
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
    """Tell whether a document does more than show itself, or unpacks without end."""
    if _found(_HARMS, data):
        return True
    left, before = MOST_UNPACKED, b""
    for part in _unpacked(data):
        left -= len(part)
        if left < 0 or _HARMS.search(_named(before + part)):
            return True
        before = part[-_OVERLAP:]
    return False


def _found(pattern: re.Pattern[bytes], data: bytes) -> bool:
    """Search slice by slice, so that others get their turn in between."""
    return any(pattern.search(_named(part)) for part in _slices(data))


def _slices(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _SLICE):
        yield data[max(0, start - _OVERLAP) : start + _SLICE]


def _named(part: bytes) -> bytes:
    """Return bytes with the names in them as they are meant: /J#53 is /JS."""
    if b"#" not in part:
        return part
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part)


def _unpacked(data: bytes) -> Iterator[bytes]:
    """Yield what lies in the packed lists of objects, piece by piece."""
    for found in _PACKED.finditer(data) if b"/ObjStm" in data else ():
        yield from _inflated(data, found.end())


def _inflated(data: bytes, start: int) -> Iterator[bytes]:
    packed, left = zlib.decompressobj(), b""
    try:
        while not packed.eof and (left or start < len(data)):
            if not left:
                left, start = data[start : start + _SLICE], start + _SLICE
            yield packed.decompress(left, _SLICE)
            left = packed.unconsumed_tail
    except zlib.error:
        return


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
