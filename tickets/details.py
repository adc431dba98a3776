"""The kind's own columns: read, checked and written by the field options of their model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from core.exceptions import Refused

# Columns that say what came of an act, and not what somebody typed: their model names them here.
COMPUTED = "computed"


def columns(model: Any) -> dict[str, models.Field[Any, Any]]:
    """The columns of a details model that people write, by name."""
    computed = getattr(model, COMPUTED, ())
    return {
        field.name: field
        for field in model._meta.concrete_fields
        if not field.primary_key and field.name not in computed
    }


def cleaned(model: Any, values: Mapping[str, Any], *, prefix: str = "details.") -> dict[str, Any]:
    """Values as the columns hold them. Raises `Refused` naming each unknown or wrong one as `details.<name>`."""
    own = columns(model)
    wrong: dict[str, Any] = {}
    clean: dict[str, Any] = {}
    for name, value in values.items():
        if name not in own:
            wrong[f"{prefix}{name}"] = _("Unknown field.")
            continue
        try:
            clean[name] = clean_value(own[name], value)
        except ValidationError as error:
            wrong[f"{prefix}{name}"] = [str(message) for message in error.messages]
    if wrong:
        raise Refused(wrong)
    return clean


def check_together(row: Any, *, prefix: str = "details.") -> None:
    """Ask whether the columns fit each other, which is what `clean` of the model says.

    Raises `Refused` naming each that does not as `details.<name>`.
    """
    try:
        row.clean()
    except ValidationError as error:
        raise Refused(
            {f"{prefix}{name}": [str(text) for text in texts] for name, texts in error.message_dict.items()}
        ) from error


def check_allowed(row: Any, *, by: Any) -> None:
    """Ask the kind whether the person may write these columns as they are now, where it has a say in that.

    A details model with `check_by(by)` is asked inside the act, before the row is written: it may lock what its rule
    looks at. Raises `Refused` naming each as `details.<name>`, or `PermissionDenied`.
    """
    if rule := getattr(row, "check_by", None):
        rule(by)


def has_rules(model: Any) -> bool:
    """Whether the columns of a model have to fit each other."""
    return model.clean is not models.Model.clean


def clean_value(field: models.Field[Any, Any], value: Any) -> Any:
    """One value as its column holds it; rows may be given as rows or keys. Raises `ValidationError`."""
    if isinstance(field, models.ForeignKey):
        return _row(field, value)
    text = isinstance(field, (models.CharField, models.TextField))
    if value is None or (value == "" and not text):
        if field.null:
            return None
        if text and field.blank:
            return ""
        if field.has_default():
            return field.get_default()
        raise ValidationError(_("This field is required."))
    if text and not isinstance(value, str):
        raise ValidationError(_("This must be a text."))
    if isinstance(value, str) and "\x00" in value:
        raise ValidationError(_("Null characters are not allowed."))
    if isinstance(field, models.TextField) and field.max_length and len(value) > field.max_length:
        message = _("At most %(limit)d characters; there are %(count)d.")
        raise ValidationError(message % {"limit": field.max_length, "count": len(value)})
    clean = field.clean(value.strip() if isinstance(value, str) else value, None)
    if isinstance(field, models.DateTimeField) and clean is not None and clean.tzinfo is None:
        raise ValidationError(_("Give the time zone."))
    return clean


def _row(field: Any, value: Any) -> Any:
    if value in (None, ""):
        if field.null:
            return None
        raise ValidationError(_("This field is required."))
    if isinstance(value, field.related_model):
        return value
    if not (isinstance(value, int) or (isinstance(value, str) and value.isascii() and value.isdigit())):
        raise ValidationError(_("Unknown."))
    row = field.related_model._default_manager.filter(pk=int(value)).first() if int(value) < 2**63 else None
    if row is None:
        raise ValidationError(_("Unknown."))
    return row


def stored(value: Any) -> Any:
    """A value as an event keeps it: keys of rows, times as text, and of long texts the beginning."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, str):
        return value if len(value) <= 2000 else value[:2000] + "…"
    if value is None or isinstance(value, (bool, int, float, list, dict)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
