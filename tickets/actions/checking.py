"""Checklists on tickets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _, override

from accounts.models import User
from core.exceptions import Refused
from tickets import guards
from tickets.actions.base import checked_text, lock, moment, require, save
from tickets.choices import ENDED, Status, Verb
from tickets.events import record
from tickets.models import CheckItem, ChecklistTemplate, Ticket

TEXT_LIMIT = 500
MOST = 200


@transaction.atomic
def add_points(
    ticket: Ticket | int, points: Sequence[str], *, by: User | None, at: datetime | None = None
) -> list[CheckItem]:
    """Add points to the checklist; one that begins with “!” must be done before the ticket can be resolved."""
    now = moment(at)
    row = lock(ticket)
    _check_may(row, by)
    wanted = [checked_text("points", point, limit=TEXT_LIMIT) for point in points]
    wanted = [point for point in wanted if point.removeprefix("!").strip()]
    if not wanted:
        raise Refused({"points": _("Write at least one point.")})
    last = CheckItem.objects.filter(ticket=row).aggregate(last=Max("position"))["last"] or 0
    if last + len(wanted) > MOST:
        raise Refused({"points": _("A checklist has at most %(most)d points.") % {"most": MOST}})
    made = CheckItem.objects.bulk_create(
        CheckItem(
            ticket=row,
            position=last + place,
            text=point.removeprefix("!").strip(),
            is_required=point.startswith("!"),
        )
        for place, point in enumerate(wanted, 1)
    )
    save(row, (), at=now)
    record(row, Verb.CHECKED, by=by, at=now, act="added", count=len(made))
    return made


@transaction.atomic
def put_checklist(
    ticket: Ticket | int, template: ChecklistTemplate, *, by: User | None, at: datetime | None = None
) -> list[CheckItem]:
    """Add the points of a ready list, in the language of the ticket."""
    row = lock(ticket)
    if template.kinds and row.kind not in template.kinds:
        raise Refused({"checklist": _("This checklist is not for tickets of this kind.")})
    with override(row.language or "fr"):
        points = template.points.splitlines()
    return add_points(row, points, by=by, at=at)


@transaction.atomic
def check_point(item: CheckItem, *, done: bool, by: User, at: datetime | None = None) -> CheckItem:
    """Tick a point, or take the tick back. Ticking what is ticked already changes nothing."""
    now = moment(at)
    row = lock(item.ticket_id)
    _check_may(row, by)
    point = CheckItem.objects.get(pk=item.pk)
    if (point.done_at is not None) == done:
        return point
    point.done_at, point.done_by = (now, by) if done else (None, None)
    point.save(update_fields=["done_at", "done_by"])
    save(row, (), at=now)
    record(row, Verb.CHECKED, by=by, at=now, act="done" if done else "undone", point=point.text)
    return point


@transaction.atomic
def remove_point(item: CheckItem, *, by: User, at: datetime | None = None) -> None:
    """Take a point off the list; what was done stays in the timeline."""
    now = moment(at)
    row = lock(item.ticket_id)
    _check_may(row, by)
    if CheckItem.objects.filter(pk=item.pk).delete()[0]:
        save(row, (), at=now)
        record(row, Verb.CHECKED, by=by, at=now, act="removed", point=item.text)


def _check_may(ticket: Ticket, by: User | None) -> None:
    require(by, "tickets.work", ticket)
    if ticket.status in ENDED:
        raise Refused(_("This ticket is no longer open."))


def refuse_unchecked(ticket: Ticket) -> None:
    """Guard: a ticket is not resolved while points that must be done are open."""
    left = list(
        CheckItem.objects.filter(ticket=ticket, is_required=True, done_at=None).values_list(
            "text", flat=True
        )[:5]
    )
    if left:
        raise Refused({"to": _("Still to be done: %(points)s.") % {"points": " · ".join(left)}})


for _status in (Status.RESOLVED, Status.DONE):
    guards.register_for(_status, refuse_unchecked)
