"""Changing what a ticket says, and its priority."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Entity, User
from core.choices import Priority, Scale
from core.exceptions import Refused
from services.models import Category, Service
from tickets.actions.base import checked_text, lock, moment, require, save
from tickets.actions.items import hang_items
from tickets.actions.opening import TEXT_LIMIT, TITLE_LIMIT
from tickets.choices import Verb
from tickets.details import check_allowed, check_together, cleaned, stored
from tickets.events import record
from tickets.fields import clean_values, fields_of, save_values
from tickets.models import Ticket
from tickets.priority import compute, matrix

EDITABLE = (
    "title", "description", "urgency", "impact", "service", "category", "entity", "requester", "is_confidential",
    "details", "fields", "items",
)  # fmt: skip


@transaction.atomic
def edit(
    ticket: Ticket,
    changes: dict[str, Any],
    *,
    by: User,
    version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Change columns of a ticket; relations are given as rows, `details` and `fields` (by code) as mappings.

    Urgency, impact or service moving recomputes the priority unless it was set by hand. What is the same as before
    is no change: nothing is written and no event recorded.
    """
    now = moment(at)
    row = lock(ticket, version=version)
    require(by, "tickets.work", row)
    unknown = sorted(set(changes) - set(EDITABLE))
    if unknown:
        raise Refused({name: _("This field cannot be changed here.") for name in unknown})
    changes = _checked(dict(changes), row, by)
    hung = hang_items(row, changes.pop("items"), by=by) if "items" in changes else {}
    details, fields = changes.pop("details", {}), changes.pop("fields", {})
    moved: dict[str, list[Any]] = {}
    for name, value in changes.items():
        before = getattr(row, name)
        if before != value:
            moved[name] = _pair(before, value)
            setattr(row, name, value)
    moved |= _change_details(row, details, by)
    moved |= _change_fields(row, fields, by)
    if hung:
        record(row, Verb.ITEMS, by=by, at=now, **hung)
    if not moved:
        if hung:
            save(row, [], at=now)
        return row
    columns = [name for name in moved if "." not in name]
    if {"urgency", "impact", "service"} & set(moved) and not row.priority_is_set:
        priority = _computed(row)
        if priority != row.priority:
            moved["priority"] = [row.priority, priority]
            row.priority = priority
            columns.append("priority")
    save(row, columns, at=now)
    record(row, Verb.EDITED, by=by, at=now, changes=moved)
    return row


@transaction.atomic
def set_priority(
    ticket: Ticket,
    priority: int,
    *,
    reason: str,
    by: User,
    version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Set the priority by hand (1 the highest); author and reason are kept and shown until it is cleared."""
    now = moment(at)
    row = lock(ticket, version=version)
    require(by, "tickets.override_priority", row)
    if priority not in Priority.values:
        raise Refused({"priority": _("Choose a value from 1 to 5.")})
    reason = checked_text("reason", reason, limit=250)
    if not reason:
        raise Refused({"reason": _("Say why.")})
    before, row.priority = row.priority, priority
    row.priority_is_set, row.priority_reason, row.priority_by = True, reason, by
    save(row, ["priority", "priority_is_set", "priority_reason", "priority_by"], at=now)
    record(row, Verb.PRIORITISED, by=by, at=now, changes={"priority": [before, priority]}, reason=reason)
    return row


@transaction.atomic
def clear_priority(
    ticket: Ticket, *, by: User, version: int | None = None, at: datetime | None = None
) -> Ticket:
    """Give the priority back to the matrix."""
    now = moment(at)
    row = lock(ticket, version=version)
    require(by, "tickets.override_priority", row)
    if not row.priority_is_set:
        return row
    before, row.priority = row.priority, _computed(row)
    row.priority_is_set, row.priority_reason, row.priority_by = False, "", None
    save(row, ["priority", "priority_is_set", "priority_reason", "priority_by"], at=now)
    record(row, Verb.PRIORITISED, by=by, at=now, changes={"priority": [before, row.priority]})
    return row


def _computed(ticket: Ticket) -> int:
    criticality = ticket.service.criticality if ticket.service else None
    return compute(matrix(), urgency=ticket.urgency, impact=ticket.impact, criticality=criticality)


def _checked(changes: dict[str, Any], ticket: Ticket, by: User) -> dict[str, Any]:
    """The changes with clean texts. Raises `Refused` naming what is wrong."""
    if "title" in changes:
        changes["title"] = checked_text("title", changes["title"], limit=TITLE_LIMIT)
        if not changes["title"]:
            raise Refused({"title": _("This field is required.")})
    if "description" in changes:
        changes["description"] = checked_text("description", changes["description"], limit=TEXT_LIMIT)
    for name in ("urgency", "impact"):
        if name in changes and changes[name] not in Scale.values:
            raise Refused({name: _("Choose a value from 1 to 5.")})
    _check_relations(changes, ticket, by)
    asked = changes.get("is_confidential", ticket.is_confidential)
    if bool(asked) != ticket.is_confidential and not by.has_perm("tickets.confidential", ticket):
        raise PermissionDenied
    return changes


def _check_relations(changes: dict[str, Any], ticket: Ticket, by: User) -> None:
    service: Service | None = changes.get("service")
    if service and not Service.objects.visible_to(by).filter(pk=service.pk).exists():
        raise Refused({"service": _("Unknown service.")})
    category: Category | None = changes.get("category")
    if category and category.kinds and ticket.kind not in category.kinds:
        raise Refused({"category": _("This category is not for tickets of this kind.")})
    entity: Entity | None = changes.get("entity", ticket.entity)
    if entity is None or (entity.pk != ticket.entity_id and not by.access.can("tickets.work", entity.pk)):
        raise Refused({"entity": _("Unknown entity.")})
    requester: User | None = changes.get("requester", ticket.requester)
    if requester is None:
        raise Refused({"requester": _("This field is required.")})
    if (
        requester.pk != ticket.requester_id
        and not User.objects.visible_to(by).filter(pk=requester.pk).exists()
    ):
        raise Refused({"requester": _("Unknown person.")})


def _change_details(ticket: Ticket, details: dict[str, Any], by: User) -> dict[str, list[Any]]:
    """Write the kind's own columns; returns what changed."""
    row = ticket.details
    moved: dict[str, list[Any]] = {}
    if not details or row is None:
        return moved
    for name, value in cleaned(type(row), details).items():
        if getattr(row, name) != value:
            moved[f"details.{name}"] = _pair(getattr(row, name), value)
            setattr(row, name, value)
    if fixed := sorted(moved.keys() & {f"details.{name}" for name in ticket.frozen}):
        raise Refused({name: _("This can no longer be changed as the ticket stands.") for name in fixed})
    if moved:
        check_together(row)
        check_allowed(row, by=by)
        row.save(update_fields=[name.removeprefix("details.") for name in moved])
    return moved


def _change_fields(ticket: Ticket, given: Mapping[str, Any], by: User) -> dict[str, list[Any]]:
    """Write values of custom fields, as the ticket is after the change; returns what changed."""
    if not given:
        return {}
    fields = fields_of(ticket)
    changed = save_values(ticket, clean_values(fields, given, by=by, complete=False), fields)
    return {name: _pair(*values) for name, values in changed.items()}


def _pair(before: Any, after: Any) -> list[Any]:
    """Before and after as an event stores them: keys of rows, and of long texts the beginning."""
    return [stored(before), stored(after)]
