"""What a calendar says: weekly hours, closed and opened days. Plain values, read from and written to JSON."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.exceptions import Refused

MINUTES_PER_DAY = 1440
_LABEL_LENGTH = 100
_MAX_ENTRIES = 2000
_CLOCK = re.compile(r"([01]?\d|2[0-4])[:hH]([0-5]\d)?")
_MONTH_DAY = re.compile(r"(\d{1,2})-(\d{1,2})")

T = TypeVar("T")


@dataclass(frozen=True, order=True)
class Hours:
    """An open interval that begins on a weekday (0 Monday): minutes after midnight; past 1440 it ends on the
    next day.
    """

    weekday: int
    start: int
    end: int


@dataclass(frozen=True, order=True)
class Day:
    """A day closed from midnight to midnight."""

    day: date
    label: str = ""


@dataclass(frozen=True, order=True)
class Span:
    """A part of one day, as in `Hours`."""

    day: date
    start: int
    end: int
    label: str = ""

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {clock(self.start)}–{clock(self.end)} {self.label}".strip()


@dataclass(frozen=True, order=True)
class YearlyClosure:
    """Days closed every year, first and last included as (month, day); the last may be in the year after."""

    first: tuple[int, int]
    last: tuple[int, int]
    label: str = ""

    def __str__(self) -> str:
        return f"{month_day(self.first)} – {month_day(self.last)} {self.label}".strip()

    def covers(self, day: date) -> bool:
        """Whether the day falls in the closure."""
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True)
class Rules:
    """One immutable state of a calendar. Exceptional openings win over every closure."""

    timezone: str = "Europe/Paris"
    weekly: tuple[Hours, ...] = ()
    country: str = ""
    subdivision: str = ""
    holidays: tuple[Day, ...] = ()
    own_days: tuple[Day, ...] = ()
    closures: tuple[YearlyClosure, ...] = ()
    closings: tuple[Span, ...] = ()
    openings: tuple[Span, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the hours are meant."""
        return ZoneInfo(self.timezone)

    def to_json(self) -> dict[str, Any]:
        """The rules as `from_json` reads them."""
        weekly: dict[str, list[list[str]]] = {}
        for hours in sorted(self.weekly):
            weekly.setdefault(str(hours.weekday), []).append([clock(hours.start), clock(hours.end)])
        return {
            "timezone": self.timezone,
            "weekly": weekly,
            "country": self.country,
            "subdivision": self.subdivision,
            "holidays": [[day.day.isoformat(), day.label] for day in self.holidays],
            "own_days": [[day.day.isoformat(), day.label] for day in self.own_days],
            "closures": [[month_day(c.first), month_day(c.last), c.label] for c in self.closures],
            "closings": [_span(span) for span in self.closings],
            "openings": [_span(span) for span in self.openings],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Rules":
        """Read rules; raises `Refused` naming the part that is wrong."""
        weekly = data.get("weekly") or {}
        if not isinstance(weekly, Mapping):
            raise Refused({"weekly": _("Give the hours of each weekday.")})
        return cls(
            timezone=check_timezone(str(data.get("timezone", ""))),
            weekly=tuple(hours for day, pairs in weekly.items() for hours in _weekday(str(day), pairs)),
            country=str(data.get("country", "")),
            subdivision=str(data.get("subdivision", "")),
            holidays=_each("holidays", data, lambda entry: Day(_date(entry[0]), _label(entry, 1))),
            own_days=_each("own_days", data, lambda entry: Day(_date(entry[0]), _label(entry, 1))),
            closures=_each(
                "closures",
                data,
                lambda entry: YearlyClosure(
                    read_month_day(entry[0]), read_month_day(entry[1]), _label(entry, 2)
                ),
            ),
            closings=_each("closings", data, _read_span),
            openings=_each("openings", data, _read_span),
        )


def clock(minutes: int) -> str:
    """ "HH:MM" of minutes after midnight; midnight at the end of a day is 24:00."""
    if minutes > MINUTES_PER_DAY:
        minutes -= MINUTES_PER_DAY
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def read_clock(text: str) -> int:
    """Minutes after midnight of "HH:MM" or "8h30"; raises `ValueError` with a message for the reader."""
    match = _CLOCK.fullmatch(text.strip())
    minutes = int(match[1]) * 60 + int(match[2] or 0) if match else MINUTES_PER_DAY + 1
    if minutes > MINUTES_PER_DAY:
        raise ValueError(_("“%(text)s” is not a time; write it like 08:30.") % {"text": text[:20]})
    return minutes


def read_interval(start: str, end: str) -> tuple[int, int]:
    """Start and end in minutes; an end not after the start is on the next day."""
    first, last = read_clock(start), read_clock(end)
    if first == MINUTES_PER_DAY:
        raise ValueError(_("An interval cannot begin at 24:00."))
    return first, last if last > first else last + MINUTES_PER_DAY


def read_month_day(text: str) -> tuple[int, int]:
    """Month and day of "MM-DD"; raises `ValueError` with a message for the reader."""
    match = _MONTH_DAY.fullmatch(text.strip())
    try:
        # A leap year, so that 29 February may be named.
        found = date(2024, int(match[1]), int(match[2])) if match else None
    except ValueError:
        found = None
    if found is None:
        raise ValueError(_("“%(text)s” is not a day of the year; write it like 12-24.") % {"text": text[:20]})
    return found.month, found.day


def check_timezone(name: str) -> str:
    """The name of a time zone, or `Refused`."""
    try:
        return ZoneInfo(name).key if name else _no_zone()
    except (ValueError, OSError, KeyError):
        return _no_zone()


def check_overlaps(weekly: Iterable[Hours]) -> None:
    """Raise `Refused` where intervals of one weekday overlap: it is nearly always a slip of the pen."""
    previous: Hours | None = None
    for hours in sorted(weekly):
        if previous and previous.weekday == hours.weekday and hours.start < previous.end:
            raise Refused({"weekly": _("Two intervals of the same day overlap.")})
        previous = hours


def _no_zone() -> str:
    raise Refused({"timezone": _("Choose a time zone.")})


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(
            _("“%(text)s” is not a date; write it like 2026-12-24.") % {"text": text[:20]}
        ) from error


def _label(entry: list[str], position: int) -> str:
    return entry[position].strip()[:_LABEL_LENGTH] if len(entry) > position else ""


def _read_span(entry: list[str]) -> Span:
    """[date, start, end, label]; without times the whole day."""
    start, end = (entry[1], entry[2]) if len(entry) > 2 else ("00:00", "24:00")
    return Span(_date(entry[0]), *read_interval(start or "00:00", end or "24:00"), _label(entry, 3))


def _weekday(day: str, pairs: Any) -> list[Hours]:
    if day not in {"0", "1", "2", "3", "4", "5", "6"} or not isinstance(pairs, list) or len(pairs) > 24:
        raise Refused({"weekly": _("Give the hours of each weekday.")})
    try:
        return [Hours(int(day), *read_interval(start, end)) for start, end in pairs]
    except (ValueError, TypeError, AttributeError) as error:
        raise Refused({"weekly": str(error)}) from error


def _each(name: str, data: Mapping[str, Any], read: Callable[[list[str]], T]) -> tuple[T, ...]:
    """The entries of one list, sorted and without repeats."""
    entries = data.get(name) or []
    if not isinstance(entries, list) or len(entries) > _MAX_ENTRIES:
        raise Refused({name: _("This list is too long or not a list.")})
    try:
        return tuple(sorted({read(list(entry)) for entry in entries}))  # type: ignore[type-var]
    except (ValueError, TypeError, IndexError, AttributeError) as error:
        raise Refused({name: str(error)}) from error


def month_day(at: tuple[int, int]) -> str:
    """ "MM-DD" of a month and day."""
    return f"{at[0]:02d}-{at[1]:02d}"


def _span(span: Span) -> list[str]:
    return [span.day.isoformat(), clock(span.start), clock(span.end), span.label]
