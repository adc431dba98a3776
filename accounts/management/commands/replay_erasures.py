"""`manage.py replay_erasures`: erase again whom a restored database brought back."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import actions


class Command(BaseCommand):
    """Goes through the list beside the anchors of the audit trail."""

    help = (
        "Erase again every person who was erased before and whom a restore brought back, by the list beside the "
        "anchors of the audit trail. Does nothing where nobody came back; run it after every restore."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Erase and count."""
        self.stdout.write(f"{actions.replay_erasures()} people erased again.")
