"""Lengths of time as people type and read them, in minutes."""

import re

from django.utils.translation import gettext as _

_HOURS = re.compile(r"(\d{1,4})\s*(?:h|:)\s*([0-5]?\d)?\s*(?:m|min)?")
_DECIMAL = re.compile(r"(\d{1,4})[.,](\d{1,2})\s*h")
_MINUTES = re.compile(r"(\d{1,6})\s*(?:m|min|minutes?)?")


def parse(text: str) -> int | None:
    """Minutes from "90", "90 min", "1:30", "1h30", "1,5 h"; None where it is none of these."""
    typed = text.strip().lower().replace("\u00a0", " ").replace("\u202f", " ")
    if match := _DECIMAL.fullmatch(typed):
        return round(float(f"{match[1]}.{match[2]}") * 60)
    if match := _HOURS.fullmatch(typed):
        return int(match[1]) * 60 + int(match[2] or 0)
    if match := _MINUTES.fullmatch(typed):
        return int(match[1])
    return None


def hours(minutes: int) -> str:
    """Minutes in words that add up at a glance: "45 min", "1 h 20", "126 h"."""
    if minutes < 60:
        return _("%(count)d min") % {"count": minutes}
    whole, rest = divmod(minutes, 60)
    text = _("%(hours)d h %(minutes)02d") if rest else _("%(hours)d h")
    return text % {"hours": whole, "minutes": rest}
