"""Checklists: what is to be done on a ticket, point by point, and the lists they are made from."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, gettext_lazy as _

from core.choices import Kind
from tickets.models.setup import Labelled
from tickets.models.ticket import Ticket


class ChecklistTemplate(Labelled):
    """A list of points ready to be put on a ticket: one a line; a line that begins with “!” must be done."""

    kinds = ArrayField(
        models.CharField(max_length=12, choices=Kind), verbose_name=_("kinds"), default=list, blank=True,
        help_text=_("Empty for all kinds."),
    )  # fmt: skip
    points_fr = models.TextField(
        _("points in French"), max_length=10_000,
        help_text=_("One a line. “!” before a point: the ticket cannot be resolved without it."),
    )  # fmt: skip
    points_en = models.TextField(_("points in English"), max_length=10_000, blank=True)

    class Meta(Labelled.Meta):
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")

    @property
    def points(self) -> str:
        """The points in the reader's language, in French where there is no other."""
        english = (get_language() or "").startswith("en")
        return (self.points_en if english else self.points_fr) or self.points_fr


class CheckItem(models.Model):
    """One point of a ticket's checklist."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="checks", db_index=False)
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("point"), max_length=500)
    is_required = models.BooleanField(
        _("must be done"), default=False, help_text=_("The ticket cannot be resolved without it.")
    )
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("done by"), null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("point of a checklist")
        verbose_name_plural = _("points of a checklist")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "position"], name="tickets_check_position"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(done_by__isnull=False), name="tickets_check_done_by"
            ),
        ]

    def __str__(self) -> str:
        return self.text
