"""Custom fields at work: which apply to a ticket, and their values checked, written and shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from core.exceptions import Refused
from services.models import Category, Service
from tickets.field_types import clean_value, form_field, initial_of, people_in, words
from tickets.models import CustomField, FieldValues, Ticket
from tickets.models.fields import forget_known, held
from tickets.permissions import sees_internal

__all__ = [
    "clean_values",
    "fields_for",
    "fields_of",
    "form_field",
    "held_fields",
    "initial_of",
    "open_to",
    "save_values",
    "shown_values",
]


def fields_for(
    of: Ticket | str, category: Category | int | None = None, service: Service | int | None = None
) -> list[CustomField]:
    """The fields that a ticket has, or would have as that kind with that category and service, in their order."""
    if isinstance(of, Ticket):
        kind, category_id, service_id = of.kind, of.category_id, of.service_id
    else:
        kind, category_id, service_id = str(of), _key(category), _key(service)
    known = CustomField.objects.known().values()
    return [field for field in known if field.fits(kind, category_id, service_id)]


def _key(row: Category | Service | int | None) -> int | None:
    return row if row is None or isinstance(row, int) else row.pk


def held_fields(values: Mapping[str, Any]) -> list[CustomField]:
    """The fields in use that these values are of."""
    known = CustomField.objects.known().values() if values else ()
    return [field for field in known if field.is_active and field.slug in values]


def fields_of(ticket: Ticket) -> list[CustomField]:
    """The fields that a ticket has, and those that a form asked of it: what can be edited."""
    every = {field.pk: field for field in (*fields_for(ticket), *held_fields(held(ticket)))}
    return sorted(every.values(), key=lambda field: (field.position, field.pk))


def open_to(fields: Iterable[CustomField], *, staff: bool) -> list[CustomField]:
    """Those that a person fills in and reads: all for who works on the ticket, the public ones for others."""
    return [field for field in fields if staff or field.is_public]


def clean_values(
    fields: Iterable[CustomField],
    raw: Mapping[str, Any],
    *,
    by: User | None = None,
    complete: bool = True,
) -> dict[str, Any]:
    """Values as they are stored, by code; an empty one is None. Raises `Refused` naming `fields.<code>`.

    With `complete`, a required field that is not given is missing; without, it stays as it is. People are looked for
    among those whom `by` sees.
    """
    if not isinstance(raw, Mapping):
        raise Refused({"fields": _("Give the values by the code of their field.")})
    known = {field.slug: field for field in fields}
    wrong: dict[str, Any] = {f"fields.{slug}": _("Unknown field.") for slug in raw if slug not in known}
    clean: dict[str, Any] = {}
    for slug, field in known.items():
        if slug not in raw and not (complete and field.is_required):
            continue
        try:
            clean[slug] = clean_value(field, raw.get(slug), by)
        except ValidationError as error:
            wrong[field.name] = [str(message) for message in error.messages]
    if wrong:
        raise Refused(wrong)
    return clean


def save_values(
    ticket: Ticket, values: Mapping[str, Any], fields: Iterable[CustomField]
) -> dict[str, list[Any]]:
    """Write cleaned values on a locked or new ticket; returns what changed as `{"fields.<code>": [before, after]}`.

    `fields` are the fields the values were cleaned by. Raises `Refused` naming one that an administrator changed since.
    """
    before = held(ticket)
    changed = {slug: value for slug, value in values.items() if before.get(slug) != value}
    if not changed:
        return {}
    _settle([field for field in fields if field.slug in changed])
    data = {slug: value for slug, value in {**before, **changed}.items() if value is not None}
    row = FieldValues(ticket_id=ticket.pk, data=data)
    FieldValues.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["ticket"], update_fields=["data"]
    )
    # Not by the relation: what is to be written of the ticket itself must not be read again.
    ticket._state.fields_cache["field_values"] = row
    return {f"fields.{slug}": [before.get(slug), value] for slug, value in changed.items()}


def _settle(fields: Sequence[CustomField]) -> None:
    """Hold the fields as they are until the values are committed: what is cached may be older than the set-up."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT slug, version FROM {CustomField._meta.db_table} WHERE slug = ANY(%s) FOR SHARE",  # noqa: S608
            [[field.slug for field in fields]],
        )
        now = dict(cursor.fetchall())
    late = [field for field in fields if now.get(field.slug) != field.version]
    if late:
        forget_known()
        raise Refused(
            {field.name: _("This field was changed meanwhile. Look at it again.") for field in late}
        )


def shown_values(ticket: Ticket, user: User) -> list[tuple[str, str]]:
    """Label and words of each value that the person reads, in the order of the fields."""
    values = held(ticket)
    fields = open_to(held_fields(values), staff=sees_internal(user, ticket))
    people = people_in((field, values[field.slug]) for field in fields)
    return [(field.label, words(field, values[field.slug], people)) for field in fields]
