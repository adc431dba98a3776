"""What workers do for people's data."""

from datetime import timedelta

from celery import shared_task

from accounts.actions import exports
from core.jobs import job


@shared_task(name=exports.BUILD_TASK)
def build_exports() -> None:
    """Make the exports that were asked for."""
    exports.build_exports()


@shared_task(name="accounts.sweep_exports")
@job("accounts.sweep_exports", every=timedelta(minutes=1))
def sweep_exports() -> None:
    """Find the exports that no nudge announced."""
    exports.build_exports()


@shared_task(name="accounts.delete_exports")
@job("accounts.delete_exports", every=timedelta(hours=1))
def delete_exports() -> None:
    """Delete the exports whose time is over."""
    exports.delete_expired()
