"""What moves of a task say of its real dates, written inside the act."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.dispatch import receiver
from django.utils import timezone

from core.choices import Kind
from projects.models import TaskDetails
from projects.models.task import FINISHED
from tickets.choices import Status
from tickets.models import Event
from tickets.signals import event_recorded


@receiver(event_recorded, dispatch_uid="projects.follow_moves")
def follow_moves(sender: object, event: Event, **_facts: Any) -> None:
    """Note the day on which work begins and the one on which it is done; reopened work is not done."""
    before, after = event.data.get("changes", {}).get("status", (None, None))
    if event.ticket.kind != Kind.TASK or after is None:
        return
    day = timezone.localdate(event.at, timezone.get_default_timezone())
    rows: QuerySet[TaskDetails] = TaskDetails.objects.filter(pk=event.ticket_id)
    if after in FINISHED and before not in FINISHED:
        rows.update(actual_start=Coalesce("actual_start", day), actual_end=day)
    elif after == Status.IN_PROGRESS:
        rows.update(actual_start=Coalesce("actual_start", day), actual_end=None)
    elif before in FINISHED and after not in FINISHED:
        rows.update(actual_end=None)
