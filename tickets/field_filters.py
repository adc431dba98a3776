"""Filters by custom fields: `?field.room=B12`, and `__gte` and `__lte` for numbers and dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import FloatField, Q, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from accounts.models import User
from core.filters import CommaSelectMultiple
from tickets.field_types import clean_value
from tickets.models import CustomField
from tickets.models.fields import LISTED, ORDERED, FieldType
from tickets.permissions import internal_to

PREFIX = "field."
_LOOKUPS = ("gte", "lte")
_NUMBERS = frozenset({FieldType.NUMBER, FieldType.INTEGER})
_HAS_PICKER = LISTED | ORDERED | {FieldType.BOOLEAN, FieldType.TEXT}
# Custom fields in the panel of filters; more would bury the others.
PANEL_LIMIT = 12


class _Value(forms.CharField):
    """A value of a custom field as an address writes it."""

    def __init__(self, custom: CustomField | None, **options: Any) -> None:
        super().__init__(required=False, max_length=300, **options)
        self.custom = custom

    def clean(self, value: Any) -> Any:
        """The value as it is stored. Raises `ValidationError` for an unknown field or a value that is none."""
        text = super().clean(value)
        if not text:
            return None
        if self.custom is None:
            raise ValidationError(_("Unknown field."))
        return clean_value(self.custom, text, None)


class FieldFilter(django_filters.Filter):
    """Tickets by the value of one custom field."""

    parent: Any

    def __init__(self, custom: CustomField | None, lookup: str = "") -> None:
        super().__init__(label=_label(custom, lookup))
        self.custom, self.lookup = custom, lookup

    @property
    def field(self) -> forms.Field:
        """The form field: choices where there is a list of them."""
        if self.custom is not None and self.custom.field_type in LISTED:
            return forms.MultipleChoiceField(
                label=self.label, choices=self.custom.choices, widget=CommaSelectMultiple, required=False
            )
        flag = self.custom is not None and self.custom.field_type == FieldType.BOOLEAN
        words = [("", "–"), ("true", _("yes")), ("false", _("no"))]
        return _Value(
            self.custom, label=self.label, widget=forms.Select(choices=words) if flag else forms.TextInput
        )

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """The rows that match, for a field that requesters are not shown among those where the reader is staff."""
        if value in (None, "", []) or self.custom is None:
            return qs
        if not self.custom.is_public:
            reader: User = self.parent.request.user
            qs = qs.filter(internal_to(reader))
        return qs.filter(self._among(value)) if not self.lookup else self._compared(qs, value)

    def _among(self, value: Any) -> Q:
        slug = self.custom.slug if self.custom else ""
        several = self.custom is not None and self.custom.field_type == FieldType.CHOICES
        found = Q()
        for one in value if isinstance(value, list) else [value]:
            found |= Q(field_values__data__contains={slug: [one] if several else one})
        return found

    def _compared(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """By the stored value, a number as a number; ISO dates are in order as texts."""
        custom = self.custom
        assert custom is not None  # noqa: S101
        stored = KeyTextTransform(custom.slug, "field_values__data")
        typed = Cast(stored, FloatField() if custom.field_type in _NUMBERS else TextField())
        named = f"field_{custom.slug}"
        having: QuerySet[Any] = qs.filter(field_values__data__has_key=custom.slug).alias(**{named: typed})
        return having.filter(**{f"{named}__{self.lookup}": value})


def _label(custom: CustomField | None, lookup: str) -> str:
    if custom is None:
        return ""
    match lookup:
        case "gte":
            return _("%(field)s from") % {"field": custom.label}
        case "lte":
            return _("%(field)s up to") % {"field": custom.label}
        case _:
            return custom.label


def filters_named(names: Iterable[str]) -> Iterator[tuple[str, FieldFilter]]:
    """The filters by custom fields that an address names; an unknown one is there to be refused."""
    asked = [name for name in names if name.startswith(PREFIX)]
    known = CustomField.objects.known() if asked else {}
    for name in asked:
        slug, _sign, lookup = name.removeprefix(PREFIX).partition("__")
        custom = known.get(slug)
        fits = custom is not None and custom.is_active and (not lookup or _may_compare(custom, lookup))
        yield name, FieldFilter(custom if fits else None, lookup if fits else "")


def _may_compare(custom: CustomField, lookup: str) -> bool:
    return lookup in _LOOKUPS and custom.field_type in ORDERED


def filters_offered() -> Iterator[tuple[str, FieldFilter]]:
    """The filters by custom fields that the panel of a list offers."""
    offered = [
        field
        for field in CustomField.objects.known().values()
        if field.is_active and field.field_type in _HAS_PICKER
    ]
    for field in offered[:PANEL_LIMIT]:
        for lookup in _LOOKUPS if field.field_type in ORDERED else ("",):
            yield f"{PREFIX}{field.slug}{'__' if lookup else ''}{lookup}", FieldFilter(field, lookup)
