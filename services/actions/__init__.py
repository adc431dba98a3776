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

__all__ = [
    "MANAGE",
    "create_category",
    "create_service",
    "edit_category",
    "edit_service",
    "install_categories",
    "retire_service",
    "set_support",
]
