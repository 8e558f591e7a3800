"""Pictures: what a person sends is made small and loses its camera data."""

import asyncio
import io

from PIL import Image, ImageOps

SIDE = 1600
"""The longest side a picture is kept with, in pixels."""

MOST_PIXELS = 50_000_000
"""A picture that unpacks to more is refused unopened."""


async def cleaned(data: bytes) -> bytes:
    """Return a picture as a JPEG without metadata; raise ValueError if it is none."""
    return await asyncio.to_thread(clean, data)


def clean(data: bytes) -> bytes:
    """Open, turn upright, shrink and encode a picture again; raise ValueError."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP"]) as image:
            return _encoded(image)
    except Exception as error:  # decoders raise whatever damage leads them to
        raise ValueError("not a picture") from error


def _encoded(image: Image.Image) -> bytes:
    if image.width * image.height > MOST_PIXELS:
        raise ValueError("too many pixels")
    upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((SIDE, SIDE))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
