"""Files on tickets."""

import uuid
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.family import Survivor
from tickets.models.ticket import Ticket
from tickets.models.timeline import Comment


def stored_name(attachment: "Attachment", _name: str) -> str:
    """Where a file lies: a name of ours, never the sender's."""
    return f"attachments/{attachment.token.hex[:2]}/{attachment.token.hex}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Questions asked of many files."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Files of visible tickets, those of internal notes for staff only, and one's own not yet sent."""
        if not isinstance(user, User):
            return self.none()
        tickets = Ticket.objects.visible_to(user)
        access = user.access
        staff = (
            Q(ticket__entity_id__in=access.entities("tickets.view"), ticket__is_confidential=False)
            | Q(ticket__team_id__in=access.teams)
            | Q(ticket__assignee_id=user.pk)
        )
        # An answer that can still be taken back, or was, is not sent: neither are its files.
        sent = Q(comment=None) | Q(comment__visible_at__lte=timezone.now(), comment__withdrawn_at=None)
        # What was sent on a merged ticket is read on the one it was merged into.
        return self.alias(survivor=Survivor("ticket_id")).filter(
            Q(ticket__in=tickets.values("pk")) & (Q(is_public=True) & sent | staff)
            | Q(is_public=True, ticket__merged_into__isnull=False, survivor__in=tickets.values("pk")) & sent
            | Q(ticket=None, uploaded_by_id=user.pk)
        )


class Attachment(models.Model):
    """A checked file. It has no ticket while the text it was pasted into is not sent; a job removes such orphans."""

    token = models.UUIDField(_("address"), default=uuid.uuid4, unique=True, editable=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, blank=True, related_name="attachments")
    comment = models.ForeignKey(Comment, models.CASCADE, null=True, blank=True, related_name="attachments")
    file = models.FileField(_("file"), upload_to=stored_name)
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("type"), max_length=120)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    is_public = models.BooleanField(_("seen by the requester"), default=True)
    uploaded_by = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("sent by"), related_name="+", db_index=False
    )
    created_at = models.DateTimeField(_("sent at"))

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [models.Index(F("created_at"), name="attachment_orphans", condition=Q(ticket=None))]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The address that serves the file to those who may read it."""
        return f"/attachments/{self.token}/"

    @property
    def is_image(self) -> bool:
        """Whether a page may show it in place."""
        return self.content_type in {"image/png", "image/jpeg", "image/gif", "image/webp"}
