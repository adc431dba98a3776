"""What happens to services, categories, items and what they stand on."""

from services.actions.catalogue import (
    MANAGE,
    create_category,
    create_service,
    edit_category,
    edit_service,
    install_categories,
    retire_service,
    set_support,
)
from services.actions.items import create_item, create_items, edit_item, edit_items, retire_item
from services.actions.relations import Edge, relate, relate_many, unrelate
from services.actions.setup import (
    delete_attribute,
    install_item_types,
    save_attribute,
    save_place,
    save_supplier,
    save_type,
)

__all__ = [
    "MANAGE",
    "Edge",
    "create_category",
    "create_item",
    "create_items",
    "create_service",
    "delete_attribute",
    "edit_category",
    "edit_item",
    "edit_items",
    "edit_service",
    "install_categories",
    "install_item_types",
    "relate",
    "relate_many",
    "retire_item",
    "retire_service",
    "save_attribute",
    "save_place",
    "save_supplier",
    "save_type",
    "set_support",
    "unrelate",
]
