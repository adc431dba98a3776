"""The files that people add to the tickets of the demo: pictures of a screen, logs."""

import io
from collections.abc import Sequence

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

_SIZE, _BAR = (760, 260), 44
_DESK, _WINDOW, _TITLE, _INK, _BUTTON = "#3b5566", "#f7f8f8", "#dfe5e8", "#1d2b33", "#0b6b72"


def log(name: str, text: str) -> SimpleUploadedFile:
    """A text file."""
    return SimpleUploadedFile(name, text.encode(), "text/plain")


def picture(name: str, lines: Sequence[str]) -> SimpleUploadedFile:
    """A picture of a window: its title, then what it says."""
    title, *said = lines
    image = Image.new("RGB", _SIZE, _DESK)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((40, 30, _SIZE[0] - 40, _SIZE[1] - 30), 8, fill=_WINDOW)
    draw.rounded_rectangle((40, 30, _SIZE[0] - 40, 30 + _BAR), 8, fill=_TITLE)
    draw.text((60, 42), title, fill=_INK, font=ImageFont.load_default(18))
    for number, line in enumerate(said):
        draw.text((60, 96 + number * 34), line, fill=_INK, font=ImageFont.load_default(19))
    draw.rounded_rectangle((_SIZE[0] - 160, _SIZE[1] - 78, _SIZE[0] - 60, _SIZE[1] - 44), 6, fill=_BUTTON)
    draw.text((_SIZE[0] - 124, _SIZE[1] - 74), "OK", fill="white", font=ImageFont.load_default(18))
    content = io.BytesIO()
    image.save(content, "PNG", optimize=True)
    return SimpleUploadedFile(name, content.getvalue(), "image/png")
