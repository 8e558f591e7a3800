"""The certificate: who attended what, framed in red and gold, with a round seal, and a
QR code that shows whether it is genuine.

The first row of the message is who, the second what; the last is the number.
"""

from math import cos, pi, sin

from PIL import Image, ImageDraw

from bot.drawings.pen import HEIGHT, WIDTH, fit, qr_code
from models.message import Body

EDGE = 150
INSIDE = WIDTH - 2 * EDGE
MIDDLE = WIDTH // 2

CODE, CODE_Y = 250, 1098
"""How wide the QR code is, and where it begins."""

RED, GOLD, PAPER = "#b3161b", "#c9a04e", "#fffaf0"
INK, GREY = "#1a1a1a", "#5f5f5f"
FRAMES = ((28, 12, RED), (52, 3, GOLD), (66, 2, GOLD))
"""How far from the edge each line of the frame runs, how wide, in which colour."""


def paint(body: Body) -> Image.Image:
    """Paint a message with at least three rows as a certificate."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    for inset, width, colour in FRAMES:
        box = (inset, inset, WIDTH - inset, HEIGHT - inset)
        pen.rectangle(box, outline=colour, width=width)
    who, what, *others, number = body["rows"]
    _centre(pen, body["title"], 170, 104, 56, RED)
    pen.rectangle((MIDDLE - 90, 318, MIDDLE + 90, 323), GOLD)
    _centre(pen, who[1], 400, 120, 48, INK)
    _centre(pen, what[0], 590, 44, 32, GREY)
    _centre(pen, what[1], 660, 72, 40, INK)
    y = 900
    for label, value in others:
        fit(label, 200, 40, 28).write(pen, (EDGE, y), GREY)
        fact = fit(value, INSIDE - 220, 44, 32, most=2)
        fact.write(pen, (EDGE + 220, y), INK)
        y += max(fact.height, 56) + 24
    _seal(pen)
    image.paste(qr_code(body["drawing"][1], CODE), (WIDTH - EDGE - CODE, CODE_Y))
    _centre(pen, " ".join(number), HEIGHT - 150, 34, 24, GREY)
    return image


def _centre(
    pen: ImageDraw.ImageDraw, text: str, y: int, size: int, least: int, colour: str
) -> None:
    """Write a text in the middle, on two lines at most."""
    fitted = fit(text, INSIDE, size, least, most=2)
    fitted.write(pen, (MIDDLE, y), colour, centred=True, bold=size > 50)


def _seal(pen: ImageDraw.ImageDraw) -> None:
    """Set a plain seal: a ring and a star, of nobody in particular."""
    x, y, radius = EDGE + 110, 1222, 92
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=RED, width=7)
    points = []
    for n in range(10):
        reach, turn = (52, 20)[n % 2], pi * n / 5
        points.append((x + reach * sin(turn), y - reach * cos(turn)))
    pen.polygon(points, fill=RED)
