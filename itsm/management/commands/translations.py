"""`manage.py translations`: extract, check and compile the catalogues without gettext."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from itsm.translations import compile_all, faults, languages, update


class Command(BaseCommand):
    """Keeps the translations complete."""

    help = "Keep the translations complete; without an option, compile what changed."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--update", action="store_true", help="bring new strings of the sources into the catalogues"
        )
        what.add_argument(
            "--check", action="store_true", help="fail where a string is missing, empty or fuzzy"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["update"]:
            for language in languages() or ["fr"]:
                update(language)
        if options["check"]:
            self._check()
        compile_all()

    def _check(self) -> None:
        found = [f"{language}: {fault}" for language in languages() or ["fr"] for fault in faults(language)]
        for fault in found:
            self.stderr.write(fault)
        if found:
            raise CommandError(f"{len(found)} strings need a translator; run manage.py translations --update")
        self.stdout.write("Translations are complete.")
