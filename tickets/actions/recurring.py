"""Recurring tickets: setting them up, and opening what is due."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.saving import allow, change, save
from accounts.models import User
from core.db import locked
from core.exceptions import Refused, StaleVersion
from tickets.actions.assigning import assign
from tickets.actions.base import moment
from tickets.actions.checking import put_checklist
from tickets.actions.opening import open_ticket
from tickets.choices import Channel
from tickets.models import Recurrence, RecurrenceSlot, Ticket
from tickets.recurrence import next_slot, slots

MANAGE = "tickets.recurring"
FIELDS = (
    "name", "kind", "title", "description", "entity", "requester", "service", "category", "team", "assignee",
    "urgency", "impact", "checklist", "rule", "starts_on", "at_time", "timezone", "calendar", "on_closed", "is_active",
)  # fmt: skip
# What the dates depend on: another value of these and the next one is found anew.
_DATES = frozenset({"rule", "starts_on", "at_time", "timezone", "calendar", "on_closed", "is_active"})
# One pass of the sweep; the next takes the rest.
BATCH = 50
log = logging.getLogger("vigie")


@transaction.atomic
def save_recurrence(
    row: Recurrence,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    at: datetime | None = None,
) -> Recurrence:
    """Create or change a recurring ticket. What lies in the past when it is made or changed is not made up for.

    Raises `Refused` naming the fields, `StaleVersion` where `version` no longer holds.
    """
    now = moment(at)
    if row.pk:
        row = locked(Recurrence.objects.select_related("entity")).get(pk=row.pk)
        if version is not None and row.version != version:
            raise StaleVersion(_("Someone else changed this meanwhile."))
        allow(by, MANAGE, row)
        row.version += 1
    changed = change(row, values, allowed=FIELDS)
    if row.entity_id is None or not by.access.can(MANAGE, row.entity_id):
        raise Refused({"entity": _("You may not set up tickets in this entity.")})
    _check_requester(row)
    if _DATES & set(changed) or row.next_at is None:
        row.problem = ""
        _plan_next(row, now)
    return save(row)


def _check_requester(row: Recurrence) -> None:
    """The tickets open in the name of the requester, who must be able to open them."""
    if row.requester_id is None or row.entity_id is None:
        return
    person = row.requester
    if person.entity_id != row.entity_id and not person.access.can("tickets.open_for_others", row.entity_id):
        raise Refused({"requester": _("This person cannot open tickets in this entity.")})


def _plan_next(row: Recurrence, now: datetime) -> None:
    """Find the next occurrence that is not yet past; a rule that means nothing is told by the check that follows."""
    row.next_at = None
    if not row.is_active:
        return
    try:
        row.clean_fields(exclude=[field.name for field in row._meta.fields if field.name not in _DATES])
        row.clean()
    except ValidationError:
        # Told by `save`, which checks all fields.
        return
    for slot in slots(row.plan, after=row.last_day):
        if slot.at >= now:
            row.next_at = slot.at
            return
        row.last_day = slot.day


def preview(row: Recurrence, *, count: int = 10, at: datetime | None = None) -> list[datetime]:
    """The next instants at which tickets will open, as it stands (aware, in its own zone)."""
    now = moment(at)
    found: list[datetime] = []
    for slot in slots(row.plan, after=row.last_day):
        if slot.at >= now:
            found.append(slot.at)
        if len(found) == count:
            break
    return found


def open_recurring(*, at: datetime | None = None) -> int:
    """Open what is due; returns how many rules were dealt with. Any number may run at once: each slot opens once.

    A rule that was due several times while the portal was down opens its newest occurrence only; the others are kept
    as passed over. One whose ticket cannot be opened any more is stopped, with the reason on its page.
    """
    now = moment(at)
    with transaction.atomic():
        due = Recurrence.objects.filter(is_active=True, next_at__lte=now).order_by("next_at", "pk")
        rows = list(
            locked(
                due.select_related(
                    "entity", "requester", "service", "category", "team", "assignee", "checklist", "calendar"
                ),
                skip_locked=True,
            )[:BATCH]
        )
        for row in rows:
            _deal_with(row, now)
    return len(rows)


def _deal_with(row: Recurrence, now: datetime) -> None:
    missed = []
    for slot in slots(row.plan, after=row.last_day):
        if slot.at > now:
            break
        missed.append(slot)
    try:
        with transaction.atomic():
            for place, slot in enumerate(missed, 1):
                ticket = _open(row, now) if place == len(missed) else None
                RecurrenceSlot.objects.create(recurrence=row, day=slot.day, ticket=ticket, opened_at=now)
    except (Refused, PermissionDenied) as refused:
        row.problem = (str(refused) or _("The requester may no longer open such tickets."))[:500]
        row.is_active, row.next_at = False, None
        log.warning("Recurring ticket %s stopped: %s", row.pk, row.problem)
    else:
        row.last_day = missed[-1].day if missed else row.last_day
        following = next_slot(row.plan, after=row.last_day)
        row.next_at = following.at if following else None
    row.save(update_fields=["last_day", "next_at", "is_active", "problem"])


def _open(row: Recurrence, now: datetime) -> Ticket:
    """Open the ticket of an occurrence in the name of its requester; who works on it is set as the rule says."""
    ticket = open_ticket(
        row.kind, by=row.requester, title=row.title, description=row.description, entity=row.entity,
        service=row.service, category=row.category, urgency=row.urgency, impact=row.impact,
        channel=Channel.RECURRING, at=now,
    )  # fmt: skip
    if row.team or row.assignee:
        ticket = assign(ticket, team=row.team, assignee=row.assignee, by=None, at=now)
    if row.checklist:
        put_checklist(ticket, row.checklist, by=None, at=now)
    return ticket


def run_now(row: Recurrence, *, by: User, at: datetime | None = None) -> Ticket:
    """Open one ticket of it at once, beside its rule."""
    allow(by, MANAGE, row)
    return _open(row, at or timezone.now())
