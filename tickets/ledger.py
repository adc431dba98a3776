"""Sums over the ledger. Minutes are for all who work on a ticket; money only where it may be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _, gettext_lazy

from accounts.models import Entity, Team, User
from core.choices import Kind
from services.models import Service
from tickets.choices import CostNature, LineType
from tickets.models import Activity, LedgerLine, Ticket, TicketBudget
from tickets.models.lines import LedgerQuerySet

NOTHING = Decimal(0)
# Lines that the panel of a ticket shows; the page of its time has them all.
SHOWN = 5


@dataclass(frozen=True)
class Totals:
    """Sums of lines. `unrated_minutes` have no rate, so that the cost of time says less than was spent."""

    minutes: int = 0
    billable_minutes: int = 0
    unrated_minutes: int = 0
    time_cost: Decimal = NOTHING
    other_cost: Decimal = NOTHING

    @property
    def cost(self) -> Decimal:
        """Time and costs together, in euros."""
        return self.time_cost + self.other_cost


_SUMS = {
    "sum_minutes": Sum("minutes"),
    "sum_billable_minutes": Sum("minutes", filter=Q(is_billable=True)),
    "sum_unrated_minutes": Sum("minutes", filter=Q(type=LineType.TIME, rate=None)),
    "sum_time_cost": Sum("money", filter=Q(type=LineType.TIME)),
    "sum_other_cost": Sum("money", filter=Q(type=LineType.COST)),
}


def totals(lines: LedgerQuerySet) -> Totals:
    """The sums of lines that a person may see, in one statement."""
    return _totals(lines.order_by().aggregate(**_SUMS))


def _totals(found: dict[str, Any]) -> Totals:
    return Totals(**{name: found[f"sum_{name}"] or default for name, default in vars(Totals()).items()})


@dataclass(frozen=True)
class Group:
    """A way to split the ledger: the column it goes by, and how its values are named."""

    label: Any
    column: str
    name: Callable[[Iterable[Any]], dict[Any, str]]


def rows_named(model: type[models.Model]) -> Callable[[Iterable[Any]], dict[Any, str]]:
    """Names of the rows of a model by key, in one statement."""
    return lambda keys: {
        key: str(row) for key, row in model._default_manager.in_bulk([key for key in keys if key]).items()
    }


def _labels(choices: type[models.TextChoices]) -> Callable[[Iterable[Any]], dict[Any, str]]:
    return lambda keys: {value: str(label) for value, label in choices.choices}


# Higher parts add theirs in `ready`.
GROUPS: dict[str, Group] = {
    "person": Group(gettext_lazy("Person"), "person_id", rows_named(User)),
    "team": Group(gettext_lazy("Team"), "team_id", rows_named(Team)),
    "activity": Group(gettext_lazy("Activity"), "activity_id", rows_named(Activity)),
    "nature": Group(gettext_lazy("Nature"), "nature", _labels(CostNature)),
    "kind": Group(gettext_lazy("Kind"), "ticket__kind", _labels(Kind)),
    "service": Group(gettext_lazy("Service"), "ticket__service_id", rows_named(Service)),
    "entity": Group(gettext_lazy("Entity"), "ticket__entity_id", rows_named(Entity)),
}


def split(lines: LedgerQuerySet, by: str) -> list[tuple[str, Totals]]:
    """The sums for each value of a group, most minutes first."""
    group = GROUPS[by]
    found = list(lines.order_by().values(key=F(group.column)).annotate(**_SUMS))
    names = group.name([row["key"] for row in found])
    parts = [(names.get(row["key"]) or _("None"), _totals(row)) for row in found]
    return sorted(parts, key=lambda part: (-part[1].minutes, -part[1].cost, part[0]))


def overview(ticket: Ticket, user: User) -> dict[str, Any]:
    """The variables of the panel on the ticket page: sums, budget, the last lines."""
    standing = LedgerLine.objects.visible_to(user).of(ticket).standing()
    sums, budget = totals(standing), TicketBudget.objects.filter(ticket=ticket).first()
    sees_money = user.has_perm("tickets.costs", ticket)
    return {
        "totals": sums,
        "lines": list(standing.for_lists().order_by("-day", "-pk")[:SHOWN]),
        "sees_money": sees_money,
        "budget": budget if sees_money else None,
        "left": budget.amount - sums.cost if budget and sees_money else None,
        "may": user.has_perm("tickets.work", ticket),
    }
