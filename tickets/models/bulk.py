"""An act on many tickets at once: what is to be done, to which tickets, and what came of each."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.choices import BulkAct, BulkState
from tickets.models.ticket import Ticket


class BulkJobQuerySet(models.QuerySet["BulkJob"]):
    """Questions asked of many bulk acts."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own: the report names tickets that others may not see."""
        return self.filter(by=user) if isinstance(user, User) and user.is_active else self.none()

    def counted(self) -> Self:
        """With how many of its tickets are done and how many failed, in the same statement."""
        return self.annotate(
            done=Count("items", filter=Q(items__state=BulkState.DONE)),
            failed=Count("items", filter=Q(items__state=BulkState.FAILED)),
        )


class BulkJob(models.Model):
    """One act of one person on a set of tickets, chosen when it was asked for."""

    by = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("who"), related_name="+", db_index=False
    )
    act = models.CharField(_("act"), max_length=12, choices=BulkAct)
    # Plain values and keys of rows, as `tickets.actions.many` packs them.
    values = models.JSONField(_("with"), default=dict)
    total = models.PositiveIntegerField(_("tickets"))
    created_at = models.DateTimeField(_("asked for at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = BulkJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk act")
        verbose_name_plural = _("bulk acts")
        indexes = [
            models.Index("by", F("id").desc(), name="bulk_newest"),
            models.Index("id", name="bulk_unfinished", condition=Q(finished_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} × {self.total}"

    def get_absolute_url(self) -> str:
        """The page that shows how far it is and what failed."""
        return f"/bulk/{self.pk}/"


class BulkItem(models.Model):
    """One ticket of a bulk act."""

    job = models.ForeignKey(BulkJob, models.CASCADE, related_name="items", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=BulkState, default=BulkState.WAITING)
    reason = models.CharField(_("why not"), max_length=1000, blank=True)
    # What the act wrote in timelines: by these the people concerned are found, once for the whole job.
    events = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        verbose_name = _("ticket of a bulk act")
        verbose_name_plural = _("tickets of a bulk act")
        constraints = [models.UniqueConstraint(fields=["job", "ticket"], name="bulk_ticket_once")]
        indexes = [models.Index("job", "state", "id", name="bulk_next")]

    def __str__(self) -> str:
        return f"{self.job_id} · {self.ticket_id} {self.state}"
