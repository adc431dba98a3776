"""What an administrator does to custom fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _, ngettext

from accounts.actions.saving import allow, change, save
from accounts.models import User
from core.db import locked
from core.exceptions import Refused, StaleVersion
from tickets import kinds
from tickets.models import CustomField, FieldValues
from tickets.models.fields import LISTED, forget_known

MANAGE = "settings.manage"
OPTION_LIMIT = 200
_COLUMNS = frozenset(
    {
        "slug", "label_fr", "label_en", "help_fr", "help_en", "field_type", "options", "kinds", "category", "service",
        "only_in_forms", "is_required", "is_public", "position", "is_active",
    }
)  # fmt: skip
_VALUE = re.compile(r"\A[\w.-]{1,60}\Z")


@transaction.atomic
def save_field(
    field: CustomField, values: Mapping[str, Any], *, by: User | None, version: int | None = None
) -> CustomField:
    """Create or change a custom field.

    Its code and type, and choices in use, stay while a ticket holds a value: raises `Refused` naming them with how many
    tickets do. A field is not removed but put out of use. Raises `StaleVersion` over a newer version.
    """
    allow(by, MANAGE)
    row = locked(CustomField.objects.filter(pk=field.pk)).get() if field.pk else CustomField()
    if version is not None and version != row.version:
        raise StaleVersion(_("Someone else has changed this field since you opened it."))
    given = dict(values)
    if "options" in given:
        given["options"] = checked_options(given["options"])
    if row.pk:
        _check_held(row, given)
    changed = change(row, given, allowed=_COLUMNS)
    if row.pk and not changed:
        return row
    _check_whole(row)
    if row.pk:
        row.version += 1
    saved = save(row, fields=[*_COLUMNS, "version"] if row.pk else None, by=by)
    forget_known()
    return saved


def tickets_holding(field: CustomField, options: Iterable[str] = ()) -> int:
    """How many tickets hold a value of the field, or one of these choices of it."""
    rows = FieldValues.objects.filter(data__has_key=field.slug)
    chosen = Q()
    for option in options:
        chosen |= Q(data__contains={field.slug: option}) | Q(data__contains={field.slug: [option]})
    return rows.filter(chosen).count()


def checked_options(options: Any) -> list[dict[str, str]]:
    """The choices as they are stored: a code, French, and English where it differs. Raises `Refused` naming them."""
    wrong = Refused({"options": _("Give each choice with its code and its French name, each code once.")})
    if not isinstance(options, (list, tuple)) or len(options) > OPTION_LIMIT:
        raise wrong
    clean: list[dict[str, str]] = []
    for option in options:
        if not isinstance(option, Mapping):
            raise wrong
        value, french, english = (str(option.get(name) or "").strip() for name in ("value", "fr", "en"))
        if (
            not _VALUE.match(value)
            or not french
            or "\x00" in french + english
            or max(len(french), len(english)) > 120
        ):
            raise wrong
        clean.append({"value": value, "fr": french, "en": english})
    if len({option["value"] for option in clean}) != len(clean):
        raise wrong
    return clean


def _check_held(row: CustomField, given: Mapping[str, Any]) -> None:
    """Nothing that tickets hold may lose its meaning."""
    moved = [name for name in ("slug", "field_type") if name in given and given[name] != getattr(row, name)]
    if moved and (count := tickets_holding(row)):
        raise Refused(dict.fromkeys(moved, _held_by(count)))
    if "options" in given and "field_type" not in moved:
        kept = {option["value"] for option in given["options"]}
        gone = [option["value"] for option in row.options if option["value"] not in kept]
        if gone and (count := tickets_holding(row, gone)):
            raise Refused({"options": _held_by(count)})


def _held_by(count: int) -> str:
    return ngettext(
        "%(count)d ticket holds a value that would lose its meaning. Put the field out of use and add a new one.",
        "%(count)d tickets hold a value that would lose its meaning. Put the field out of use and add a new one.",
        count,
    ) % {"count": count}


def _check_whole(row: CustomField) -> None:
    if row.field_type in LISTED and not row.options:
        raise Refused({"options": _("Give at least one choice.")})
    if row.field_type not in LISTED:
        row.options = []
    unknown = [kind for kind in row.kinds if kind not in kinds.registry.slugs]
    if unknown:
        raise Refused({"kinds": _("Unknown kind of ticket.")})
    row.kinds = [kind for kind in kinds.registry.slugs if kind in row.kinds]
