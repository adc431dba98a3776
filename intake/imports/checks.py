"""Checks of the values of a row: each gives the clean value or refuses the row, naming the field."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

Row = Mapping[str, Any]
_SURROGATE = re.compile("[\ud800-\udfff]")


class BadRow(Exception):
    """A row that is refused, with the field that is wrong and why."""

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(f"{field}: {reason}")


def text(row: Row, field: str, *, limit: int, required: bool = False) -> str:
    """A text without broken characters, of at most `limit` characters; empty where it is missing."""
    value = row.get(field)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise BadRow(field, _("This must be a text, not %(type)s.") % {"type": _type_name(value)})
    if "\x00" in value:
        raise BadRow(field, _("Null characters are not allowed."))
    if not value.isascii() and _SURROGATE.search(value):
        raise BadRow(field, _("Broken encoding: this is not UTF-8 text."))
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = value.strip()
    if len(value) > limit:
        raise BadRow(
            field,
            _("At most %(limit)d characters; there are %(count)d.") % {"limit": limit, "count": len(value)},
        )
    if required and not value:
        raise BadRow(field, _("This field is required."))
    return value


def identifier(row: Row, field: str, *, limit: int) -> str:
    """A number or text that names the row in its source."""
    value = row.get(field)
    if isinstance(value, int) and not isinstance(value, bool):
        row = {field: str(value)}
    return text(row, field, limit=limit, required=True)


def whole(row: Row, field: str, *, low: int, high: int, default: int) -> int:
    """A whole number between two bounds, given as a number or in digits."""
    value = row.get(field)
    if value in (None, ""):
        return default
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 10:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise BadRow(
            field, _("This must be a whole number from %(low)d to %(high)d.") % {"low": low, "high": high}
        )
    return value


def moment(row: Row, field: str, *, zone: ZoneInfo, not_after: datetime | None = None) -> datetime | None:
    """A date and time in ISO 8601, in `zone` where it names none; None where it is missing."""
    given = text(row, field, limit=40)
    if not given:
        return None
    try:
        found = parse_datetime(given) or _midnight(given)
        if found is None:
            raise ValueError
        found = found if found.tzinfo else found.replace(tzinfo=zone)
        # An instant that has no universal time (year 1 or 9999 at the edge) cannot be stored.
        found.timestamp()
    except (ValueError, OverflowError):
        raise BadRow(
            field,
            _("“%(value)s” is not a date and time such as 2026-01-31T14:05:00+01:00.") % {"value": given},
        ) from None
    return within_reach(field, found, not_after=not_after)


def within_reach(field: str, at: datetime, *, not_after: datetime | None) -> datetime:
    """The same moment, unless it is in the future where it must not be, or before computers."""
    if not_after and at > not_after:
        raise BadRow(field, _("%(date)s is in the future.") % {"date": at.isoformat(" ", "minutes")})
    if at.year < 1970:
        raise BadRow(field, _("%(date)s is before 1970.") % {"date": at.isoformat(" ", "minutes")})
    return at


def _midnight(given: str) -> datetime | None:
    day = parse_date(given)
    return datetime.combine(day, datetime.min.time()) if day else None


def _type_name(value: object) -> str:
    names = {
        bool: _("true or false"),
        int: _("a number"),
        float: _("a number"),
        list: _("a list"),
        dict: _("an object"),
    }
    return names.get(type(value), type(value).__name__)
