"""What follows from the moves of a change and from what the change authority says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext as _

from accounts.holders import holders
from accounts.models import User
from changes.models import ChangeDetails, ChangePolicy, ChangeType, Decision
from core.choices import Kind
from core.exceptions import Refused
from tickets.actions import move
from tickets.actions.approving import (
    MAX_PEOPLE,
    StepPlan,
    ask_approval,
    barred_from_deciding,
    withdraw_approval,
)
from tickets.choices import Status, Verb
from tickets.models import Event, Ticket
from tickets.models.approvals import Answer
from tickets.signals import event_recorded

APPROVE = "changes.approve"


@receiver(event_recorded, dispatch_uid="changes.follow")
def follow(*, event: Event, **_more: Any) -> None:
    """Write down what an event on a change entails."""
    if event.ticket.kind != Kind.CHANGE:
        return
    match event.verb:
        case Verb.OPENED:
            _opened(event)
        case Verb.MOVED:
            _moved(event)
        case Verb.APPROVAL if event.data.get("act") in Decision.values:
            _decided(event)


def _opened(event: Event) -> None:
    """A change made from a template is approved with it."""
    if event.ticket.details.template_id is None:
        return
    _set(event.ticket, decision=Decision.APPROVED, decided_at=event.at)
    moved = move(event.ticket.pk, Status.APPROVED, by=None, at=event.at)
    # Whoever opened it holds this very row.
    for name in ("status", "version", "updated_at"):
        setattr(event.ticket, name, getattr(moved, name))


def _moved(event: Event) -> None:
    ticket = event.ticket
    before, after = event.data.get("changes", {}).get("status", [None, None])
    if after == Status.EVALUATED:
        ask(ticket, by=event.actor, at=event.at)
    elif after == Status.DRAFT:
        _forget_decision(ticket, event)
    elif after == Status.IN_PROGRESS:
        _set(ticket, implemented_at=event.at, ended_at=None)
        if before in (Status.DRAFT, Status.PROPOSED, Status.EVALUATED):
            _decide_afterwards(ticket, event)
    elif after in (Status.DONE, Status.BACKED_OUT):
        _set(ticket, ended_at=event.at)


def _decide_afterwards(ticket: Ticket, event: Event) -> None:
    """An emergency was begun: it is to be decided on within the delay, where somebody can, from now on."""
    hours = change_policy(ticket).emergency_hours
    _set(ticket, approval_due_at=event.at + timedelta(hours=hours))
    if not ticket.approvals.filter(status=Answer.ASKED).exists() and authority(ticket, event.actor):
        ask(ticket, by=event.actor, at=event.at)


def _forget_decision(ticket: Ticket, event: Event) -> None:
    """A change that is reworked is decided on anew."""
    _set(ticket, decision="", decided_at=None, approval_due_at=None)
    asked = ticket.approvals.filter(status=Answer.ASKED).first()
    if asked is not None:
        withdraw_approval(asked, by=None, at=event.at)


def _decided(event: Event) -> None:
    """The round has ended: a change that waited for it moves; one begun in an emergency goes on."""
    decision = Decision(event.data["act"])
    _set(event.ticket, decision=decision, decided_at=event.at)
    row = Ticket.objects.only("kind", "status").get(pk=event.ticket_id)
    if row.status == Status.EVALUATED:
        to = Status.APPROVED if decision == Decision.APPROVED else Status.REFUSED
        move(event.ticket_id, to, by=None, at=event.at)


def _set(ticket: Ticket, **values: Any) -> None:
    """Write computed columns, in the database and on the row at hand."""
    ChangeDetails.objects.filter(pk=ticket.pk).update(**values)
    if ticket.details_name in ticket._state.fields_cache:
        for name, value in values.items():
            setattr(ticket.details, name, value)


def ask(ticket: Ticket, *, by: User | None, at: Any = None) -> None:
    """Start a round with the change authority of the entity. Raises `Refused` where it is empty."""
    people = authority(ticket, by)
    if not people:
        raise Refused(
            {"to": _("Nobody who could approve this change holds the right to approve changes here.")}
        )
    rule = change_policy(ticket)
    plan = StepPlan(_("Change authority"), people=people, quorum=rule.quorum, percent=rule.percent)
    ask_approval(ticket.pk, [plan], by=by, at=at)


def authority(ticket: Ticket, asker: User | None) -> list[User]:
    """The people who may decide on a change: those who hold the right in its entity, but nobody on their own."""
    barred = barred_from_deciding(ticket, asker)
    people = [person for person in holders(APPROVE, ticket.entity) if person.pk not in barred]
    return people[:MAX_PEOPLE]


def change_policy(ticket: Ticket) -> ChangePolicy:
    """How the nearest entity above a change decides."""
    path: list[int] = ticket.entity.path
    rows = {
        row.entity_id: row
        for row in ChangePolicy.objects.filter(entity_id__in=path) | ChangePolicy.objects.filter(entity=None)
    }
    for entity in reversed(path):
        if entity in rows:
            return rows[entity]
    return rows.get(None, ChangePolicy())


def check_template(ticket: Ticket) -> None:
    """Guard of moves: the change was made from a template."""
    if ticket.details.template_id is None:
        raise Refused({"to": _("This change is not made from a template.")})


def check_decided(ticket: Ticket) -> None:
    """Guard of moves: an emergency was decided on, be it afterwards."""
    details = ticket.details
    if details.change_type == ChangeType.EMERGENCY and not details.decision:
        raise Refused({"to": _("Nobody has decided on this emergency change yet.")})
