"""`manage.py demo`: an organisation to look at."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.crypto import get_random_string

from core.exceptions import Refused
from itsm.demo.build import build, is_there
from tickets.models import Ticket


class Command(BaseCommand):
    """Fills an empty portal with an organisation, its people and two years of its work."""

    help = (
        "Fill the portal with a demo organisation: entities, people, services and two years of incidents, made "
        "through the same actions as real use. Does nothing where it is there already; refuses where real tickets are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="add it beside the tickets that are there")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Build it once, and say how to sign in."""
        if is_there():
            self.stdout.write("The demo organisation is there already; nothing was changed.")
            return
        if Ticket.objects.exists() and not options["force"]:
            raise CommandError(
                "This portal holds tickets. Use --force to add the demo organisation beside them."
            )
        password = settings.DEMO_PASSWORD or get_random_string(16)
        started = timezone.now()
        try:
            counts = build(now=started, password=password, say=self.stdout.write)
        except Refused as error:
            raise CommandError(f"Nothing was made: {error}") from error
        seconds = (timezone.now() - started).total_seconds()
        said = ", ".join(f"{count} {what}" for what, count in counts.items())
        self.stdout.write(f"The demo organisation is there: {said} ({seconds:.0f} s).")
        self.stdout.write(
            f"Sign in as admin@demo.example, lead@, agent@ or requester@demo.example with password {password}"
        )
