"""The rows of a CSV file of items: its encoding, its separator and the meaning of its heads found from the content."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.text import fold
from services.attributes import Types

ROWS = 50_000
BYTES = 20 * 1024 * 1024
COLUMNS = (
    "code", "name", "type", "entity", "status", "service", "place", "place_note", "owner", "user", "supplier", "serial",
    "acquired_on", "warranty_until", "contract_ref", "contract_until", "note",
)  # fmt: skip
# Heads that people write, folded, beside the names above.
_HEADS = {
    "nom": "name", "designation": "name", "libelle": "name", "item type": "type", "item_type": "type",
    "numero": "code", "numero d’inventaire": "code", "numero d'inventaire": "code", "inventaire": "code",
    "asset tag": "code", "etiquette": "code", "entite": "entity", "site": "entity", "etat": "status",
    "statut": "status",
    "emplacement": "place", "lieu": "place", "localisation": "place", "ou exactement": "place_note",
    "bureau": "place_note", "where exactly": "place_note", "proprietaire": "owner", "responsable": "owner",
    "utilisateur": "user", "fournisseur": "supplier", "numero de serie": "serial", "n° de serie": "serial",
    "serie": "serial", "serial number": "serial", "date d’achat": "acquired_on", "date d'achat": "acquired_on",
    "acquis le": "acquired_on", "acquired on": "acquired_on", "fin de garantie": "warranty_until",
    "garantie": "warranty_until", "warranty until": "warranty_until", "contrat": "contract_ref",
    "contract": "contract_ref", "fin de contrat": "contract_until", "contract until": "contract_until",
    "remarque": "note", "commentaire": "note",
}  # fmt: skip
# A cell that begins with one of these is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SEPARATORS = (";", ",", "\t", "|")


class Unreadable(Exception):
    """The file as a whole cannot be taken in; the message says why and what to do."""


@dataclass(frozen=True)
class Row:
    """One line of the file: cells by the name of their column, and how the file heads each."""

    line: int
    cells: Mapping[str, str]
    heads: Mapping[str, str]

    @property
    def code(self) -> str:
        """The code of the item."""
        return self.cells.get("code", "")

    def head_of(self, name: str) -> str:
        """How the file heads the column of a field."""
        own = "type" if name == "item_type" else name.removeprefix("attributes.")
        return self.heads.get(own, own)


def decoded(raw: bytes) -> str:
    """The text of a file: UTF-8, or Windows-1252 as spreadsheets in French write it. Raises `Unreadable`."""
    if len(raw) > BYTES:
        raise Unreadable(_("The file is larger than %(limit)d MB.") % {"limit": BYTES // 1024 // 1024})
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(_("The file is in UTF-16: save it as CSV in UTF-8."))
    if b"\x00" in raw or raw.startswith(b"PK"):
        raise Unreadable(_("This is not a text file: save the spreadsheet as CSV."))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def rows_of(text: str) -> tuple[list[Row], list[str]]:
    """The rows of a file, and the heads of columns that mean nothing here. Raises `Unreadable`."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        heads = [head.strip() for head in next(lines, [])]
        known = _columns(heads)
        rows = list(_rows(lines, known))
    except csv.Error as problem:
        raise Unreadable(_("Line %(line)d cannot be read: %(reason)s.") % {
            "line": lines.line_num, "reason": problem,
        }) from None  # fmt: skip
    if not rows:
        raise Unreadable(_("The file has no row below its heads."))
    ignored = [head for place, head in enumerate(heads) if head and place not in known]
    return rows, ignored


def _rows(lines: Any, known: Mapping[int, tuple[str, str]]) -> Iterator[Row]:
    heads = dict(known.values())
    for count, cells in enumerate(lines, 1):
        if count > ROWS:
            raise Unreadable(_("The file has more than %(limit)d rows: cut it.") % {"limit": ROWS})
        filled = {known[place][0]: _cell(cell) for place, cell in enumerate(cells) if place in known}
        if any(filled.values()):
            yield Row(lines.line_num, filled, heads)


def _separator(text: str) -> str:
    """The character between the cells of the first line."""
    first = text.split("\n", 1)[0]
    return max(_SEPARATORS, key=lambda mark: (first.count(mark), -_SEPARATORS.index(mark)))


def _columns(heads: Sequence[str]) -> dict[int, tuple[str, str]]:
    """Place in the line → name of ours and head of the file. Raises `Unreadable` without codes."""
    attributes = _attribute_heads()
    found: dict[int, tuple[str, str]] = {}
    for place, head in enumerate(heads):
        words = " ".join(fold(head).split())
        name = words if words in COLUMNS else _HEADS.get(words) or attributes.get(words)
        if name and name not in {taken for taken, _head in found.values()}:
            found[place] = (name, head)
    if "code" not in {name for name, _head in found.values()}:
        raise Unreadable(_("The file needs a column “code” in its first line."))
    return found


def _attribute_heads() -> dict[str, str]:
    """The folded codes and labels of attributes, those of ours first."""
    heads: dict[str, str] = {}
    for attributes in Types.read().own.values():
        for attribute in attributes:
            for words in (attribute.slug, attribute.label_fr, attribute.label_en):
                heads.setdefault(" ".join(fold(words).split()), attribute.slug)
    return heads


def _cell(text: str) -> str:
    """The text of a cell, without the mark that kept a spreadsheet from reading it as a formula."""
    text = text.strip()
    return text[1:] if text.startswith("'") and text[1:2] in FORMULA else text
