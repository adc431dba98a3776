"""What workers do for tickets."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from core.jobs import job
from core.nudge import publish
from tickets import actions
from tickets.actions import retention
from tickets.actions.many import RUN_TASK
from tickets.models import Attachment

# A file pasted into a text that was never sent is kept this long.
ORPHAN_AGE = timedelta(days=2)
_ORPHANS = 500


@shared_task(name="tickets.close_silent")
@job("tickets.close_silent", every=timedelta(minutes=1))
def close_silent() -> None:
    """Close the resolved tickets that nobody answered within their delay."""
    while actions.close_silent():
        pass


@shared_task(name="tickets.resume_due")
@job("tickets.resume_due", every=timedelta(minutes=1))
def resume_due() -> None:
    """Resume the pending tickets whose date has come."""
    while actions.resume_due():
        pass


@shared_task(name="tickets.open_recurring")
@job("tickets.open_recurring", every=timedelta(minutes=1))
def open_recurring() -> None:
    """Open the recurring tickets whose time has come."""
    while actions.open_recurring():
        pass


@shared_task(name="tickets.run_bulk_act")
def run_bulk_act(key: int) -> None:
    """Go on with an act on many tickets for a while; another task does the rest, after what else is waiting."""
    if actions.run_bulk_act(key):
        publish(RUN_TASK, (key,))


@shared_task(name="tickets.sweep_bulk_acts")
@job("tickets.sweep_bulk_acts", every=timedelta(minutes=1))
def sweep_bulk_acts() -> None:
    """Go on with the acts that nobody works on: their worker was killed, or never heard of them."""
    for key in actions.unfinished_bulk_acts():
        actions.run_bulk_act(key)


@shared_task(name="tickets.apply_retention")
@job("tickets.apply_retention", every=timedelta(days=1))
def apply_retention() -> None:
    """Empty the tickets whose time is over, batch by batch."""
    while retention.apply_retention():
        pass


@shared_task(name="tickets.delete_orphan_files")
@job("tickets.delete_orphan_files", every=timedelta(hours=1))
def delete_orphan_files() -> None:
    """Delete the files that were pasted into texts never sent, row first: a row never points to nothing."""
    old = Attachment.objects.filter(ticket=None, created_at__lt=timezone.now() - ORPHAN_AGE)
    for attachment in old.order_by("created_at")[:_ORPHANS]:
        storage, name = attachment.file.storage, attachment.file.name
        # The condition again: it may have been claimed by a ticket since it was read.
        if Attachment.objects.filter(pk=attachment.pk, ticket=None).delete()[0] and name:
            storage.delete(name)


@shared_task(name="tickets.remind_approvers")
@job("tickets.remind_approvers", every=timedelta(minutes=10))
def remind_approvers() -> None:
    """Remind those who have long been asked to approve, and send what is asked of absent people to substitutes."""
    actions.route_votes()
    while actions.remind_approvers():
        pass
