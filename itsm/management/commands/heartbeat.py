"""`manage.py heartbeat`: a health check for containers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.jobs import worker_is_alive


class Command(BaseCommand):
    """Tells whether the background work goes on."""

    help = "Succeed where beat, broker, worker and database have worked together within the last 90 seconds."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not worker_is_alive():
            raise CommandError("No worker has worked for 90 seconds: look at the logs of beat and worker.")
