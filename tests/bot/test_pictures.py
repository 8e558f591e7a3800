"""Pictures: made small, upright and bare of camera data; whatever else is refused."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from PIL import Image

from bot.pictures import SIDE, clean, cleaned

MUTATIONS = 10_000


def made(
    kind: str = "JPEG", size: tuple[int, int] = (60, 40), **facts: object
) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, kind, **facts)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(clean(data)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_takes_what_phones_send_and_gives_a_jpeg(kind: str) -> None:
    picture = opened(made(kind))
    assert (picture.format, picture.size, picture.mode) == ("JPEG", (60, 40), "RGB")


@pytest.mark.parametrize("mode", ["P", "LA", "RGBA", "1", "I;16"])
def test_it_takes_every_way_of_keeping_colours(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (9, 9)).save(out, "PNG")
    assert opened(out.getvalue()).mode == "RGB"


def test_a_large_photo_is_read_at_a_fraction_of_its_size() -> None:
    out = io.BytesIO()
    Image.new("RGB", (8000, 6000), "#07c160").save(out, "JPEG")
    kept = opened(out.getvalue())
    assert kept.size == (SIDE, SIDE * 3 // 4)


def test_it_makes_a_large_picture_small() -> None:
    assert opened(made(size=(3200, 800))).size == (SIDE, 400)


def test_it_turns_a_picture_upright_and_forgets_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "a-camera"
    exif.get_ifd(0x8825)[2] = (23.0, 7.0, 46.0)
    sent = made(exif=exif.tobytes())
    assert b"a-camera" in sent
    kept = clean(sent)
    picture = Image.open(io.BytesIO(kept))
    assert picture.size == (40, 60)
    assert dict(picture.getexif()) == {}
    assert b"a-camera" not in kept


def bomb(width: int, height: int) -> bytes:
    """Make a small PNG that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    data = zlib.compress(bytes((width // 8 + 1) * min(height, 1000)))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", data)
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [4_100, 7_000, 12_000, 65_000, 2_000_000])
def test_it_refuses_a_picture_that_unpacks_to_too_much(side: int) -> None:
    with pytest.raises(ValueError, match="not a picture"):
        clean(bomb(side, side))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        made("GIF"),
        made("TIFF"),
        made("BMP"),
        b"\xff\xd8\xff\xe0" + b"\0" * 100,
    ],
)
def test_it_refuses_what_is_no_photo(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a picture"):
        clean(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_refuses_a_picture_cut_off_anywhere(kind: str) -> None:
    whole = made(kind)
    for length in range(0, len(whole) * 3 // 4, max(1, len(whole) // 40)):
        with pytest.raises(ValueError, match="not a picture"):
            clean(whole[:length])


def test_damage_is_refused_or_survived_but_never_anything_else() -> None:
    chance = random.Random(20261122)
    whole = [made(kind, (24, 16)) for kind in ("JPEG", "PNG", "WEBP")]
    for number in range(MUTATIONS):
        data = bytearray(whole[number % 3])
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            kept = clean(bytes(data))
        except ValueError:
            continue
        assert kept.startswith(b"\xff\xd8")


async def test_it_works_beside_the_event_loop() -> None:
    assert (await cleaned(made())).startswith(b"\xff\xd8")
