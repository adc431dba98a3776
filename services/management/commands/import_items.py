"""Import items from a CSV file."""

import argparse
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from tqdm import tqdm

from accounts.models import User
from services.importing import Intake, Report
from services.reading import COLUMNS, Unreadable, decoded

# Refused cells that are printed.
SHOWN = 20
HELP = f"""Import items from a CSV file, in the name of a person and with that person's rights.

The first line names the columns, in French or in English:
  {", ".join(COLUMNS)}
and attributes of the type, under their code or their name. Separator (; , tab) and encoding (UTF-8,
Windows-1252) are found from the content. Only the code is needed for items that are there; an empty cell
changes nothing. Doing it twice changes nothing: an item is known by its code.

Rows that are wrong are refused with their line and column; the others go in.
The exit code is 0 where the file was read, whatever rows were refused; 1 where it could not be."""


class Command(BaseCommand):
    """`manage.py import_items FILE --as EMAIL`."""

    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Keep the line breaks of the help."""
        kwargs["formatter_class"] = argparse.RawDescriptionHelpFormatter
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("file", type=Path, metavar="FILE", help="the file to import")
        parser.add_argument(
            "--as", dest="email", metavar="EMAIL", default="",
            help="in whose name (default: the only person who may administer everything, where there is one)",
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="check every row, write nothing")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and tell what came of it."""
        by = self._person(options["email"])
        try:
            intake = Intake(by, decoded(options["file"].read_bytes()))
            report = intake.check() if options["dry_run"] else self._run(intake)
        except OSError as problem:
            raise CommandError(f"{options['file']} cannot be read: {problem.strerror}.") from None
        except Unreadable as problem:
            raise CommandError(str(problem)) from None
        self._tell(report, dry_run=options["dry_run"])

    def _person(self, email: str) -> User:
        people = User.objects.select_related("entity").filter(is_active=True)
        found = list(people.filter(email=email) if email else people.filter(is_superuser=True)[:2])
        if len(found) != 1:
            raise CommandError(
                f"Nobody active has the address {email}." if email else "Say in whose name: --as EMAIL."
            )
        return found[0]

    def _run(self, intake: Intake) -> Report:
        with tqdm(total=len(intake.rows), unit="row", disable=not sys.stderr.isatty()) as bar:

            def progress(done: int, _report: Report) -> None:
                bar.update(done - bar.n)

            return intake.run(progress=progress)

    def _tell(self, report: Report, *, dry_run: bool) -> None:
        would = "would be " if dry_run else ""
        self.stdout.write(
            f"{report.rows} rows: {report.new} {would}added, {report.changed} {would}changed, "
            f"{report.same} the same already, {report.refused} refused."
        )
        if report.ignored:
            self.stdout.write(f"Columns that mean nothing here: {', '.join(report.ignored)}")
        for note in report.notes[:SHOWN]:
            self.stdout.write(f"  line {note.line}, {note.column}, {note.code}: {note.reason}")
        if len(report.notes) > SHOWN:
            self.stdout.write(f"  and {len(report.notes) - SHOWN} more")
