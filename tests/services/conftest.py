"""A small park of items."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Entity, User
from services.actions import create_item, create_service, install_item_types, save_attribute, save_place
from services.models import Attribute, Item, ItemType, Place, Service

Make = Callable[..., Item]


@pytest.fixture
def types(db: None) -> dict[str, ItemType]:
    """The types of the pack by code."""
    install_item_types()
    return {row.slug: row for row in ItemType.objects.all()}


@pytest.fixture
def make(types: dict[str, ItemType], school: Entity) -> Make:
    """Make an item: `make("SRV-1", "serveur", memory=64)`."""

    def made(code: str, kind: str = "serveur", *, by: User | None = None, **values: Any) -> Item:
        own = {name: values.pop(name) for name in list(values) if name in ("memory", "ip", "brand", "colour")}
        values.setdefault("name", f"Item {code}")
        values.setdefault("entity", school)
        return create_item(code=code, item_type=types[kind], attributes=own, by=by, **values)

    return made


@pytest.fixture
def mail(school: Entity) -> Service:
    """A service of the school."""
    return create_service(name="Messagerie", code="messagerie", entity=school, by=None)


@pytest.fixture
def room(school: Entity) -> Place:
    """A room within a building."""
    building = save_place(Place(), {"name": "Main building", "entity": school}, by=None)
    return save_place(Place(), {"name": "Room 12", "entity": school, "parent": building}, by=None)


@pytest.fixture
def colour_of_case(types: dict[str, ItemType]) -> Attribute:
    """A list of choices on servers."""
    values = {
        "slug": "case_colour", "label_fr": "Couleur", "attribute_type": "choice", "options": ["Noir", "Blanc"],
    }  # fmt: skip
    return save_attribute(Attribute(item_type=types["serveur"]), values, by=None)
