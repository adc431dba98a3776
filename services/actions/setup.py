"""What an administrator sets up for items: types, attributes, places, suppliers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _, ngettext

from accounts.actions.saving import allow, change, save
from accounts.models import User
from audit.actions import record_deleted
from core.db import locked
from core.exceptions import Refused
from core.text import fold, sort_name
from services.actions.catalogue import MANAGE
from services.attributes import DEEPEST, Types, values_in_use
from services.choices import AttributeType
from services.locks import hold_places, hold_type
from services.models import Attribute, ItemType, Place, Supplier
from services.models.setup import FULL_NAME
from services.pack_items import ATTRIBUTES, ITEM_TYPES

TYPE_FIELDS = frozenset({"slug", "name_fr", "name_en", "icon", "parent", "position", "is_active"})
ATTRIBUTE_FIELDS = frozenset(
    {"slug", "label_fr", "label_en", "attribute_type", "options", "unit", "is_required", "position"}
)
PLACE_FIELDS = frozenset({"name", "entity", "parent", "address", "is_active"})
SUPPLIER_FIELDS = frozenset({"name", "contact", "phone", "email", "contract_ref", "is_active"})


@transaction.atomic
def save_type(item_type: ItemType, values: Mapping[str, Any], *, by: User | None) -> ItemType:
    """Create or change a type of items. Refused where it would stand above itself, or take attributes twice."""
    allow(by, MANAGE)
    tree = {row.pk: row for row in locked(ItemType.objects.order_by("pk"))}
    row: ItemType = tree.get(item_type.pk, item_type)
    change(row, values, allowed=TYPE_FIELDS)
    if row.pk and item_type.pk and "parent" in values:
        hold_type(row.pk)
    _check_above(row)
    return save(row, by=by)


def _check_above(row: ItemType) -> None:
    above, depth = row.parent, 1
    while above is not None:
        depth += 1
        if row.pk and above.pk == row.pk:
            raise Refused({"parent": _("A type cannot belong to itself or to one below it.")})
        if depth > DEEPEST:
            raise Refused({"parent": _("Types have at most three levels.")})
        above = above.parent
    if row.pk and row.parent is not None:
        types = Types.read()
        types.by_key[row.pk] = row
        _check_slugs(types, row.pk)


def _check_slugs(types: Types, key: int) -> None:
    """Refuse two attributes of one code among a type, those above it and those below it."""
    for one in types.by_key:
        if key not in types.lineage(one):
            continue
        slugs = [attribute.slug for attribute in types.attributes(one)]
        twice = next((slug for slug in slugs if slugs.count(slug) > 1), None)
        if twice is not None:
            said = _("“%(type)s” would have the attribute %(slug)s twice.")
            raise Refused({"slug": said % {"type": types.by_key[one], "slug": twice}})


@transaction.atomic
def save_attribute(attribute: Attribute, values: Mapping[str, Any], *, by: User | None) -> Attribute:
    """Create or change an attribute. Its type, and choices in use, stay as long as items hold values of it."""
    allow(by, MANAGE)
    hold_type(attribute.item_type_id)
    row = Attribute.objects.get(pk=attribute.pk) if attribute.pk else attribute
    before = (row.slug, row.attribute_type, list(row.options)) if row.pk else None
    given = dict(values)
    if "options" in given:
        given["options"] = _distinct(given["options"])
    change(row, given, allowed=ATTRIBUTE_FIELDS)
    if row.attribute_type == AttributeType.CHOICE and not row.options:
        raise Refused({"options": _("Give at least one choice.")})
    if before is not None:
        _keep_values(Attribute.objects.get(pk=row.pk), row)
    saved = save(row, by=by)
    _check_slugs(Types.read(), row.item_type_id)
    return saved


def _keep_values(before: Attribute, after: Attribute) -> None:
    """Refuse a change that values in the tables would not survive, saying how many."""
    if (before.slug, before.attribute_type) != (after.slug, after.attribute_type):
        field = "slug" if before.slug != after.slug else "attribute_type"
        _refuse_in_use(field, values_in_use(before))
    for option in before.options:
        if before.attribute_type == AttributeType.CHOICE and option not in after.options:
            _refuse_in_use("options", values_in_use(before, option=option), option=option)


def _refuse_in_use(field: str, count: int, *, option: str = "") -> None:
    if not count:
        return
    if option:
        said = ngettext(
            "%(count)d item has the value “%(option)s”: change it first.",
            "%(count)d items have the value “%(option)s”: change them first.",
            count,
        )
    else:
        said = ngettext(
            "%(count)d item has a value of this attribute: it would be lost.",
            "%(count)d items have a value of this attribute: they would be lost.",
            count,
        )
    raise Refused({field: said % {"count": count, "option": option}})


def _distinct(options: list[str]) -> list[str]:
    """The choices in their order, without blanks and repeats."""
    kept: dict[str, str] = {}
    for option in options:
        if text := option.strip():
            kept.setdefault(fold(text), text)
    return list(kept.values())


@transaction.atomic
def delete_attribute(attribute: Attribute, *, by: User | None) -> None:
    """Remove an attribute that no item holds a value of."""
    allow(by, MANAGE)
    hold_type(attribute.item_type_id)
    _refuse_in_use("", values_in_use(attribute))
    record_deleted(attribute, by=by)
    attribute.delete()


@transaction.atomic
def save_place(place: Place, values: Mapping[str, Any], *, by: User | None) -> Place:
    """Create or change a place; what lies within it moves and is renamed with it."""
    allow(by, MANAGE, *([place] if place.pk else []))
    hold_places()
    row = Place.objects.get(pk=place.pk) if place.pk else place
    change(row, values, allowed=PLACE_FIELDS)
    if row.entity_id is None:
        raise Refused({"entity": _("This field is required.")})
    allow(by, MANAGE, row.entity)
    above = Place.objects.get(pk=row.parent_id) if row.parent_id else None
    if above is not None and above.entity_id != row.entity_id:
        raise Refused({"parent": _("This place belongs to another entity.")})
    if above is not None and row.pk and row.pk in above.path:
        raise Refused({"parent": _("A place cannot lie within itself.")})
    row.full_name = f"{above.full_name} › {row.name}" if above else row.name
    if len(row.full_name) > FULL_NAME:
        raise Refused({"name": _("This name is too long for the tree of places.")})
    save(row, by=by)
    row.path = [*(above.path if above else []), row.pk]
    row.save(update_fields=["path"])
    _carry_along(row)
    return row


def _carry_along(place: Place) -> None:
    """Write path, name and entity of everything within a place."""
    within: dict[int, list[Place]] = {}
    for child in Place.objects.below(place).exclude(pk=place.pk):
        within.setdefault(child.parent_id or 0, []).append(child)
    waiting = [place]
    moved: list[Place] = []
    while waiting:
        above = waiting.pop()
        for child in within.get(above.pk, []):
            child.path = [*above.path, child.pk]
            child.full_name = f"{above.full_name} › {child.name}"
            child.sort_name = sort_name(child.full_name)[:255]
            child.entity_id = above.entity_id
            moved.append(child)
            waiting.append(child)
    Place.objects.bulk_update(moved, ["path", "full_name", "sort_name", "entity"])


@transaction.atomic
def save_supplier(supplier: Supplier, values: Mapping[str, Any], *, by: User | None) -> Supplier:
    """Create or change a supplier."""
    allow(by, MANAGE)
    change(supplier, values, allowed=SUPPLIER_FIELDS)
    return save(supplier, by=by)


@transaction.atomic
def install_item_types() -> None:
    """The types of the French pack with their attributes, where there are none at all."""
    if ItemType.objects.exists():
        return
    types = [
        ItemType(slug=slug, name_fr=french, name_en=english, icon=icon, position=10 * place)
        for place, (slug, french, english, icon) in enumerate(ITEM_TYPES, 1)
    ]
    by_slug = {row.slug: row for row in ItemType.objects.bulk_create(types)}
    Attribute.objects.bulk_create(
        Attribute(item_type=by_slug[slug], position=10 * place, **values)
        for slug, rows in ATTRIBUTES.items()
        for place, values in enumerate(rows, 1)
    )
