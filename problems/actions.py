"""What can be done to problems beyond what is done to all tickets.

As in `tickets.actions`: `by`, `at`, locks, rights, an event, one transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from core.choices import Kind
from core.exceptions import Refused
from problems.models import Cause, CauseMethod, CauseState, WorkaroundUse
from tickets.actions import comment, open_ticket
from tickets.actions.base import checked_text, lock, moment, require, save
from tickets.actions.linking import link
from tickets.choices import CommentKind, LinkType, Verb
from tickets.events import record
from tickets.models import Ticket

MAX_INCIDENTS = 200
MAX_CAUSES = 100
CAUSE_LIMIT = 5000
CAUSE_FIELDS = ("text", "test", "result", "state")


@transaction.atomic
def open_problem(
    *, by: User, incidents: Sequence[Ticket] = (), at: datetime | None = None, **fields: Any
) -> Ticket:
    """Open a problem, from incidents where some are given: each is linked as caused by it.

    What `fields` (those of `open_ticket`) does not say comes from the incidents: title and entity of the first,
    service and category of most, the highest urgency and impact, and when it was first seen.
    """
    now = moment(at)
    rows = sorted({row.pk: row for row in incidents}.values(), key=lambda row: row.pk)
    _check_incidents(rows)
    for row in rows:
        require(by, "tickets.work", row)
    details = dict(fields.pop("details", None) or {})
    if rows:
        fields = {**_drawn_from(rows), **{name: value for name, value in fields.items() if value is not None}}
        details.setdefault("first_seen_at", min(row.reported_at for row in rows))
    problem = open_ticket(Kind.PROBLEM, by=by, at=now, details=details, **{"title": "", **fields})
    for row in rows:
        link(row, problem, LinkType.CAUSED_BY, by=by, at=now)
    return problem


def _check_incidents(rows: Sequence[Ticket]) -> None:
    if len(rows) > MAX_INCIDENTS:
        raise Refused({"incidents": _("At most %(limit)d at a time.") % {"limit": MAX_INCIDENTS}})
    wrong = [row.reference for row in rows if row.kind != Kind.INCIDENT]
    if wrong:
        message = _("Not an incident: %(references)s.")
        raise Refused({"incidents": message % {"references": ", ".join(wrong)}})


def _drawn_from(rows: Sequence[Ticket]) -> dict[str, Any]:
    """What incidents say of the problem behind them; nothing is quoted from a confidential one."""
    open_ones = [row for row in rows if not row.is_confidential]
    return {
        "title": open_ones[0].title if open_ones else "",
        "entity": rows[0].entity,
        "service": _most([row.service for row in rows]),
        "category": _fitting(_most([row.category for row in rows])),
        "urgency": max(row.urgency for row in rows),
        "impact": max(row.impact for row in rows),
    }


def _most(values: Sequence[Any]) -> Any:
    """The value that most have, None where none has any."""
    counted = Counter(value for value in values if value is not None)
    return counted.most_common(1)[0][0] if counted else None


def _fitting(category: Any) -> Any:
    """The category where problems may have it."""
    return category if category and (not category.kinds or Kind.PROBLEM in category.kinds) else None


@transaction.atomic
def use_workaround(
    problem: Ticket,
    incident: Ticket,
    *,
    by: User,
    body: str = "",
    public: bool = False,
    at: datetime | None = None,
) -> Ticket:
    """Give the workaround of a known error on an incident: a note or an answer, and the incident is linked.

    The words are those of the problem unless `body` says it otherwise. Using it again writes again and counts once.
    """
    now = moment(at)
    link(incident, problem, LinkType.CAUSED_BY, by=by, at=now)
    known, row = lock(problem), lock(incident)
    if row.kind != Kind.INCIDENT:
        raise Refused({"incident": _("Workarounds are for incidents.")})
    if not row.is_open:
        raise Refused({"incident": _("This incident is no longer open.")})
    if known.kind != Kind.PROBLEM or not known.is_open or not known.details.workaround:
        raise Refused({"problem": _("This problem offers no workaround.")})
    comment(
        row,
        by=by,
        body=body or known.details.workaround,
        kind=CommentKind.PUBLIC if public else CommentKind.INTERNAL,
        undo=public,
        at=now,
    )
    WorkaroundUse.objects.get_or_create(
        problem_id=known.pk, incident_id=row.pk, defaults={"user": by, "created_at": now}
    )
    found: Ticket = Ticket.objects.get(pk=row.pk)
    return found


@transaction.atomic
def add_cause(
    problem: Ticket,
    *,
    by: User,
    text: str,
    method: str = CauseMethod.HYPOTHESIS,
    test: str = "",
    result: str = "",
    state: str = CauseState.SUSPECTED,
    at: datetime | None = None,
) -> Cause:
    """Add a hypothesis, or the next why, at the end of its list."""
    row = _locked_problem(problem, by)
    if method not in CauseMethod.values:
        raise Refused({"method": _("Unknown sort of line.")})
    values = _checked_cause({"text": text, "test": test, "result": result, "state": state})
    lines = Cause.objects.filter(problem=row, method=method)
    if lines.count() >= MAX_CAUSES:
        raise Refused(_("At most %(limit)d lines.") % {"limit": MAX_CAUSES})
    last = lines.aggregate(last=Max("position"))["last"] or 0
    cause = Cause.objects.create(problem_id=row.pk, method=method, position=last + 1, **values)
    _note_analysis(row, cause, "added", by=by, at=moment(at))
    return cause


@transaction.atomic
def edit_cause(
    cause: Cause,
    changes: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    at: datetime | None = None,
) -> Cause:
    """Change a line of the analysis: its words, its test, what was found, its state.

    `version` is that of the problem, as its page was read.
    """
    row = _locked_problem(cause.problem_id, by, version=version)
    held = _fresh(cause, row)
    values = _checked_cause({name: getattr(held, name) for name in CAUSE_FIELDS} | dict(changes))
    changed = [name for name, value in values.items() if getattr(held, name) != value]
    if not changed:
        return held
    before = held.state
    for name in changed:
        setattr(held, name, values[name])
    held.save(update_fields=changed)
    judged = held.state if held.state != before else "changed"
    _note_analysis(row, held, judged, by=by, at=moment(at))
    return held


@transaction.atomic
def move_cause(cause: Cause, *, up: bool, by: User, at: datetime | None = None) -> Cause:
    """Swap a line with its neighbour; at the end of its list nothing happens."""
    row = _locked_problem(cause.problem_id, by)
    held = _fresh(cause, row)
    others = Cause.objects.filter(problem=row, method=held.method)
    if up:
        other = others.filter(position__lt=held.position).order_by("-position").first()
    else:
        other = others.filter(position__gt=held.position).order_by("position").first()
    if other is None:
        return held
    held.position, other.position = other.position, held.position
    Cause.objects.bulk_update([held, other], ["position"])
    _note_analysis(row, held, "moved", by=by, at=moment(at))
    return held


@transaction.atomic
def remove_cause(cause: Cause, *, by: User, at: datetime | None = None) -> None:
    """Take a line out of the analysis; the timeline keeps what it said."""
    row = _locked_problem(cause.problem_id, by)
    held = Cause.objects.filter(pk=cause.pk, problem=row).first()
    if held is None:
        return
    held.delete()
    _note_analysis(row, held, "removed", by=by, at=moment(at))


def _locked_problem(problem: Ticket | int, by: User, *, version: int | None = None) -> Ticket:
    row = lock(problem, version=version)
    require(by, "tickets.work", row)
    if row.kind != Kind.PROBLEM:
        raise Refused(_("Only a problem is analysed."))
    return row


def _fresh(cause: Cause, problem: Ticket) -> Cause:
    held = Cause.objects.filter(pk=cause.pk, problem=problem).first()
    if held is None:
        raise Refused(_("This line was removed meanwhile."))
    return held


def _checked_cause(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a line, clean. Raises `Refused` naming each wrong one."""
    if unknown := sorted(set(values) - set(CAUSE_FIELDS)):
        raise Refused({name: _("Unknown field.") for name in unknown})
    clean = {
        name: value if name == "state" else checked_text(name, value, limit=CAUSE_LIMIT)
        for name, value in values.items()
    }
    if not clean["text"]:
        raise Refused({"text": _("This field is required.")})
    if clean["state"] not in CauseState.values:
        raise Refused({"state": _("Unknown state.")})
    return clean


def _note_analysis(row: Ticket, cause: Cause, act: str, *, by: User, at: datetime) -> None:
    save(row, [], at=at)
    record(row, Verb.ANALYSED, by=by, at=at, act=act, method=cause.method, text=cause.text[:500])
