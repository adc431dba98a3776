"""Answers, notes and supplier exchanges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from calendars.arithmetic import add_working_days
from core.choices import Kind
from core.db import locked
from core.exceptions import Refused, StaleVersion
from core.text import first_line
from services.support import schedule_of
from tickets.actions.attaching import claim
from tickets.actions.base import checked_text, lock, moment, policy_of, require, save
from tickets.actions.linking import join
from tickets.actions.mentioning import call_named
from tickets.actions.moving import move, within_reopening
from tickets.actions.opening import TEXT_LIMIT, open_ticket
from tickets.choices import Channel, CommentKind, LinkType, Status, Verb
from tickets.events import record
from tickets.models import Attachment, Comment, CommentVersion, Ticket
from tickets.permissions import sees_internal


@transaction.atomic
def comment(
    ticket: Ticket,
    *,
    by: User,
    body: str,
    kind: str = CommentKind.PUBLIC,
    attachments: Sequence[Attachment] = (),
    undo: bool = False,
    channel: str = Channel.PORTAL,
    version: int | None = None,
    last_read: int | None = None,
    at: datetime | None = None,
) -> Comment:
    """Write on a ticket; the comment returned may stand on a new ticket linked to it (see below).

    A requester's answer resumes a pending ticket, restarts the silence of a resolved one, reopens a closed one within
    its delay, and after it opens a linked ticket. With `undo`, a public answer of staff reaches the requester only
    after `settings.UNDO_SECONDS`, and can be taken back until then. Names after an @ call people (see `mentions`).
    `last_read` is the key of the newest comment that the author has read: raises `StaleVersion` where others have
    written since.
    """
    now = moment(at)
    row = lock(ticket, version=version)
    if kind not in CommentKind.values:
        raise Refused({"kind": _("Unknown kind of comment.")})
    require(by, "tickets.answer" if kind == CommentKind.PUBLIC else "tickets.note", row)
    if last_read is not None and written_since(row, last_read, by=by).exists():
        raise StaleVersion({"body": _("Somebody wrote meanwhile. Read it, then send yours.")})
    body = checked_text("body", body, limit=TEXT_LIMIT)
    if not body and not attachments:
        raise Refused({"body": _("Write something.")})
    staff = sees_internal(by, row) and by.pk != row.requester_id
    if row.status in (Status.CLOSED, Status.CANCELLED) and not staff and not within_reopening(row, at=now):
        return _continue_elsewhere(row, by=by, body=body, attachments=attachments, channel=channel, at=now)
    delay = timedelta(seconds=settings.UNDO_SECONDS if undo and staff and kind == CommentKind.PUBLIC else 0)
    written = Comment.objects.create(
        ticket=row, author=by, kind=kind, body=body, created_at=now, visible_at=now + delay
    )
    claim(attachments, ticket=row, by=by, comment=written)
    record(row, Verb.COMMENTED, by=by, at=now, comment=written, is_public=written.is_public, kind=kind)
    call_named(row, written, by=by, at=now)
    if staff or kind != CommentKind.PUBLIC:
        save(row, [], at=now)
    else:
        _react(row, at=now)
    return written


def written_since(ticket: Ticket, key: int, *, by: User) -> QuerySet[Comment]:
    """What others wrote on the ticket after the comment with that key, as far as the person reads it."""
    rows = Comment.objects.filter(ticket=ticket, pk__gt=key).exclude(author=by)
    return rows.readable_by(by).select_related("author").order_by("pk")


def _react(row: Ticket, *, at: datetime) -> None:
    """What a requester's answer does to the status."""
    goes_on = row.workflow.find(row.status, Status.IN_PROGRESS) is not None
    if row.status == Status.PENDING and goes_on:
        move(row, Status.IN_PROGRESS, by=None, at=at)
    elif row.status == Status.CLOSED and goes_on:
        move(row, Status.IN_PROGRESS, by=None, values={"reason": _("Answer of the requester")}, at=at)
    elif row.status == Status.RESOLVED:
        row.closes_at = add_working_days(schedule_of(row.service), at, policy_of(row).close_after_days)
        save(row, ["closes_at"], at=at)
    else:
        save(row, [], at=at)


def _continue_elsewhere(
    row: Ticket, *, by: User, body: str, attachments: Sequence[Attachment], channel: str, at: datetime
) -> Comment:
    """Open a ticket that follows one closed for too long, and put the answer on it."""
    fresh = open_ticket(
        row.kind if row.kind in (Kind.INCIDENT, Kind.REQUEST) else Kind.INCIDENT,
        by=by, title=row.title, description=first_line(body, 250), service=row.service, category=row.category,
        urgency=row.urgency, impact=row.impact, channel=channel, at=at,
    )  # fmt: skip
    join(fresh, row, LinkType.FOLLOWS, by=by, at=at, is_public=True)
    return comment(fresh, by=by, body=body, attachments=attachments, channel=channel, at=at)


@transaction.atomic
def edit_comment(written: Comment, body: str, *, by: User, at: datetime | None = None) -> Comment:
    """Change one's own words within the delay of the entity; the earlier wording is kept."""
    now = moment(at)
    row = locked(Comment.objects.select_related("ticket__entity")).get(pk=written.pk)
    if row.author_id != by.pk or row.withdrawn_at:
        raise PermissionDenied
    minutes = policy_of(row.ticket).edit_minutes
    if now > row.created_at + timedelta(minutes=minutes):
        raise Refused(
            {"body": _("A comment can be edited for %(minutes)d minutes only.") % {"minutes": minutes}}
        )
    body = checked_text("body", body, limit=TEXT_LIMIT)
    if not body:
        raise Refused({"body": _("Write something.")})
    if body != row.body:
        CommentVersion.objects.create(comment=row, body=row.body, replaced_at=now)
        row.body, row.edited_at = body, now
        row.save(update_fields=["body", "edited_at"])
    return row


@transaction.atomic
def withdraw_comment(written: Comment, *, by: User, at: datetime | None = None) -> Comment:
    """Take back an answer that has not been sent yet."""
    now = moment(at)
    row = locked(Comment.objects.all()).get(pk=written.pk)
    if row.author_id != by.pk:
        raise PermissionDenied
    if row.withdrawn_at:
        return row
    if now >= row.visible_at:
        raise Refused(_("This answer has already been sent."))
    row.withdrawn_at = now
    row.save(update_fields=["withdrawn_at"])
    return row


@transaction.atomic
def publish_comment(written: Comment, *, by: User, at: datetime | None = None) -> Comment:
    """Make an internal note a public answer; the reverse is not possible once it was sent."""
    now = moment(at)
    row = locked(Comment.objects.select_related("ticket")).get(pk=written.pk)
    ticket = lock(row.ticket_id)
    require(by, "tickets.note", ticket)
    require(by, "tickets.answer", ticket)
    if row.is_public:
        return row
    row.kind, row.visible_at = CommentKind.PUBLIC, now
    row.save(update_fields=["kind", "visible_at"])
    row.attachments.update(is_public=True)
    record(ticket, Verb.PUBLISHED, by=by, at=now, comment=row, is_public=True)
    save(ticket, [], at=now)
    return row
