"""What happened to items and services, as a reader sees it: events turned into sentences in the reader's language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Entity, User
from calendars.models import Calendar
from services.attributes import Types, shown
from services.choices import CatalogueVerb, ItemStatus, RelationType
from services.models import Attribute, CatalogueEvent, Item, ItemType, Place, Service, Supplier, Thing

# Rows that events name by key.
ROWS: dict[str, type[models.Model]] = {
    "item_type": ItemType,
    "entity": Entity,
    "service": Service,
    "place": Place,
    "owner": User,
    "user": User,
    "supplier": Supplier,
    "calendar": Calendar,
    "other_item": Item,
    "other_service": Service,
}
# Of these only what the reader may see is named.
_GUARDED = ("other_item", "other_service")
_ATTRIBUTE = "attributes."
SHOWN = 50


@dataclass
class Change:
    """One field before and after, in words."""

    label: str
    before: str
    after: str


@dataclass
class Entry:
    """One line of a history."""

    at: datetime
    actor: User | None
    sentence: str
    thing: Thing
    changes: list[Change] = field(default_factory=list)


def history(user: User, things: Iterable[Thing], *, limit: int = SHOWN) -> list[Entry]:
    """What happened to the things, newest first, for one reader."""
    given = {_key(thing): thing for thing in things}
    items = [key for kind, key in given if kind == "item"]
    services = [key for kind, key in given if kind == "service"]
    rows = CatalogueEvent.objects.filter(models.Q(item__in=items) | models.Q(service__in=services))
    events = list(rows.select_related("actor").order_by("-at", "-id")[:limit])
    names = _Names(user, events)
    told = []
    for event in events:
        thing = given[("item", event.item_id) if event.item_id else ("service", event.service_id or 0)]
        told.append(
            Entry(event.at, event.actor, _sentence(event, names), thing, _changes(event, thing, names))
        )
    return told


def _key(thing: Thing) -> tuple[str, int]:
    return ("item" if isinstance(thing, Item) else "service", thing.pk)


class _Names:
    """The names of the rows that events speak of, read one table at a time and only where one speaks of it."""

    def __init__(self, user: User, events: Sequence[CatalogueEvent]) -> None:
        wanted: dict[str, set[int]] = defaultdict(set)
        for event in events:
            for name, pair in event.data.get("changes", {}).items():
                if name in ROWS:
                    wanted[name].update(value for value in pair if isinstance(value, int))
            for name in _GUARDED:
                if isinstance(event.data.get(name), int):
                    wanted[name].add(event.data[name])
        self._rows = {name: self._read(user, name, keys) for name, keys in wanted.items()}
        self._types: Types | None = None

    def _read(self, user: User, name: str, keys: set[int]) -> dict[int, Any]:
        manager: Any = ROWS[name]._default_manager
        rows = manager.visible_to(user) if name in _GUARDED else manager.all()
        found: dict[int, Any] = rows.in_bulk(keys)
        return found

    def row(self, name: str, key: Any) -> Any:
        """A row that an event speaks of, None where it is gone or not the reader's to see."""
        return self._rows.get(name, {}).get(key)

    def attribute(self, item: Item, slug: str) -> Attribute | None:
        """The attribute of that code, None where it is gone."""
        if self._types is None:
            self._types = Types.read()
        known = self._types.attributes(item.item_type_id)
        return next((attribute for attribute in known if attribute.slug == slug), None)


def _sentence(event: CatalogueEvent, names: _Names) -> str:
    match event.verb:
        case CatalogueVerb.CREATED:
            return _("added to the catalogue")
        case CatalogueVerb.MOVED:
            after = event.data.get("changes", {}).get("status", [None, None])[1]
            label = ItemStatus(after).label if after in ItemStatus.values else after
            return _("is now “%(status)s”") % {"status": label}
        case CatalogueVerb.RELATED:
            return _("related: %(relation)s %(other)s") % _relation(event, names)
        case CatalogueVerb.UNRELATED:
            return _("no longer related: %(relation)s %(other)s") % _relation(event, names)
        case _:
            return _("changed, with its support teams") if event.data.get("support") else _("was changed")


def _relation(event: CatalogueEvent, names: _Names) -> dict[str, str]:
    kind = event.data.get("relation_type", "")
    label = str(kind)
    if kind in RelationType.values:
        label = str(RelationType(kind).inverse if event.data.get("inverse") else RelationType(kind).label)
    name = "other_item" if "other_item" in event.data else "other_service"
    other = names.row(name, event.data.get(name))
    return {"relation": label.lower(), "other": str(other) if other else _("something you may not see")}


def _changes(event: CatalogueEvent, thing: Thing, names: _Names) -> list[Change]:
    if event.verb == CatalogueVerb.MOVED:
        return []
    pairs = event.data.get("changes", {}).items()
    return [
        Change(
            _label(thing, name, names), _word(thing, name, pair[0], names), _word(thing, name, pair[1], names)
        )
        for name, pair in pairs
    ]


def _label(thing: Thing, name: str, names: _Names) -> str:
    if name.startswith(_ATTRIBUTE) and isinstance(thing, Item):
        return str(names.attribute(thing, name.removeprefix(_ATTRIBUTE)) or name.removeprefix(_ATTRIBUTE))
    return str(type(thing)._meta.get_field(name).verbose_name).capitalize()  # type: ignore[union-attr]


def _word(thing: Thing, name: str, value: Any, names: _Names) -> str:
    if value in (None, ""):
        return _("nothing")
    if name.startswith(_ATTRIBUTE) and isinstance(thing, Item):
        attribute = names.attribute(thing, name.removeprefix(_ATTRIBUTE))
        return str(shown(attribute, value) if attribute else value)
    if name in ROWS:
        return str(names.row(name, value) or _("something that no longer exists"))
    column: Any = type(thing)._meta.get_field(name)
    if isinstance(column, models.DateField):
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    return str(dict(column.flatchoices).get(value, value))
