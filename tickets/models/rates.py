"""What an hour costs, of whom and when."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

import pgtrigger
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.models.ledger import Voidable


def _period() -> models.Func:
    """First and last day of a rate, both included; without a last day it goes on."""
    return models.Func(
        "valid_from", "valid_to", models.Value("[]"), function="daterange", output_field=DateRangeField()
    )


def _key(holder: str) -> Coalesce:
    """The key of who a rate is of, a number too where it is of nobody in particular: nulls never clash."""
    return Coalesce(holder, 0, output_field=models.BigIntegerField())


class RateQuerySet(models.QuerySet["Rate"]):
    """Questions asked of many rates."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The rates of the people and teams whose money, or whose set-up, is the person's business."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        places = user.access.entities_of_any(("tickets.costs", "settings.manage"))
        if not places:
            return self.none()
        return self.filter(
            Q(person=None, team=None) | Q(person__entity_id__in=places) | Q(team__entity_id__in=places)
        )

    def standing(self) -> Self:
        """Those that count."""
        return self.filter(voided_at=None)


class Rate(Voidable):
    """What an hour of a person costs, in euros, between two days; else of a team, else of anyone."""

    person = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("person"), related_name="+", null=True, blank=True
    )
    team = models.ForeignKey(
        "accounts.Team", models.CASCADE, verbose_name=_("team"), related_name="+", null=True, blank=True
    )
    amount = models.DecimalField(
        _("euros per hour"), max_digits=8, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    valid_from = models.DateField(_("first day"))
    valid_to = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("Empty as long as it holds.")
    )

    objects = RateQuerySet.as_manager()

    class Meta:
        verbose_name = _("hourly rate")
        verbose_name_plural = _("hourly rates")
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="rate_amount"),
            models.CheckConstraint(
                condition=Q(person=None) | Q(team=None),
                name="rate_one_holder",
                violation_error_message=_("Choose a person or a team, not both."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="rate_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            ExclusionConstraint(
                name="rate_no_overlap",
                expressions=[
                    (_key("person"), RangeOperators.EQUAL),
                    (_key("team"), RangeOperators.EQUAL),
                    (_period(), RangeOperators.OVERLAPS),
                ],
                condition=Q(voided_at=None),
                violation_error_message=_("Another rate already holds on some of these days."),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="rate_unchanged", fields=["person", "team", "amount", "valid_from", "created_at"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} · {self.amount} € · {self.valid_from}"

    def clean(self) -> None:
        """Order the days before the database makes a range of them, which it cannot of backward ones."""
        super().clean()
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": _("The last day is before the first.")})

    @property
    def holder(self) -> Any:
        """The person or team, or the words for everybody else."""
        return self.person or self.team or _("Everybody else")
