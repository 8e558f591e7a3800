"""The card: a red face with who somebody is, and below it, on white, a QR code.

The first row of the message is written large, the last one under the code.
"""

from PIL import Image, ImageDraw

from bot.drawings.pen import HEIGHT, WIDTH, fit, qr_code
from models.message import Body

FACE = 748
"""How far down the red reaches."""

EDGE = 76
INSIDE = WIDTH - 2 * EDGE

RED, ORANGE, GREEN = "#c4161c", "#ff6a3d", "#07a05a"
GOLD, CREAM, WHITE = "#f3cf8a", "#ffe6cf", "#ffffff"
INK, GREY = "#1a1a1a", "#5f5f5f"


def paint(body: Body) -> Image.Image:
    """Paint a message with at least two rows as a card."""
    image = _face()
    pen = ImageDraw.Draw(image)
    first, *others, last = body["rows"]
    _write_face(pen, body["title"], first[1], others)
    code = qr_code(body["drawing"][1], 620)
    image.paste(code, ((WIDTH - code.width) // 2, FACE + 16))
    middle = WIDTH // 2
    fit(last[0], INSIDE, 40, 32).write(pen, (middle, 1366), GREY, centred=True)
    fit(last[1], INSIDE, 56, 40).write(
        pen, (middle, 1416), INK, centred=True, bold=True
    )
    return image


def _face() -> Image.Image:
    """Return the empty card: rings of light on red, a gold line, a green band."""
    image = Image.new("RGB", (WIDTH, HEIGHT), WHITE)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, FACE), RED)
    light = Image.new("L", (WIDTH // 2, FACE // 2))
    rings = ImageDraw.Draw(light)
    for radius, depth in ((420, 26), (320, 44), (220, 64), (120, 90)):
        box = (500 - radius, 20 - radius, 500 + radius, 20 + radius)
        rings.ellipse(box, depth)
    shine = light.resize((WIDTH, FACE), Image.Resampling.BILINEAR)
    image.paste(ORANGE, (0, 0, WIDTH, FACE), shine)
    pen.rectangle((0, FACE - 18, WIDTH, FACE - 13), GOLD)
    pen.rectangle((0, FACE - 13, WIDTH, FACE), GREEN)
    return image


def _write_face(
    pen: ImageDraw.ImageDraw, title: str, name: str, rows: list[list[str]]
) -> None:
    fit(title, INSIDE, 56, 36).write(pen, (EDGE, 56), CREAM, bold=True)
    pen.rectangle((EDGE, 142, EDGE + 96, 147), GOLD)
    who = fit(name, INSIDE, 128, 44, most=2)
    who.write(pen, (EDGE, 256 - who.height // 2), WHITE, bold=True)
    y = 372
    for label, value in rows:
        fit(label, 260, 40, 28).write(pen, (EDGE, y + 6), CREAM)
        fact = fit(value, INSIDE - 270, 48, 36, most=2)
        fact.write(pen, (EDGE + 270, y), WHITE)
        y += max(fact.height, 60) + 32
