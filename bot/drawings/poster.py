"""Posters: A4 to print, with a large code to scan, what for, and who hung it.

Each is painted when it is asked for; as a PDF it is one page of its true size.
"""

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.drawings.pen import fit, qr_code

DOTS = 200
"""How many dots an inch has: sharp in print, and light enough to send."""

WIDTH, HEIGHT = 1654, 2339
"""A4."""

EDGE, MIDDLE = 130, WIDTH // 2
INSIDE = WIDTH - 2 * EDGE
HEAD = 520
CODE = 1240

RED, GOLD, WHITE, CREAM = "#c4161c", "#f3cf8a", "#ffffff", "#ffe6cf"
INK, GREY = "#1a1a1a", "#5f5f5f"


@dataclass(frozen=True)
class Poster:
    """What a poster says: above the code, the code, and below it."""

    title: str
    line: str
    address: str
    call: str
    facts: tuple[str, ...] = ()


def paint(poster: Poster) -> Image.Image:
    """Paint a poster."""
    image = Image.new("RGB", (WIDTH, HEIGHT), WHITE)
    pen = ImageDraw.Draw(image)
    _head(pen, poster)
    code = qr_code(poster.address, CODE)
    top = HEAD + 60 + (CODE - code.height) // 2
    image.paste(code, ((WIDTH - code.width) // 2, top))
    _foot(pen, poster)
    return image


def _head(pen: ImageDraw.ImageDraw, poster: Poster) -> None:
    pen.rectangle((0, 0, WIDTH, HEAD), RED)
    pen.rectangle((0, HEAD, WIDTH, HEAD + 8), GOLD)
    title = fit(poster.title, INSIDE, 152, 76, most=2)
    line = fit(poster.line, INSIDE, 68, 44)
    y = (HEAD - title.height - line.height - 28) // 2
    title.write(pen, (MIDDLE, y), WHITE, centred=True, bold=True)
    below = y + title.height + 28
    line.write(pen, (MIDDLE, below), CREAM, centred=True)


def _foot(pen: ImageDraw.ImageDraw, poster: Poster) -> None:
    y = HEAD + CODE + 70
    call = fit(poster.call, INSIDE, 100, 56)
    call.write(pen, (MIDDLE, y), INK, centred=True, bold=True)
    y += call.height + 40
    for fact in poster.facts:
        words = fit(fact, INSIDE, 56, 40, most=2)
        words.write(pen, (MIDDLE, y), GREY, centred=True)
        y += words.height + 10


def as_png(poster: Poster) -> bytes:
    """Return a poster as a picture."""
    out = io.BytesIO()
    # Few colours: drawn without them it would be ten times as large.
    paint(poster).quantize(
        64, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
    ).save(out, "PNG", dpi=(DOTS, DOTS))
    return out.getvalue()


def as_pdf(poster: Poster) -> bytes:
    """Return a poster as a page to print."""
    out = io.BytesIO()
    title = poster.title
    paint(poster).save(
        out, "PDF", resolution=DOTS, quality=90, subsampling=0, title=title
    )
    return out.getvalue()
