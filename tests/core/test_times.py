"""How times and numbers read, in both languages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from core import times

NOW = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _paris() -> object:
    with timezone.override("Europe/Paris"):
        yield


def test_exact_time_is_written_out_in_both_languages() -> None:
    with translation.override("en"):
        assert times.exact(NOW) == "Monday 23 November 2026, 14:30"
    with translation.override("fr"):
        assert times.exact(NOW) == "lundi 23 novembre 2026, 14:30"


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=12), "12 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=1), "yesterday 14:30"),
        (timedelta(days=-1), "tomorrow 14:30"),
        (timedelta(hours=-2), "in 2 h"),
        (timedelta(days=3), "Fri 14:30"),
        (timedelta(days=30), "24 Oct 15:30"),
        (timedelta(days=400), "19 Oct 2025"),
    ],
)
def test_relative_time_is_as_exact_as_one_needs(ago: timedelta, text: str) -> None:
    with translation.override("en"):
        assert times.relative(NOW - ago, NOW) == text


@pytest.mark.parametrize(
    ("left", "text", "state"),
    [
        (timedelta(minutes=80), "in 1 h 20", "soon"),
        (timedelta(hours=5), "in 5 h", ""),
        (timedelta(minutes=-200), "late by 3 h 20", "late"),
        (timedelta(days=2), "Wed 14:30", ""),
    ],
)
def test_due_time_says_late_and_soon(left: timedelta, text: str, state: str) -> None:
    with translation.override("en"):
        assert times.due(NOW + left, NOW) == times.DueWords(text, state)


def test_counts_stop_at_their_limit() -> None:
    with translation.override("en"):
        assert times.bounded(1000, 1000) == "1,000"
        assert times.bounded(1001, 1000) == "1,000+"


def test_short_dates_follow_the_language() -> None:
    with translation.override("fr"):
        assert times.short(NOW - timedelta(days=30), NOW) == "24 oct. 15:30"
        assert times.short(NOW - timedelta(days=3), NOW) == "ven. 14:30"
