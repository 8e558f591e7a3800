"""The sign at the door: the event's name above a large QR code, its code below.

The first row of the message is what stands under the title, the last the code to type.
"""

from PIL import Image, ImageDraw

from bot.drawings.pen import HEIGHT, WIDTH, fit, qr_code
from models.message import Body

EDGE = 90
INSIDE = WIDTH - 2 * EDGE
TOP = 300

RED, WHITE, INK, GREY = "#c4161c", "#ffffff", "#1a1a1a", "#5f5f5f"


def paint(body: Body) -> Image.Image:
    """Paint a message with at least one row as a sign."""
    image = Image.new("RGB", (WIDTH, HEIGHT), WHITE)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, TOP), RED)
    title = fit(body["title"], INSIDE, 96, 52, most=2)
    y = (TOP - title.height) // 2
    title.write(pen, (WIDTH // 2, y), WHITE, centred=True, bold=True)
    code = qr_code(body["drawing"][1], 860)
    image.paste(code, ((WIDTH - code.width) // 2, TOP + 40))
    label, typed = body["rows"][-1]
    words = fit(label, INSIDE, 48, 32)
    words.write(pen, (WIDTH // 2, 1240), GREY, centred=True)
    fit(typed, INSIDE, 120, 64).write(pen, (WIDTH // 2, 1310), INK, centred=True)
    return image
