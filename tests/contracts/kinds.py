"""What the contracts over the kinds share: their pairs of statuses, and how a test walks the table of moves."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Team, User
from accounts.roles import DEFAULT_ROLES
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


def bring(ticket: Ticket, status: Status, *, at: datetime, by: User | None = None) -> Ticket:
    """Move a new ticket to a status, in the portal's own name unless another is given."""
    for step in path_to(type(ticket), status):
        ticket = move(ticket, step.to, by=by, values=values_for(step, ticket, at=at), at=at)
    return Ticket.objects.get(pk=ticket.pk)


def replayed(ticket: Ticket, column: str) -> Iterator[tuple[Any, Any]]:
    """The changes of a column as the timeline tells them, oldest first."""
    for data in ticket.events.order_by("at", "id").values_list("data", flat=True):
        if column in data.get("changes", {}):
            before, after = data["changes"][column]
            yield before, after
