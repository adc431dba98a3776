"""What an administrator sets up for tickets."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import get_language, gettext_lazy as _

from core.choices import Priority, Scale
from tickets.choices import ParentClose, WaitsFor


class Labelled(models.Model):
    """A word of the set-up with its name in both languages."""

    slug = models.SlugField(_("code"), unique=True, max_length=60)
    name_fr = models.CharField(_("name in French"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        abstract = True
        ordering = ["position", "name_fr"]

    def __str__(self) -> str:
        english = (get_language() or "").startswith("en")
        return (self.name_en if english else self.name_fr) or self.name_fr


class PendingReason(Labelled):
    """Why a ticket waits, who has to act, and what the wait does."""

    waits_for = models.CharField(_("who has to act"), max_length=12, choices=WaitsFor)
    pauses_clock = models.BooleanField(_("pauses the resolution clock"), default=True)
    needs_date = models.BooleanField(
        _("needs a date"), default=False, help_text=_("The ticket resumes by itself on that date.")
    )

    class Meta(Labelled.Meta):
        verbose_name = _("pending reason")
        verbose_name_plural = _("pending reasons")


class ResolutionCode(Labelled):
    """How a ticket was solved, in one word of the service desk."""

    kinds = ArrayField(
        models.CharField(max_length=12), verbose_name=_("kinds"), default=list, blank=True,
        help_text=_("Empty for all kinds."),
    )  # fmt: skip

    class Meta(Labelled.Meta):
        verbose_name = _("resolution code")
        verbose_name_plural = _("resolution codes")


class PriorityCell(models.Model):
    """One cell of the priority matrix."""

    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Scale)
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Scale)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority)

    class Meta:
        verbose_name = _("priority cell")
        verbose_name_plural = _("priority matrix")
        ordering = ["urgency", "impact"]
        constraints = [
            models.UniqueConstraint(fields=["urgency", "impact"], name="tickets_prioritycell_once")
        ]

    def __str__(self) -> str:
        return f"{self.urgency} × {self.impact} → P{self.priority}"


class Policy(models.Model):
    """The delays of an entity and those below it; the row without entity holds for all the rest."""

    entity = models.OneToOneField(
        "accounts.Entity",
        verbose_name=_("entity"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )
    close_after_days = models.PositiveSmallIntegerField(
        _("closing after"), default=5, validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Working days of silence after which a resolved ticket is closed."),
    )  # fmt: skip
    reopen_within_days = models.PositiveSmallIntegerField(
        _("reopening within"), default=10, validators=[MaxValueValidator(250)],
        help_text=_("Working days after closing during which an answer reopens; later it opens a linked ticket."),
    )  # fmt: skip
    edit_minutes = models.PositiveSmallIntegerField(
        _("editing a comment within"), default=15, validators=[MaxValueValidator(1440)],
        help_text=_("Minutes during which its author can edit a comment."),
    )  # fmt: skip
    parent_close = models.CharField(
        _("open parts"), max_length=8, choices=ParentClose, default=ParentClose.BLOCK,
        help_text=_("What happens when a ticket is resolved or closed while parts of it are still open."),
    )  # fmt: skip
    approval_reminder_days = models.PositiveSmallIntegerField(
        _("reminding approvers every"), default=2, validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Working days without an answer after which those who have to approve are reminded."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("delays")
        verbose_name_plural = _("delays")
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(entity__isnull=True), name="tickets_policy_one_default"
            )
        ]

    def __str__(self) -> str:
        return str(self.entity) if self.entity else str(_("Everywhere"))
