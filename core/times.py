"""How times and numbers are written, in the reader's language and time zone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from django.utils import dateformat, formats, timezone
from django.utils.translation import get_language, gettext as _

MINUTE, HOUR, DAY = 60, 3600, 86400

# The forms of dates are grammar and no words to translate: weekday and time, day and time, day and year.
LONG_DATE = "l j F Y"
SHORT_DATES = {"fr": ("D. H:i", "j N H:i", "j N Y")}
ENGLISH_DATES = ("D H:i", "j M H:i", "j M Y")


def _short_formats() -> tuple[str, str, str]:
    return SHORT_DATES.get((get_language() or "")[:2], ENGLISH_DATES)


def exact(at: datetime | date) -> str:
    """The whole date and time: "Monday 23 November 2026, 14:30"; a date without its time."""
    if not isinstance(at, datetime):
        return formats.date_format(at, LONG_DATE)
    return _written(timezone.localtime(at).replace(second=0, microsecond=0, tzinfo=None), get_language())


@lru_cache(maxsize=8192)
def _written(local: datetime, language: str | None) -> str:
    """A local minute in words. Lists show the same minutes again and again, and words of dates are slow to make."""
    return dateformat.format(local, f"{LONG_DATE}, H:i")


def short(at: datetime, now: datetime | None = None) -> str:
    """A time in as few words as are clear today: "14:30", "Mon 10:00", "23 Nov 10:00", "23 Nov 2025"."""
    local, today = timezone.localtime(at), timezone.localtime(now)
    if local.date() == today.date():
        return formats.date_format(local, "H:i")
    if abs(local - today) < timedelta(days=6):
        return formats.date_format(local, _short_formats()[0])
    if local.year == today.year:
        return formats.date_format(local, _short_formats()[1])
    return formats.date_format(local, _short_formats()[2])


def stamp(at: datetime) -> str:
    """A time for a table on paper, where "today" means nothing: "23 Nov 2026, 14:30"."""
    local = timezone.localtime(at)
    return f"{formats.date_format(local, _short_formats()[2])}, {formats.date_format(local, 'H:i')}"


def span(seconds: float) -> str:
    """A length of time in two units at most: "50 s", "12 min", "1 h 20", "3 d 4 h"; always positive."""
    total = int(abs(seconds))
    if total < MINUTE:
        return _("%(count)d s") % {"count": total}
    if total < HOUR:
        return _("%(count)d min") % {"count": total // MINUTE}
    if total < DAY:
        hours, minutes = divmod(total // MINUTE, 60)
        text = _("%(hours)d h %(minutes)02d") if minutes else _("%(hours)d h")
        return text % {"hours": hours, "minutes": minutes}
    days, hours = divmod(total // HOUR, 24)
    text = _("%(days)d d %(hours)d h") if hours and days < 7 else _("%(days)d d")
    return text % {"days": days, "hours": hours}


def relative(at: datetime, now: datetime | None = None) -> str:
    """How long ago or ahead: "just now", "12 min ago", "yesterday 14:30", "in 3 h", else the short time."""
    minute = (now or timezone.now()).replace(second=0, microsecond=0)
    return _relative(at, minute, get_language(), timezone.get_current_timezone_name())


@lru_cache(maxsize=8192)
def _relative(at: datetime, current: datetime, language: str | None, zone: str) -> str:
    """The words of a time that hold for a minute: many readers look at the same lists."""
    seconds = (current - at).total_seconds()
    if abs(seconds) < MINUTE:
        return _("just now")
    if abs(seconds) < DAY / 2:
        text = _("%(span)s ago") if seconds > 0 else _("in %(span)s")
        return text % {"span": _rough(seconds)}
    local, today = timezone.localtime(at), timezone.localtime(current)
    days = (today.date() - local.date()).days
    if days == 1:
        return _("yesterday %(time)s") % {"time": formats.date_format(local, "H:i")}
    if days == -1:
        return _("tomorrow %(time)s") % {"time": formats.date_format(local, "H:i")}
    return short(at, current)


def _rough(seconds: float) -> str:
    """Minutes below an hour, whole hours above: precision nobody reads is left out."""
    total = int(abs(seconds))
    if total < HOUR:
        return _("%(count)d min") % {"count": max(total // MINUTE, 1)}
    return _("%(hours)d h") % {"hours": total // HOUR}


@dataclass(frozen=True)
class DueWords:
    """A due time in words, and whether it is late, soon or neither ("")."""

    text: str
    state: str


def due(at: datetime, now: datetime | None = None, *, soon: timedelta = timedelta(hours=2)) -> DueWords:
    """A due time: "in 1 h 20", or "late by 3 h"."""
    current = now or timezone.now()
    left = (at - current).total_seconds()
    if left < 0:
        return DueWords(_("late by %(span)s") % {"span": span(left)}, "late")
    if left < DAY:
        return DueWords(
            _("in %(span)s") % {"span": span(left)}, "soon" if left < soon.total_seconds() else ""
        )
    return DueWords(short(at, current), "")


def number(value: int | float | Decimal, decimals: int | None = None) -> str:
    """A number as the language writes it: 1,234.5 or 1 234,5."""
    return formats.number_format(value, decimals, use_l10n=True, force_grouping=True)


def bounded(count: int, limit: int) -> str:
    """A count that was stopped at `limit`: "1,000+" beyond it."""
    return f"{number(limit)}+" if count > limit else number(count)
