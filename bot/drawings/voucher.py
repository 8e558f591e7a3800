"""The voucher: what it is good for on green, then its code large enough to read aloud,
and a QR code that opens the clerk's own chat.

The first row of the message is the code, the last one until when it is good.
"""

from PIL import Image, ImageDraw

from bot.drawings.pen import HEIGHT, WIDTH, fit, qr_code
from models.message import Body

FACE = 560
"""How far down the green reaches."""

EDGE = 76
INSIDE = WIDTH - 2 * EDGE
NOTCH = 34
"""How deep the sides are cut in, as those of a ticket one tears."""

GREEN, DARK, CREAM, WHITE = "#07a05a", "#057a45", "#e6f6ec", "#ffffff"
INK, GREY = "#1a1a1a", "#5f5f5f"


def paint(body: Body) -> Image.Image:
    """Paint a message with at least two rows as a voucher."""
    image = _ticket()
    pen = ImageDraw.Draw(image)
    code, *others, until = body["rows"]
    fit(body["title"], INSIDE, 104, 48, most=2).write(pen, (EDGE, 60), WHITE, bold=True)
    y = 320
    for _, value in others:
        fact = fit(value, INSIDE, 44, 32, most=2)
        fact.write(pen, (EDGE, y), CREAM)
        y += fact.height + 16
    middle = WIDTH // 2
    fit(code[1], INSIDE, 104, 64).write(
        pen, (middle, FACE + 48), INK, centred=True, bold=True
    )
    square = qr_code(body["drawing"][1], 600)
    image.paste(square, ((WIDTH - square.width) // 2, FACE + 190))
    ends = f"{until[0]} {until[1]}"
    fit(ends, INSIDE, 48, 32).write(pen, (middle, 1416), GREY, centred=True)
    return image


def _ticket() -> Image.Image:
    """Return the empty voucher: a green head, a torn edge below it."""
    image = Image.new("RGB", (WIDTH, HEIGHT), WHITE)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, FACE), GREEN)
    pen.rectangle((0, FACE - 12, WIDTH, FACE), DARK)
    for x in range(0, WIDTH + NOTCH, NOTCH * 2):
        box = (x - NOTCH // 2, FACE - NOTCH // 2, x + NOTCH // 2, FACE + NOTCH // 2)
        pen.ellipse(box, WHITE)
    return image
