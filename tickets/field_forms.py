"""Custom fields in the forms of tickets: which a form asks, and what was given as one mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from accounts.models import User
from tickets.field_types import form_field, initial_of
from tickets.models import CustomField
from tickets.models.fields import PREFIX, FieldType


class WithCustomFields(forms.Form):
    """A form that asks custom fields besides its own; they come out as `cleaned_data["fields"]`, by code."""

    def ask(
        self, fields: Iterable[CustomField], *, user: User, values: Mapping[str, Any] | None = None
    ) -> None:
        """Add the fields, each with the value that it holds now."""
        for field in fields:
            self.fields[field.name] = form_field(field, user=user)
            if values and field.slug in values:
                self.initial.setdefault(field.name, initial_of(field, values[field.slug]))

    def chosen(self, name: str) -> int | None:
        """The key of the row chosen in a field of the form, before anything is checked."""
        value = self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name)
        text = str(getattr(value, "pk", value) or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    @property
    def custom(self) -> list[forms.BoundField]:
        """The custom fields, for a template that places them."""
        return [self[name] for name in self.fields if name.startswith(PREFIX)]

    @property
    def own(self) -> list[forms.BoundField]:
        """All other fields."""
        return [self[name] for name in self.fields if not name.startswith(PREFIX)]

    def clean(self) -> dict[str, Any]:
        """What was given, the custom fields together."""
        clean: dict[str, Any] = super().clean() or self.cleaned_data
        given = {name.removeprefix(PREFIX): value for name, value in clean.items() if name.startswith(PREFIX)}
        kept = {name: value for name, value in clean.items() if not name.startswith(PREFIX)}
        return {**kept, "fields": given}


class FieldsPart(WithCustomFields):
    """The custom fields alone, as they were typed so far: the part of a form that follows category and service."""

    def __init__(self, typed: MultiValueDict[str, str], *, fields: Iterable[CustomField], user: User) -> None:
        super().__init__(auto_id="id_%s")
        self.ask(fields, user=user)
        for field in fields:
            several = field.field_type == FieldType.CHOICES
            value = typed.getlist(field.name) if several else typed.get(field.name)
            if value:
                self.initial[field.name] = value
