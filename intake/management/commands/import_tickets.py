"""Import tickets from a file."""

import argparse
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.db import ProgrammingError
from django.utils import timezone
from tqdm import tqdm

from accounts.models import Entity
from intake.imports.loading import FORMATS, Order, Progress, run
from intake.imports.report import Report
from intake.imports.source import Unreadable

# As shells report a command ended by Ctrl-C.
INTERRUPTED = 130

HELP = """Import tickets from a file, plain or gzip. Nobody is notified.

Formats, recognised by their content:
  servicenow  the event log of ServiceNow: CSV with number, incident_state, opened_at, sys_updated_at and,
              where known, caller_id, assignment_group, assigned_to, category, priority and more; dates are
              day/month/year. Each incident comes with its whole history.
  jsonl       one JSON object a line with id, title, created, requester and, where known, kind (incident if
              absent), body, lang, updated, queue, status (new, open, pending, resolved, closed), priority
              (1 the highest), assignee, due, comments [{author, created, public, body}], fields (values of
              custom fields by code); times in ISO 8601.
  csv         the same columns under a header; comments as JSON in their cell, custom fields in columns of
              their own (field.CODE).

People are found by their e-mail address, or by the name of an earlier import; who is missing is made,
inactive and without password. A queue is a team or service of that name, or a new team. Old numbers stay as
aliases: looking one up finds its ticket.

An import that was interrupted can simply be started again: what is already there is passed over.
The exit code is 0 where the file was read, whatever rows were refused; 1 where it could not be."""


class Command(BaseCommand):
    """`manage.py import_tickets FILE`."""

    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Keep the line breaks of the help."""
        return super().create_parser(
            prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("file", type=Path, metavar="FILE", help="the file to import")
        parser.add_argument(
            "--format", choices=FORMATS, default="", help="the format, where the content does not show it"
        )
        parser.add_argument(
            "--entity",
            metavar="CODE",
            help="entity of all tickets (default: the requester's own, or the top)",
        )
        parser.add_argument(
            "--timezone",
            metavar="ZONE",
            default=settings.TIME_ZONE,
            help="zone of times that name none (default: %(default)s)",
        )
        parser.add_argument(
            "--source",
            metavar="NAME",
            default="",
            help="the system that gave the numbers, unique within it (default: servicenow, or import)",
        )
        parser.add_argument(
            "--report", type=Path, metavar="FILE", help="write every refused row and why to this CSV file"
        )
        parser.add_argument("--dry-run", action="store_true", help="check every row, write nothing")
        parser.add_argument(
            "--progress",
            action="store_true",
            help="show the progress bar even where the output is no terminal",
        )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and tell what came of it."""
        order = self._order(options)
        began = time.monotonic()
        try:
            report = Report(options["report"])
        except Unreadable as problem:
            raise CommandError(str(problem)) from None
        try:
            with _Bar(shown=options["progress"] or sys.stderr.isatty()) as bar:
                run(order, report, bar)
        except Unreadable as problem:
            raise CommandError(str(problem)) from None
        except ProgrammingError as problem:
            raise CommandError(
                f"The database is not ready; run manage.py migrate first ({problem})."
            ) from None
        except KeyboardInterrupt:
            self._tell(report, order, began)
            text = "Interrupted. Start it again to go on where it stopped."
            raise CommandError(text, returncode=INTERRUPTED) from None
        finally:
            report.close()
        self._tell(report, order, began)

    def _order(self, options: dict[str, Any]) -> Order:
        entity = None
        if options["entity"]:
            entity = Entity.objects.filter(code__iexact=options["entity"]).first()
            if entity is None:
                raise CommandError(f"There is no entity with the code {options['entity']}.")
        try:
            zone = ZoneInfo(options["timezone"])
        except (ValueError, LookupError, OSError):
            raise CommandError(f"{options['timezone']} is not a time zone, such as Europe/Paris.") from None
        if len(options["source"]) > 60:
            raise CommandError("The name of the source is longer than 60 characters.")
        return Order(
            path=options["file"],
            zone=zone,
            now=timezone.now(),
            format=options["format"],
            source=options["source"],
            entity=entity,
            dry_run=options["dry_run"],
        )

    def _tell(self, report: Report, order: Order, began: float) -> None:
        for line in report.lines(dry_run=order.dry_run):
            self.stdout.write(line)
        seconds = time.monotonic() - began
        if report.seen:
            self.stdout.write(f"{seconds:.1f} s, {report.seen / max(seconds, 0.001):,.0f} tickets/s.")


class _Bar:
    """A progress bar on the error output: share done, tickets, rate, time left."""

    def __init__(self, *, shown: bool) -> None:
        self._began = time.monotonic()
        self._is_asked_to_stop = False
        self._bar = tqdm(
            total=0, disable=not shown, file=sys.stderr, leave=False, postfix="reading…",
            bar_format="{percentage:3.0f}% |{bar}| [{elapsed}<{remaining}{postfix}]",
        )  # fmt: skip

    def __enter__(self) -> "_Bar":
        # Raised anywhere else, an interrupt could end up within a callback of a library, which would swallow it.
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_exception: object) -> None:
        self._bar.close()
        signal.signal(signal.SIGINT, self._before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        """Stop at the next batch; a second Ctrl-C stops at once."""
        self._is_asked_to_stop = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def __call__(self, progress: Progress) -> None:
        """Show how far it is, between two batches. Raises `KeyboardInterrupt` where someone pressed Ctrl-C."""
        rate = progress.tickets / max(time.monotonic() - self._began, 0.001)
        self._bar.total = progress.total
        self._bar.n = min(progress.done, progress.total)
        self._bar.set_postfix_str(f"{progress.tickets:,} tickets, {rate:,.0f}/s", refresh=True)
        if self._is_asked_to_stop:
            raise KeyboardInterrupt
