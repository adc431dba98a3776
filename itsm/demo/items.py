"""The items of the demo: what the services stand on, and what people work with; made by the set forms of `services`."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from itsm.demo import park as park_of
from itsm.demo.organisation import Cast
from itsm.demo.park import Park
from itsm.demo.rhythm import ZONE
from services.actions import edit_items
from tickets.actions.items import load_items
from tickets.models import Ticket


def build_items(cast: Cast, *, now: datetime) -> None:
    """Make places, suppliers, items and relations, and name items on tickets."""
    founded = now - timedelta(days=400)
    park = Park(cast, now.astimezone(ZONE).date())
    park_of.add_places(park)
    park_of.add_suppliers(park)
    park_of.add_network(park)
    park_of.add_servers(park)
    park_of.add_applications(park)
    park_of.add_services(park)
    park_of.add_desks(park)
    park_of.add_printers(park)
    park_of.add_licences(park)
    park.write(founded)
    _live(park, now)
    _name_on_tickets(park)


def _live(park: Park, now: datetime) -> None:
    """Some repairs, some retired, some in stock."""
    desks = [item for code, item in park.items.items() if code.startswith("PC-")]
    chosen = park.random.sample(desks, 9)
    for status, rows, days in (
        ("in_repair", chosen[:3], 4),
        ("in_stock", chosen[3:6], 20),
        ("retired", chosen[6:], 60),
    ):
        left: dict[str, Any] = {} if status == "in_repair" else {"user": None}
        changes = [(item, {"status": status, **left}) for item in rows]
        edit_items(changes, by=park.cast.people["agent"], at=now - timedelta(days=days))


def _name_on_tickets(park: Park) -> None:
    """Name on tickets what their service stands on, or the computer of who reports."""
    by_user = {
        item.user_id: item for code, item in park.items.items() if code.startswith("PC-") and item.user_id
    }
    by_service = {item.service_id: item for code, item in park.items.items() if code.startswith("APP-")}
    printers = [item for code, item in park.items.items() if code.startswith("IMP-")]
    printing, desks = park.cast.services["impression"].pk, _desk_services(park)
    rows: list[tuple[int, int]] = []
    # Every third ticket: not every technician notes the item.
    for ticket in Ticket.objects.only("pk", "kind", "service_id", "requester_id").order_by("pk")[::3]:
        if ticket.service_id in desks:
            item = by_user.get(ticket.requester_id)
        elif ticket.service_id == printing:
            item = printers[ticket.pk % len(printers)]
        else:
            item = by_service.get(ticket.service_id)
        if item is not None:
            rows.append((ticket.pk, item.pk))
    load_items(rows)


def _desk_services(park: Park) -> Iterable[int]:
    return {park.cast.services[key].pk for key in ("postes-ville", "postes-agglo", "postes-ccas")}
