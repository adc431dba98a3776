"""Tickets that come from a ticket: of a message that speaks of something else, and parts of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.choices import Kind
from core.exceptions import Refused
from tickets.actions.base import lock, moment, require
from tickets.actions.linking import join
from tickets.actions.opening import open_ticket
from tickets.choices import LinkType, Verb
from tickets.events import record
from tickets.models import Attachment, Comment, Link, Ticket

# What people report by themselves; a message of any other kind becomes an incident.
_REPORTED = (Kind.INCIDENT, Kind.REQUEST)


@transaction.atomic
def split(
    comment: Comment,
    *,
    title: str,
    by: User,
    requester: User | None = None,
    kind: str = "",
    at: datetime | None = None,
) -> Ticket:
    """Open a ticket from a message, with copies of its files, that follows the one it was written on.

    The message stays where it is. The requester is its author unless told; the kind that of the ticket where people
    report such, else an incident. Raises `Refused` for a message that was taken back.
    """
    now = moment(at)
    row = lock(comment.ticket_id)
    require(by, "tickets.work", row)
    written = Comment.objects.select_related("author__entity").get(pk=comment.pk)
    if written.withdrawn_at:
        raise Refused(_("This message was taken back."))
    author = written.author if written.is_public and written.author.is_active else by
    fresh = open_ticket(
        kind or (row.kind if row.kind in _REPORTED else Kind.INCIDENT),
        by=by, title=title, description=written.body, requester=requester or author, entity=row.entity,
        service=row.service, channel=row.channel, urgency=row.urgency, impact=row.impact,
        is_confidential=row.is_confidential, team=row.team if row.is_confidential else None,
        attachments=[_copy(file, by=by, at=now) for file in written.attachments.order_by("pk")], at=now,
    )  # fmt: skip
    Link.objects.create(source=fresh, target=row, link_type=LinkType.FOLLOWS, created_at=now)
    record(
        row, Verb.SPLIT, by=by, at=now, comment=None, message=written.pk, other=fresh.pk,
        other_reference=fresh.reference,
    )  # fmt: skip
    record(
        fresh, Verb.SPLIT, by=by, at=now, message=written.pk, other=row.pk, other_reference=row.reference,
        inverse=True,
    )  # fmt: skip
    return fresh


@transaction.atomic
def open_part(
    whole: Ticket,
    *,
    kind: str,
    title: str,
    by: User,
    description: str = "",
    details: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Open a ticket that is part of another one: for the same requester, entity and service."""
    now = moment(at)
    row = lock(whole)
    require(by, "tickets.work", row)
    if not row.is_open:
        raise Refused(_("This ticket is no longer open; reopen it first."))
    part = open_ticket(
        kind, by=by, title=title, description=description, requester=row.requester, entity=row.entity,
        service=row.service, channel=row.channel, urgency=row.urgency, impact=row.impact,
        details=dict(details or {}), is_confidential=row.is_confidential,
        team=row.team if row.is_confidential else None, at=now,
    )  # fmt: skip
    join(row, part, LinkType.PARENT, by=by, at=now, notify=False)
    return part


def _copy(file: Attachment, *, by: User, at: datetime) -> Attachment:
    """The same file once more, so that what becomes of one says nothing of the other."""
    with file.file.open("rb") as source:
        content = ContentFile(source.read(), name=file.name)
    return Attachment.objects.create(
        file=content, name=file.name, content_type=file.content_type, size=file.size, sha256=file.sha256,
        uploaded_by=by, created_at=at,
    )  # fmt: skip
