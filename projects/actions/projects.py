"""A project as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from accounts.actions.saving import allow, change, save
from accounts.models import Entity, User
from core.choices import Kind
from core.db import locked
from core.exceptions import Refused, StaleVersion
from projects.choices import ProjectStatus
from projects.models import Project, TaskDetails

MANAGE = "projects.manage"
FIELDS = frozenset(
    {"code", "name", "entity", "manager", "sponsor", "description", "status", "starts_on", "ends_on"}
)


@transaction.atomic
def create_project(
    *,
    code: str,
    name: str,
    entity: Entity,
    by: User,
    manager: User | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> Project:
    """Make a project in an entity where one may; its manager is `by` unless told."""
    allow(by, MANAGE, entity)
    project = Project(created_at=at or timezone.now())
    values = {**fields, "code": code, "name": name, "entity": entity, "manager": manager or by}
    change(project, _checked(values, by), allowed=FIELDS)
    return save(project, by=by)


@transaction.atomic
def edit_project(
    project: Project, changes: Mapping[str, Any], *, by: User, version: int | None = None
) -> Project:
    """Change a project. It is not ended while a task is open; into another entity only where one may."""
    row = lock_project(project, by=by, version=version)
    if "entity" in changes and changes["entity"] != row.entity:
        allow(by, MANAGE, changes["entity"])
    changed = change(row, _checked(changes, by, row), allowed=FIELDS)
    if not changed:
        return row
    if "status" in changed and row.status == ProjectStatus.CLOSED:
        _check_done(row)
    row.version += 1
    return save(row, fields=[*changed, "sort_name", "version"], by=by)


def lock_project(project: Project, *, by: User | None, version: int | None = None) -> Project:
    """The project as it is now, locked, for who may plan it. Raises `StaleVersion` where it has moved on."""
    row = locked(Project.objects.filter(pk=project.pk)).get()
    allow(by, MANAGE, row)
    if version is not None and version != row.version:
        raise StaleVersion(_("Someone else has changed this project since you opened it."))
    return row


def touch(project: Project) -> None:
    """Count a change of a part as one of the whole."""
    project.version += 1
    project.save(update_fields=["version"])


def _checked(values: Mapping[str, Any], by: User, row: Project | None = None) -> dict[str, Any]:
    """The values with a code in capitals and people that one may see."""
    clean = dict(values)
    if isinstance(clean.get("code"), str):
        clean["code"] = clean["code"].strip().upper()
    for name in ("manager", "sponsor"):
        person = clean.get(name)
        if person is None or person.pk in (by.pk, getattr(row, f"{name}_id", None)):
            continue
        if not User.objects.visible_to(by).filter(pk=person.pk, is_active=True).exists():
            raise Refused({name: _("Unknown person.")})
    return clean


def _check_done(project: Project) -> None:
    left = TaskDetails.objects.filter(project=project, ticket__kind=Kind.TASK, ticket__is_open=True).count()
    if left:
        message = ngettext("%(count)d task is still open.", "%(count)d tasks are still open.", left)
        raise Refused({"status": message % {"count": left}})
