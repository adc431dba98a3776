"""What the contracts over the kinds share: their pairs of statuses, and how a test walks the table of moves."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Team, User
from accounts.roles import DEFAULT_ROLES
from changes.models import ChangeDetails, ChangeTemplate
from tickets.actions import move
from tickets.choices import Status
from tickets.kinds import registry
from tickets.models import PendingReason, ResolutionCode, Ticket
from tickets.workflow import Move

People = dict[str, User]

KINDS = registry.all()
MOVES = [(kind, status, step) for kind in KINDS for status, step in kind.workflow]
NOT_MOVES = [
    (kind, status, to)
    for kind in KINDS
    for status in kind.workflow.statuses
    for to in Status
    if kind.workflow.find(status, to) is None
]

# Fixture → role in the ticket's own entity; everyone else has no right there.
ROLE_OF = {
    "requester": "requester",
    "colleague": "requester",
    "agent": "technician",
    "expert": "technician",
    "lead": "team_lead",
    "manager": "service_manager",
    "authority": "change_authority",
    "auditor": "auditor",
    "administrator": "administrator",
}
STRANGERS = ("outsider", "outside_agent", "nobody")


def named(case: Any) -> str:
    """The name of one case of a parametrised test."""
    if isinstance(case, Move):
        return f"{case.verb}-{case.to}"
    return getattr(case, "kind_slug", str(case))


def holds(name: str, verb: str) -> bool:
    """Whether the person of that fixture has the verb in the school, by the default roles."""
    role = next((role for role in DEFAULT_ROLES if role.slug == ROLE_OF.get(name)), None)
    return role is not None and verb in role.granted


def values_for(step: Move, ticket: Ticket, *, at: datetime) -> dict[str, Any]:
    """A good value for each field of the move, needed or only accepted.

    A field this does not know fails here: a kind that needs a value of its own adds it.
    """
    makers: dict[str, Any] = {
        "reason": lambda: "Because of the tests",
        "cause": lambda: "The quota was full",
        "solution": lambda: "The quota was raised",
        "resolution_code": lambda: ResolutionCode.objects.get(slug="software-fix"),
        "pending_reason": lambda: PendingReason.objects.get(slug="requester"),
        "pending_until": lambda: at + timedelta(days=2),
        "team": lambda: Team.objects.get(name="Specialists"),
        "assignee": lambda: User.objects.get(email="emil.expert@example.org"),
        "fulfilment": lambda: "Set up on their desk",
        "root_cause": lambda: "A worn cable",
        "consequences": lambda: "Nobody can print",
        "workaround": lambda: "Use the other printer",
        "is_public_workaround": lambda: True,
        "tell_incidents": lambda: "note",
        "justification": lambda: "The disk is old",
        "effects": lambda: "Ten minutes without mail",
        "risk_note": lambda: "The copy may take longer",
        "risk_level": lambda: 2,
        "plan": lambda: "Copy, switch, look",
        "test_plan": lambda: "Send a mail",
        "backout_plan": lambda: "Switch back",
        "outage_expected": lambda: 10,
        "window_start": lambda: at + timedelta(days=1),
        "window_end": lambda: at + timedelta(days=1, hours=2),
        "review_result": lambda: "success",
        "review_note": lambda: "As planned",
    }
    return {name: makers[name]() for name in step.fields}


def path_to(kind: type[Ticket], status: Status) -> list[Move]:
    """The shortest way from the first status of a kind to another, along its moves."""
    ways: deque[tuple[Status, list[Move]]] = deque([(kind.workflow.initial, [])])
    seen = {kind.workflow.initial}
    while ways:
        here, way = ways.popleft()
        if here == status:
            return way
        for step in kind.workflow.leaving(here):
            if step.to not in seen:
                seen.add(step.to)
                ways.append((step.to, [*way, step]))
    raise AssertionError(f"{kind.kind_slug}: no way to {status}")


# What must be so before a move of this verb makes sense on the ticket.
PREPARATIONS: dict[str, Callable[[Ticket], object]] = {
    "start_at_once": lambda ticket: ChangeDetails.objects.filter(pk=ticket.pk).update(
        change_type="emergency"
    ),
    "preapprove": lambda ticket: ChangeDetails.objects.filter(pk=ticket.pk).update(
        change_type="standard",
        template=ChangeTemplate.objects.get_or_create(slug="again", defaults={"name_fr": "Encore"})[0],
    ),
    "close": lambda ticket: ChangeDetails.objects.filter(pk=ticket.pk).update(decision="approved"),
}


def prepare(ticket: Ticket, step: Move) -> Ticket:
    """The ticket made fit for a move that not every ticket of its kind may make."""
    if step.verb not in PREPARATIONS:
        return ticket
    PREPARATIONS[step.verb](ticket)
    return Ticket.objects.get(pk=ticket.pk)


def bring(ticket: Ticket, status: Status, *, at: datetime, by: User | None = None) -> Ticket:
    """Move a new ticket to a status, in the portal's own name unless another is given."""
    for step in path_to(type(ticket), status):
        ticket = prepare(ticket, step)
        ticket = move(ticket, step.to, by=by, values=values_for(step, ticket, at=at), at=at)
    return Ticket.objects.get(pk=ticket.pk)


def replayed(ticket: Ticket, column: str) -> Iterator[tuple[Any, Any]]:
    """The changes of a column as the timeline tells them, oldest first."""
    for data in ticket.events.order_by("at", "id").values_list("data", flat=True):
        if column in data.get("changes", {}):
            before, after = data["changes"][column]
            yield before, after
