"""When things happen: a working week of a local authority, its Mondays and its August."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from calendars.arithmetic import Schedule, add_open_time, is_working_day

ZONE = ZoneInfo("Europe/Paris")
HISTORY = timedelta(days=730)

# How much is reported, compared with an ordinary day.
_WEEKDAY = (1.6, 1.1, 0.9, 1.0, 0.8)
_MONTH = {1: 1.2, 2: 0.95, 7: 0.75, 8: 0.4, 9: 1.35, 10: 1.1, 12: 0.85}
# Half hours from 8:00 on, and how often a report falls into each.
_MORNING = (2, 5, 9, 8, 7, 6, 5, 4, 2, 1, 1, 3)
_AFTERNOON = (6, 6, 5, 5, 4, 4, 3, 2)
_START = 8 * 60


def opening_times(today: date, count: int, schedule: Schedule, rng: Random) -> list[datetime]:
    """`count` moments of the two years before today at which something is reported, in order."""
    days = [day for day in _days(today) if is_working_day(schedule, day)]
    weights = [
        _WEEKDAY[min(day.weekday(), 4)] * _MONTH.get(day.month, 1.0) * _growth(day, today) for day in days
    ]
    chosen = rng.choices(days, weights, k=count)
    return sorted(moment_of(day, rng) for day in chosen)


def moment_of(day: date, rng: Random) -> datetime:
    """A moment of a working day; Mondays are heavy in the morning."""
    morning = 2 if day.weekday() == 0 else 1
    weights = [weight * morning for weight in _MORNING] + list(_AFTERNOON)
    half_hour = rng.choices(range(len(weights)), weights)[0]
    minutes = _START + half_hour * 30 + rng.randrange(30)
    return at(day, minutes, rng.randrange(60))


def at(day: date, minutes: int, second: int = 0) -> datetime:
    """A wall-clock moment of a day, in minutes from midnight."""
    return datetime.combine(day, time(minutes // 60, minutes % 60, second), ZONE)


def later(schedule: Schedule, moment: datetime, low: float, high: float, rng: Random) -> datetime:
    """A moment between `low` and `high` working hours later, sooner more often than late."""
    hours = rng.triangular(low, high, low)
    passed = add_open_time(schedule, moment, timedelta(hours=hours))
    # Never on the minute of the bell.
    return (passed + timedelta(seconds=rng.uniform(5, 540))).replace(microsecond=0)


def _days(today: date) -> Iterator[date]:
    day = today - HISTORY
    while day < today:
        yield day
        day += timedelta(days=1)


def _growth(day: date, today: date) -> float:
    """The portal is used more and more: a third more at the end than at the beginning."""
    return 1 + 0.35 * (1 - (today - day) / HISTORY)
