"""The timeline: append-only events, and the comments they point to."""

from datetime import datetime
from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.choices import CommentKind, Verb
from tickets.models.fields import PREFIX, field_of
from tickets.models.ticket import Ticket
from tickets.search import Document


class CommentQuerySet(models.QuerySet["Comment"]):
    """Questions asked of many comments."""

    def readable_by(self, user: User) -> Self:
        """Sent public answers, and for staff of the ticket everything that was not taken back.

        Says nothing about the tickets: the caller takes them from `visible_to`.
        """
        access = user.access
        staff = (
            Q(ticket__entity_id__in=access.entities("tickets.view"), ticket__is_confidential=False)
            | Q(ticket__team_id__in=access.teams)
            | Q(ticket__assignee_id=user.pk)
        )
        sent = Q(kind=CommentKind.PUBLIC, visible_at__lte=timezone.now())
        return self.filter(Q(withdrawn_at=None) & (sent | staff | Q(author_id=user.pk)))


class Comment(models.Model):
    """What someone wrote on a ticket. The first wording stays in `CommentVersion` when it is edited."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("author"), related_name="+", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=CommentKind, default=CommentKind.PUBLIC)
    body = models.TextField(_("text"), max_length=200_000)
    created_at = models.DateTimeField(_("written at"))
    visible_at = models.DateTimeField(
        _("sent at"), help_text=_("Until then only staff see it, and it can be taken back.")
    )
    edited_at = models.DateTimeField(_("edited at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    search = models.GeneratedField(
        expression=Document("body"), output_field=Document.column(), db_persist=True
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes = [Document.index("search", name="comment_search")]

    def __str__(self) -> str:
        return f"{self.ticket_id} · {self.author_id} · {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_public(self) -> bool:
        """Whether the requester reads it."""
        return self.kind == CommentKind.PUBLIC


class CommentVersion(models.Model):
    """A wording that a comment had before it was edited."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="versions")
    body = models.TextField(_("text"))
    replaced_at = models.DateTimeField(_("replaced at"))

    class Meta:
        verbose_name = _("earlier wording")
        verbose_name_plural = _("earlier wordings")
        ordering = ["replaced_at"]

    def __str__(self) -> str:
        return f"{self.comment_id} · {self.replaced_at:%Y-%m-%d %H:%M}"


class EventQuerySet(models.QuerySet["Event"]):
    """Questions asked of many events."""

    def public(self, at: datetime) -> Self:
        """What a requester reads at that moment: without answers taken back, or that still can be."""
        return self.filter(_sent(at))

    def readable_by(self, user: User, at: datetime) -> Self:
        """What a person reads at that moment: their own, what is public, and all where they work on its ticket.

        Of a merged ticket, the rights on that very ticket count. Says nothing about whether a ticket is visible.
        """
        access = user.access
        staff = (
            Q(ticket__entity_id__in=access.entities("tickets.view"), ticket__is_confidential=False)
            | Q(ticket__team_id__in=access.teams)
            | Q(ticket__assignee_id=user.pk)
        )
        return self.filter(staff | _sent(at) | Q(actor=user))


def _sent(at: datetime) -> Q:
    """Public events, without answers taken back or that still can be."""
    sent = Q(comment__visible_at__lte=at, comment__withdrawn_at=None)
    return Q(is_public=True) & (Q(comment=None) | sent)


class Event(models.Model):
    """One fact of the timeline: who did what, when; verbs and ids, never sentences.

    `data` holds values by field: for a change `{"field": [before, after]}` with keys of rows for relations.
    The database itself refuses any change or removal.
    """

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="events", db_index=False)
    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("who"), related_name="+", null=True, blank=True
    )
    verb = models.CharField(_("what"), max_length=16, choices=Verb)
    data = models.JSONField(_("details"), default=dict)
    comment = models.ForeignKey(Comment, models.PROTECT, null=True, blank=True, related_name="events")
    is_public = models.BooleanField(_("seen by the requester"), default=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["ticket", "at", "id"], name="event_timeline")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.verb} {self.at:%Y-%m-%d %H:%M}"

    def told(self, *, internal: bool) -> dict[str, Any]:
        """What it says to who works on the ticket, or to anyone else.

        A word at a hand-over is for the former, and so are the custom fields that requesters are not shown.
        """
        if internal:
            return dict(self.data)
        told = {name: value for name, value in self.data.items() if not self._is_internal(name)}
        if "changes" in told:
            told["changes"] = {name: pair for name, pair in told["changes"].items() if not _is_hidden(name)}
        return told

    def _is_internal(self, name: str) -> bool:
        return name == "reason" and self.verb in (Verb.ASSIGNED, Verb.PASSED_ON)


def _is_hidden(name: str) -> bool:
    """Whether it is a custom field that requesters are not shown."""
    field = field_of(name)
    return not field.is_public if field else name.startswith(PREFIX)
