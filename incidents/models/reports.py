"""The incident report: what people add to the facts, and what is to be done about it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models import Attachment, Ticket


class IncidentReport(models.Model):
    """The written part of a report; all else is read from the ticket when the document is drawn."""

    ticket = models.OneToOneField(
        Ticket, models.PROTECT, related_name="incident_report", verbose_name=_("incident")
    )
    summary = models.TextField(
        _("summary"), blank=True, max_length=10_000,
        help_text=_("For who reads nothing else: what happened, whom it hindered, how it ended."),
    )  # fmt: skip
    learnt = models.TextField(_("what was learnt"), blank=True, max_length=20_000)
    finalised_at = models.DateTimeField(_("finalised at"), null=True, blank=True)
    finalised_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("finalised by"), null=True,
        blank=True, db_index=False,
    )  # fmt: skip
    document = models.ForeignKey(
        Attachment, models.SET_NULL, related_name="+", verbose_name=_("document"), null=True, blank=True
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("incident report")
        verbose_name_plural = _("incident reports")

    def __str__(self) -> str:
        return str(self.ticket_id)


class FollowUp(models.Model):
    """Something to be done so that it does not happen again."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="follow_ups")
    text = models.CharField(_("action"), max_length=300)
    owner = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("who"), null=True, blank=True,
        db_index=False,
    )  # fmt: skip
    due_on = models.DateField(_("until"), null=True, blank=True)
    is_done = models.BooleanField(_("done"), default=False)

    class Meta:
        verbose_name = _("action to take")
        verbose_name_plural = _("actions to take")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text
