"""Exact arithmetic of opening hours: pure functions over half-open intervals of universal time.

A schedule expands its rules year by year into sorted, disjoint intervals with running totals, in whole
microseconds; every question is then two bisections. Wall-clock times become instants by the rules of the time
zone, never by adding 86,400 seconds. All datetimes given are aware, all returned are in UTC.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from calendars.rules import MINUTES_PER_DAY, Rules

Interval = tuple[int, int]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
# A calendar that does not open within so many years never does.
_HORIZON_YEARS = 50


class NeverOpen(ValueError):
    """The calendar has no open time within half a century of the question."""


@dataclass(frozen=True)
class _Year:
    """The open intervals of one year of universal time: begins, ends, and open time until each end."""

    starts: list[int]
    ends: list[int]
    totals: list[int]

    @property
    def total(self) -> int:
        return self.totals[-1] if self.totals else 0

    def until(self, at: int) -> int:
        """Open time of the year before `at`."""
        index = bisect_right(self.starts, at)
        if index == 0:
            return 0
        return self.totals[index - 1] - max(self.ends[index - 1] - at, 0)

    def reach(self, amount: int) -> int:
        """The instant at which `amount` (above 0, at most the total) of open time has passed."""
        index = bisect_left(self.totals, amount)
        return self.ends[index] - (self.totals[index] - amount)

    def reach_back(self, amount: int) -> int:
        """The latest instant before which only `amount` (below the total) of open time has passed."""
        index = bisect_right(self.totals, amount)
        return self.ends[index] - (self.totals[index] - amount)


@dataclass(frozen=True)
class Schedule:
    """Rules ready to be asked; keeps the years it has expanded."""

    rules: Rules
    _years: dict[int, _Year] = field(default_factory=dict, compare=False, repr=False)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the calendar."""
        return self.rules.zone

    def year(self, number: int) -> _Year:
        """The intervals of a year."""
        if number not in self._years:
            self._years[number] = _expand(self.rules, number)
        return self._years[number]


def is_open(schedule: Schedule, at: datetime) -> bool:
    """Whether the calendar is open at this instant; it is open when an interval begins, not when it ends."""
    moment = _micros(at)
    year = schedule.year(_year_of(moment))
    index = bisect_right(year.starts, moment)
    return index > 0 and moment < year.ends[index - 1]


def next_open(schedule: Schedule, at: datetime) -> datetime:
    """`at` itself where open, else the next beginning. Raises `NeverOpen`."""
    moment = _micros(at)
    for year in _years_from(schedule, moment, 1):
        index = bisect_right(year.ends, moment)
        if index < len(year.ends):
            return _datetime(max(moment, year.starts[index]))
    raise NeverOpen


def previous_open(schedule: Schedule, at: datetime) -> datetime:
    """`at` itself where time before it is open, else the end of the last interval. Raises `NeverOpen`."""
    moment = _micros(at)
    for year in _years_from(schedule, moment, -1):
        index = bisect_left(year.starts, moment) - 1
        if index >= 0:
            return _datetime(min(moment, year.ends[index]))
    raise NeverOpen


def add_open_time(schedule: Schedule, start: datetime, amount: timedelta) -> datetime:
    """The instant at which `amount` of open time has passed since `start`; of 0, the next open moment.

    An amount that is used up exactly at closing is due at closing. Raises `NeverOpen`, and `ValueError` for a
    negative amount.
    """
    _refuse_negative(amount)
    if not amount:
        return next_open(schedule, start)
    moment = _micros(start)
    wanted = amount // _MICROSECOND + schedule.year(_year_of(moment)).until(moment)
    empty = 0
    for year in _years_from(schedule, moment, 1):
        if wanted <= year.total:
            return _datetime(year.reach(wanted))
        wanted -= year.total
        empty = 0 if year.total else empty + 1
        if empty > _HORIZON_YEARS:
            break
    raise NeverOpen


def subtract_open_time(schedule: Schedule, end: datetime, amount: timedelta) -> datetime:
    """The latest instant from which `amount` of open time passes until `end`; of 0, the end of the last open
    time.

    Raises `NeverOpen`, and `ValueError` for a negative amount.
    """
    _refuse_negative(amount)
    if not amount:
        return previous_open(schedule, end)
    moment = _micros(end)
    left = schedule.year(_year_of(moment)).until(moment) - amount // _MICROSECOND
    empty = 0
    for number in range(_year_of(moment), _year_of(moment) - 10 * _HORIZON_YEARS, -1):
        if left >= 0:
            return _datetime(schedule.year(number).reach_back(left))
        previous = schedule.year(number - 1)
        left += previous.total
        empty = 0 if previous.total else empty + 1
        if empty > _HORIZON_YEARS:
            break
    raise NeverOpen


def open_time_between(schedule: Schedule, start: datetime, end: datetime) -> timedelta:
    """Open time in [start, end). Raises `ValueError` where the end is before the start."""
    first, last = _micros(start), _micros(end)
    if last < first:
        raise ValueError("The end is before the start.")
    first_year, last_year = _year_of(first), _year_of(last)
    whole_years = sum(schedule.year(number).total for number in range(first_year, last_year))
    return (
        whole_years + schedule.year(last_year).until(last) - schedule.year(first_year).until(first)
    ) * _MICROSECOND


def open_intervals(schedule: Schedule, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The open intervals within [start, end), in order, cut at its ends."""
    first, last = _micros(start), _micros(end)
    if first >= last:
        return
    for number in range(_year_of(first), _year_of(last) + 1):
        year = schedule.year(number)
        for index in range(bisect_right(year.ends, first), bisect_left(year.starts, last)):
            yield _datetime(max(first, year.starts[index])), _datetime(min(last, year.ends[index]))


def is_working_day(schedule: Schedule, day: date) -> bool:
    """Whether the calendar opens on this day of its time zone."""
    return any(True for _ in open_intervals(schedule, *day_bounds(schedule, day)))


def close_of_day(schedule: Schedule, day: date) -> datetime | None:
    """When the calendar closes for the last time on this day; None on a closed day."""
    ends = [end for _, end in open_intervals(schedule, *day_bounds(schedule, day))]
    return ends[-1] if ends else None


def day_bounds(schedule: Schedule, day: date) -> tuple[datetime, datetime]:
    """The instants at which a day of the calendar's time zone begins and ends."""
    zone = schedule.zone
    return _datetime(_instant(zone, day, 0)), _datetime(_instant(zone, day + _DAY, 0))


def add_working_days(schedule: Schedule, start: datetime, days: int, *, end_of_day: bool = False) -> datetime:
    """The same time of day, `days` working days after `start`, or the close of that day.

    A start in closed time counts from the next open moment. A time at which the day arrived at is closed
    becomes its next open moment, or its close. Raises `NeverOpen`, and `ValueError` for negative days.
    """
    if days < 0:
        raise ValueError("Working days are counted forwards.")
    opened = next_open(schedule, start)
    local = opened.astimezone(schedule.zone)
    day = local.date()
    for _ in range(days):
        day = _next_working_day(schedule, day)
    close = close_of_day(schedule, day)
    if close is None or (days == 0 and not end_of_day):
        return opened
    if end_of_day:
        return close
    minute = local.hour * 60 + local.minute
    wanted = _datetime(_instant(schedule.zone, day, minute)) + timedelta(
        seconds=local.second, microseconds=local.microsecond
    )
    return close if wanted >= close else next_open(schedule, wanted)


def _next_working_day(schedule: Schedule, day: date) -> date:
    _, midnight = day_bounds(schedule, day)
    return next_open(schedule, midnight).astimezone(schedule.zone).date()


def _refuse_negative(amount: timedelta) -> None:
    if amount < timedelta(0):
        raise ValueError("An amount of open time cannot be negative.")


def _years_from(schedule: Schedule, moment: int, step: int) -> Iterator[_Year]:
    first = _year_of(moment)
    for number in range(first, first + step * 10 * _HORIZON_YEARS, step):
        if not 1 < number < 9998:
            return
        yield schedule.year(number)


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _datetime(micros: int) -> datetime:
    return _EPOCH + micros * _MICROSECOND


def _year_of(micros: int) -> int:
    return _datetime(micros).year


def _instant(zone: ZoneInfo, day: date, minutes: int) -> int:
    """The first instant at which the local clock reaches a wall time.

    A time skipped in spring is the moment of the jump, one shown twice in autumn the first of the two, so
    that wall times in order are instants in order.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    aware = wall.replace(tzinfo=zone)
    instant = aware.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return _micros(instant)
    return _jump(zone, low=_micros(wall.replace(tzinfo=zone, fold=1).astimezone(UTC)), high=_micros(instant))


def _jump(zone: ZoneInfo, *, low: int, high: int) -> int:
    """The moment in (low, high] at which the zone's offset changes."""
    second = 1_000_000
    offset = _datetime(low).astimezone(zone).utcoffset()
    while high - low > second:
        middle = (low + high) // 2 // second * second
        if _datetime(middle).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high


def _expand(rules: Rules, number: int) -> _Year:
    """The open intervals of a year of universal time, from the local days that touch it."""
    zone = rules.zone
    first, last = date(number, 1, 1) - 2 * _DAY, date(number + 1, 1, 1) + 2 * _DAY
    days = [first + index * _DAY for index in range((last - first).days)]
    closed_days = {day.day for day in (*rules.holidays, *rules.own_days)}
    weekly: dict[int, list[tuple[int, int]]] = {}
    for hours in rules.weekly:
        weekly.setdefault(hours.weekday, []).append((hours.start, hours.end))

    opened = [_span(zone, day, *hours) for day in days for hours in weekly.get(day.weekday(), ())]
    closed = [
        _span(zone, day, 0, MINUTES_PER_DAY)
        for day in days
        if day in closed_days or any(closure.covers(day) for closure in rules.closures)
    ]
    closed += [
        _span(zone, span.day, span.start, span.end) for span in rules.closings if first <= span.day <= last
    ]
    extra = [
        _span(zone, span.day, span.start, span.end) for span in rules.openings if first <= span.day <= last
    ]

    intervals = _union(_without(_union(opened), _union(closed)) + extra)
    begin, end = _micros(datetime(number, 1, 1, tzinfo=UTC)), _micros(datetime(number + 1, 1, 1, tzinfo=UTC))
    kept = [(max(a, begin), min(b, end)) for a, b in intervals if a < end and b > begin]
    totals = list(accumulate(b - a for a, b in kept))
    return _Year([a for a, _ in kept], [b for _, b in kept], totals)


def _span(zone: ZoneInfo, day: date, start: int, end: int) -> Interval:
    return _instant(zone, day, start), _instant(zone, day, end)


def _union(intervals: list[Interval]) -> list[Interval]:
    """Sorted and disjoint; intervals that touch become one."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _without(intervals: list[Interval], removed: list[Interval]) -> list[Interval]:
    """The intervals less those removed; both sorted and disjoint."""
    left: list[Interval] = []
    position = 0
    for start, end in intervals:
        while position < len(removed) and removed[position][1] <= start:
            position += 1
        index, reached = position, start
        while index < len(removed) and removed[index][0] < end:
            if removed[index][0] > reached:
                left.append((reached, removed[index][0]))
            reached = max(reached, removed[index][1])
            index += 1
        if reached < end:
            left.append((reached, end))
    return left
