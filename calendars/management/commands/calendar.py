"""`manage.py calendar`: ask a calendar from the command line."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from calendars.arithmetic import (
    NeverOpen,
    add_open_time,
    add_working_days,
    is_open,
    next_open,
    open_intervals,
    open_time_between,
    subtract_open_time,
)
from calendars.models import Calendar
from calendars.rules import month_day

_EXAMPLES = """\
Times are local to the calendar unless they carry an offset:
2026-11-20T16:00, "2026-11-20 16:00", 2026-11-20T16:00+01:00.

examples:
  calendar list
  calendar due --calendar heures-ouvrees --start 2026-11-20T16:00 --minutes 240
  calendar due --calendar heures-ouvrees --start 2026-11-20T16:00 --days 5 --end-of-day
  calendar back --calendar heures-ouvrees --end 2026-11-23T09:00 --minutes 120
  calendar elapsed --calendar heures-ouvrees --start 2026-11-20T17:00 --end 2026-11-23T09:00
  calendar hours --calendar etendu --start 2026-12-21 --end 2027-01-04
  calendar holidays --calendar heures-ouvrees --year 2026
"""


class Command(BaseCommand):
    help = "Ask a calendar: when a delay ends, how much open time passes, when it is open, its holidays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One sub-command a question."""
        parser.epilog = _EXAMPLES
        parser.formatter_class = RawDescriptionHelpFormatter
        questions = parser.add_subparsers(dest="question", required=True, metavar="QUESTION")
        questions.add_parser("list", help="the calendars, their time zone and whether they are open now")
        due = self._question(questions, "due", "the end of a delay of open time, or of working days")
        due.add_argument("--start", help="when the delay begins (default: now)")
        amount = due.add_mutually_exclusive_group(required=True)
        amount.add_argument("--minutes", type=float, help="open minutes")
        amount.add_argument("--hours", type=float, help="open hours")
        amount.add_argument("--days", type=int, help="working days")
        due.add_argument("--end-of-day", action="store_true", help="with --days: the close of the day")
        back = self._question(questions, "back", "when a delay that ends at a given time must have begun")
        back.add_argument("--end", required=True)
        back.add_argument("--minutes", type=float, required=True, help="open minutes")
        elapsed = self._question(questions, "elapsed", "open time between two times")
        elapsed.add_argument("--start", required=True)
        elapsed.add_argument("--end", help="default: now")
        hours = self._question(questions, "hours", "the open intervals between two times")
        hours.add_argument("--start", help="default: now")
        hours.add_argument("--end", help="default: 14 days after the start")
        holidays = self._question(questions, "holidays", "the closed days of a year")
        holidays.add_argument("--year", type=int, help="default: this year")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer one question."""
        try:
            getattr(self, f"_{options['question']}")(options)
        except NeverOpen:
            raise CommandError("This calendar never opens.") from None
        except (ValueError, OverflowError) as error:
            raise CommandError(str(error)) from None

    def _question(self, questions: Any, name: str, sentence: str) -> ArgumentParser:
        parser: ArgumentParser = questions.add_parser(name, help=sentence, description=sentence)
        parser.add_argument("--calendar", required=True, help="short name (see: calendar list)")
        return parser

    def _list(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        for calendar in Calendar.objects.filter(is_active=True):
            state = "open" if is_open(calendar.schedule, now) else "closed"
            self.stdout.write(f"{calendar.slug:20} {calendar.name:24} {calendar.timezone:16} {state}")

    def _due(self, options: dict[str, Any]) -> None:
        calendar = _calendar(options)
        start = _time(calendar, options["start"])
        if options["days"] is not None:
            due = add_working_days(
                calendar.schedule, start, options["days"], end_of_day=options["end_of_day"]
            )
        else:
            minutes = options["minutes"] if options["minutes"] is not None else options["hours"] * 60
            due = add_open_time(calendar.schedule, start, timedelta(minutes=minutes))
        self.stdout.write(_local(calendar, due))

    def _back(self, options: dict[str, Any]) -> None:
        calendar = _calendar(options)
        end = _time(calendar, options["end"])
        begin = subtract_open_time(calendar.schedule, end, timedelta(minutes=options["minutes"]))
        self.stdout.write(_local(calendar, begin))

    def _elapsed(self, options: dict[str, Any]) -> None:
        calendar = _calendar(options)
        passed = open_time_between(
            calendar.schedule, _time(calendar, options["start"]), _time(calendar, options["end"])
        )
        minutes = passed.total_seconds() / 60
        self.stdout.write(f"{int(minutes // 60)} h {int(minutes % 60):02d} min ({minutes:g} minutes)")

    def _hours(self, options: dict[str, Any]) -> None:
        calendar = _calendar(options)
        start = _time(calendar, options["start"])
        end = _time(calendar, options["end"]) if options["end"] else start + timedelta(days=14)
        self.stdout.write(f"next open: {_local(calendar, next_open(calendar.schedule, start))}")
        for opening, closing in open_intervals(calendar.schedule, start, end):
            self.stdout.write(f"{_local(calendar, opening)}  to  {_local(calendar, closing)}")

    def _holidays(self, options: dict[str, Any]) -> None:
        rules = _calendar(options).rules
        year = options["year"] or timezone.now().year
        for closed in sorted((*rules.holidays, *rules.own_days)):
            if closed.day.year == year:
                self.stdout.write(f"{closed.day:%a %Y-%m-%d}  {closed.label}")
        for closure in rules.closures:
            self.stdout.write(f"{month_day(closure.first)} to {month_day(closure.last)}  {closure.label}")


def _calendar(options: dict[str, Any]) -> Calendar:
    calendar: Calendar | None = Calendar.objects.filter(slug=options["calendar"]).first()
    if calendar is None:
        known = ", ".join(Calendar.objects.values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"No calendar “{options['calendar']}”. Known: {known}.")
    return calendar


def _time(calendar: Calendar, text: str | None) -> datetime:
    if not text:
        return timezone.now()
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is not a time; write it like 2026-11-20T16:00.") from None
    return at if at.tzinfo else at.replace(tzinfo=calendar.schedule.zone)


def _local(calendar: Calendar, at: datetime) -> str:
    return f"{at.astimezone(calendar.schedule.zone):%a %Y-%m-%d %H:%M:%S %z}"
