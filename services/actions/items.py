"""What happens to items. Each act has a set form, and the single act is a set of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.saving import allow
from accounts.models import User
from audit.actions import Act, record_many
from core.db import locked
from core.exceptions import Message, Refused, StaleVersion
from services.attributes import Types, cleaned
from services.choices import CatalogueVerb, ItemStatus
from services.locks import share_types
from services.models import CatalogueEvent, Item
from services.workflow import may_become

EDIT = "services.edit_items"
FIELDS = (
    "name", "code", "item_type", "entity", "service", "place", "place_note", "owner", "user", "supplier",
    "serial", "acquired_on", "warranty_until", "contract_ref", "contract_until", "status", "note", "attributes",
)  # fmt: skip
_NEEDED = ("name", "code", "item_type", "entity")
_RELATIONS = ("item_type", "entity", "service", "place", "owner", "user", "supplier")
_UNIQUE = "services_item_code_any_case"

Values = Mapping[str, Any]


def create_item(
    *, by: User | None, at: datetime | None = None, on: date | None = None, **values: Any
) -> Item:
    """Add an item; `name`, `code`, `item_type` and `entity` are needed, `attributes` a mapping by code.

    `on` is the day since which it has its status, today by default.
    """
    return create_items([values], by=by, at=at, on=on)[0]


@transaction.atomic
def create_items(
    rows: Sequence[Values], *, by: User | None, at: datetime | None = None, on: date | None = None
) -> list[Item]:
    """Add several items at once, all or none. Raises `Refused` naming the fields of the first that is wrong."""
    now = at or timezone.now()
    types = types_for([row.get("item_type") for row in rows])
    items = [drafted(row, types, now=now, on=on) for row in rows]
    for entity in {item.entity_id: item.entity for item in items}.values():
        allow(by, EDIT, entity)
    _refuse_taken(items)
    _write(lambda: Item.objects.bulk_create(items))
    CatalogueEvent.objects.bulk_create(
        CatalogueEvent(item=item, verb=CatalogueVerb.CREATED, actor=by, at=now, data={"status": item.status})
        for item in items
    )
    record_many(
        Act(action="services.item.created", by=by, target=item, entity=item.entity_id) for item in items
    )
    return items


def edit_item(
    item: Item,
    changes: Values,
    *,
    by: User | None,
    version: int | None = None,
    at: datetime | None = None,
    on: date | None = None,
) -> Item:
    """Change an item; attributes not named stay. Raises `StaleVersion` over a newer one.

    A change of status follows the table of its life; `on` is the day of it, today by default.
    """
    return edit_items([(item, changes)], by=by, versions={item.pk: version}, at=at, on=on)[0]


@transaction.atomic
def edit_items(
    changes: Sequence[tuple[Item, Values]],
    *,
    by: User | None,
    versions: Mapping[int, int | None] | None = None,
    at: datetime | None = None,
    on: date | None = None,
) -> list[Item]:
    """Change several items at once, all or none; returns them as they are now, in the order given."""
    now = at or timezone.now()
    keys = sorted(item.pk for item, _values in changes)
    # The types first, as everybody who writes items takes them: a type waits for no item.
    wanted = [values.get("item_type") for _item, values in changes]
    types = types_for([*wanted, *(item.item_type for item, _values in changes)])
    present = Item.objects.filter(pk__in=keys).select_related(*_RELATIONS).order_by("pk")
    rows = {row.pk: row for row in locked(present)}
    for item, _values in changes:
        row = rows[item.pk]
        version = (versions or {}).get(item.pk)
        if version is not None and version != row.version:
            raise StaleVersion(_("Someone else has changed this item since you opened it."))
    events: list[CatalogueEvent] = []
    for item, values in changes:
        row = rows[item.pk]
        events += _save(row, changed(row, values, types, by=by, now=now, on=on), by=by, now=now)
    CatalogueEvent.objects.bulk_create(events)
    record_many(
        Act(action="services.item.changed", by=by, target=event.item, data=event.data) for event in events
    )
    return [rows[item.pk] for item, _values in changes]


def retire_item(item: Item, *, by: User | None, at: datetime | None = None, on: date | None = None) -> Item:
    """Take an item out of use; its history, tickets and relations stay."""
    return edit_item(item, {"status": ItemStatus.RETIRED}, by=by, at=at, on=on)


def types_for(wanted: Sequence[Any]) -> Types:
    """The types with their attributes, kept as they are for those that are written."""
    keys = {item_type.pk for item_type in wanted if item_type is not None}
    known = Types.read()
    share_types({key for one in keys for key in known.lineage(one)})
    # Read again: what was waited for may have changed them.
    return Types.read()


def drafted(values: Values, types: Types, *, now: datetime, on: date | None = None) -> Item:
    """A new item as its tables want it, not written yet. Raises `Refused` naming every field that is wrong."""
    _refuse_unknown(values)
    missing = [name for name in _NEEDED if values.get(name) in (None, "")]
    if missing:
        raise Refused({name: _("This field is required.") for name in missing})
    given = {name: value for name, value in values.items() if name != "attributes"}
    given.setdefault("status", ItemStatus.IN_USE)
    item = Item(**given, created_at=now, updated_at=now, status_since=on or timezone.localdate(now))
    _check(item, types, values.get("attributes") or {})
    return item


def changed(
    row: Item, values: Values, types: Types, *, by: User | None, now: datetime, on: date | None = None
) -> dict[str, list[Any]]:
    """Set the values on a row and return what differs, before and after; nothing is written.

    Raises `Refused` naming the fields, `PermissionDenied` where the item is not the person's to change.
    """
    allow(by, EDIT, row)
    _refuse_unknown(values)
    before = {name: getattr(row, name) for name in FIELDS}
    for name, value in values.items():
        if name != "attributes":
            setattr(row, name, value)
    missing = [name for name in _NEEDED if getattr(row, name) in (None, "")]
    if missing:
        raise Refused({name: _("This field is required.") for name in missing})
    if row.entity_id != before["entity"].pk:
        allow(by, EDIT, row.entity)
    if (
        row.status != before["status"]
        and row.status in ItemStatus
        and not may_become(before["status"], row.status)
    ):
        words = {"before": _status(before["status"]), "after": _status(row.status)}
        raise Refused({"status": _("An item that is “%(before)s” cannot become “%(after)s”.") % words})
    _check(row, types, _merged(row, before, values, types))
    changes = {
        name: [stored(before[name]), stored(getattr(row, name))]
        for name in FIELDS
        if name != "attributes" and before[name] != getattr(row, name)
    }
    if "status" in changes:
        row.status_since = on or timezone.localdate(now)
    return changes | _attribute_changes(before["attributes"], row.attributes)


def _save(
    row: Item, changes: dict[str, list[Any]], *, by: User | None, now: datetime
) -> list[CatalogueEvent]:
    """Write a changed row; the events that tell of it."""
    if not changes:
        return []
    if "code" in changes:
        _refuse_taken([row])
    row.version += 1
    row.updated_at = max(now, row.updated_at)
    columns = {name for name in changes if not name.startswith("attributes.")}
    columns |= {"attributes", "sort_name", "status_since", "version", "updated_at"}
    _write(lambda: row.save(update_fields=columns))
    return _told(row, changes, by=by, now=now)


def _told(row: Item, changes: dict[str, Any], *, by: User | None, now: datetime) -> list[CatalogueEvent]:
    """A change of status is an event of its own."""
    told = []
    if "status" in changes:
        data = {"changes": {"status": changes["status"]}, "on": row.status_since.isoformat()}
        told.append(CatalogueEvent(item=row, verb=CatalogueVerb.MOVED, actor=by, at=now, data=data))
    others = {name: pair for name, pair in changes.items() if name != "status"}
    if others:
        told.append(
            CatalogueEvent(item=row, verb=CatalogueVerb.EDITED, actor=by, at=now, data={"changes": others})
        )
    return told


def _merged(row: Item, before: Mapping[str, Any], values: Values, types: Types) -> dict[str, Any]:
    """The attributes as they would be: those the type has, with what is given on top."""
    known = {attribute.slug for attribute in types.attributes(row.item_type_id)}
    kept = {slug: value for slug, value in before["attributes"].items() if slug in known}
    return {**kept, **(values.get("attributes") or {})}


def _attribute_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    names = [*before, *(name for name in after if name not in before)]
    return {
        f"attributes.{name}": [before.get(name), after.get(name)]
        for name in names
        if before.get(name) != after.get(name)
    }


def _refuse_unknown(values: Values) -> None:
    unknown = sorted(set(values) - set(FIELDS))
    if unknown:
        raise Refused({name: _("Unknown field.") for name in unknown})


def _check(item: Item, types: Types, attributes: Mapping[str, Any]) -> None:
    """Refuse what the tables would, with every field at once."""
    wrong: dict[str, Message | list[Message]] = {}
    try:
        item.clean_fields(exclude=[*_RELATIONS, "attributes"])
    except ValidationError as error:
        wrong |= {name: list(messages) for name, messages in error.message_dict.items()}
    for name in ("name", "code", "place_note", "serial", "contract_ref", "note"):
        if "\x00" in (getattr(item, name) or ""):
            wrong[name] = _("Null characters are not allowed.")
    if item.warranty_until and item.acquired_on and item.warranty_until < item.acquired_on:
        wrong["warranty_until"] = _("This is before the day it was acquired.")
    item.attributes, refused = cleaned(types.attributes(item.item_type_id), attributes)
    wrong |= {f"attributes.{slug}": reason for slug, reason in refused.items()}
    if wrong:
        raise Refused(wrong)


def _refuse_taken(items: Sequence[Item]) -> None:
    """Refuse a code that another item has, whatever its case."""
    wanted = {item.code.upper(): item for item in items}
    if len(wanted) < len(items):
        raise Refused({"code": _("Two items have the same code.")})
    others = Item.objects.annotate(upper=Upper("code")).filter(upper__in=list(wanted))
    taken = (
        others.exclude(pk__in=[item.pk for item in items if item.pk]).values_list("code", flat=True).first()
    )
    if taken is not None:
        raise Refused({"code": _("The code %(code)s already belongs to another item.") % {"code": taken}})


def _write(write: Any) -> None:
    """Write rows. Someone may have been faster with a code between the check and the write."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        if _UNIQUE not in str(error):
            raise
        raise Refused({"code": _("This code already belongs to another item.")}) from error


def stored(value: Any) -> Any:
    """A value as an event keeps it: keys of rows, days as text."""
    if isinstance(value, models.Model):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value


def _status(value: str) -> str:
    return str(ItemStatus(value).label)
