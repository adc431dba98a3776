"""Versions of a resource: `ETag` on the way out, `If-Match` and `If-None-Match` on the way in."""

import hashlib
import re
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
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


def digest(answer: Any) -> str:
    """The value of `ETag` for a row that counts no versions."""
    return f'"{hashlib.sha256(JSONRenderer().render(answer)).hexdigest()[:20]}"'


def require(request: Request, tag: str) -> None:
    """Raise `StaleVersion` unless `If-Match` is absent, any, or names the tag."""
    header = request.headers.get("If-Match", "").strip()
    if header not in ("", "*") and tag.strip('"') not in _TAG.findall(header):
        raise StaleVersion(_("Someone else has changed this meanwhile."))


def is_known(request: Request, tag: str) -> bool:
    """Whether the caller already holds the row with this tag, by `If-None-Match`."""
    return tag.strip('"') in _TAG.findall(request.headers.get("If-None-Match", ""))
