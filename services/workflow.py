"""The life of an item: which status follows which. Forms, API and import read this table."""

from services.choices import ItemStatus

LIFE: dict[ItemStatus, tuple[ItemStatus, ...]] = {
    ItemStatus.PLANNED: (ItemStatus.IN_STOCK, ItemStatus.IN_USE, ItemStatus.RETIRED),
    ItemStatus.IN_STOCK: (ItemStatus.IN_USE, ItemStatus.IN_REPAIR, ItemStatus.RETIRED),
    ItemStatus.IN_USE: (ItemStatus.IN_STOCK, ItemStatus.IN_REPAIR, ItemStatus.RETIRED),
    ItemStatus.IN_REPAIR: (ItemStatus.IN_USE, ItemStatus.IN_STOCK, ItemStatus.RETIRED),
    ItemStatus.RETIRED: (ItemStatus.DISPOSED, ItemStatus.IN_STOCK),
    ItemStatus.DISPOSED: (),
}


def may_become(before: str, after: str) -> bool:
    """Whether an item may go from one status to the other; staying is no change."""
    return before == after or ItemStatus(after) in LIFE[ItemStatus(before)]
