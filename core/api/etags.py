"""Versions of a resource: `ETag` on the way out, `If-Match` and `If-None-Match` on the way in."""

import re

from django.utils.translation import gettext as _
from rest_framework.request import Request

from core.exceptions import StaleVersion

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def tag(version: int) -> str:
    """The value of `ETag` for a version."""
    return f'"v{version}"'


def expected_version(request: Request) -> int | None:
    """The version the caller read, from `If-Match`; None where any will do.

    Compression makes a tag weak on its way, so `W/` is not looked at. Raises `StaleVersion` for a tag never ours.
    """
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return None
    found = _TAG.search(header)
    if found and re.fullmatch(r"v[0-9]{1,9}", found[1]):
        return int(found[1][1:])
    raise StaleVersion(_("This version is not known here: read it again."))


def is_known(request: Request, version: int) -> bool:
    """Whether the caller already holds this version, by `If-None-Match`."""
    return f"v{version}" in _TAG.findall(request.headers.get("If-None-Match", ""))
