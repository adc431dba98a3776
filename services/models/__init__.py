"""The tables of the catalogue."""

from services.choices import ServiceStatus
from services.models.catalogue import Category, Service, ServiceTeam
from services.models.items import CatalogueEvent, Item, ItemImport
from services.models.relations import Node, Relation, Thing
from services.models.setup import ITEM_VERBS, Attribute, ItemType, Place, Supplier

__all__ = [
    "ITEM_VERBS",
    "Attribute",
    "CatalogueEvent",
    "Category",
    "Item",
    "ItemImport",
    "ItemType",
    "Node",
    "Place",
    "Relation",
    "Service",
    "ServiceStatus",
    "ServiceTeam",
    "Supplier",
    "Thing",
]
