"""`manage.py token EMAIL`: make an API token."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import actions
from accounts.actions.tokens import DEFAULT_DAYS, LONGEST_DAYS
from accounts.choices import Scope
from accounts.models import User
from core.exceptions import Refused


class Command(BaseCommand):
    """Makes an API token for a person and prints it, alone on the last line."""

    help = (
        "Make an API token for the person with this address and print it alone on the last line. It acts in the "
        "person's name, with the person's rights, and is not shown again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="address of the person")
        parser.add_argument(
            "--scopes",
            default=Scope.WRITE.value,
            help=f"comma-separated, of: {', '.join(Scope.values)} (default: write, which includes reading)",
        )
        parser.add_argument(
            "--days",
            type=int,
            default=DEFAULT_DAYS,
            help=f"days until it ends, 1 to {LONGEST_DAYS} (default: %(default)s)",
        )
        parser.add_argument(
            "--name", default="manage.py token", help="what it is called in the list of tokens"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the token."""
        person = User.objects.active().filter(email=options["email"]).first()
        if person is None:
            raise CommandError(f"No active person has the address {options['email']}.")
        scopes = [scope.strip() for scope in options["scopes"].split(",") if scope.strip()]
        try:
            token, secret = actions.create_token(
                person, name=options["name"], scopes=scopes, days=options["days"], by=None
            )
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"Token of {person.email}, ends {token.expires_at:%Y-%m-%d}:")
        self.stdout.write(secret)
