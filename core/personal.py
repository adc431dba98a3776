"""Personal data: what each part holds of a person, how it is handed out, and how it is erased.

Each app that holds any registers a `Holding` in `AppConfig.ready`. Rows that merely point to a person need none: they
are exported by what the models say, and stay when the account behind them is emptied.
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.fields.files import FieldFile

from core.registry import Registry, Words

_SECRET_WORDS = ("password", "secret", "digest", "sealed", "private_key")
# Sealed secrets of second factors are nothing one can take along.
_LEFT_OUT = {"mfa.authenticator": {"data"}, "core.idempotencykey": {"response", "body_hash"}}
# A row that names the person here is theirs; anywhere else it is somebody's or something's that mentions them.
OWN_COLUMNS = frozenset(
    {
        "user",
        "person",
        "requester",
        "author",
        "uploaded_by",
        "opened_by",
        "approver",
        "technician",
        "entered_by",
        "by",
    }
)
_CHUNK = 500


class Bundle:
    """A ZIP being written: JSON documents and files."""

    def __init__(self, target: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self.documents: dict[str, int] = {}

    def __enter__(self) -> "Bundle":
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()

    def add(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """A document of rows, `name.json`; none where there are no rows."""
        iterator = iter(rows)
        first = next(iterator, None)
        if first is None:
            return
        count = 0
        with self._zip.open(f"{name}.json", "w", force_zip64=True) as file:
            for row in chain([first], iterator):
                text = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
                file.write(((",\n" if count else "[\n") + text).encode("utf-8", "replace"))
                count += 1
            file.write(b"\n]\n")
        self.documents[name] = count

    def add_text(self, name: str, text: str) -> None:
        """A plain text."""
        self._zip.writestr(name, text)

    def add_file(self, name: str, content: IO[bytes]) -> None:
        """A file, copied piece by piece."""
        with self._zip.open(name, "w", force_zip64=True) as file:
            while piece := content.read(1024 * 1024):
                file.write(piece)


@dataclass(frozen=True)
class Erasure:
    """Who is erased, and what was known of them: texts are searched for these words."""

    person: Any
    words: tuple[str, ...]
    is_staff: bool


def _nothing(_person: Any) -> list[tuple[Words, int]]:
    return []


def _keep(_erasure: Erasure) -> None:
    return None


def _no_objection(_person: Any) -> Words | None:
    return None


def _no_files(_person: Any, _bundle: Bundle) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Holding:
    """What one part holds of a person.

    `export` adds what the rows do not tell; `told(person)` says what erasing does and to how much; `erase` does it,
    inside the transaction; `objection(person)` says why the person cannot be erased now, None where nothing speaks
    against it.
    """

    slug: str
    order: int = 50
    export: Callable[[Any, Bundle], None] = _no_files
    told: Callable[[Any], list[tuple[Words, int]]] = _nothing
    erase: Callable[[Erasure], None] = _keep
    objection: Callable[[Any], Words | None] = _no_objection


holdings: Registry[Holding] = Registry()


def relations_of(person: models.Model) -> Iterator[tuple[type[models.Model], "models.ForeignKey[Any, Any]"]]:
    """Every column of every table that may point to a person."""
    for relation in person._meta.get_fields(include_hidden=True):
        column = getattr(relation, "field", None)
        if isinstance(relation, models.ManyToOneRel) and isinstance(column, models.ForeignKey):
            model = column.model
            if model._meta.managed and not model._meta.proxy:
                yield model, column


def export_rows(person: models.Model, bundle: Bundle) -> None:
    """Add every row that points to the person: whole where it is theirs, by key and time where it mentions them."""
    for model, column in relations_of(person):
        rows = model._base_manager.filter(**{column.name: person.pk}).order_by("pk")
        whole = column.name in OWN_COLUMNS
        name = f"rows/{model._meta.label_lower}" + ("" if column.name == "user" else f".{column.name}")
        bundle.add(name, (_told(row, whole=whole) for row in rows.iterator(chunk_size=_CHUNK)))


def _told(row: models.Model, *, whole: bool) -> dict[str, Any]:
    left_out = _LEFT_OUT.get(row._meta.label_lower, set())
    return {
        column.name: _plain(getattr(row, column.attname))
        for column in row._meta.concrete_fields
        if column.name not in left_out
        and not column.generated
        and not any(word in column.name for word in _SECRET_WORDS)
        and (whole or column.primary_key or isinstance(column, models.DateTimeField))
    }


def _plain(value: Any) -> Any:
    return value.name if isinstance(value, FieldFile) else value


def values_of(row: models.Model) -> dict[str, Any]:
    """All that a row says of a person, without its secrets."""
    return _told(row, whole=True)


def delete_dependants(person: models.Model) -> None:
    """Delete what would go with the account if its row went: sessions, tokens, drafts, memberships, preferences."""
    for model, column in relations_of(person):
        if column.remote_field.on_delete is models.CASCADE:
            model._base_manager.filter(**{column.name: person.pk}).delete()
