"""Schedules that several tests ask."""

from calendars.arithmetic import Schedule
from calendars.holidays_of import holidays_of
from calendars.rules import Hours, Rules, read_interval

WORKWEEK = range(5)


def weekly(days: range | list[int], *spans: str) -> tuple[Hours, ...]:
    """The same spans ("08:00-12:30") on several weekdays."""
    return tuple(Hours(day, *read_interval(*span.split("-"))) for day in days for span in spans)


def office(*spans: str, timezone: str = "Europe/Paris", country: str = "FR", **more: object) -> Schedule:
    """Monday to Friday with these spans, with the public holidays of France unless told otherwise."""
    spans = spans or ("08:00-18:00",)
    return Schedule(
        Rules(timezone=timezone, weekly=weekly(WORKWEEK, *spans), holidays=holidays_of(country), **more)  # type: ignore[arg-type]
    )


def always(timezone: str = "Europe/Paris") -> Schedule:
    """Never closed."""
    return Schedule(Rules(timezone=timezone, weekly=weekly(range(7), "00:00-24:00")))
