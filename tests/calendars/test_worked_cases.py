"""The worked cases that the arithmetic must hold, by the clock of Paris."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from calendars.arithmetic import (
    NeverOpen,
    Schedule,
    add_open_time,
    add_working_days,
    close_of_day,
    is_open,
    is_working_day,
    next_open,
    open_intervals,
    open_time_between,
    previous_open,
    subtract_open_time,
)
from calendars.rules import Rules, Span, YearlyClosure
from tests.calendars.schedules import always, office, weekly

PARIS = ZoneInfo("Europe/Paris")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def hours(amount: float) -> timedelta:
    return timedelta(hours=amount)


def test_four_hours_from_friday_afternoon_end_monday_morning() -> None:
    assert add_open_time(office(), at("2026-11-20 16:00"), hours(4)) == at("2026-11-23 10:00")


def test_lunch_break_does_not_count() -> None:
    schedule = office("08:00-12:30", "13:30-18:00")
    assert add_open_time(schedule, at("2026-11-18 11:30"), hours(2)) == at("2026-11-18 14:30")


def test_delay_used_up_at_closing_is_due_at_closing() -> None:
    assert add_open_time(office(), at("2026-11-18 16:00"), hours(2)) == at("2026-11-18 18:00")


def test_pause_over_a_weekend_costs_two_open_hours() -> None:
    assert open_time_between(office(), at("2026-11-20 17:00"), at("2026-11-23 09:00")) == hours(2)


@pytest.mark.parametrize(
    ("night", "real_hours"), [("2026-03-28 22:00", 9), ("2026-10-24 22:00", 11), ("2026-06-06 22:00", 10)]
)
def test_nights_when_the_clock_changes_are_as_long_as_they_are(night: str, real_hours: int) -> None:
    start = at(night)
    morning = at(f"{(start + timedelta(days=1)).date()} 08:00")
    assert open_time_between(always(), start, morning) == hours(real_hours)
    assert add_open_time(always(), start, hours(real_hours)) == morning


def test_office_hours_are_kept_by_the_wall_clock_when_it_changes() -> None:
    assert add_open_time(office(), at("2026-03-27 16:00"), hours(4)) == at("2026-03-30 10:00")
    assert add_open_time(office(), at("2026-10-23 16:00"), hours(4)) == at("2026-10-26 10:00")


def test_interval_over_midnight_loses_the_hour_that_summer_time_skips() -> None:
    nights = Schedule(Rules(weekly=weekly([5], "22:00-06:00")))
    assert open_time_between(nights, at("2026-03-28 12:00"), at("2026-03-29 12:00")) == hours(7)
    assert open_time_between(nights, at("2026-10-24 12:00"), at("2026-10-25 12:00")) == hours(9)
    assert open_time_between(nights, at("2026-11-21 12:00"), at("2026-11-22 12:00")) == hours(8)


def test_hour_that_does_not_exist_begins_when_the_clock_jumps() -> None:
    schedule = Schedule(Rules(weekly=weekly([6], "02:30-04:00")))
    assert list(open_intervals(schedule, at("2026-03-29 00:00"), at("2026-03-29 12:00"))) == [
        (at("2026-03-29 03:00"), at("2026-03-29 04:00"))
    ]


def test_hour_shown_twice_begins_at_its_first_showing() -> None:
    schedule = Schedule(Rules(weekly=weekly([6], "02:00-03:00")))
    assert open_time_between(schedule, at("2026-10-25 00:00"), at("2026-10-25 12:00")) == hours(2)


def test_christmas_and_new_year_do_not_count() -> None:
    # Thursday 24 December 2026; Friday 25 is a holiday.
    assert add_open_time(office(), at("2026-12-24 16:00"), hours(4)) == at("2026-12-28 10:00")
    # Thursday 31 December 2026; Friday 1 January is a holiday.
    assert add_open_time(office(), at("2026-12-31 16:00"), hours(4)) == at("2027-01-04 10:00")


def test_easter_monday_does_not_count() -> None:
    assert add_open_time(office(), at("2026-04-03 16:00"), hours(4)) == at("2026-04-07 10:00")


def test_yearly_closure_over_new_year_closes_every_year() -> None:
    schedule = office(closures=(YearlyClosure((12, 24), (1, 2), "Fermeture annuelle"),))
    assert add_open_time(schedule, at("2026-12-23 16:00"), hours(4)) == at("2027-01-04 10:00")
    assert add_open_time(schedule, at("2030-12-23 16:00"), hours(4)) == at("2031-01-03 10:00")
    assert open_time_between(schedule, at("2026-12-24 00:00"), at("2027-01-03 00:00")) == timedelta(0)


def test_yearly_closure_within_a_year_includes_both_ends() -> None:
    schedule = office(closures=(YearlyClosure((8, 3), (8, 14)),))
    assert add_open_time(schedule, at("2026-07-31 17:00"), hours(2)) == at("2026-08-17 09:00")


def test_round_the_clock_counts_all_of_this() -> None:
    for start in (
        "2026-03-28 12:00",
        "2026-10-24 12:00",
        "2026-12-24 12:00",
        "2026-04-05 12:00",
        "2026-12-31 23:30",
    ):
        due = add_open_time(always(), at(start), timedelta(hours=72))
        assert due - at(start).astimezone(due.tzinfo) == timedelta(hours=72)


def test_exceptional_opening_wins_over_a_holiday() -> None:
    schedule = office(openings=(Span(date(2026, 5, 1), 540, 720, "Bascule"),))
    assert open_time_between(schedule, at("2026-05-01 00:00"), at("2026-05-02 00:00")) == hours(3)


def test_exceptional_closing_of_an_afternoon() -> None:
    schedule = office(closings=(Span(date(2026, 11, 20), 720, 1440, "Inventaire"),))
    assert add_open_time(schedule, at("2026-11-20 11:00"), hours(2)) == at("2026-11-23 09:00")


def test_holiday_closes_from_midnight_to_midnight() -> None:
    nights = Schedule(
        Rules(weekly=weekly(range(7), "22:00-06:00"), holidays=office().rules.holidays),
    )
    assert list(open_intervals(nights, at("2026-05-01 12:00"), at("2026-05-02 12:00"))) == [
        (at("2026-05-02 00:00"), at("2026-05-02 06:00"))
    ]


def test_calendar_is_open_at_its_beginning_and_not_at_its_end() -> None:
    assert is_open(office(), at("2026-11-18 08:00"))
    assert not is_open(office(), at("2026-11-18 18:00"))
    assert not is_open(office(), at("2026-11-18 07:59:59"))


def test_next_and_previous_open_moments() -> None:
    assert next_open(office(), at("2026-11-21 12:00")) == at("2026-11-23 08:00")
    assert next_open(office(), at("2026-11-20 18:00")) == at("2026-11-23 08:00")
    assert previous_open(office(), at("2026-11-22 12:00")) == at("2026-11-20 18:00")
    assert previous_open(office(), at("2026-11-23 08:00")) == at("2026-11-20 18:00")
    assert previous_open(office(), at("2027-01-02 08:00")) == at("2026-12-31 18:00")


def test_working_days_keep_the_time_of_day() -> None:
    assert add_working_days(office(), at("2026-11-18 10:15"), 5) == at("2026-11-25 10:15")
    assert add_working_days(office(), at("2026-12-22 10:15"), 5) == at("2026-12-30 10:15")


def test_working_days_may_end_at_the_close_of_the_day() -> None:
    assert add_working_days(office(), at("2026-11-18 10:15"), 2, end_of_day=True) == at("2026-11-20 18:00")
    assert add_working_days(office(), at("2026-11-18 10:15"), 0, end_of_day=True) == at("2026-11-18 18:00")


def test_working_days_from_closed_time_count_from_the_next_opening() -> None:
    assert add_working_days(office(), at("2026-11-21 12:00"), 5) == at("2026-11-30 08:00")
    assert add_working_days(office(), at("2026-11-20 19:00"), 1) == at("2026-11-24 08:00")


def test_working_days_over_the_change_of_clock_keep_the_wall_time() -> None:
    assert add_working_days(office(), at("2026-10-23 10:00"), 1) == at("2026-10-26 10:00")
    assert add_working_days(always(), at("2026-10-24 10:00"), 1) == at("2026-10-25 10:00")


def test_working_day_that_closes_early_ends_at_its_close() -> None:
    schedule = office(closings=(Span(date(2026, 11, 20), 720, 1440, "Inventaire"),))
    assert add_working_days(schedule, at("2026-11-19 16:00"), 1) == at("2026-11-20 12:00")


def test_days_of_the_calendar() -> None:
    assert is_working_day(office(), date(2026, 11, 20))
    assert not is_working_day(office(), date(2026, 11, 21))
    assert not is_working_day(office(), date(2026, 11, 11))
    assert close_of_day(office(), date(2026, 11, 11)) is None


def test_calendar_that_never_opens_says_so() -> None:
    never = Schedule(Rules())
    questions: list[Callable[[], datetime]] = [
        lambda: add_open_time(never, at("2026-11-20 16:00"), hours(1)),
        lambda: subtract_open_time(never, at("2026-11-20 16:00"), hours(1)),
        lambda: add_working_days(never, at("2026-11-20 16:00"), 1),
        lambda: next_open(never, at("2026-11-20 16:00")),
        lambda: previous_open(never, at("2026-11-20 16:00")),
    ]
    for question in questions:
        with pytest.raises(NeverOpen):
            question()


def test_weekly_intervals_of_overlapping_days_count_once() -> None:
    schedule = Schedule(Rules(weekly=(*weekly([4], "20:00-10:00"), *weekly([5], "08:00-12:00"))))
    assert open_time_between(schedule, at("2026-11-20 00:00"), at("2026-11-22 00:00")) == hours(16)
