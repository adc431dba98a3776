"""Every act on every kind leaves an event, the next version, and an entry in the trail."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from audit.models import AuditEntry
from core.choices import Priority
from tests.contracts.kinds import KINDS, named
from tickets import actions
from tickets.actions.checking import add_points
from tickets.actions.converting import convert
from tickets.actions.ledger import add_cost, log_time
from tickets.actions.linking import link
from tickets.actions.merging import merge
from tickets.actions.splitting import split
from tickets.choices import CommentKind, CostNature, LinkType
from tickets.models import Event, Ticket


def _another(ticket: Ticket) -> Ticket:
    return actions.open_ticket(ticket.kind, by=ticket.requester, title="Another", service=ticket.service)


def _other_kind(ticket: Ticket) -> str:
    return "request" if ticket.kind == "incident" else "incident"


Act = Callable[[Ticket, User, User], Any]
ACTS: dict[str, Act] = {
    "edit": lambda ticket, by, _other: actions.edit(ticket, {"title": "Another title"}, by=by),
    "priority": lambda ticket, by, _other: actions.set_priority(
        ticket, Priority.HIGH, reason="A class waits", by=by
    ),
    "assign": lambda ticket, by, other: actions.assign(ticket, assignee=other, by=by),
    "comment": lambda ticket, by, _other: actions.comment(ticket, by=by, body="We look"),
    "note": lambda ticket, by, _other: actions.comment(
        ticket, by=by, body="A note", kind=CommentKind.INTERNAL
    ),
    "attach": lambda ticket, by, _other: actions.attach(ticket, [SimpleUploadedFile("a.txt", b"a")], by=by),
    "follow": lambda ticket, by, other: actions.follow(ticket, other, by=by),
    "link": lambda ticket, by, _other: link(ticket, _another(ticket), LinkType.RELATES, by=by),
    "time": lambda ticket, by, _other: log_time(ticket, minutes=5, by=by),
    "cost": lambda ticket, by, _other: add_cost(
        ticket, nature=CostNature.OTHER, label="Part", amount=Decimal(3), by=by
    ),
    "points": lambda ticket, by, _other: add_points(ticket, ["Look"], by=by),
    "merge": lambda ticket, by, _other: merge(ticket, _another(ticket), by=by),
    "split": lambda ticket, by, _other: split(
        actions.comment(ticket, by=by, body="Two things"), title="The second", by=by
    ),
    "convert": lambda ticket, by, _other: convert(ticket, _other_kind(ticket), by=by),
}


@pytest.mark.parametrize("act", ACTS, ids=str)
@pytest.mark.parametrize("kind", KINDS, ids=named)
def test_act_leaves_an_event_and_an_entry_in_the_trail(
    kind: type[Ticket], act: str, ticket: Ticket, lead: User, expert: User
) -> None:
    last = Event.objects.latest("pk").pk
    ACTS[act](ticket, lead, expert)
    found = Ticket.objects.get(pk=ticket.pk)
    events = list(Event.objects.filter(ticket=ticket, pk__gt=last).order_by("pk"))
    assert events, "no event"
    assert events[0].actor == lead
    told = AuditEntry.objects.filter(target_type__contains="ticket", target_id=str(ticket.pk))
    assert told.count() >= len(events), "not in the trail"
    assert found.version >= ticket.version
