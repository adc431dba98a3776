"""The ledger of time and costs: one for all kinds. Rows are never changed; a mistake is voided and written anew."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

import pgtrigger
from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.choices import CostNature
from tickets.models.setup import Labelled
from tickets.models.ticket import Ticket

DAY_MINUTES = 1440


def of_staff(user: User) -> Q:
    """The rows whose ticket the person works on or oversees, as `sees_internal` says of one ticket."""
    return (
        Q(ticket__entity_id__in=user.access.entities("tickets.view"), ticket__is_confidential=False)
        | Q(ticket__team_id__in=user.access.teams)
        | Q(ticket__assignee_id=user.pk)
    )


def with_money(user: User) -> Q:
    """The rows of whose ticket the person sees the money: the right on its entity, or anywhere if involved."""
    granted = Q(ticket__entity_id__in=user.access.entities("tickets.costs"), ticket__is_confidential=False)
    if not user.access.can("tickets.costs"):
        return granted
    return granted | Q(ticket__team_id__in=user.access.teams) | Q(ticket__assignee_id=user.pk)


class Voidable(models.Model):
    """A row that is corrected by voiding it: who, when and why."""

    created_at = models.DateTimeField(_("entered at"))
    entered_by = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("entered by"), related_name="+", db_index=False
    )
    voided_at = models.DateTimeField(_("voided at"), null=True, blank=True)
    voided_by = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("voided by"), related_name="+", null=True, blank=True,
        db_index=False,
    )  # fmt: skip
    void_reason = models.CharField(_("reason"), max_length=250, blank=True)

    class Meta:
        abstract = True

    @property
    def is_void(self) -> bool:
        """Whether it counts no more."""
        return self.voided_at is not None


class Activity(Labelled):
    """What time is spent on, in one word."""

    class Meta(Labelled.Meta):
        verbose_name = _("activity")
        verbose_name_plural = _("activities")


class TimeEntryQuerySet(models.QuerySet["TimeEntry"]):
    """Questions asked of many entries."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Time is for those who work on the ticket; its requester does not read it."""
        return self.filter(of_staff(user)) if isinstance(user, User) and user.is_active else self.none()

    def standing(self) -> Self:
        """Those that count."""
        return self.filter(voided_at=None)


class TimeEntry(Voidable):
    """Minutes that a person spent on a ticket on a day. The team is the person's when it was entered."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="time_entries", db_index=False)
    person = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("person"), related_name="+", db_index=False
    )
    team = models.ForeignKey(
        "accounts.Team", models.SET_NULL, verbose_name=_("team"), related_name="+", null=True, blank=True,
        db_index=False,
    )  # fmt: skip
    day = models.DateField(_("day"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(1), MaxValueValidator(DAY_MINUTES)]
    )
    activity = models.ForeignKey(
        Activity, models.PROTECT, verbose_name=_("activity"), related_name="+", null=True, blank=True,
        db_index=False,
    )  # fmt: skip
    note = models.CharField(_("note"), max_length=500, blank=True)
    is_billable = models.BooleanField(_("billable"), default=False)

    objects = TimeEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("time entry")
        verbose_name_plural = _("time entries")
        indexes = [
            models.Index(fields=["ticket", "day", "id"], name="time_ticket"),
            models.Index(fields=["person", "day"], name="time_person_day"),
            models.Index(fields=["day", "id"], name="time_day"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(minutes__range=(1, DAY_MINUTES)), name="time_minutes"),
            models.CheckConstraint(
                condition=Q(voided_at=None) | ~Q(void_reason=""), name="time_voided_with_reason"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="time_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="time_unchanged", fields=["ticket", "person", "day", "minutes", "activity", "created_at"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} · {self.person_id} · {self.day} · {self.minutes} min"


class CostLineQuerySet(models.QuerySet["CostLine"]):
    """Questions asked of many cost lines."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of tickets whose money one sees, and of the others those one entered."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(of_staff(user), with_money(user) | Q(entered_by_id=user.pk))

    def standing(self) -> Self:
        """Those that count."""
        return self.filter(voided_at=None)


class CostLine(Voidable):
    """Money spent on a ticket, in euros."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="cost_lines", db_index=False)
    nature = models.CharField(_("nature"), max_length=12, choices=CostNature)
    label = models.CharField(_("what for"), max_length=200)
    amount = models.DecimalField(
        _("amount in euros"), max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    day = models.DateField(_("day"))
    supplier = models.CharField(_("supplier"), max_length=120, blank=True)

    objects = CostLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("cost line")
        verbose_name_plural = _("cost lines")
        indexes = [
            models.Index(fields=["ticket", "day", "id"], name="cost_ticket"),
            models.Index(fields=["day", "id"], name="cost_day"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="cost_amount"),
            models.CheckConstraint(
                condition=Q(voided_at=None) | ~Q(void_reason=""), name="cost_voided_with_reason"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="cost_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="cost_unchanged", fields=["ticket", "nature", "amount", "day", "created_at"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} · {self.label} · {self.amount} €"


class TicketBudget(models.Model):
    """What may be spent on a ticket, time and costs together, in euros."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="budget")
    amount = models.DecimalField(
        _("budget in euros"), max_digits=12, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )

    class Meta:
        verbose_name = _("budget of a ticket")
        verbose_name_plural = _("budgets of tickets")
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="budget_not_negative")]

    def __str__(self) -> str:
        return f"{self.ticket_id} · {self.amount} €"
