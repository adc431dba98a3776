"""Files on tickets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.exceptions import Refused
from core.files import inspect
from tickets.actions.base import lock, moment, require, save
from tickets.choices import CommentKind, Verb
from tickets.events import record
from tickets.models import Attachment, Comment, Ticket

# Files of one message; more is a mistake or an attack.
LIMIT = 20


def store_upload(upload: UploadedFile, *, by: User, at: datetime | None = None) -> Attachment:
    """Check and keep a file that belongs to no ticket yet (pasted while writing). Raises `Refused` naming `files`."""
    facts = inspect(upload)
    return Attachment.objects.create(
        file=upload, name=facts.name, content_type=facts.content_type, size=facts.size, sha256=facts.sha256,
        uploaded_by=by, created_at=moment(at),
    )  # fmt: skip


@transaction.atomic
def attach(
    ticket: Ticket,
    uploads: Sequence[UploadedFile],
    *,
    by: User,
    is_public: bool = True,
    at: datetime | None = None,
) -> list[Attachment]:
    """Add files to a ticket without a comment."""
    now = moment(at)
    row = lock(ticket)
    require(by, "tickets.answer" if is_public else "tickets.note", row)
    if not uploads:
        raise Refused({"files": _("Choose a file.")})
    kept = [store_upload(upload, by=by, at=now) for upload in uploads[:LIMIT]]
    claim(kept, ticket=row, by=by, is_public=is_public)
    record(row, Verb.ATTACHED, by=by, at=now, is_public=is_public, files=[file.pk for file in kept])
    save(row, [], at=now)
    return kept


def claim(
    attachments: Sequence[Attachment],
    *,
    ticket: Ticket,
    by: User,
    comment: Comment | None = None,
    is_public: bool = True,
) -> None:
    """Give files stored before to the ticket, and the message, they were meant for.

    Only one's own files that belong nowhere yet can be given. Raises `Refused` naming `files`.
    """
    if not attachments:
        return
    if len(attachments) > LIMIT:
        raise Refused({"files": _("At most %(limit)d files at once.") % {"limit": LIMIT}})
    public = comment.kind == CommentKind.PUBLIC if comment else is_public
    keys = [file.pk for file in attachments]
    given = Attachment.objects.filter(pk__in=keys, ticket=None, uploaded_by=by).update(
        ticket=ticket, comment=comment, is_public=public
    )
    if given != len(set(keys)):
        raise Refused({"files": _("One of the files is no longer there; add it again.")})
