"""From one status to another, by the kind's table of moves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from calendars.arithmetic import add_working_days
from core.db import locked
from core.exceptions import Refused
from services.support import schedule_of
from tickets import guards
from tickets.actions import effects
from tickets.actions.assigning import give, resolve_owner
from tickets.actions.base import checked_text, lock, moment, policy_of, required, save
from tickets.choices import ENDED, Status, Verb
from tickets.details import check_together, cleaned, columns, has_rules, stored
from tickets.events import record
from tickets.models import PendingReason, ResolutionCode, Ticket
from tickets.permissions import sees_internal
from tickets.workflow import Move

# How many tickets one pass of a sweep takes; the next pass takes the rest.
BATCH = 500
# Columns that a move may change and whose change the timeline tells.
_TOLD = ("status", "team_id", "assignee_id")


@transaction.atomic
def move(
    ticket: Ticket | int,
    to: str,
    *,
    by: User | None,
    values: Mapping[str, Any] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Move a ticket to another status with the values the move needs (texts, rows, datetimes by field name).

    Raises `Refused` naming `to` where the table does not allow the move, and each missing or wrong field.
    """
    now = moment(at)
    held = effects.hold(ticket if isinstance(ticket, int) else ticket.pk, to)
    row = lock(ticket, version=version)
    step = allowed_move(row, to, by=by, at=now)

    def make(row: Ticket, step: Move, values: Mapping[str, Any], around: frozenset[int]) -> Ticket:
        """One move of a locked ticket, and those that follow from it."""
        given = _with_held(row, step, values)
        required(given, step.requires)
        effects.end_parts(row, step, given, around, make=make)
        guards.check(row, step.to, step.guards)
        moved = _make(row, step, given, by=by, at=now)
        if step.to == Status.RESOLVED:
            effects.solve_duplicates(moved, given, held, around, make=make)
        effects.tell_dependents(moved, by=by, at=now)
        return moved

    return make(row, step, values or {}, frozenset())


def _make(row: Ticket, step: Move, given: dict[str, Any], *, by: User | None, at: datetime) -> Ticket:
    """Write one move of a locked ticket whose conditions hold."""
    if step.to == Status.ASSIGNED:
        owner = {name: given.get(name) for name in ("team", "assignee")}
        return give(row, **owner, reason=given.get("reason") or "", by=by, at=at, status=step.to)
    given = {name: _checked(name, given.get(name), row, at) for name in step.fields}
    before = {name: getattr(row, name) for name in _TOLD}
    changed = _apply(row, step, given, by=by, at=at)
    details = _save_details(row, step, given)
    save(row, changed, at=at)
    said = {name: stored(value) for name, value in given.items() if value not in (None, "")}
    changes = {
        name.removesuffix("_id"): [value, getattr(row, name)]
        for name, value in before.items()
        if value != getattr(row, name)
    }
    record(row, Verb.MOVED, by=by, at=at, is_public=True, changes=changes, **said)
    return _with_details(row, details)


def allowed_move(ticket: Ticket, to: str, *, by: User | None, at: datetime | None = None) -> Move:
    """The move, if the table has it and the person may make it.

    Raises `Refused` naming `to`, or `PermissionDenied`.
    """
    if to not in Status.values:
        raise Refused({"to": _("Unknown status.")})
    step = ticket.workflow.find(ticket.status, to)
    if step is None or not (by is None or step.automatic or ticket.offers(step)):
        message = _("A ticket that is “%(before)s” cannot become “%(after)s”.")
        raise Refused({"to": message % {"before": ticket.get_status_display(), "after": Status(to).label}})
    if not may_move(by, ticket, step):
        raise PermissionDenied
    if ticket.status == Status.CLOSED and not within_reopening(ticket, at=at):
        raise Refused(
            {"to": _("This ticket has been closed for too long; an answer opens a new one linked to it.")}
        )
    return step


def may_move(by: User | None, ticket: Ticket, step: Move) -> bool:
    """Whether the person may make this move: staff by permission, the requester where the table says so."""
    if by is None:
        return True
    if step.automatic:
        return False
    return (step.by_requester and ticket.requester_id == by.pk) or by.has_perm(step.audience, ticket)


def moves_for(user: User, ticket: Ticket, *, at: datetime | None = None) -> list[Move]:
    """The moves a person may make now, the usual next step first."""
    leaving = ticket.workflow.leaving(ticket.status)
    steps = [step for step in leaving if may_move(user, ticket, step) and ticket.offers(step)]
    is_late = bool(steps) and ticket.status == Status.CLOSED and not within_reopening(ticket, at=at)
    return [] if ticket.merged_into_id or is_late else steps


def within_reopening(ticket: Ticket, *, at: datetime | None = None) -> bool:
    """Whether a closed ticket may still be reopened: its delay in working days has not passed."""
    if ticket.closed_at is None:
        return True
    limit = add_working_days(
        schedule_of(ticket.service), ticket.closed_at, policy_of(ticket).reopen_within_days
    )
    return moment(at) <= limit


def _checked(name: str, value: Any, ticket: Ticket, now: datetime) -> Any:
    """One value of a move as the row stores it. Raises `Refused` naming the field."""
    if name == "pending_reason" and not (isinstance(value, PendingReason) and value.is_active):
        raise Refused({name: _("Choose a reason.")})
    if name == "resolution_code":
        if not (isinstance(value, ResolutionCode) and value.is_active):
            raise Refused({name: _("Choose a resolution code.")})
        if value.kinds and ticket.kind not in value.kinds:
            raise Refused({name: _("This code is not for tickets of this kind.")})
    if name == "pending_until" and value is not None:
        if not isinstance(value, datetime) or timezone.is_naive(value):
            raise Refused({name: _("Give a date and time.")})
        if value <= now:
            raise Refused({name: _("This is in the past.")})
    if name in ("cause", "solution", "reason"):
        return checked_text(name, value or "", limit=20_000 if name != "solution" else 200_000)
    model = ticket.details_model()
    if model is not None and name in columns(model):
        return None if value is None else cleaned(model, {name: value}, prefix="")[name]
    return value


def _apply(row: Ticket, step: Move, given: dict[str, Any], *, by: User | None, at: datetime) -> list[str]:
    """Set the columns that a move changes; returns their names."""
    left = Status(row.status)
    row.status = step.to
    changed = ["status"]
    if Status.PENDING in (left, step.to):
        row.pending_reason, row.pending_until = given.get("pending_reason"), given.get("pending_until")
        changed += ["pending_reason", "pending_until"]
        _check_pending_date(row)
    if step.to == Status.RESOLVED:
        row.solution, row.resolution_code = given.get("solution") or "", given.get("resolution_code")
        row.resolved_at = at
        row.closes_at = add_working_days(schedule_of(row.service), at, policy_of(row).close_after_days)
        changed += ["solution", "resolution_code", "resolved_at", "closes_at"]
    if step.to in (Status.CLOSED, Status.CANCELLED):
        row.closed_at, row.closes_at = at, None
        changed += ["closed_at", "closes_at"]
    if left in ENDED and step.to not in ENDED:
        row.resolved_at = row.closed_at = row.closes_at = None
        row.reopened += 1
        changed += ["resolved_at", "closed_at", "closes_at", "reopened"]
    if (
        row.assignee_id is None
        and step.to in (Status.IN_PROGRESS, Status.RESOLVED)
        and by
        and sees_internal(by, row)
    ):
        row.team, row.assignee = resolve_owner(row, None, by, strict=False)
        changed += ["team", "assignee"]
    return changed


def _check_pending_date(row: Ticket) -> None:
    if row.pending_reason and row.pending_reason.needs_date and row.pending_until is None:
        raise Refused({"pending_until": _("Say on which date the ticket resumes.")})


def _save_details(row: Ticket, step: Move, given: dict[str, Any]) -> dict[str, Any]:
    """Write the values of a move that live in the kind's own columns; returns them."""
    if not row.details_name:
        return {}
    model = row.details_model()
    own = columns(model)
    values = {name: given[name] for name in step.fields if name in own and given.get(name) is not None}
    if values and has_rules(model):
        details = row.details
        for name, value in values.items():
            setattr(details, name, value)
        check_together(details, prefix="")
        details.save(update_fields=list(values))
    elif values:
        model.objects.filter(pk=row.pk).update(**values)
    return values


def _with_held(row: Ticket, step: Move, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a move, and of what it needs and nobody gave those that the kind's own columns hold already."""
    given = dict(values)
    missing = [name for name in step.requires if name not in given]
    if missing and row.details_name:
        own = columns(row.details_model())
        given |= {name: getattr(row.details, name) for name in missing if name in own}
    return given


def _with_details(row: Ticket, values: dict[str, Any]) -> Ticket:
    """Show written details on a row whose details were already read."""
    if values and row.details_name in row._state.fields_cache:
        for name, value in values.items():
            setattr(row.details, name, value)
    return row


def close_silent(*, at: datetime | None = None) -> int:
    """Close the resolved tickets whose delay of silence has passed; returns how many. Any number may run at once."""
    now = moment(at)
    due = Ticket.objects.filter(status=Status.RESOLVED, closes_at__lte=now).order_by("pk")
    return sum(_close_one(key, now) for key in list(due.values_list("pk", flat=True)[:BATCH]))


@transaction.atomic
def _close_one(key: int, at: datetime) -> bool:
    """Close one ticket if it is still silent and nobody else holds it; what may not be closed yet waits a day more."""
    effects.hold(key, Status.CLOSED)
    silent = Ticket.objects.filter(pk=key, status=Status.RESOLVED, closes_at__lte=at)
    row = locked(silent.select_related("entity", "service"), skip_locked=True).first()
    if row is None:
        return False
    try:
        with transaction.atomic():
            move(row, Status.CLOSED, by=None, at=at)
    except Refused:
        row.closes_at = add_working_days(schedule_of(row.service), at, 1)
        row.save(update_fields=["closes_at"])
        return False
    return True


def resume_due(*, at: datetime | None = None) -> int:
    """Resume the pending tickets whose date has come; returns how many. Any number may run at once."""
    now = moment(at)
    with transaction.atomic():
        due = Ticket.objects.filter(status=Status.PENDING, pending_until__lte=now).order_by("pk")
        keys = list(
            due.select_for_update(of=("self",), no_key=True, skip_locked=True).values_list("pk", flat=True)[
                :BATCH
            ]
        )
        for key in keys:
            move(key, Status.IN_PROGRESS, by=None, at=now)
    return len(keys)
