"""`manage.py install_pack`: what a new installation starts with."""

from typing import Any

from django.core.management.base import BaseCommand

from itsm.pack import install


class Command(BaseCommand):
    """Install the French pack where it is not there yet; safe to repeat, never overwrites what was edited."""

    help = "Install roles, calendars, categories, pending reasons, resolution codes and delays that are not there yet."

    def handle(self, *args: Any, **options: Any) -> None:
        """Install and say so."""
        install()
        self.stdout.write("The starting set-up is installed.")
