"""Recurring tickets: a rule, a template, and one row for each occurrence that was dealt with."""

from __future__ import annotations

from datetime import time
from typing import Self
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from calendars.rules import check_timezone
from core.choices import Kind, Scale
from tickets import recurrence
from tickets.choices import OnClosedDay
from tickets.models.ticket import Ticket


class RecurrenceQuerySet(models.QuerySet["Recurrence"]):
    """Questions asked of many recurring tickets."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of the entities in which the person sets them up."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(entity_id__in=user.access.entities("tickets.recurring"))


class Recurrence(models.Model):
    """A ticket that opens by itself again and again: maintenance, reviews, drills."""

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.REQUEST)
    title = models.CharField(_("title of the tickets"), max_length=250)
    description = models.TextField(_("description"), blank=True, max_length=200_000)
    entity = models.ForeignKey("accounts.Entity", models.PROTECT, verbose_name=_("entity"), related_name="+")
    requester = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("requester"), related_name="+"
    )
    service = models.ForeignKey(
        "services.Service", models.PROTECT, verbose_name=_("service"), null=True, blank=True, related_name="+"
    )
    category = models.ForeignKey(
        "services.Category",
        models.PROTECT,
        verbose_name=_("category"),
        null=True,
        blank=True,
        related_name="+",
    )
    team = models.ForeignKey(
        "accounts.Team", models.PROTECT, verbose_name=_("team"), null=True, blank=True, related_name="+"
    )
    assignee = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("assignee"), null=True, blank=True, related_name="+"
    )
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Scale, default=Scale.LOW)
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Scale, default=Scale.LOW)
    checklist = models.ForeignKey(
        "tickets.ChecklistTemplate", models.PROTECT, verbose_name=_("checklist"), null=True, blank=True,
        related_name="+",
    )  # fmt: skip

    rule = models.CharField(
        _("rule"), max_length=recurrence.RULE_LIMIT,
        help_text=_("As in calendars (RFC 5545): FREQ=MONTHLY;BYDAY=1MO is the first Monday of each month."),
    )  # fmt: skip
    starts_on = models.DateField(_("from"))
    at_time = models.TimeField(_("at"), default=time(8))
    timezone = models.CharField(_("time zone"), max_length=60, default="Europe/Paris")
    calendar = models.ForeignKey(
        "calendars.Calendar", models.PROTECT, verbose_name=_("calendar"), null=True, blank=True,
        related_name="+", help_text=_("Its closed days and holidays move or remove occurrences."),
    )  # fmt: skip
    on_closed = models.CharField(
        _("on a closed day"), max_length=8, choices=OnClosedDay, default=OnClosedDay.AFTER
    )

    is_active = models.BooleanField(_("in use"), default=True)
    last_day = models.DateField(_("last occurrence"), null=True, blank=True, editable=False)
    next_at = models.DateTimeField(_("next one"), null=True, blank=True, editable=False)
    problem = models.CharField(_("why it stopped"), max_length=500, blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = RecurrenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("recurring ticket")
        verbose_name_plural = _("recurring tickets")
        ordering = ["name", "id"]
        indexes = [
            models.Index(
                fields=["next_at"],
                name="recurrence_due",
                condition=Q(is_active=True, next_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page in the administration."""
        return reverse("tickets:recurrence", args=[self.pk])

    def clean(self) -> None:
        """Refuse a rule or a zone that means nothing."""
        try:
            self.rule = recurrence.check_rule(self.rule)
        except ValueError as error:
            raise ValidationError({"rule": str(error)}) from error
        try:
            check_timezone(self.timezone)
        except ValueError as error:
            raise ValidationError({"timezone": str(error)}) from error

    @property
    def plan(self) -> recurrence.Plan:
        """The rule with all that its instants depend on."""
        return recurrence.Plan(
            rule=self.rule,
            starts_on=self.starts_on,
            at=self.at_time,
            zone=ZoneInfo(self.timezone),
            schedule=self.calendar.schedule if self.calendar else None,
            on_closed=self.on_closed,
        )


class RecurrenceSlot(models.Model):
    """One occurrence that was dealt with: the ticket it opened, or none where it was passed over."""

    recurrence = models.ForeignKey(Recurrence, models.CASCADE, related_name="slots", db_index=False)
    day = models.DateField(_("day of the rule"))
    ticket = models.OneToOneField(
        Ticket, models.PROTECT, null=True, blank=True, related_name="recurrence_slot"
    )
    opened_at = models.DateTimeField(_("opened at"))

    class Meta:
        verbose_name = _("occurrence")
        verbose_name_plural = _("occurrences")
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["recurrence", "day"], name="tickets_slot_once")]

    def __str__(self) -> str:
        return f"{self.recurrence_id} · {self.day}"
