"""Labels of items: a code to be read by a telephone, whose address opens a report on the item."""

from urllib.parse import quote

import qrcode  # type: ignore[import-untyped]
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from qrcode.constants import ERROR_CORRECT_M  # type: ignore[import-untyped]

from services.models import Item

_QUIET = 4


def address_of(item: Item) -> str:
    """The whole address that the label of an item carries."""
    return f"{settings.PUBLIC_URL}/report/{quote(item.code)}/"


def drawn(item: Item) -> SafeString:
    """The label's code as inline SVG, black on white in both themes: cameras read it, people do not."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET)
    code.add_data(address_of(item))
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark
    )
    return format_html(
        '<svg class="label-code" viewBox="0 0 {} {}" role="img" aria-label="{}" shape-rendering="crispEdges">'
        '<rect width="100%" height="100%" fill="#fff"/><path fill="#000" d="{}"/></svg>',
        len(rows), len(rows), address_of(item), path,
    )  # fmt: skip
