"""What a ticket says of the items it is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from services.models import Item
from tickets.models import Ticket, TicketItem

# Under this name a ticket carries what it says of its items, read with it or just written.
TOLD = "items_told"

Rows = TypeVar("Rows", bound=QuerySet[Any])


def with_items(tickets: Rows) -> Rows:
    """The tickets with code, name and role of their items, in the same statement."""
    rows = TicketItem.objects.filter(ticket=OuterRef("pk")).order_by("pk")
    told = rows.values(told=JSONObject(code="item__code", name="item__name", role="role"))
    return tickets.annotate(**{TOLD: ArraySubquery(told)})


def remember(ticket: Ticket, rows: Iterable[TicketItem]) -> None:
    """Keep on the ticket what was just written, so that nobody reads it again."""
    told = [{"code": row.item.code, "name": row.item.name, "role": str(row.role)} for row in rows]
    setattr(ticket, TOLD, told)


def told_of(ticket: Ticket) -> list[dict[str, str]]:
    """Code, name and role of each item; reads them where they were not read with the ticket."""
    if not hasattr(ticket, TOLD):
        remember(ticket, TicketItem.objects.filter(ticket=ticket).select_related("item").order_by("pk"))
    found: list[dict[str, str]] = getattr(ticket, TOLD)
    return found


def items_of(ticket: Ticket) -> list[Item]:
    """The items of a ticket, in the order they were named."""
    return list(Item.objects.filter(ticket_rows__ticket=ticket).order_by("ticket_rows__pk"))
