"""Fill the database of a benchmark."""

import json
import random
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.actions.tokens import create_token
from accounts.models import Entity, User
from bench import data
from bench.names import AGENT, REQUESTER
from services.models import Node
from tickets.models import Comment, Ticket

# So few that each is read once before anything is measured: what is compared is a page whose rows are in memory.
SAMPLE = 40


class Command(BaseCommand):
    """`manage.py bench_fill --tickets N`, with the settings of the benchmark only."""

    help = "Fill a throw-away database and print, as JSON, what the benchmark asks for."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the number of tickets."""
        parser.add_argument("--tickets", type=int, required=True, help="how many there shall be in all")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the organisation once, add the missing tickets, and choose what is asked for."""
        if not Entity.objects.exists():
            data.make_organisation()
            data.make_graph()
            data.make_long_story()
        data.grow(options["tickets"])
        agent = User.objects.get(email=AGENT)
        requester = User.objects.get(email=REQUESTER)
        _, secret = create_token(agent, name="bench", scopes=["write"], days=30, by=None)
        self.stdout.write(
            json.dumps(
                {
                    "token": secret,
                    "tickets": _sample(Ticket.objects.visible_to(agent)),
                    "own": _sample(Ticket.objects.filter(requester=requester)),
                    "long": Ticket.objects.get(title="The long story").reference,
                    "service": Node.objects.exclude(service=None).earliest("pk").service_id,
                    "item": "BENCH-2500",
                    "team": min(agent.access.teams),
                    "rows": {"tickets": Ticket.objects.count(), "comments": Comment.objects.count()},
                }
            )
        )


def _sample(rows: Any) -> list[str]:
    """References of some tickets, from all over the table."""
    newest = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    keys = random.Random(1).sample(  # noqa: S311 - data of a benchmark
        range(1, newest + 1), min(newest, 40 * SAMPLE)
    )
    named = rows.only("pk", "kind")
    return [ticket.reference for ticket in named.filter(pk__in=keys)[:SAMPLE] or named[:SAMPLE]]
