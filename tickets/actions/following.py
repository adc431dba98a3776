"""Who is told of what happens on a ticket."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.exceptions import Refused
from tickets.actions.base import lock, moment
from tickets.choices import Verb
from tickets.events import record
from tickets.models import Follower, Ticket
from tickets.permissions import sees_internal


@transaction.atomic
def follow(ticket: Ticket, user: User, *, by: User, at: datetime | None = None) -> Follower:
    """Make someone a follower: oneself, or by staff and by the requester a person of the entity they can see.

    A follower sees the ticket's public side, whatever their other rights.
    """
    now = moment(at)
    row = lock(ticket)
    _check_may(row, user, by)
    if not user.is_active:
        raise Refused({"user": _("This person is no longer active.")})
    if (
        row.is_confidential
        and user.pk != by.pk
        and not by.has_perm("tickets.confidential", row)
        and row.requester_id != by.pk
    ):
        raise PermissionDenied
    follower, created = Follower.objects.get_or_create(ticket=row, user=user)
    if created:
        record(row, Verb.FOLLOWED, by=by, at=now, user=user.pk)
    return follower


@transaction.atomic
def add_colleague(ticket: Ticket, address: str, *, by: User, at: datetime | None = None) -> Follower:
    """Let the requester make a colleague of the same entity a follower, by the exact address.

    Nobody browses people this way: an address that is unknown and one of elsewhere are refused alike.
    """
    row = lock(ticket)
    if row.requester_id != by.pk:
        raise PermissionDenied
    known = User.objects.active().filter(email=address.strip().lower(), entity_id=by.entity_id)
    user = known.exclude(pk=by.pk).first() if "\x00" not in address else None
    if user is None:
        raise Refused({"person": _("Nobody of this address works with you here.")})
    follower, created = Follower.objects.get_or_create(ticket=row, user=user)
    if created:
        record(row, Verb.FOLLOWED, by=by, at=moment(at), is_public=True, user=user.pk)
    return follower


@transaction.atomic
def mute(ticket: Ticket, *, by: User, muted: bool = True) -> Follower:
    """Tell a follower nothing any more, or tell again; the person goes on seeing the ticket. Oneself only.

    Raises `Refused` for who does not follow.
    """
    row = Follower.objects.filter(ticket_id=ticket.pk, user=by).first()
    if row is None:
        raise Refused(_("You do not follow this ticket."))
    if row.is_muted != muted:
        row.is_muted = muted
        row.save(update_fields=["is_muted"])
    return row


@transaction.atomic
def unfollow(ticket: Ticket, user: User, *, by: User, at: datetime | None = None) -> None:
    """Stop telling someone."""
    now = moment(at)
    row = lock(ticket)
    if user.pk != by.pk and not (sees_internal(by, row) or row.requester_id == by.pk):
        raise PermissionDenied
    gone, _rows = Follower.objects.filter(ticket=row, user=user).delete()
    if gone:
        record(row, Verb.UNFOLLOWED, by=by, at=now, user=user.pk)


def _check_may(ticket: Ticket, user: User, by: User) -> None:
    if user.pk == by.pk and Ticket.objects.visible_to(by).filter(pk=ticket.pk).exists():
        return
    if not (sees_internal(by, ticket) or ticket.requester_id == by.pk):
        raise PermissionDenied
    if user.pk != by.pk and not User.objects.visible_to(by).filter(pk=user.pk).exists():
        raise Refused({"user": _("Unknown person.")})
