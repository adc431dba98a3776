"""Problem: the cause behind incidents, looked for, worked around and removed."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import Kind
from problems.workflow import PROBLEM_WORKFLOW
from tickets import kinds
from tickets.choices import LinkType
from tickets.models import Link, Ticket


class Telling(models.TextChoices):
    """How the open incidents of a problem learn that it is solved."""

    NOTE = "note", _("By an internal note")
    ANSWER = "answer", _("By an answer to who reported them")
    TIMELINE = "timeline", _("In their timelines alone")


@kinds.register
class Problem(Ticket):
    """A ticket of kind problem."""

    kind_slug = Kind.PROBLEM
    prefix = "PRB"
    details_name = "problem_details"
    workflow = PROBLEM_WORKFLOW

    class Meta:
        proxy = True
        verbose_name = _("problem")
        verbose_name_plural = _("problems")


class ProblemDetails(models.Model):
    """What only a problem has; written with the ticket and by its moves."""

    computed = ("known_error_at",)

    ticket = models.OneToOneField(
        Ticket, models.CASCADE, primary_key=True, related_name="problem_details", verbose_name=_("ticket")
    )
    context = models.TextField(
        _("context"), blank=True, max_length=20_000,
        help_text=_("When it happens, to whom, after what: what the incidents have in common."),
    )  # fmt: skip
    environment = models.TextField(
        _("environment"), blank=True, max_length=20_000,
        help_text=_("Equipment, versions, sites, settings: where it happens, and where it does not."),
    )  # fmt: skip
    first_seen_at = models.DateTimeField(_("first seen"), null=True, blank=True)
    urgency_reason = models.TextField(_("why this urgency"), blank=True, max_length=2000)
    impact_reason = models.TextField(_("why this impact"), blank=True, max_length=2000)
    root_cause = models.TextField(_("root cause"), blank=True, max_length=20_000)
    consequences = models.TextField(
        _("consequences"), blank=True, max_length=20_000,
        help_text=_("What it does to services and people, and what it will do if nothing is done."),
    )  # fmt: skip
    workaround = models.TextField(
        _("workaround"), blank=True, max_length=20_000,
        help_text=_("What helps until the cause is removed, step by step."),
    )  # fmt: skip
    is_public_workaround = models.BooleanField(
        _("shown to requesters"), default=False,
        help_text=_("They find the workaround when they report trouble with the service."),
    )  # fmt: skip
    tell_incidents = models.CharField(
        _("tell the open incidents"), max_length=10, choices=Telling, default=Telling.NOTE
    )
    known_error_at = models.DateTimeField(_("known error since"), null=True, blank=True)

    class Meta:
        verbose_name = _("details of a problem")
        verbose_name_plural = _("details of problems")
        indexes = [
            # Few problems have a workaround; each page of an incident asks for those of its service.
            models.Index(
                fields=["ticket"], name="problems_with_workaround", condition=~models.Q(workaround="")
            ),
        ]

    def __str__(self) -> str:
        return str(self.ticket_id)

    @property
    def is_known_error(self) -> bool:
        """Whether cause and workaround were declared."""
        return self.known_error_at is not None


class CauseMethod(models.TextChoices):
    """How a line of the analysis looks for the cause."""

    HYPOTHESIS = "hypothesis", _("Hypothesis")
    WHY = "why", _("Why?")


class CauseState(models.TextChoices):
    """What is known of a supposed cause."""

    SUSPECTED = "suspected", _("Suspected")
    CONFIRMED = "confirmed", _("Confirmed")
    RULED_OUT = "ruled_out", _("Ruled out")


class CauseQuerySet(models.QuerySet["Cause"]):
    """Questions asked of many causes."""

    def of(self, problem: Ticket) -> Self:
        """The analysis of a problem: hypotheses in their order, and the chain of whys."""
        return self.filter(problem=problem).order_by("method", "position", "pk")


class Cause(models.Model):
    """One line of the analysis: a hypothesis with its test and result, or one link of a chain of whys."""

    problem = models.ForeignKey(
        Ticket, models.CASCADE, related_name="causes", verbose_name=_("problem"), db_index=False
    )
    method = models.CharField(
        _("sort of line"), max_length=10, choices=CauseMethod, default=CauseMethod.HYPOTHESIS
    )
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.TextField(_("supposed cause"), max_length=5000)
    test = models.TextField(
        _("how it is tested"),
        blank=True,
        max_length=5000,
        help_text=_("What would prove it, or rule it out."),
    )
    result = models.TextField(_("what was found"), blank=True, max_length=5000)
    state = models.CharField(_("state"), max_length=10, choices=CauseState, default=CauseState.SUSPECTED)

    objects = CauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("supposed cause")
        verbose_name_plural = _("supposed causes")
        ordering = ["method", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["problem", "method", "position"], name="problems_cause_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.text[:80]


class WorkaroundUse(models.Model):
    """A workaround given on an incident; counted once for each."""

    problem = models.ForeignKey(Ticket, models.CASCADE, related_name="workaround_uses", db_index=False)
    incident = models.ForeignKey(Ticket, models.CASCADE, related_name="workarounds_used")
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("use of a workaround")
        verbose_name_plural = _("uses of workarounds")
        constraints = [models.UniqueConstraint(fields=["problem", "incident"], name="problems_use_once")]

    def __str__(self) -> str:
        return f"{self.problem_id} → {self.incident_id}"


def incidents_of(problem: Ticket | Any) -> models.QuerySet[Ticket]:
    """The incidents that a problem caused."""
    keys = Link.objects.filter(target=problem, link_type=LinkType.CAUSED_BY).values("source_id")
    rows: models.QuerySet[Ticket] = Ticket.objects.filter(kind=Kind.INCIDENT, pk__in=keys, merged_into=None)
    return rows
