"""Changes of rows: what was there before and after, with what is personal under the person's key."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from audit.actions.recording import changes_between, record
from audit.canonical import plain
from audit.models import AuditEntry

CREATED, CHANGED, DELETED = "created", "changed", "deleted"
_SECRET_WORDS = ("password", "secret", "digest", "sealed", "private_key")
HIDDEN = "•••"


def values_of(row: models.Model) -> dict[str, Any]:
    """The values of a row that a person can set, as the trail keeps them; secrets are hidden."""
    return {
        field.name: HIDDEN if _is_secret(field.name) else plain(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if field.editable and not field.primary_key and not field.generated
    }


def _is_secret(name: str) -> bool:
    return any(word in name for word in _SECRET_WORDS)


def values_before(row: models.Model) -> dict[str, Any] | None:
    """The values that stand in the table, None where the row is not there yet."""
    if row._state.adding:
        return None
    found = type(row)._base_manager.filter(pk=row.pk).first()
    return values_of(found) if found else None


def record_saved(row: models.Model, before: dict[str, Any] | None, *, by: Any = None) -> AuditEntry | None:
    """Write down that a row was made or changed; nothing where it is as it was."""
    changes = changes_between(before or {}, values_of(row))
    if before is not None and not changes:
        return None
    return record_row(row, CREATED if before is None else CHANGED, changes=changes, by=by)


def record_deleted(row: models.Model, *, by: Any = None) -> AuditEntry:
    """Write down that a row is removed; called while it still has its key."""
    return record_row(
        row, DELETED, changes={name: [value, None] for name, value in values_of(row).items()}, by=by
    )


def record_row(row: models.Model, verb: str, *, by: Any = None, **told: Any) -> AuditEntry:
    """An act on a row: `accounts.team.changed`. What concerns one person is told under that person's key."""
    action, subject = f"{row._meta.label_lower}.{verb}", subject_of(row)
    if hasattr(row, "ticket_id"):
        return record(action, by=by, target=row, label=f"#{row.pk}", data=_without_words(row, told))
    if subject is None:
        return record(action, by=by, target=row, data=told)
    return record(action, by=by, target=row, subject=subject, personal={"name": str(row), **told})


def _without_words(row: models.Model, told: dict[str, Any]) -> dict[str, Any]:
    """What hangs on a ticket may be confidential, and must be erasable: of its texts only that they changed."""
    texts = {
        field.name
        for field in row._meta.concrete_fields
        if isinstance(field, models.TextField | models.CharField | models.JSONField) and not field.choices
    }
    changes = {
        name: [value and HIDDEN for value in pair] if name in texts else pair
        for name, pair in told.get("changes", {}).items()
    }
    return {**told, "changes": changes} if changes else told


def subject_of(row: models.Model) -> int | None:
    """The person whom a row is about: the person it is, or its `user`."""
    if isinstance(row, get_user_model()):
        return row.pk
    subject: int | None = getattr(row, "user_id", None)
    return subject
