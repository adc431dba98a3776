"""The items that a ticket is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.exceptions import Refused
from services.models import Item
from tickets.actions.base import lock, moment, require, save
from tickets.choices import ItemRole, Verb
from tickets.events import record
from tickets.items import remember
from tickets.models import Ticket, TicketItem

# Items of one ticket; more is a mistake, or a list that belongs into a file.
MOST = 100

Given = Iterable[Item | tuple[Item, str]]


@transaction.atomic
def set_items(
    ticket: Ticket, items: Given, *, by: User, version: int | None = None, at: datetime | None = None
) -> Ticket:
    """Say which items the ticket is about: items, or pairs of item and role. An item named alone keeps its role."""
    now = moment(at)
    row = lock(ticket, version=version)
    require(by, "tickets.work", row)
    if told := hang_items(row, items, by=by):
        save(row, [], at=now)
        record(row, Verb.ITEMS, by=by, at=now, **told)
    return row


def hang_items(ticket: Ticket, items: Given, *, by: User) -> dict[str, Any]:
    """Write the items of a locked or new ticket; returns what an event tells of it, nothing where nothing changed.

    Raises `Refused` naming `items`: unknown to both the person and the requester, too many, a role that is none.
    """
    wanted = _roles(items)
    present = {row.item_id: row for row in ticket.item_rows.select_related("item")}
    roles = {
        key: role or (present[key].role if key in present else ItemRole.AFFECTED)
        for key, (_item, role) in wanted.items()
    }
    fresh = [item for key, (item, _role) in wanted.items() if key not in present]
    _check_known(fresh, by, ticket.requester)
    gone = [row for key, row in present.items() if key not in wanted]
    moved = [row for key, row in present.items() if key in wanted and row.role != roles[key]]
    for row in moved:
        row.role = roles[row.item_id]
    TicketItem.objects.filter(pk__in=[row.pk for row in gone]).delete()
    TicketItem.objects.bulk_update(moved, ["role"])
    made = TicketItem.objects.bulk_create(
        TicketItem(ticket=ticket, item=item, role=roles[item.pk]) for item in fresh
    )
    kept = [row for row in present.values() if row not in gone]
    remember(ticket, [*kept, *made])
    told = {
        "added": [row.item.code for row in made],
        "removed": [row.item.code for row in gone],
        "roles": {row.item.code: str(row.role) for row in (*moved, *made) if row.role != ItemRole.AFFECTED},
    }
    return {name: value for name, value in told.items() if value} if made or gone or moved else {}


def load_items(pairs: Sequence[tuple[int, int]]) -> None:
    """Hang items on tickets that come with their past, both by key: nothing is asked and nobody is told."""
    TicketItem.objects.bulk_create(
        (TicketItem(ticket_id=ticket, item_id=item) for ticket, item in pairs),
        batch_size=1000,
        ignore_conflicts=True,
    )


def _roles(items: Given) -> Mapping[int, tuple[Item, str]]:
    """Items by key with the role given, empty where none is."""
    wanted: dict[int, tuple[Item, str]] = {}
    for given in items:
        item, role = given if isinstance(given, tuple) else (given, "")
        if role and role not in ItemRole.values:
            raise Refused({"items": _("Unknown role.")})
        wanted[item.pk] = (item, role)
    if len(wanted) > MOST:
        raise Refused({"items": _("At most %(limit)d items at once.") % {"limit": MOST}})
    return wanted


def _check_known(items: Sequence[Item], by: User, requester: User) -> None:
    """Only what one of the two may put a name to; an item of elsewhere is as unknown as none."""
    missing = {item.pk: item for item in items}
    for person in {by, requester}:
        if missing:
            known = Item.objects.nameable_by(person).filter(pk__in=missing).values_list("pk", flat=True)
            missing = {key: item for key, item in missing.items() if key not in set(known)}
    if missing:
        codes = ", ".join(item.code for item in missing.values())[:300]
        raise Refused({"items": _("No item known to you has this code: %(names)s.") % {"names": codes}})
