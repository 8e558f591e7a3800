"""Drawings: pictures made of a message's own words, when it is shown or sent.

A body holds only the drawing's name and what its QR code says; it is painted beside the
event loop, one at a time, and the newest are kept.  A new one is a file here with a
`paint` and a line in `DRAWINGS`.
"""

import io
import logging
from collections.abc import Callable
from functools import lru_cache

import orjson
from PIL import Image
from PIL.Image import Dither, Quantize, Resampling

from bot.drawings import card, certificate, door, voucher
from bot.pictures import at_the_table
from models.message import Body

DRAWINGS: dict[str, Callable[[Body], Image.Image]] = {
    "card": card.paint,
    "voucher": voucher.paint,
    "certificate": certificate.paint,
    "door": door.paint,
}
"""How a message of each kind is painted."""

KEPT = 32
"""How many finished drawings a process remembers; one takes about 40 kB."""

COLOURS = 128

log = logging.getLogger(__name__)


async def drawn(body: Body) -> tuple[str, bytes] | None:
    """Return the type and bytes of a message's drawing; None where it has none.

    One that cannot be painted is no reason to withhold the words.
    """
    if "drawing" not in body:
        return None
    seen: Body = {
        "title": body.get("title", ""),
        "rows": body.get("rows", []),
        "drawing": body["drawing"],
    }
    try:
        return "image/png", await at_the_table(_painted, orjson.dumps(seen))
    except Exception:
        log.exception("a drawing could not be painted")
        return None


def forget() -> None:
    """Remember no drawing any more: one may be of somebody who was erased."""
    _painted.cache_clear()


@lru_cache(maxsize=KEPT)
def _painted(seen: bytes) -> bytes:
    body: Body = orjson.loads(seen)
    image = DRAWINGS[body["drawing"][0]](body)
    # The colours are chosen on a small copy: on the whole, it would take 14 MB more.
    small = image.resize((image.width // 4, image.height // 4), Resampling.NEAREST)
    colours = small.quantize(COLOURS, Quantize.FASTOCTREE, dither=Dither.NONE)
    out = io.BytesIO()
    image.quantize(palette=colours, dither=Dither.NONE).save(out, "PNG")
    return out.getvalue()
