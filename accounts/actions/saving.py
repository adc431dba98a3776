"""Writing one row so that whatever the tables refuse is told beside the field it concerns."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.actions import record_saved, values_before
from core.exceptions import WHOLE, Message, Refused

RowT = TypeVar("RowT", bound=models.Model)


def allow(by: User | None, verb: str, *objects: object) -> None:
    """Raise `PermissionDenied` unless the person may do this to each object, or where none is named in some entity.

    None is the portal itself.
    """
    if by is not None and not all(by.has_perm(verb, obj) for obj in objects or (None,)):
        raise PermissionDenied


def change(row: models.Model, changes: Mapping[str, Any], *, allowed: Iterable[str]) -> list[str]:
    """Set the fields that differ and return their names. Another field than `allowed` is a mistake."""
    unknown = set(changes) - set(allowed)
    if unknown:
        raise TypeError(f"cannot change {', '.join(sorted(unknown))} of {type(row).__name__}")
    changed = [name for name, value in changes.items() if getattr(row, name, None) != value]
    for name in changed:
        setattr(row, name, changes[name])
    return changed


def save(row: RowT, *, fields: list[str] | None = None, by: User | None = None) -> RowT:
    """Check and write the row, or only the named columns; the trail gets what was there before and is now.

    `by` is who does it; None is who is signed in on the request under way. Raises `Refused` naming the fields.
    """
    before = values_before(row)
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused(_by_field(error)) from error
    try:
        with transaction.atomic():
            row.save(update_fields=fields)
    except IntegrityError as error:
        # Someone was faster between the check and the write.
        raise Refused(_lost_race(row, error)) from error
    record_saved(row, before, by=by)
    return row


def _by_field(error: ValidationError) -> dict[str, Message | list[Message]]:
    return {
        WHOLE if field == NON_FIELD_ERRORS else field: list(messages)
        for field, messages in error.message_dict.items()
    }


def _lost_race(row: models.Model, error: IntegrityError) -> Message:
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    for constraint in row._meta.constraints:
        if constraint.name == name:
            return constraint.get_violation_error_message()
    return _("Someone else has just written the same. Look at it again, then retry.")
