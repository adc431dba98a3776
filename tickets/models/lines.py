"""The ledger as one: time with its cost, and costs."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.choices import CostNature, LineType
from tickets.models.ledger import Activity, of_staff, with_money
from tickets.models.ticket import Ticket


class LedgerQuerySet(models.QuerySet["LedgerLine"]):
    """Questions asked of the whole ledger."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Time of tickets one works on, and the costs one may see; `money` is empty where one may not."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        seen = with_money(user)
        own = Q(type=LineType.COST, entered_by_id=user.pk)
        rows = self.filter(of_staff(user)).filter(Q(type=LineType.TIME) | seen | own)
        return rows.annotate(money=models.Case(models.When(seen | own, then=F("amount"))))

    def with_all_money(self) -> Self:
        """With the money of every line, for who may see it whatever the ticket: of a project as a whole."""
        return self.annotate(money=F("amount"))

    def standing(self) -> Self:
        """Those that count."""
        return self.filter(voided_at=None)

    def of(self, ticket: Ticket) -> Self:
        """The lines of a ticket, and of those merged into it."""
        return self.filter(Q(ticket=ticket) | Q(ticket__merged_into=ticket))

    def for_lists(self) -> Self:
        """With what a line shows, in one statement."""
        people = [f"{who}__{name}" for who in ("person",) for name in ("first_name", "last_name", "email")]
        words = ("activity__slug", "activity__name_fr", "activity__name_en")
        own = [field.attname for field in LedgerLine._meta.concrete_fields]
        ticket = ("ticket__kind", "ticket__title", "ticket__status")
        return self.select_related("ticket", "person", "team", "activity").only(
            *own, *ticket, *people, "team__name", *words
        )


class LedgerLine(models.Model):
    """A line of the ledger, time or cost: a view of the database over both tables, where time has its cost.

    Cost of time = minutes × euros per hour valid on that day / 60, each entry rounded to the cent, half up, so that
    the parts add up to the total. The rate is the person's, else the team's, else everybody's; without any the
    amount is empty. Changing the type of a column it reads means making the view anew.
    """

    type = models.CharField(_("type"), max_length=4, choices=LineType)
    source = models.BigIntegerField(_("number"))
    ticket = models.ForeignKey(Ticket, models.DO_NOTHING, related_name="+")
    person = models.ForeignKey("accounts.User", models.DO_NOTHING, verbose_name=_("person"), related_name="+")
    team = models.ForeignKey(
        "accounts.Team", models.DO_NOTHING, verbose_name=_("team"), related_name="+", null=True
    )
    activity = models.ForeignKey(
        Activity, models.DO_NOTHING, verbose_name=_("activity"), related_name="+", null=True
    )
    nature = models.CharField(_("nature"), max_length=12, choices=CostNature)
    day = models.DateField(_("day"))
    minutes = models.IntegerField(_("minutes"))
    label = models.CharField(_("note"), max_length=500)
    supplier = models.CharField(_("supplier"), max_length=120)
    is_billable = models.BooleanField(_("billable"))
    rate = models.DecimalField(_("euros per hour"), max_digits=8, decimal_places=2, null=True)
    amount = models.DecimalField(_("amount in euros"), max_digits=14, decimal_places=2, null=True)
    entered_by = models.ForeignKey(
        "accounts.User", models.DO_NOTHING, verbose_name=_("entered by"), related_name="+"
    )
    created_at = models.DateTimeField(_("entered at"))
    voided_at = models.DateTimeField(_("voided at"), null=True)
    void_reason = models.CharField(_("reason"), max_length=250)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "tickets_ledgerline"
        verbose_name = _("line of the ledger")
        verbose_name_plural = _("ledger")

    def __str__(self) -> str:
        return f"{self.ticket_id} · {self.type} · {self.day}"
