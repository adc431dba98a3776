"""What every act does first and last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.db import locked
from core.exceptions import Refused, StaleVersion
from tickets.models import Policy, Ticket

# Rows that the rules look at with a ticket.
RELATIONS = ("service", "team", "assignee", "requester", "entity", "pending_reason")


def require(by: User | None, verb: str, ticket: Ticket) -> None:
    """Raise `PermissionDenied` unless the person may; the portal itself (None) always may."""
    if by is not None and not by.has_perm(verb, ticket):
        raise PermissionDenied


def lock(ticket: Ticket | int, *, version: int | None = None) -> Ticket:
    """The ticket as it is now, locked until the transaction ends, with what the rules look at.

    Raises `StaleVersion` where `version` is given and the ticket has moved on.
    """
    key = ticket if isinstance(ticket, int) else ticket.pk
    row: Ticket = locked(Ticket.objects.select_related(*RELATIONS)).get(pk=key)
    if row.merged_into_id:
        raise Refused(_("This ticket was merged into another one."))
    if version is not None and row.version != version:
        raise StaleVersion(_("Someone else changed this ticket meanwhile."))
    return row


def save(ticket: Ticket, fields: Iterable[str], *, at: datetime) -> None:
    """Write the named columns, and with them the version and the time of change."""
    ticket.version += 1
    ticket.updated_at = max(at, ticket.updated_at)
    ticket.save(update_fields=[*fields, "version", "updated_at"])


def moment(at: datetime | None) -> datetime:
    """The time of the act."""
    return at or timezone.now()


def policy_of(ticket: Ticket) -> Policy:
    """The delays that hold for a ticket: those of the nearest entity above it that has its own."""
    path: list[int] = ticket.entity.path
    rows = {
        row.entity_id: row
        for row in Policy.objects.filter(entity_id__in=path) | Policy.objects.filter(entity=None)
    }
    for entity in reversed(path):
        if entity in rows:
            return rows[entity]
    return rows.get(None, Policy())


def required(values: dict[str, object], names: Iterable[str]) -> None:
    """Raise `Refused` naming every field of `names` that has no value."""
    missing = [name for name in names if values.get(name) in (None, "")]
    if missing:
        raise Refused({name: _("This field is required.") for name in missing})


def checked_text(name: str, value: object, *, limit: int) -> str:
    """A text without NUL, within its length. Raises `Refused` naming the field."""
    if not isinstance(value, str):
        raise Refused({name: _("This must be a text.")})
    if "\x00" in value:
        raise Refused({name: _("Null characters are not allowed.")})
    if len(value) > limit:
        raise Refused(
            {
                name: _("At most %(limit)d characters; there are %(count)d.")
                % {"limit": limit, "count": len(value)}
            }
        )
    return value.strip()
