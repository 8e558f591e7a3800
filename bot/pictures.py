"""Pictures: what a person sends is made small and loses its camera data."""

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from PIL import Image, ImageOps

SIDE = 1600
"""The longest side a picture is kept with, in pixels."""

MOST_PIXELS = {"JPEG": 50_000_000, "PNG": 16_000_000, "WEBP": 16_000_000}
"""A picture that unpacks to more is refused unopened; a JPEG is read at a fraction."""

_TABLE = ThreadPoolExecutor(1, thread_name_prefix="pictures")
"""One picture lies unpacked at a time, and none keeps the readers waiting."""

P = ParamSpec("P")
T = TypeVar("T")


async def at_the_table(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Do something with a picture beside the event loop, when no other is at hand."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_TABLE, lambda: work(*args, **kwargs))


async def cleaned(data: bytes) -> bytes:
    """Return a picture as a JPEG without metadata; raise ValueError if it is none."""
    return await at_the_table(clean, data)


def clean(data: bytes) -> bytes:
    """Open, turn upright, shrink and encode a picture again; raise ValueError."""
    try:
        with Image.open(io.BytesIO(data), formats=[*MOST_PIXELS]) as image:
            return _encoded(image)
    except Exception as error:  # decoders raise whatever damage leads them to
        raise ValueError("not a picture") from error


def _encoded(image: Image.Image) -> bytes:
    if image.width * image.height > MOST_PIXELS[str(image.format)]:
        raise ValueError("too many pixels")
    image.thumbnail((SIDE, SIDE))  # before anything copies it
    upright = ImageOps.exif_transpose(image).convert("RGB")
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
