"""What the walk finds of items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.models import Entity, User
from services.actions import create_item, install_item_types, relate, save_place
from services.models import Attribute, ItemImport, ItemType, Place, Service, Supplier

if TYPE_CHECKING:
    from tests.contracts.world import World

ITEM_VERBS = ("services.view_items", "services.edit_items", "services.manage")
# What exists for whoever works with items there, or anywhere.
BY_PLACE = dict.fromkeys(("item", "relation", "place", "new item", "new relation"), ITEM_VERBS)
ANYWHERE = dict.fromkeys(("item type", "item type code", "attribute", "supplier"), ITEM_VERBS)
NEVER = ("another's item import",)


def furnish(world: World, place: str, word: str, *, entity: Entity, service: Service, person: User) -> None:
    """An item in a room, on which a service stands, and an import of someone who does not walk."""
    install_item_types()
    kind = ItemType.objects.get(slug="serveur")
    room = save_place(Place(), {"name": f"{word} room", "entity": entity}, by=None)
    item = create_item(
        code=f"SRV-{place}", name=f"{word} server", item_type=kind, entity=entity, place=room, by=None
    )
    relation = relate(service, item, "depends_on", by=None)
    imported = ItemImport.objects.create(
        by=person, name=f"{word}.csv", text="code\n", report={}, created_at=timezone.now()
    )
    world.put("item", place, code=item.code)
    world.put("item at hand", place, code=item.code)
    world.put("relation", place, pk=relation.pk)
    world.put("place", place, pk=room.pk)
    world.put("another's item import", place, pk=imported.pk)
    for thing in ("new item", "new relation", "new place"):
        world.put(thing, place)
    world.body(
        "POST api:item-list",
        place,
        code=f"NEW-{place}",
        name="Walked in",
        item_type="serveur",
        entity=entity.pk,
    )
    ends = {"source": {"item": item.code}, "target": {"service": service.pk}}
    world.body("POST api:relation-list", place, **ends, relation_type="uses")
    world.body("POST api:place-list", place, name="Walked in", entity=entity.pk)


def set_up(world: World, place: str) -> None:
    """The words of items, which belong to the whole portal."""
    kind = ItemType.objects.get(slug="serveur")
    world.put("item type", place, slug=kind.slug)
    world.put("item type code", place, code=kind.slug)
    world.put("attribute", place, pk=Attribute.objects.filter(item_type=kind).earliest("pk").pk)
    world.put("supplier", place, pk=Supplier.objects.create(name="Printers Ltd").pk)
