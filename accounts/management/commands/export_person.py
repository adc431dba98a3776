"""`manage.py export_person EMAIL --output FILE`: all that the portal holds on a person."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import actions
from accounts.models import User
from audit.actions import record


class Command(BaseCommand):
    """Writes a ZIP of JSON documents and files."""

    help = (
        "Write all that the portal holds on the person with this address into a ZIP: the account, every row that names "
        "them, their tickets with messages and files, and what the audit trail says of them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="address of the person")
        parser.add_argument(
            "--output", required=True, type=Path, help="the file to write; it must not exist yet"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the file."""
        person = User.objects.filter(email=options["email"]).first()
        if person is None:
            raise CommandError(f"Nobody has the address {options['email']}.")
        try:
            with options["output"].open("xb") as target:
                actions.write_export(person, target)
        except OSError as error:
            raise CommandError(f"{options['output']}: {error.strerror}") from error
        record("person.exported", target=person, subject=person)
        self.stdout.write(f"{options['output']}: {options['output'].stat().st_size} bytes")
