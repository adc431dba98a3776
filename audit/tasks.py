"""What workers do for the trail."""

from datetime import timedelta

from celery import shared_task

from audit import actions
from audit.actions.checking import RUN_TASK
from core.jobs import job


@shared_task(name="audit.seal")
@job("audit.seal", every=timedelta(seconds=5))
def seal() -> None:
    """Close the chain over what was written in the last seconds."""
    actions.seal()


@shared_task(name="audit.seal_late")
@job("audit.seal_late", every=timedelta(minutes=10))
def seal_late() -> None:
    """Seal what a very long transaction committed behind the others."""
    actions.seal(whole=True)


@shared_task(name="audit.anchor")
@job("audit.anchor", every=timedelta(minutes=1))
def anchor() -> None:
    """Note the head of the chain outside the database."""
    actions.anchor()


@shared_task(name=RUN_TASK)
def run_checks() -> None:
    """Run the verifications that were asked for."""
    actions.run_checks()


@shared_task(name="audit.sweep_checks")
@job("audit.sweep_checks", every=timedelta(minutes=1))
def sweep_checks() -> None:
    """Find the verifications that no nudge announced."""
    actions.run_checks()


@shared_task(name="audit.verify")
@job("audit.verify", every=timedelta(days=1))
def verify() -> None:
    """Verify the trail once a day."""
    actions.ask_check()
