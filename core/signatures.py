"""Signatures drawn on a screen: small PNG pictures, checked and written anew."""

from __future__ import annotations

import base64
import binascii
import io

from django.utils.translation import gettext as _
from PIL import Image

from core.exceptions import Refused

LIMIT = 300_000
_LARGEST = (2400, 1600)
_SMALLEST = (60, 30)
# Fewer dark points than these are a slip of the finger.
_LEAST_INK = 40
_HEAD = "data:image/png;base64,"


def from_data_url(text: str) -> bytes:
    """The picture that a canvas gives as text, or its bare base64; nothing for an empty text.

    Raises `Refused` naming `signature`.
    """
    text = text.strip().removeprefix(_HEAD)
    if len(text) > LIMIT * 4 // 3 + 4:
        raise Refused({"signature": _("The signature is too large.")})
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused({"signature": _("This is not a signature.")}) from error


def checked_signature(content: bytes) -> bytes:
    """The signature in black on white, without anything else the file held.

    Raises `Refused` naming `signature`: not a PNG, too large, or nothing drawn on it.
    """
    if len(content) > LIMIT:
        raise Refused({"signature": _("The signature is too large.")})
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            width, height = image.size
            if width > _LARGEST[0] or height > _LARGEST[1]:
                raise Refused({"signature": _("The signature is too large.")})
            if width < _SMALLEST[0] or height < _SMALLEST[1]:
                raise Refused({"signature": _("The signature is too small.")})
            drawn = image.convert("RGBA")
    except Refused:
        raise
    except Exception as error:  # Pillow raises many types on hostile content, all meaning the same here
        raise Refused({"signature": _("This is not a signature.")}) from error
    page = Image.new("RGBA", drawn.size, "white")
    flat = Image.alpha_composite(page, drawn).convert("L")
    if sum(flat.histogram()[:160]) < _LEAST_INK:
        raise Refused({"signature": _("Nothing is drawn in the box.")})
    written = io.BytesIO()
    flat.save(written, "PNG", optimize=True)
    return written.getvalue()
