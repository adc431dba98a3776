"""Two reports of the same thing become one: merging, and taking it back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.models import User
from core.exceptions import Refused
from tickets.actions.base import moment, require, save
from tickets.actions.linking import check_visible, lock_all
from tickets.choices import Status, Verb
from tickets.details import stored
from tickets.events import record
from tickets.models import Event, Follower, PendingReason, Ticket

# A merge can be taken back for so long.
UNDO = timedelta(days=30)
_ENDED = (Status.CLOSED, Status.CANCELLED)
# What the absorbed ticket was before, kept in its event for taking it back.
_STATE = ("status", "pending_reason_id", "pending_until", "closes_at")


@transaction.atomic
def merge(
    absorbed: Ticket,
    survivor: Ticket,
    *,
    by: User,
    at: datetime | None = None,
    notify: bool = False,
    requester_follows: bool = False,
) -> Ticket:
    """Merge a ticket into another one and return the survivor, whose timeline from then on reads both.

    No row moves: the absorbed ticket is cancelled and points to the survivor, for which its number answers from then
    on. Its followers who see the survivor follow that; its requester only with `requester_follows`, since they then
    read what others wrote. Nobody is told unless `notify`. Raises `Refused` in `into` for the ticket itself, and for
    either one that the person does not see, that is closed or merged already.
    """
    now = moment(at)
    if absorbed.pk == survivor.pk:
        raise Refused({"into": _("A ticket cannot be merged into itself.")})
    check_visible(by, survivor, "into")
    check_visible(by, absorbed, "into")
    rows = lock_all({absorbed.pk, survivor.pk})
    gone, kept = rows[absorbed.pk], rows[survivor.pk]
    require(by, "tickets.work", gone)
    require(by, "tickets.work", kept)
    _check(gone, kept)
    was = {name: stored(getattr(gone, name)) for name in _STATE}
    gone.merged_into, gone.status, gone.closed_at = kept, Status.CANCELLED, now
    gone.pending_reason = gone.pending_until = gone.closes_at = None
    save(
        gone,
        ["merged_into", "status", "closed_at", "pending_reason", "pending_until", "closes_at"],
        at=now,
    )
    record(
        gone, Verb.MERGED, by=by, at=now, is_public=True, notify=notify, other=kept.pk,
        other_reference=kept.reference, changes={"status": [was["status"], str(gone.status)]}, was=was,
    )  # fmt: skip
    save(kept, [], at=now)
    record(
        kept, Verb.ABSORBED, by=by, at=now, is_public=True, notify=notify, other=gone.pk,
        other_reference=gone.reference,
    )  # fmt: skip
    _bring_followers(gone, kept, by=by, at=now, requester=requester_follows, notify=notify)
    return kept


@transaction.atomic
def unmerge(absorbed: Ticket, *, by: User, at: datetime | None = None) -> Ticket:
    """Take a merge back within 30 days and return the ticket as it was before; both go on from there.

    What was written on the survivor meanwhile stays there.
    """
    now = moment(at)
    found = Ticket.objects.filter(pk=absorbed.pk).values_list("merged_into_id", flat=True).get()
    rows = lock_all({absorbed.pk, *([found] if found else [])})
    gone, kept = rows[absorbed.pk], rows.get(found or 0)
    if kept is None or gone.merged_into_id != kept.pk:
        raise Refused(_("This ticket is not merged into another one."))
    require(by, "tickets.work", gone)
    require(by, "tickets.work", kept)
    merged = merging_of(gone)
    if merged is None or merged.at < now - UNDO:
        raise Refused(_("A merge can be taken back for %(days)d days only.") % {"days": UNDO.days})
    _restore(gone, merged.data["was"])
    save(
        gone,
        ["merged_into", "status", "closed_at", "pending_reason", "pending_until", "closes_at"],
        at=now,
    )
    record(
        gone, Verb.MERGED, by=by, at=now, undone=True, other=kept.pk, other_reference=kept.reference,
        changes={"status": [str(Status.CANCELLED), str(gone.status)]}, notify=False,
    )  # fmt: skip
    save(kept, [], at=now)
    record(
        kept, Verb.ABSORBED, by=by, at=now, undone=True, other=gone.pk, other_reference=gone.reference,
        notify=False,
    )  # fmt: skip
    return gone


def merging_of(ticket: Ticket) -> Event | None:
    """The event by which a merged ticket was merged."""
    return ticket.events.filter(verb=Verb.MERGED, data__has_key="was").order_by("-at", "-pk").first()


def _check(gone: Ticket, kept: Ticket) -> None:
    """What may be merged into what. Raises `Refused`."""
    for row in (gone, kept):
        if row.merged_into_id:
            said = _("%(reference)s was merged into another ticket.")
            raise Refused({"into": said % {"reference": row.reference}})
        if row.status in _ENDED:
            said = _("%(reference)s is closed; reopen it first, or link the two.")
            raise Refused({"into": said % {"reference": row.reference}})
    if gone.is_confidential and not kept.is_confidential:
        said = _("%(reference)s is confidential: it can be merged into a confidential ticket only.")
        raise Refused({"into": said % {"reference": gone.reference}})


def _restore(gone: Ticket, was: dict[str, Any]) -> None:
    """The absorbed ticket as it stood before it was merged."""
    reason = PendingReason.objects.filter(pk=was["pending_reason_id"] or 0).first()
    waits = was["status"] == Status.PENDING
    gone.merged_into, gone.closed_at = None, None
    gone.status = str(Status.IN_PROGRESS) if waits and reason is None else was["status"]
    gone.pending_reason = reason
    gone.pending_until = parse_datetime(was["pending_until"] or "")
    gone.closes_at = parse_datetime(was["closes_at"] or "")


def _bring_followers(
    gone: Ticket, kept: Ticket, *, by: User, at: datetime, requester: bool, notify: bool
) -> None:
    """Those who followed the absorbed ticket and see the survivor follow it; the requester where asked for."""
    people = {row.user for row in gone.followers.select_related("user") if row.user.is_active}
    coming = {user for user in people if Ticket.objects.visible_to(user).filter(pk=kept.pk).exists()}
    if requester and gone.requester_id != kept.requester_id:
        coming.add(gone.requester)
    for user in sorted(coming, key=lambda user: user.pk):
        _row, created = Follower.objects.get_or_create(ticket=kept, user=user)
        if created:
            record(kept, Verb.FOLLOWED, by=by, at=at, user=user.pk, notify=notify)
