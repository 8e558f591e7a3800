"""The pen all drawings are made with: one font, words that fit, a QR code.

The font is opened when the first drawing is made, and no other is ever opened.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import pylopdf_fonts_zh_cn
import segno
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1080, 1520
"""Every drawing has this shape, so that a page keeps room for one that is to come."""

Font = ImageFont.FreeTypeFont

UNKNOWN = "〓"
"""What printers set for a character their font lacks."""

SIZES = 6
"""How many sizes of the font are open at once; each takes more than a megabyte."""

_NOBODY = "\uffff"
"""No font has this character: it is drawn as a missing one is."""

_PIECE = re.compile(r"[!-~\u00c0-\u024f]+ ?|.")
"""What stays together on a line: a word in Latin letters, or one character."""

QUIET = 4
"""How many modules a QR code keeps clear around itself, so that cameras find it."""


@lru_cache(maxsize=SIZES)
def font(size: int) -> Font:
    """Return the font in a size; the simple layout serves Chinese and English."""
    path = str(pylopdf_fonts_zh_cn.sans_path())
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def has(character: str) -> bool:
    """Tell whether the font can draw a character."""
    small = font(48)
    drawn, missing = small.getmask(character), small.getmask(_NOBODY)
    return drawn.size != missing.size or bytes(drawn) != bytes(missing)


@dataclass(frozen=True)
class Fitted:
    """Words broken into lines, in a size in which they fit."""

    lines: tuple[str, ...]
    size: int

    @property
    def leading(self) -> int:
        """The distance from line to line."""
        return self.size * 5 // 4

    @property
    def height(self) -> int:
        """How many pixels all lines take."""
        return self.leading * len(self.lines)

    def write(
        self,
        on: ImageDraw.ImageDraw,
        at: tuple[int, int],
        colour: str,
        centred: bool = False,
        bold: bool = False,
    ) -> None:
        """Write the lines below a point, from it or on both sides of it."""
        x, y = at
        for number, line in enumerate(self.lines):
            on.text(
                (x, y + number * self.leading),
                line,
                colour,
                font(self.size),
                "ma" if centred else "la",
                stroke_width=self.size // 48 if bold else 0,  # small ones would clog
            )


def fit(text: str, width: int, largest: int, smallest: int, most: int = 1) -> Fitted:
    """Return a text in the largest size in which it fits, on one line before two.

    What needs more than `most` lines even in the smallest size ends in an ellipsis.
    """
    known = "".join(c if has(c) else UNKNOWN for c in " ".join(text.split()))
    lines: tuple[str, ...] = ()
    for allowed in range(1, most + 1):
        for size in range(largest, smallest - 1, -4):
            lines = tuple(_lines(known, width, font(size)))
            if len(lines) <= allowed:
                return Fitted(lines, size)
    return Fitted((*lines[: most - 1], _cut(lines[most - 1], width, size)), size)


def _lines(text: str, width: int, face: Font) -> Iterator[str]:
    line = ""
    for piece in _pieces(text, width, face):
        if face.getlength((line + piece).rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece
    yield line.rstrip()


def _pieces(text: str, width: int, face: Font) -> Iterator[str]:
    for piece in _PIECE.findall(text):
        if face.getlength(piece) > width:
            yield from piece
        else:
            yield piece


def _cut(line: str, width: int, size: int) -> str:
    while font(size).getlength(line + "…") > width:
        line = line[:-1]
    return line + "…"


def qr_code(address: str, width: int) -> Image.Image:
    """Return the QR code of an address, no wider than so many pixels."""
    rows = [bytes(row) for row in segno.make(address, error="m", micro=False).matrix]
    side = len(rows)
    dots = Image.frombytes("L", (side, side), b"".join(rows)).point(
        lambda dark: 0 if dark else 255
    )
    framed = Image.new("L", (side + 2 * QUIET,) * 2, 255)
    framed.paste(dots, (QUIET, QUIET))
    module = width // framed.width  # whole pixels keep its edges sharp
    return framed.resize((framed.width * module,) * 2, Image.Resampling.NEAREST)
