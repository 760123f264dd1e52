"""The banner of a quiz night's event."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from ..wording import clip

# The size Discord recommends for an event's cover image is 5:2.
WIDTH, HEIGHT = 800, 320
LONGEST = 34
LARGEST, SMALLEST = 64, 34
INK, PAPER, SOFT = (255, 255, 255), (74, 52, 110), (107, 78, 155)


def night_banner(title: str) -> bytes:
    """Return a PNG of 800×320 pixels: a pack's title above a row of answer bars. Blocks for some 20 ms."""
    banner = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(banner)
    for i, share in enumerate((0.9, 0.35, 0.6, 0.2)):
        top = 190 + i * 28
        draw.rounded_rectangle((48, top, 48 + 704 * share, top + 18), radius=9, fill=INK if i == 0 else SOFT)
    draw.text((48, 44), "Quiz night", font=ImageFont.load_default(LARGEST), fill=INK)
    draw.text((48, 126), clip(title, LONGEST), font=ImageFont.load_default(SMALLEST), fill=INK)
    file = BytesIO()
    banner.save(file, "PNG", optimize=True)
    return file.getvalue()
