"""When recurring tickets are due: occurrences of a rule, moved where a calendar is closed. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr
from django.utils.translation import gettext as _

from calendars.arithmetic import Schedule, is_working_day
from tickets.choices import OnClosedDay

# How far a closed day is moved at most: no calendar worth the name is closed for longer.
_FURTHEST = 40
# Occurrences that a rule may skip before it is taken to have ended: a daily rule over two years of closed days.
_PATIENCE = 800
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = frozenset(
    {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "COUNT", "UNTIL", "WKST"}
)
RULE_LIMIT = 200


@dataclass(frozen=True)
class Slot:
    """One occurrence: the day the rule names, which never changes, and the instant (UTC-aware) it is opened at."""

    day: date
    at: datetime


@dataclass(frozen=True)
class Plan:
    """A rule with all that its instants depend on. `at` is the local time of the day in `zone`."""

    rule: str
    starts_on: date
    at: time
    zone: ZoneInfo
    schedule: Schedule | None = None
    on_closed: str = OnClosedDay.KEEP


def check_rule(text: str) -> str:
    """The rule in its usual writing (RFC 5545). Raises `ValueError` with the reason in the reader's language.

    Days are the finest step: a ticket that opens every minute is a mistake.
    """
    rule = text.strip().upper().removeprefix("RRULE:")
    parts = dict(part.split("=", 1) for part in rule.split(";") if part.count("=") == 1)
    if len(rule) > RULE_LIMIT or len(parts) != len([part for part in rule.split(";") if part]):
        raise ValueError(_("This is not a rule."))
    if parts.get("FREQ") not in _FREQUENCIES:
        raise ValueError(_("A rule repeats by day, week, month or year."))
    if unknown := sorted(set(parts) - _PARTS):
        raise ValueError(_("A rule cannot hold %(names)s here.") % {"names": ", ".join(unknown)})
    if not _within(parts.get("INTERVAL", "1"), 400) or not _within(parts.get("COUNT", "1"), 10_000):
        raise ValueError(_("This number is too large or is none."))
    try:
        _parsed(rule, date(2024, 1, 1))
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise ValueError(_("This is not a rule.")) from error
    return rule


def _within(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most


def _parsed(rule: str, starts_on: date) -> rrule:
    found = rrulestr(rule, dtstart=datetime.combine(starts_on, time.min), ignoretz=True)
    if not isinstance(found, rrule):
        raise ValueError(rule)
    return found


def slots(plan: Plan, *, after: date | None = None) -> Iterator[Slot]:
    """The occurrences whose day is later than `after`, in order; none twice on one day after moving."""
    taken: set[date] = set()
    patience = _PATIENCE
    for moment in _parsed(plan.rule, plan.starts_on):
        day = moment.date()
        held = _moved(plan, day)
        if held is None or held in taken:
            patience -= 1
            if not patience:
                return
            continue
        patience = _PATIENCE
        taken.add(held)
        if len(taken) > 2 * _FURTHEST:
            taken = {kept for kept in taken if kept >= day - timedelta(days=_FURTHEST)}
        if after is None or day > after:
            yield Slot(day, datetime.combine(held, plan.at, plan.zone))


def next_slot(plan: Plan, *, after: date | None) -> Slot | None:
    """The first occurrence after a day, None where the rule has ended."""
    return next(slots(plan, after=after), None)


def _moved(plan: Plan, day: date) -> date | None:
    """The day an occurrence is held on: itself, or the nearest working day on the side asked for; None to skip it."""
    if plan.schedule is None or plan.on_closed == OnClosedDay.KEEP or is_working_day(plan.schedule, day):
        return day
    if plan.on_closed == OnClosedDay.SKIP:
        return None
    step = -1 if plan.on_closed == OnClosedDay.BEFORE else 1
    for distance in range(1, _FURTHEST):
        other = day + timedelta(days=step * distance)
        if is_working_day(plan.schedule, other):
            return other
    return None
