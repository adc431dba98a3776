"""Items as CSV: what `services.importing` reads again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.attributes import Types
from services.models import Item, ItemType
from services.reading import COLUMNS, FORMULA


def harmless(value: Any) -> str:
    """A cell as it is written out: what a spreadsheet would take for a formula is marked as text."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()


def written_out(items: Sequence[Item], *, separator: str = ";") -> Iterator[str]:
    """The items as lines of CSV that this module reads again; needs what `for_lists` reads, and people and supplier."""
    types = Types.read()
    used = {attribute.slug for item in items for attribute in types.attributes(item.item_type_id)}
    order = dict.fromkeys(
        attribute.slug
        for attributes in types.own.values()
        for attribute in attributes
        if attribute.slug in used
    )
    line = io.StringIO()
    writer = csv.writer(line, delimiter=separator, lineterminator="\r\n")
    yield "\ufeff"
    for cells in ([*COLUMNS, *order], *([*_plain(item), *_own(item, order)] for item in items)):
        writer.writerow([harmless(cell) for cell in cells])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _plain(item: Item) -> list[Any]:
    item_type: ItemType = item.item_type
    return [
        item.code, item.name, item_type.slug, item.entity.code, item.status, item.service.code if item.service else "",
        item.place or "", item.place_note, item.owner.email if item.owner else "", item.user.email if item.user else "",
        item.supplier or "", item.serial, item.acquired_on or "", item.warranty_until or "", item.contract_ref,
        item.contract_until or "", item.note,
    ]  # fmt: skip


def _own(item: Item, order: Mapping[str, None]) -> list[Any]:
    values = (item.attributes.get(slug) for slug in order)
    return [("yes" if value else "no") if isinstance(value, bool) else value for value in values]
