"""Calendars as rows: the pack, versions that never change, the command."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from calendars.actions import create_calendar, edit_calendar, install_calendars
from calendars.arithmetic import add_open_time
from calendars.models import Calendar, CalendarVersion
from calendars.rules import Day, Hours, Rules
from core.exceptions import Refused


@pytest.fixture
def office(db: None) -> Calendar:
    install_calendars()
    calendar: Calendar = Calendar.objects.get(slug="heures-ouvrees")
    return calendar


def test_pack_has_three_calendars_with_french_holidays(office: Calendar) -> None:
    assert list(Calendar.objects.values_list("slug", flat=True)) == ["24-7", "heures-ouvrees", "etendu"]
    assert date(2026, 4, 6) in {day.day for day in office.rules.holidays}
    assert office.timezone == "Europe/Paris"


def test_pack_never_overwrites_what_was_edited(office: Calendar) -> None:
    edit_calendar(office, name="Nos heures", rules=replace(office.rules, weekly=(Hours(0, 540, 600),)))
    assert install_calendars() == []
    kept = Calendar.objects.get(slug="heures-ouvrees")
    assert (kept.name, kept.rules.weekly) == ("Nos heures", (Hours(0, 540, 600),))


def test_edit_makes_a_version_and_keeps_the_holidays_that_were_copied(office: Calendar) -> None:
    first = office.current
    edit_calendar(
        office, name=office.name, rules=replace(office.rules, own_days=(Day(date(2026, 5, 15), "Pont"),))
    )
    edit_calendar(office, name="Autre nom", rules=Calendar.objects.get(pk=office.pk).rules)
    kept = Calendar.objects.get(pk=office.pk)
    assert first is not None and kept.current is not None
    assert [first.number, kept.current.number] == [1, 2]
    assert kept.rules.holidays == first.as_rules.holidays
    assert first.as_rules.own_days == ()


def test_holidays_follow_the_part_of_the_country(office: Calendar) -> None:
    edit_calendar(office, name=office.name, rules=replace(office.rules, subdivision="57"))
    closed = {day.day for day in Calendar.objects.get(pk=office.pk).rules.holidays}
    assert date(2026, 12, 26) in closed
    edit_calendar(office, name=office.name, rules=replace(office.rules, country="", subdivision=""))
    assert Calendar.objects.get(pk=office.pk).rules.holidays == ()


def test_version_cannot_be_changed_even_in_the_database(office: Calendar) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        CalendarVersion.objects.update(number=9)


def test_rules_survive_being_stored(office: Calendar) -> None:
    for calendar in Calendar.objects.all():
        assert calendar.current is not None
        assert Rules.from_json(calendar.current.rules) == calendar.rules


def test_changed_hours_count_at_once(office: Calendar) -> None:
    start = datetime(2026, 11, 20, 16, tzinfo=ZoneInfo("Europe/Paris"))
    assert add_open_time(office.schedule, start, timedelta(hours=2)) == start + timedelta(hours=2)
    edit_calendar(office, name=office.name, rules=replace(office.rules, weekly=(Hours(4, 480, 1020),)))
    changed = Calendar.objects.get(pk=office.pk)
    assert add_open_time(changed.schedule, start, timedelta(hours=2)) == datetime(
        2026, 11, 27, 9, tzinfo=ZoneInfo("Europe/Paris")
    )


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"timezone": "Europe/Nowhere"}, "timezone"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"timezone": "UTC", "weekly": {"7": [["08:00", "09:00"]]}}, "weekly"),
        ({"timezone": "UTC", "weekly": {"0": [["25:00", "09:00"]]}}, "weekly"),
        ({"timezone": "UTC", "weekly": {"0": [["08:00"]]}}, "weekly"),
        ({"timezone": "UTC", "weekly": {"0": "08:00"}}, "weekly"),
        ({"timezone": "UTC", "weekly": []}, "timezone"),
        ({"timezone": "UTC", "own_days": [["2026-02-30", ""]]}, "own_days"),
        ({"timezone": "UTC", "closures": [["13-01", "01-02", ""]]}, "closures"),
        ({"timezone": "UTC", "closings": [["2026-01-01", "x", "y", ""]]}, "closings"),
        ({"timezone": "UTC", "openings": "tomorrow"}, "openings"),
    ],
)
def test_wrong_rules_are_refused_by_name(rules: dict[str, object], field: str) -> None:
    if rules.get("weekly") == []:
        assert Rules.from_json(rules).weekly == ()
        return
    with pytest.raises(Refused) as refused:
        Rules.from_json(rules)
    assert list(refused.value.errors) == [field]


def test_overlapping_hours_and_unknown_places_are_refused(db: None) -> None:
    overlapping = Rules(weekly=(Hours(0, 480, 720), Hours(0, 700, 800)))
    for rules, field in (
        (overlapping, "weekly"),
        (Rules(country="XX"), "country"),
        (Rules(country="FR", subdivision="?"), "subdivision"),
    ):
        with pytest.raises(Refused) as refused:
            create_calendar(name="x", rules=rules)
        assert list(refused.value.errors) == [field]


def ask(*words: str) -> str:
    out = StringIO()
    call_command("calendar", *words, stdout=out)
    return out.getvalue().strip()


def test_command_answers(office: Calendar) -> None:
    who = ("--calendar", "heures-ouvrees")
    due = ask("due", *who, "--start", "2026-11-20T16:00", "--minutes", "240")
    assert due == "Mon 2026-11-23 10:30:00 +0100"
    days = ask("due", *who, "--start", "2026-11-20T16:00", "--days", "5", "--end-of-day")
    assert days == "Fri 2026-11-27 18:00:00 +0100"
    assert ask("back", *who, "--end", "2026-11-23T09:00", "--minutes", "60").startswith(
        "Fri 2026-11-20 17:30"
    )
    passed = ask("elapsed", *who, "--start", "2026-11-20T17:00", "--end", "2026-11-23T09:00")
    assert passed == "1 h 30 min (90 minutes)"
    assert "Lundi de Pâques" in ask("holidays", *who, "--year", "2026")
    assert "Étendu" in ask("list")
    assert "2026-12-24 08:30" in ask("hours", *who, "--start", "2026-12-24", "--end", "2026-12-29")


def test_command_says_what_is_wrong(office: Calendar) -> None:
    for words in (
        ("due", "--calendar", "none", "--minutes", "1"),
        ("due", "--calendar", "24-7", "--start", "soon", "--minutes", "1"),
        ("due", "--calendar", "24-7", "--minutes", "-1"),
        ("elapsed", "--calendar", "24-7", "--start", "2026-01-02", "--end", "2026-01-01"),
    ):
        with pytest.raises(CommandError):
            ask(*words)
