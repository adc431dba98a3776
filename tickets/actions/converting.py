"""A ticket of one kind becomes one of another: same key, same timeline, same links."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.exceptions import Refused
from tickets import kinds
from tickets.actions.base import lock, moment, require, save
from tickets.choices import Status, Verb
from tickets.details import check_allowed, check_together, cleaned, columns, stored
from tickets.events import record
from tickets.models import Ticket
from tickets.workflow import Move, Workflow

# The nearest statuses of another kind, the first that it has and that plain work leads to; else its initial one.
# A status that only an approval, a guard or the portal leads to is never entered by converting.
NEAREST: Mapping[Status, tuple[Status, ...]] = {
    Status.NEW: (Status.NEW,),
    Status.ASSIGNED: (Status.ASSIGNED,),
    Status.IN_PROGRESS: (Status.IN_PROGRESS, Status.ASSIGNED),
    Status.PENDING: (Status.PENDING, Status.IN_PROGRESS, Status.ASSIGNED),
    Status.AWAITING_APPROVAL: (Status.ASSIGNED,),
    Status.PLANNED: (Status.PLANNED, Status.ASSIGNED),
    Status.CAUSE_KNOWN: (Status.IN_PROGRESS, Status.ASSIGNED),
    Status.KNOWN_ERROR: (Status.IN_PROGRESS, Status.ASSIGNED),
    Status.APPROVED: (Status.ASSIGNED,),
    Status.DONE: (Status.IN_PROGRESS, Status.ASSIGNED),
    Status.BACKED_OUT: (Status.IN_PROGRESS, Status.ASSIGNED),
    Status.REVIEWED: (Status.IN_PROGRESS, Status.ASSIGNED),
}
_PLAIN = ("tickets.work", "tickets.assign")


@transaction.atomic
def convert(
    ticket: Ticket,
    kind: str,
    *,
    by: User,
    details: Mapping[str, Any] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Make an open ticket one of another kind; returns it as a fresh object of that kind.

    Its key stays, so the old number still answers. `details` are columns of the new kind; columns that both kinds
    have under one name are taken along. The row of the old kind's columns is kept, and found again by converting
    back. Raises `Refused` naming each column that is missing as `details.<name>`.
    """
    now = moment(at)
    row = lock(ticket, version=version)
    require(by, "tickets.work", row)
    target = kinds.registry.get(kind)
    if target is None:
        raise Refused({"kind": _("Unknown kind of ticket.")})
    if target.kind_slug == row.kind:
        raise Refused({"kind": _("The ticket is of this kind already.")})
    if not row.is_open:
        raise Refused({"kind": _("This ticket is no longer open; reopen it first.")})
    own = _new_details(row, target, details or {})
    if own is not None:
        check_allowed(own, by=by)
    changes: dict[str, list[Any]] = {"kind": [row.kind, kind]}
    before = {name: getattr(row, name) for name in ("status", "category_id")}
    old_reference, row.kind = row.reference, kind
    row.status = str(nearest(row, target.workflow))
    if row.status != Status.PENDING:
        row.pending_reason = row.pending_until = None
    if row.category and row.category.kinds and kind not in row.category.kinds:
        row.category = None
    save(row, ["kind", "status", "pending_reason", "pending_until", "category"], at=now)
    if own is not None:
        own.save()
    changes |= {
        name.removesuffix("_id"): [value, getattr(row, name)]
        for name, value in before.items()
        if value != getattr(row, name)
    }
    fresh: Ticket = Ticket.objects.get(pk=row.pk)
    record(fresh, Verb.CONVERTED, by=by, at=now, is_public=True, changes=changes, was_reference=old_reference)
    return fresh


def nearest(ticket: Ticket, workflow: Workflow) -> Status:
    """The status that a ticket has in another kind's table; see `NEAREST`."""
    within = _within_reach(ticket, workflow)
    wanted = NEAREST.get(Status(ticket.status), ())
    return next((status for status in wanted if status in within), workflow.initial)


def missing(target: type[Ticket], given: Mapping[str, Any]) -> list[str]:
    """The columns of a kind that must be given and are not."""
    model = target.details_model()
    if model is None:
        return []
    return [
        name
        for name, column in columns(model).items()
        if given.get(name) in (None, "") and not (column.null or column.blank or column.has_default())
    ]


def _within_reach(ticket: Ticket, workflow: Workflow) -> set[Status]:
    """The statuses that plain work could have led this ticket to."""
    found, new = {workflow.initial}, [workflow.initial]
    while new:
        for step in workflow.leaving(new.pop()):
            if step.to not in found and _is_plain(ticket, step):
                found.add(step.to)
                new.append(step.to)
    return found


def _is_plain(ticket: Ticket, step: Move) -> bool:
    holds = all(getattr(ticket, name, None) not in (None, "") for name in step.requires)
    return step.audience in _PLAIN and not step.guards and not step.automatic and holds


def _new_details(ticket: Ticket, target: type[Ticket], given: Mapping[str, Any]) -> Any:
    """The row of the new kind's columns, not saved yet; the one of an earlier conversion where there is one."""
    model = target.details_model()
    if model is None:
        if given:
            raise Refused({"details": _("This kind has no details.")})
        return None
    kept = model.objects.filter(pk=ticket.pk).first()
    row: models.Model = kept or model(ticket_id=ticket.pk)
    values = {**({} if kept else _shared(ticket, model)), **given}
    for name, value in cleaned(model, values).items():
        setattr(row, name, value)
    held = {name: stored(getattr(row, column.attname)) for name, column in columns(model).items()}
    if names := missing(target, held):
        raise Refused({f"details.{name}": _("This field is required.") for name in names})
    check_together(row)
    return row


def _shared(ticket: Ticket, model: Any) -> dict[str, Any]:
    """What the old kind's columns say under names that the new kind has as well, where it can hold it."""
    old = ticket.details
    if old is None:
        return {}
    ours, theirs = columns(type(old)), columns(model)
    return {
        name: getattr(old, name)
        for name in ours.keys() & theirs.keys()
        if type(ours[name]) is type(theirs[name])
        and (ours[name].max_length or 0) <= (theirs[name].max_length or 0)
    }
