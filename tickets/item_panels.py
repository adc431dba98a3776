"""Items on the page of a ticket, and tickets on the pages of services and items."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from accounts.models import User
from core import registry
from services import graph
from services.models import Item, Service, Thing
from tickets import timeline
from tickets.choices import ItemRole, Verb
from tickets.models import Event, Ticket, TicketItem

SHOWN = 8


def register() -> None:
    """Take the places that lower parts offer, and the words of the timeline."""
    registry.ticket_panels.register(
        registry.TicketPanel(
            slug="items",
            title=gettext_lazy("Items"),
            template="tickets/items_panel.html",
            context=of_ticket,
            order=30,
        )
    )
    registry.catalogue_panels.register(
        registry.CataloguePanel(
            slug="tickets",
            title=gettext_lazy("Tickets"),
            template="tickets/catalogue_panel.html",
            context=of_thing,
            order=20,
        )
    )
    timeline.SENTENCES[Verb.ITEMS] = sentence


def of_ticket(ticket: Ticket, user: User) -> dict[str, Any] | None:
    """The items of a ticket that the person may see, and what breaks if they stop."""
    rows = list(TicketItem.objects.filter(ticket=ticket).order_by("pk"))
    if not rows:
        return None
    keys = [row.item_id for row in rows]
    seen = Item.objects.visible_to(user).select_related("item_type", "place", "user").in_bulk(keys)
    items = [(seen[row.item_id], ItemRole(row.role)) for row in rows if row.item_id in seen]
    return {
        "items": [
            {"item": item, "role": role, "is_affected": role == ItemRole.AFFECTED} for item, role in items
        ],
        "hidden": len(rows) - len(items),
        "breaks": graph.dependents(user, *(item for item, _role in items)) if items else None,
        "shown": SHOWN,
    }


def of_thing(thing: Thing, user: User) -> dict[str, Any] | None:
    """The tickets on a service that are open, or all on an item, as far as the person sees them, newest first."""
    seen = Ticket.objects.visible_to(user).for_lists()
    if isinstance(thing, Service):
        rows = seen.open().filter(service=thing)
        address = f"{reverse('tickets:queue')}?view=all&is_open=true&service={thing.pk}"
    else:
        rows = seen.filter(item_rows__item=thing)
        address = f"{reverse('tickets:queue')}?view=all&item={thing.code}"
    found = list(rows.order_by("-created_at", "-pk")[: SHOWN + 1])
    return {
        "tickets": found[:SHOWN],
        "has_more": len(found) > SHOWN and user.access.is_staff_side,
        "address": address,
        "is_service": isinstance(thing, Service),
    }


def sentence(event: Event, names: timeline.Names) -> str:
    """Which items were named, and which no longer are."""
    added, removed = event.data.get("added", []), event.data.get("removed", [])
    said = []
    if added:
        said.append(_("added the items %(codes)s") % {"codes": ", ".join(added)})
    if removed:
        said.append(_("removed the items %(codes)s") % {"codes": ", ".join(removed)})
    if roles := event.data.get("roles"):
        words = (f"{code}: {ItemRole(role).label}" for code, role in roles.items() if role in ItemRole.values)
        said.append(_("said what they have to do with it: %(roles)s") % {"roles": ", ".join(words)})
    return "; ".join(said) or _("changed the items")
