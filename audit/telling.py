"""Entries as a reader sees them: names opened where their keys are left, values in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from audit.keys import Reader
from audit.models import AuditEntry
from audit.wording import label_of, person_label


@dataclass
class Told:
    """An entry and what its boxes hold."""

    entry: AuditEntry
    own: Mapping[str, Any] = field(default_factory=dict)
    personal: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    is_erased: bool = False

    @property
    def pk(self) -> int:
        """The key of the entry."""
        return self.entry.pk

    @property
    def what(self) -> str:
        """The act in words."""
        return label_of(self.entry.action)

    @property
    def who(self) -> str:
        """Who did it: as they were called then, else as they are called now."""
        return person_label(
            self.entry.actor, self.own.get("name", "") or self.names.get(self.entry.actor or 0, "")
        )

    @property
    def ip(self) -> str:
        """The address it came from."""
        return str(self.own.get("ip", ""))

    @property
    def target(self) -> str:
        """What it was done to."""
        concerned = str(self.personal.get("name", "")) or self.names.get(self.entry.subject or 0, "")
        return self.entry.target_label or concerned or self.entry.target_id

    @cached_property
    def data(self) -> dict[str, Any]:
        """All its values, those of the box included."""
        return {**self.entry.data, **{name: value for name, value in self.personal.items() if name != "name"}}

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """Field, before and after, in words."""
        changes = self.data.get("changes")
        if not isinstance(changes, Mapping):
            return []
        pairs = [(name, pair) for name, pair in changes.items() if isinstance(pair, list) and len(pair) == 2]
        return [
            (_field_label(self.entry.target_type, name), _worded(self.entry.target_type, name, pair[0]),
             _worded(self.entry.target_type, name, pair[1]))
            for name, pair in pairs
        ]  # fmt: skip

    @property
    def values(self) -> list[tuple[str, str]]:
        """What else was noted."""
        return [(name, _plain(value)) for name, value in self.data.items() if name != "changes"]

    def as_json(self) -> dict[str, Any]:
        """As exports and the API tell it."""
        row = self.entry
        return {
            "id": row.pk,
            "at": row.at,
            "recorded_at": row.recorded_at,
            "action": row.action,
            "label": self.what,
            "actor": row.actor,
            "actor_name": self.who,
            "ip": self.ip,
            "target_type": row.target_type,
            "target_id": row.target_id,
            "target": self.target,
            "entity": row.entity,
            "request_id": row.request_id,
            "subject": row.subject,
            "data": self.data,
            "is_erased": self.is_erased,
        }


def tell(entries: Iterable[AuditEntry]) -> list[Told]:
    """Entries with their boxes opened: one statement for the keys, one for the names of people today."""
    rows = list(entries)
    reader = Reader(box for row in rows for box in (row.actor_box, row.subject_box))
    people = {key for row in rows for key in (row.actor, row.subject) if key}
    names = (
        {user.pk: str(user) for user in get_user_model()._default_manager.filter(pk__in=people)}
        if people
        else {}
    )
    return [_told(row, reader, names) for row in rows]


def _told(row: AuditEntry, reader: Reader, names: Mapping[int, str]) -> Told:
    own, personal = reader.open(row.actor_box), reader.open(row.subject_box)
    gone = (row.actor_box and own is None) or (row.subject_box and personal is None)
    return Told(row, own or {}, personal or {}, names, is_erased=bool(gone))


def _column(target_type: str, name: str) -> Any:
    try:
        return apps.get_model(target_type)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None


def _field_label(target_type: str, name: str) -> str:
    column = _column(target_type, name)
    return str(capfirst(column.verbose_name)) if column is not None else name


def _worded(target_type: str, name: str, value: Any) -> str:
    """A value as a person knows it: the word of a choice, the name of a row."""
    column = _column(target_type, name)
    if isinstance(column, models.ForeignKey) and value is not None:
        found = column.related_model._base_manager.filter(pk=value).first()  # type: ignore[union-attr]
        return str(found) if found else f"#{value}"
    if column is not None and getattr(column, "choices", None):
        return str(dict(column.flatchoices).get(value, value))
    return _plain(value)


def _plain(value: Any) -> str:
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_plain(each) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_plain(inner)}" for name, inner in value.items())
    return str(value)
