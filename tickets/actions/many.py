"""One act on many tickets, done by a worker: each ticket by itself, what came of it kept, everybody told once."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError, models, transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.models import Team, User
from core.choices import Priority
from core.db import locked
from core.exceptions import Refused
from core.nudge import nudge_on_commit
from services.models import Category
from tickets.actions.assigning import assign
from tickets.actions.base import checked_text, moment
from tickets.actions.commenting import comment
from tickets.actions.editing import edit, set_priority
from tickets.actions.following import follow
from tickets.actions.linking import check_visible, link
from tickets.actions.merging import merge
from tickets.actions.moving import move
from tickets.actions.opening import TEXT_LIMIT
from tickets.choices import BulkAct, BulkState, CommentKind, LinkType, Status
from tickets.events import gathered
from tickets.models import BulkItem, BulkJob, PendingReason, ResolutionCode, Ticket
from tickets.signals import bulk_act_done, bulk_act_finished

RUN_TASK = "tickets.run_bulk_act"
# More is not a selection any more, but a project.
LIMIT = 5_000
# So many tickets are looked up at a time, and for so many seconds one task goes on before it lets others through.
SET = 50
SLICE = 20.0
_TRIES = 3
_TIMES = ("pending_until",)
_TEXTS = ("body", "reason", "cause", "solution")
_CHOICES: Mapping[str, Collection[Any]] = {
    "to": Status.values,
    "priority": Priority.values,
    "kind": CommentKind.values,
}

Values = dict[str, Any]


@dataclass(frozen=True)
class Act:
    """What one act needs: its values, those of them that are rows, and how it is done to one ticket."""

    run: Callable[[Ticket, Values, User], object]
    needs: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    rows: Mapping[str, type[models.Model]] = field(default_factory=dict)


def _move(ticket: Ticket, values: Values, by: User) -> object:
    given = {name: value for name, value in values.items() if name != "to" and value not in (None, "")}
    return move(ticket, values["to"], by=by, values=given)


ACTS: dict[str, Act] = {
    BulkAct.ASSIGN: Act(
        lambda ticket, values, by: assign(ticket, by=by, **values),
        accepts=("team", "assignee", "reason"),
        rows={"team": Team, "assignee": User},
    ),
    BulkAct.MOVE: Act(
        _move,
        needs=("to",),
        accepts=("reason", "cause", "solution", "resolution_code", "pending_reason", "pending_until"),
        rows={"resolution_code": ResolutionCode, "pending_reason": PendingReason},
    ),
    BulkAct.COMMENT: Act(
        lambda ticket, values, by: comment(ticket, by=by, **values), needs=("body",), accepts=("kind",)
    ),
    BulkAct.PRIORITY: Act(
        lambda ticket, values, by: set_priority(ticket, by=by, **values), needs=("priority", "reason")
    ),
    BulkAct.CATEGORY: Act(
        lambda ticket, values, by: edit(ticket, {"category": values.get("category")}, by=by),
        accepts=("category",),
        rows={"category": Category},
    ),
    BulkAct.FOLLOW: Act(lambda ticket, values, by: follow(ticket, by, by=by)),
    BulkAct.CLOSE: Act(lambda ticket, values, by: move(ticket, Status.CLOSED, by=by)),
    BulkAct.PARENT: Act(
        lambda ticket, values, by: link(values["parent"], ticket, LinkType.PARENT, by=by),
        needs=("parent",),
        rows={"parent": Ticket},
    ),
    BulkAct.MERGE: Act(
        lambda ticket, values, by: merge(ticket, values["into"], by=by),
        needs=("into",),
        rows={"into": Ticket},
    ),
}


@transaction.atomic
def start_bulk_act(
    act: str,
    tickets: QuerySet[Ticket],
    *,
    by: User,
    values: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> BulkJob:
    """Ask for an act on tickets, which the caller takes from `visible_to(by)`; a worker does it.

    Which tickets they are is settled now. Rows among `values` are given as rows. Raises `Refused` for values that no
    ticket could be given, for no ticket and for more than `LIMIT`; what single tickets refuse is in the report.
    """
    now = moment(at)
    given = _checked(act, dict(values or {}), by)
    keys = set(tickets.order_by("pk").values_list("pk", flat=True)[: LIMIT + 1])
    if len(keys) > LIMIT:
        message = _("At most %(limit)d tickets at once; narrow the filter.")
        raise Refused({"tickets": message % {"limit": LIMIT}})
    # A ticket named as the one to go to is no part of what goes there.
    keys -= {row.pk for row in given.values() if isinstance(row, Ticket)}
    if not keys:
        raise Refused({"tickets": _("Choose at least one ticket.")})
    job = BulkJob.objects.create(by=by, act=act, values=_packed(given), total=len(keys), created_at=now)
    BulkItem.objects.bulk_create([BulkItem(job=job, ticket_id=key) for key in sorted(keys)], batch_size=1_000)
    nudge_on_commit(RUN_TASK, job.pk)
    return job


def run_bulk_act(key: int, *, seconds: float = SLICE) -> bool:
    """Go on with an act for some seconds; returns whether something is left.

    Any number may run at once and any may be killed: what is done to a ticket and the note that it is done are one
    transaction.
    """
    job = BulkJob.objects.select_related("by").filter(pk=key, finished_at=None).first()
    if job is None:
        return False
    until = time.monotonic() + seconds
    with translation.override(job.by.language):
        try:
            values = _unpacked(job)
        except Refused as refused:
            return _refuse_all(job, str(refused))
        while time.monotonic() < until:
            waiting = job.items.filter(state=BulkState.WAITING).order_by("pk").values_list("pk", flat=True)
            keys = list(waiting[:SET])
            if not keys:
                return _finish(job)
            if not sum(_do(job, item, values) for item in keys):
                # Another worker has them all.
                return False
    return True


def unfinished_bulk_acts() -> list[int]:
    """The acts that are not finished, the oldest first."""
    return list(BulkJob.objects.filter(finished_at=None).order_by("pk").values_list("pk", flat=True)[:100])


def _checked(act: str, values: Values, by: User) -> Values:
    """The values of an act, as far as they can be judged without a ticket."""
    known = ACTS.get(act)
    if known is None:
        raise Refused({"act": _("Unknown act.")})
    unknown = sorted(values.keys() - {*known.needs, *known.accepts})
    if unknown:
        raise Refused({name: _("Unknown field.") for name in unknown})
    if missing := [name for name in known.needs if values.get(name) in (None, "")]:
        raise Refused({name: _("This field is required.") for name in missing})
    if act == BulkAct.ASSIGN and not (values.get("team") or values.get("assignee")):
        raise Refused({"team": _("Choose a team or a person.")})
    for name, value in values.items():
        if name in _CHOICES and value not in _CHOICES[name]:
            raise Refused({name: _("Select a valid choice.")})
        if name in _TEXTS and value:
            values[name] = checked_text(name, value, limit=TEXT_LIMIT)
        if isinstance(value, Ticket):
            check_visible(by, value, name)
    return values


def _packed(values: Values) -> Values:
    """Values as JSON holds them: rows by key, times as text."""
    return {
        name: value.pk
        if isinstance(value, models.Model)
        else value.isoformat()
        if isinstance(value, datetime)
        else value
        for name, value in values.items()
        if value not in (None, "")
    }


def _unpacked(job: BulkJob) -> Values:
    """The values with their rows. Raises `Refused` where one is gone, or who asked may no longer act."""
    if not job.by.is_active:
        raise Refused(_("The account of who asked for this is closed."))
    rows, values = ACTS[job.act].rows, dict(job.values)
    for name, model in rows.items():
        if name in values:
            values[name] = model._default_manager.filter(pk=values[name]).first()
            if values[name] is None:
                raise Refused(_("What was chosen for this no longer exists."))
    for name in _TIMES:
        if name in values:
            values[name] = parse_datetime(values[name])
    return values


def _do(job: BulkJob, key: int, values: Values) -> bool:
    """Do the act to one ticket and note what came of it; false where another worker is at it."""
    for attempt in range(_TRIES):
        try:
            return _do_once(job, key, values)
        except OperationalError:
            # Two acts waited for each other's tickets and the database let this one go: it has changed nothing.
            if attempt == _TRIES - 1:
                raise
    return False


@transaction.atomic
def _do_once(job: BulkJob, key: int, values: Values) -> bool:
    mine = BulkItem.objects.filter(pk=key, state=BulkState.WAITING)
    item = locked(mine, skip_locked=True).first()
    if item is None:
        return False
    with gathered() as events:
        item.reason = _attempt(job, item.ticket_id, values)
    item.state = BulkState.FAILED if item.reason else BulkState.DONE
    item.events = [] if item.reason else [event.pk for event in events]
    item.save(update_fields=["state", "reason", "events"])
    if item.events:
        bulk_act_done.send(sender=BulkJob, job=job, events=events)
    return True


def _attempt(job: BulkJob, key: int, values: Values) -> str:
    """Do the act to one ticket; returns why it was not done, or nothing."""
    ticket = Ticket.objects.visible_to(job.by).filter(pk=key).first()
    if ticket is None:
        return _("You no longer see this ticket.")
    try:
        with transaction.atomic():
            ACTS[job.act].run(ticket, values, job.by)
    except PermissionDenied:
        return _("You may not do this to this ticket.")
    except Refused as refused:
        return str(refused)[:1000] or _("Refused.")
    return ""


def _refuse_all(job: BulkJob, reason: str) -> bool:
    """Nothing more can be done: say so of every ticket that waits."""
    job.items.filter(state=BulkState.WAITING).update(state=BulkState.FAILED, reason=reason[:1000])
    return _finish(job)


@transaction.atomic
def _finish(job: BulkJob) -> bool:
    """Note that the act is finished and tell the other parts, once; returns whether something is left after all."""
    row = locked(BulkJob.objects.filter(pk=job.pk, finished_at=None)).first()
    if row is None or row.items.filter(state=BulkState.WAITING).exists():
        return row is not None
    row.finished_at = moment(None)
    row.save(update_fields=["finished_at"])
    bulk_act_finished.send(sender=BulkJob, job=row)
    return False
