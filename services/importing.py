"""Items from a CSV file: looked through first, then written, chunk by chunk; doing it twice changes nothing.

An empty cell leaves what is there. Rows that are wrong are refused one by one, with their line and column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext as _, override

from accounts.models import Entity, User
from core.exceptions import Refused
from core.text import sort_name
from services.actions.items import EDIT, changed, create_items, drafted, edit_items
from services.attributes import Types, as_date
from services.choices import ItemStatus
from services.models import Item, Place, Service, Supplier
from services.reading import COLUMNS, Row, rows_of

CHUNK = 200
# Refused cells that a report keeps.
NOTES = 500
_DATES = ("acquired_on", "warranty_until", "contract_until")
_PEOPLE = ("owner", "user")
_TEXTS = ("name", "code", "place_note", "serial", "contract_ref", "note")


@dataclass(frozen=True)
class Note:
    """A cell that was refused: its line in the file from 1, its column, the item's code and the reason."""

    line: int
    column: str
    code: str
    reason: str

    def as_row(self) -> list[Any]:
        """As the report keeps it."""
        return [self.line, self.column, self.code, self.reason]


@dataclass
class Report:
    """What a file would do, or did."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    ignored: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def refuse(self, row: Row, errors: Mapping[str, Sequence[str]]) -> None:
        """Note a row that is not taken in, cell by cell."""
        self.refused += 1
        for name, messages in errors.items():
            if len(self.notes) < NOTES:
                column = row.head_of(name)
                self.notes.append(Note(row.line, column[:60], row.code[:60], " ".join(messages)[:300]))

    def as_data(self) -> dict[str, Any]:
        """As the table of imports keeps it."""
        counts = {name: getattr(self, name) for name in ("rows", "new", "changed", "same", "refused")}
        return {**counts, "ignored": self.ignored[:50], "notes": [note.as_row() for note in self.notes]}


class Directory:
    """The rows that cells name, read once: types, entities, places, services, suppliers, and people as asked for."""

    def __init__(self, by: User) -> None:
        self.by = by
        self._people: dict[str, User | None] = {}

    @cached_property
    def types(self) -> Types:
        """All types with their attributes."""
        return Types.read()

    @cached_property
    def _by_word(self) -> dict[str, dict[str, Any]]:
        entities = Entity.objects.filter(pk__in=self.by.access.entities(EDIT))
        services, places = Service.objects.visible_to(self.by), Place.objects.visible_to(self.by)
        types = self.types.by_key.values()
        return {
            "type": _words(types, lambda row: (row.slug, row.name_fr, row.name_en)),
            "entity": _words(entities, lambda row: (row.code, row.name)),
            "service": _words(services, lambda row: (row.code, row.name)),
            "place": _words(places, lambda row: (row.full_name.replace(" › ", " > "),)),
            "supplier": _words(Supplier.objects.all(), lambda row: (row.name,)),
            "status": _statuses(),
        }

    def named(self, column: str, text: str) -> Any:
        """The row that a cell names. Raises `ValidationError`."""
        words = sort_name(text.replace("›", ">")) if column == "place" else sort_name(text)
        found = self._by_word[column].get(words)
        if found is None:
            raise ValidationError(_("“%(text)s” is not known here.") % {"text": text[:80]})
        return found

    def person(self, text: str) -> User:
        """The person of an address. Raises `ValidationError`."""
        address = text.lower()
        if address not in self._people:
            self._people[address] = User.objects.visible_to(self.by).filter(email=address).first()
        person = self._people[address]
        if person is None:
            raise ValidationError(_("Nobody with this address is known to you."))
        return person

    def values(self, row: Row) -> dict[str, Any]:
        """What a row says, as actions read it. Raises `Refused` naming every column that is wrong."""
        values: dict[str, Any] = {}
        attributes: dict[str, str] = {}
        wrong: dict[str, Any] = {}
        for name, text in row.cells.items():
            if not text:
                continue
            if name not in COLUMNS:
                attributes[name] = text
                continue
            try:
                values["item_type" if name == "type" else name] = self._value(name, text)
            except ValidationError as error:
                wrong[name] = str(error.messages[0])
        if wrong:
            raise Refused(wrong)
        return {**values, "attributes": attributes} if attributes else values

    def _value(self, name: str, text: str) -> Any:
        if name in _TEXTS:
            return text
        if name in _DATES:
            return as_date(text)
        return self.person(text) if name in _PEOPLE else self.named(name, text)


def _words(rows: Any, say: Callable[[Any], Sequence[str]]) -> dict[str, Any]:
    """Rows by their folded names; a name that two have names neither."""
    found: dict[str, Any] = {}
    twice: set[str] = set()
    for row in rows:
        for words in {sort_name(word) for word in say(row) if word}:
            if words in found and found[words] != row:
                twice.add(words)
            found[words] = row
    return {words: row for words, row in found.items() if words not in twice}


def _statuses() -> dict[str, str]:
    """Statuses by code and by name in both languages."""
    found = {status.value: status.value for status in ItemStatus}
    for language in ("fr", "en"):
        with override(language):
            found |= {sort_name(str(status.label)): status.value for status in ItemStatus}
    return found


@dataclass
class Intake:
    """One reading of a file by one person: `check` writes nothing, `run` writes chunk by chunk."""

    by: User
    text: str
    now: datetime = field(default_factory=timezone.now)

    @cached_property
    def _read(self) -> tuple[list[Row], list[str]]:
        return rows_of(self.text)

    @property
    def rows(self) -> list[Row]:
        """The rows of the file. Raises `Unreadable`."""
        return self._read[0]

    @cached_property
    def directory(self) -> Directory:
        """The rows that cells name."""
        return Directory(self.by)

    def check(self) -> Report:
        """What taking the file in would do. Raises `Unreadable`."""
        report = self._report()
        for chunk in self._chunks():
            self._sort(chunk, report)
        return report

    def run(self, *, progress: Callable[[int, Report], None] | None = None) -> Report:
        """Take the file in; each chunk is written as a whole, and told to `progress` with the rows done."""
        report = self._report()
        done = 0
        for chunk in self._chunks():
            with transaction.atomic():
                self._write(chunk, report)
            done += len(chunk)
            if progress:
                progress(done, report)
        return report

    def _report(self) -> Report:
        return Report(rows=len(self.rows), ignored=self._read[1])

    def _chunks(self) -> Iterator[list[Row]]:
        for start in range(0, len(self.rows), CHUNK):
            yield self.rows[start : start + CHUNK]

    @cached_property
    def _seen(self) -> dict[str, int]:
        """The line on which each code stands first."""
        lines: dict[str, int] = {}
        for row in self.rows:
            lines.setdefault(row.code.upper(), row.line)
        return lines

    def _sort(self, chunk: Sequence[Row], report: Report) -> tuple[list[Any], list[Any]]:
        """What of a chunk is new and what changes, counted; what is wrong is refused."""
        present = self._present(chunk)
        new: list[tuple[Row, dict[str, Any]]] = []
        differing: list[tuple[Row, Item, dict[str, Any]]] = []
        for row in chunk:
            try:
                values = self._values(row)
                item = present.get(row.code.upper())
                if item is not None:
                    # A code in other letters means the same item, and is no change of it.
                    values.pop("code")
                if item is None:
                    drafted(values, self.directory.types, now=self.now)
                    new.append((row, values))
                elif changed(_copy(item), values, self.directory.types, by=self.by, now=self.now):
                    differing.append((row, item, values))
                else:
                    report.same += 1
            except Refused as refused:
                report.refuse(row, refused.errors)
            except PermissionDenied:
                report.refuse(row, {"code": [_("This item is not yours to change.")]})
        report.new += len(new)
        report.changed += len(differing)
        return new, differing

    def _values(self, row: Row) -> dict[str, Any]:
        if not row.code:
            raise Refused({"code": _("This field is required.")})
        first = self._seen[row.code.upper()]
        if first != row.line:
            raise Refused({"code": _("The same code stands on line %(line)d.") % {"line": first}})
        return self.directory.values(row)

    def _present(self, chunk: Sequence[Row]) -> dict[str, Item]:
        codes = [row.code.upper() for row in chunk]
        rows = Item.objects.annotate(upper=Upper("code")).filter(upper__in=codes)
        return {
            item.code.upper(): item
            for item in rows.select_related(
                "item_type", "entity", "service", "place", "owner", "user", "supplier"
            )
        }

    def _write(self, chunk: Sequence[Row], report: Report) -> None:
        """Write a chunk at once; where someone was faster, row by row."""
        new, differing = self._sort(chunk, report)
        try:
            with transaction.atomic():
                create_items([values for _row, values in new], by=self.by, at=self.now)
                edit_items([(item, values) for _row, item, values in differing], by=self.by, at=self.now)
        except (Refused, PermissionDenied):
            self._one_by_one(new, differing, report)

    def _one_by_one(self, new: Sequence[Any], differing: Sequence[Any], report: Report) -> None:
        acts: list[tuple[Row, str, Callable[[], Any]]] = [
            (row, "new", lambda values=values: create_items([values], by=self.by, at=self.now))  # type: ignore[misc]
            for row, values in new
        ]
        acts += [
            (row, "changed", lambda pair=(item, values): edit_items([pair], by=self.by, at=self.now))  # type: ignore[misc]
            for row, item, values in differing
        ]
        for row, count, act in acts:
            try:
                act()
            except Refused as refused:
                setattr(report, count, getattr(report, count) - 1)
                report.refuse(row, refused.errors)


def _copy(item: Item) -> Item:
    """An item to try changes on."""
    twin = Item.objects.model()
    twin.__dict__.update(item.__dict__)
    twin._state = item._state
    twin.attributes = dict(item.attributes)
    return twin
