"""What must hold for any calendar and any time, around the days when clocks change too."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings, strategies as st

from calendars.arithmetic import (
    Schedule,
    add_open_time,
    add_working_days,
    is_open,
    next_open,
    open_intervals,
    open_time_between,
    subtract_open_time,
)
from calendars.holidays_of import holidays_of
from calendars.rules import Hours, Rules, Span, YearlyClosure

ZONES = [
    "Europe/Paris",
    "America/New_York",
    "UTC",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Cairo",
    "Asia/Beirut",
]

hours = st.builds(
    lambda weekday, start, length: Hours(weekday, start, start + length),
    st.integers(0, 6),
    st.integers(0, 1439),
    st.integers(1, 1440),
)
spans = st.builds(
    lambda day, start, length: Span(day, start, start + length),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(0, 1400),
    st.integers(1, 1440),
)
days = st.tuples(st.integers(1, 12), st.integers(1, 28))
rules = st.builds(
    Rules,
    timezone=st.sampled_from(ZONES),
    weekly=st.lists(hours, min_size=1, max_size=14).map(tuple),
    holidays=st.sampled_from([(), holidays_of("FR")]),
    closures=st.lists(st.builds(YearlyClosure, days, days), max_size=1).map(
        lambda closures: tuple(c for c in closures if c.first <= c.last or c.first[0] > 10 > c.last[0])
    ),
    closings=st.lists(spans, max_size=3).map(tuple),
    openings=st.lists(spans, min_size=1, max_size=3).map(tuple),
)
schedules = st.builds(Schedule, rules)
# Half of the times fall near a change of clock.
anywhere = st.integers(0, 700 * 86_400_000_000).map(
    lambda micros: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
)
near_change = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    st.sampled_from([datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]),
    st.integers(-2000, 2000),
)
times = anywhere | near_change
amounts = st.integers(1, 60 * 24 * 20 * 60_000_000).map(lambda micros: timedelta(microseconds=micros))

quick = settings(max_examples=60, deadline=None)


def opens(schedule: Schedule) -> bool:
    """Whether it opens enough for any amount below."""
    return open_time_between(
        schedule, datetime(2028, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    ) > timedelta(hours=12)


@quick
@given(schedules, times, amounts)
def test_adding_and_measuring_are_inverse(schedule: Schedule, start: datetime, amount: timedelta) -> None:
    if opens(schedule):
        assert open_time_between(schedule, start, add_open_time(schedule, start, amount)) == amount


@quick
@given(schedules, times, amounts)
def test_subtracting_and_measuring_are_inverse(schedule: Schedule, end: datetime, amount: timedelta) -> None:
    if opens(schedule):
        assert open_time_between(schedule, subtract_open_time(schedule, end, amount), end) == amount


@quick
@given(schedules, times, times, times)
def test_open_time_adds_up(schedule: Schedule, a: datetime, b: datetime, c: datetime) -> None:
    first, middle, last = sorted((a, b, c))
    parts = open_time_between(schedule, first, middle) + open_time_between(schedule, middle, last)
    assert open_time_between(schedule, first, last) == parts
    assert parts <= last - first


@quick
@given(schedules, times, times, amounts)
def test_who_starts_later_is_not_due_earlier(
    schedule: Schedule, a: datetime, b: datetime, amount: timedelta
) -> None:
    if opens(schedule):
        earlier, later = sorted((a, b))
        assert add_open_time(schedule, earlier, amount) <= add_open_time(schedule, later, amount)


@quick
@given(schedules, times, amounts, amounts)
def test_amounts_added_in_turn_are_added_together(
    schedule: Schedule, start: datetime, first: timedelta, second: timedelta
) -> None:
    if opens(schedule):
        assert add_open_time(schedule, add_open_time(schedule, start, first), second) == add_open_time(
            schedule, start, first + second
        )


@quick
@given(schedules, times, times)
def test_intervals_are_disjoint_sorted_and_sum_up(schedule: Schedule, a: datetime, b: datetime) -> None:
    start, end = sorted((a, b))
    intervals = list(open_intervals(schedule, start, end))
    assert all(opening < closing for opening, closing in intervals)
    assert all(one[1] <= two[0] for one, two in pairwise(intervals))
    assert sum((closing - opening for opening, closing in intervals), timedelta(0)) == open_time_between(
        schedule, start, end
    )
    assert all(is_open(schedule, opening) for opening, _ in intervals)


@quick
@given(schedules, times, st.integers(0, 30))
def test_working_days_end_in_open_time_or_at_a_close(schedule: Schedule, start: datetime, count: int) -> None:
    if opens(schedule):
        due = add_working_days(schedule, start, count)
        assert due >= next_open(schedule, start) or count == 0
        assert is_open(schedule, due) or is_open(schedule, due - timedelta(microseconds=1))
        assert add_working_days(schedule, start, count, end_of_day=True) >= due
