"""What a major incident learns from the moves of its ticket, inside their transaction."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from core.choices import Kind
from incidents.models import MajorIncident
from incidents.open_majors import forget
from tickets.choices import ENDED, Status, Verb
from tickets.models import Event, Ticket
from tickets.signals import event_recorded


@receiver(event_recorded, dispatch_uid="incidents.follow_master")
def follow_master(*, event: Event, **_more: Any) -> None:
    """It ends when its incident ends, and goes on when that is reopened; until its review nothing closes it."""
    before, after = event.data.get("changes", {}).get("status", [None, None])
    if event.verb != Verb.MOVED or event.ticket.kind != Kind.INCIDENT or not {before, after} & set(ENDED):
        return
    own = MajorIncident.objects.filter(incident_id=event.ticket_id)
    if after in ENDED:
        ended = own.filter(ended_at=None).update(ended_at=event.at)
        if ended and after == Status.RESOLVED:
            Ticket.objects.filter(pk=event.ticket_id).update(closes_at=None)
    else:
        ended = own.update(ended_at=None, reviewed_at=None, reviewed_by=None)
    if ended:
        forget()
