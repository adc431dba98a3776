"""What follows from the moves of a problem: the date of the known error, and the incidents that learn of the end.

The incidents are told by a worker, each in a transaction of its own: the move holds the lock of the problem, and to
ask for those of older tickets then would be to wait for someone who waits for us.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from core.choices import Kind
from core.models import OutboxMessage
from core.outbox import enqueue, sender
from problems.models import ProblemDetails, Telling, incidents_of
from tickets.actions import comment
from tickets.actions.base import lock
from tickets.choices import CommentKind, Status, Verb
from tickets.events import record
from tickets.models import Event, Ticket
from tickets.signals import event_recorded

TOPIC = "problems.solved"


@receiver(event_recorded, dispatch_uid="problems.follow_moves")
def follow_moves(*, event: Event, **_more: Any) -> None:
    """Write down what a move of a problem entails."""
    if event.verb != Verb.MOVED or event.ticket.kind != Kind.PROBLEM:
        return
    _before, after = event.data.get("changes", {}).get("status", [None, None])
    if after == Status.KNOWN_ERROR:
        rows = ProblemDetails.objects.filter(pk=event.ticket_id, known_error_at=None)
        rows.update(known_error_at=event.at)
    elif after == Status.RESOLVED:
        enqueue(TOPIC, {"event": event.pk}, key=f"{TOPIC}:{event.pk}")


@sender(TOPIC)
def tell_incidents(message: OutboxMessage) -> None:
    """Tell the open incidents of a solved problem. Repeating it tells nobody twice."""
    event = Event.objects.select_related("actor", "ticket").filter(pk=message.payload["event"]).first()
    if event is None:
        return
    for key in incidents_of(event.ticket).open().order_by("pk").values_list("pk", flat=True):  # type: ignore[attr-defined]
        _tell(key, event)


@transaction.atomic
def _tell(key: int, event: Event) -> None:
    """Tell one incident, unless it has ended or was told."""
    incident, problem, by = lock(key), event.ticket, event.actor
    told = Event.objects.filter(ticket=incident, verb=Verb.CAUSE_SOLVED, data__solved_by=event.pk)
    if not incident.is_open or told.exists():
        return
    record(
        incident, Verb.CAUSE_SOLVED, by=by, at=event.at, notify=False,
        other=problem.pk, other_reference=problem.reference, solved_by=event.pk,
    )  # fmt: skip
    how = problem.details.tell_incidents
    if by is None or how == Telling.TIMELINE:
        return
    _write(incident, problem, by=by, at=event.at, public=how == Telling.ANSWER)


def _write(incident: Ticket, problem: Ticket, *, by: User, at: datetime, public: bool) -> None:
    """Say how it was solved: in the requester's language to the requester, by the problem's number to colleagues."""
    verb = "tickets.answer" if public else "tickets.note"
    if not by.has_perm(verb, incident):
        return
    with translation.override(incident.requester.language if public else by.language):
        opening = (
            _("The cause of your incident has been removed.")
            if public
            else _("The problem %(reference)s that caused this incident is solved.")
            % {"reference": problem.reference}
        )
    kind = CommentKind.PUBLIC if public else CommentKind.INTERNAL
    comment(incident, by=by, body=f"{opening}\n\n{problem.solution}", kind=kind, at=at)
