"""Change: what is altered in a service on purpose, decided on before and looked at afterwards."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy as _

from changes.workflow import AT_ONCE, CHANGE_WORKFLOW
from core.choices import Kind, Scale
from tickets import kinds
from tickets.choices import Status
from tickets.models import Ticket
from tickets.models.approvals import Quorum
from tickets.models.setup import Labelled
from tickets.workflow import Move

# What was decided on, and so stays as it is until the change is reworked.
DECIDED_ON = ("change_type", "justification", "effects", "plan", "test_plan", "backout_plan", "risk_level")
# What a template says of each change made from it.
TEMPLATE_TEXTS = ("justification", "effects", "risk_note", "plan", "test_plan", "backout_plan")
_FREE_IN = (Status.DRAFT, Status.PROPOSED)


class ChangeType(models.TextChoices):
    """How a change comes to be approved."""

    STANDARD = "standard", _("Standard")
    NORMAL = "normal", _("Normal")
    EMERGENCY = "emergency", _("Emergency")


class ReviewResult(models.TextChoices):
    """How a change went."""

    SUCCESS = "success", _("Success")
    PARTIAL = "partial", _("Partly successful")
    FAILED = "failed", _("Failed")
    BACKED_OUT = "backed_out", _("Backed out")


class Decision(models.TextChoices):
    """What the change authority said."""

    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


@kinds.register
class Change(Ticket):
    """A ticket of kind change."""

    kind_slug = Kind.CHANGE
    prefix = "CHG"
    details_name = "change_details"
    workflow = CHANGE_WORKFLOW

    class Meta:
        proxy = True
        verbose_name = _("change")
        verbose_name_plural = _("changes")

    def offers(self, step: Move) -> bool:
        """Only an emergency starts before it is approved."""
        return step.verb != AT_ONCE or self.details.change_type == ChangeType.EMERGENCY

    @property
    def frozen(self) -> Collection[str]:
        """What was decided on, and what comes from a template."""
        if self.details.template_id:
            return ("template", "change_type", "risk_level", *TEMPLATE_TEXTS)
        return ("template",) if self.status in _FREE_IN else ("template", *DECIDED_ON)


class ChangeTemplate(Labelled):
    """A change done so often that it is approved once for all: a standard change is made from it."""

    service = models.ForeignKey(
        "services.Service",
        models.PROTECT,
        verbose_name=_("service"),
        null=True,
        blank=True,
        related_name="+",
    )
    risk_level = models.PositiveSmallIntegerField(_("risk"), choices=Scale, default=Scale.LOW)
    outage_expected = models.PositiveIntegerField(
        _("expected outage (minutes)"), null=True, blank=True, validators=[MaxValueValidator(100_000)]
    )
    justification_fr = models.TextField(_("why, in French"), max_length=20_000)
    justification_en = models.TextField(_("why, in English"), max_length=20_000, blank=True)
    effects_fr = models.TextField(_("effects, in French"), max_length=20_000)
    effects_en = models.TextField(_("effects, in English"), max_length=20_000, blank=True)
    risk_note_fr = models.TextField(_("risks, in French"), max_length=20_000, blank=True)
    risk_note_en = models.TextField(_("risks, in English"), max_length=20_000, blank=True)
    plan_fr = models.TextField(_("steps, in French"), max_length=20_000)
    plan_en = models.TextField(_("steps, in English"), max_length=20_000, blank=True)
    test_plan_fr = models.TextField(_("checks, in French"), max_length=20_000, blank=True)
    test_plan_en = models.TextField(_("checks, in English"), max_length=20_000, blank=True)
    backout_plan_fr = models.TextField(_("way back, in French"), max_length=20_000)
    backout_plan_en = models.TextField(_("way back, in English"), max_length=20_000, blank=True)

    class Meta(Labelled.Meta):
        verbose_name = _("change template")
        verbose_name_plural = _("change templates")

    def text(self, name: str, language: str = "") -> str:
        """One of its texts, in a language where it has it (default the reader's), else in French."""
        english = (language or get_language() or "").startswith("en")
        french: str = getattr(self, f"{name}_fr")
        return (getattr(self, f"{name}_en") if english else french) or french


class ChangePolicy(models.Model):
    """How an entity and those below it decide on changes; the row without entity holds for all the rest."""

    entity = models.OneToOneField(
        "accounts.Entity",
        verbose_name=_("entity"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )
    quorum = models.CharField(
        _("who has to approve"), max_length=8, choices=Quorum, default=Quorum.ANY,
        help_text=_("Of the people who hold the right to approve changes in the entity."),
    )  # fmt: skip
    percent = models.PositiveSmallIntegerField(
        _("share in percent"), default=50, validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Counts where a share of them has to approve."),
    )  # fmt: skip
    emergency_hours = models.PositiveSmallIntegerField(
        _("emergencies decided within"), default=48, validators=[MinValueValidator(1), MaxValueValidator(720)],
        help_text=_("Hours after its start within which an emergency change has to be approved."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("approval of changes")
        verbose_name_plural = _("approval of changes")
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(entity__isnull=True), name="changes_policy_one_default"
            )
        ]

    def __str__(self) -> str:
        return str(self.entity) if self.entity else str(_("Everywhere"))


class ChangeDetails(models.Model):
    """What only a change has; written with the ticket and by its moves."""

    computed = ("implemented_at", "ended_at", "decision", "decided_at", "approval_due_at")

    ticket = models.OneToOneField(
        Ticket, models.CASCADE, primary_key=True, related_name="change_details", verbose_name=_("ticket")
    )
    change_type = models.CharField(
        _("type"), max_length=10, choices=ChangeType, default=ChangeType.NORMAL,
        help_text=_("An emergency may start at once and is decided on afterwards."),
    )  # fmt: skip
    template = models.ForeignKey(
        ChangeTemplate,
        models.PROTECT,
        verbose_name=_("template"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Standard changes are made from one, and are approved with it."),
    )
    justification = models.TextField(
        _("why"),
        blank=True,
        max_length=20_000,
        help_text=_("What the change is for, and what happens without it."),
    )
    effects = models.TextField(
        _("effects"), blank=True, max_length=20_000,
        help_text=_("What it does to the service and to those who use it, during and after."),
    )  # fmt: skip
    risk_level = models.PositiveSmallIntegerField(_("risk"), choices=Scale, null=True, blank=True)
    risk_note = models.TextField(
        _("risks"),
        blank=True,
        max_length=20_000,
        help_text=_("What can go wrong, and what is done against it."),
    )
    plan = models.TextField(
        _("steps"), blank=True, max_length=20_000, help_text=_("Who does what, in which order.")
    )
    test_plan = models.TextField(
        _("checks"), blank=True, max_length=20_000, help_text=_("How one sees that it worked.")
    )
    backout_plan = models.TextField(
        _("way back"), blank=True, max_length=20_000, help_text=_("How to undo it, and until when one can.")
    )
    window_start = models.DateTimeField(_("window from"), null=True, blank=True)
    window_end = models.DateTimeField(_("window until"), null=True, blank=True)
    outage_expected = models.PositiveIntegerField(
        _("expected outage (minutes)"), null=True, blank=True, validators=[MaxValueValidator(100_000)]
    )
    review_result = models.CharField(_("result"), max_length=10, choices=ReviewResult, blank=True)
    review_note = models.TextField(
        _("review"),
        blank=True,
        max_length=20_000,
        help_text=_("What was expected, what happened, what was learnt."),
    )
    implemented_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    approval_due_at = models.DateTimeField(_("to be decided by"), null=True, blank=True)

    class Meta:
        verbose_name = _("details of a change")
        verbose_name_plural = _("details of changes")
        indexes = [
            models.Index(
                "window_start", "window_end", name="changes_window", condition=Q(window_start__isnull=False)
            ),
            models.Index(
                "approval_due_at",
                name="changes_undecided",
                condition=Q(decision="", approval_due_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(window_start__isnull=True)
                | Q(window_end__isnull=True)
                | Q(window_end__gt=F("window_start")),
                name="changes_window_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(risk_level__isnull=True) | Q(risk_level__range=(1, 5)), name="changes_risk_level"
            ),
            models.CheckConstraint(
                condition=~Q(change_type="standard") | Q(template__isnull=False),
                name="changes_standard_has_template",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ticket_id)

    def clean(self) -> None:
        """The rules over several columns. A change made from a template takes what the template says."""
        if self._state.adding and self.template is not None:
            self._take_over(self.template)
        if self.change_type == ChangeType.STANDARD and self.template_id is None:
            raise ValidationError({"change_type": _("A standard change is made from a template.")})
        if self.window_start and self.window_end and self.window_end <= self.window_start:
            raise ValidationError({"window_end": _("The window ends before it begins.")})

    def _take_over(self, template: ChangeTemplate) -> None:
        if not template.is_active:
            raise ValidationError({"template": _("This template is no longer in use.")})
        self.change_type, self.risk_level = ChangeType.STANDARD, template.risk_level
        if self.outage_expected is None:
            self.outage_expected = template.outage_expected
        for name in TEMPLATE_TEXTS:
            setattr(self, name, template.text(name, self.ticket.language))

    def is_overdue(self, at: datetime | None = None) -> bool:
        """Whether an emergency still waits for a decision that is due."""
        return bool(
            not self.decision and self.approval_due_at and self.approval_due_at <= (at or timezone.now())
        )

    @property
    def waits_for_decision(self) -> bool:
        """Whether an emergency was begun and nobody has decided on it."""
        return bool(self.approval_due_at and not self.decision)


def overlapping(change: Ticket | Any) -> models.QuerySet[Ticket]:
    """Other changes to the same service whose window overlaps, planned or under way, before visibility."""
    own = change.details
    rows = Change.objects.filter(
        status__in=[Status.PLANNED, Status.IN_PROGRESS], service_id=change.service_id
    )
    if not (change.service_id and own.window_start and own.window_end):
        nothing: models.QuerySet[Ticket] = rows.none()
        return nothing
    found: models.QuerySet[Ticket] = (
        rows.order_by("change_details__window_start", "pk")
        .exclude(pk=change.pk)
        .filter(
            change_details__window_start__lt=own.window_end, change_details__window_end__gt=own.window_start
        )
    )
    return found
