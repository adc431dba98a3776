"""`manage.py erase_person EMAIL`: erase what is personal about somebody."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import actions
from accounts.models import User
from core.exceptions import Refused


class Command(BaseCommand):
    """Says what erasing would do, asks, then does it."""

    help = (
        "Erase what is personal about the person with this address, for good: the account becomes a number, the "
        "person's words and files go, the key of what the audit trail says about them is destroyed. Says first what "
        "will happen and asks for the address again, unless --yes is given."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="address of the person")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Tell, ask, erase."""
        person = User.objects.filter(email=options["email"]).first()
        if person is None:
            raise CommandError(f"Nobody has the address {options['email']}.")
        if objections := actions.objections_to_erasing(person, by=None):
            raise CommandError(" ".join(objections))
        for words, count in actions.effects_of_erasing(person):
            self.stdout.write(f"{count:>6}  {words}")
        if options["dry_run"]:
            return
        confirmation = options["email"] if options["yes"] else input("Type the address again to erase: ")
        try:
            actions.erase_person(person, by=None, confirmation=confirmation)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"Person {person.pk} is erased.")
