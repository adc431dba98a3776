"""The table of moves of every kind: what it declares works, all else is refused, and the timeline tells it all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from accounts.models import Team, User
from core.choices import Level
from core.exceptions import Refused
from tests.contracts.kinds import (
    KINDS,
    MOVES,
    NOT_MOVES,
    ROLE_OF,
    STRANGERS,
    People,
    bring,
    holds,
    named,
    path_to,
    prepare,
    replayed,
    values_for,
)
from tickets import actions
from tickets.actions.moving import moves_for
from tickets.choices import ENDED, CommentKind, Status, Verb
from tickets.details import columns
from tickets.forms import MOVE_FIELDS, MoveForm
from tickets.models import Event, Ticket
from tickets.workflow import Move

# In the past, so that what depends on the clock on the wall instead of `at=` shows.
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EVERYONE = (*ROLE_OF, *STRANGERS)

each_kind = pytest.mark.parametrize("kind", KINDS, ids=named)
each_move = pytest.mark.parametrize(("kind", "status", "step"), MOVES, ids=named)


@each_kind
def test_table_is_whole(kind: type[Ticket]) -> None:
    targets = {step.to for _status, step in kind.workflow}
    assert targets <= set(kind.workflow.statuses), "a move leads to a status that nothing leaves"
    for status in kind.workflow.statuses:
        path_to(kind, status)
        leaving = [step.to for step in kind.workflow.leaving(status)]
        assert len(leaving) == len(set(leaving)), f"two moves lead from {status} to the same status"
        own = set(columns(kind.details_model())) if kind.details_name else set()
        asked = {name for step in kind.workflow.leaving(status) for name in step.fields}
        assert asked <= {*MOVE_FIELDS, *own}


@each_move
def test_declared_move_works_for_a_technician_or_by_itself(
    kind: type[Ticket], status: Status, step: Move, ticket: Ticket, agent: User, n2: Team
) -> None:
    ticket = prepare(bring(ticket, status, at=MONDAY), step)
    assert (step in moves_for(agent, ticket, at=MONDAY)) != step.automatic
    by = None if step.automatic else agent
    before = Event.objects.filter(ticket=ticket).count()
    moved = actions.move(ticket, step.to, by=by, values=values_for(step, ticket, at=MONDAY), at=MONDAY)
    found = Ticket.objects.get(pk=ticket.pk)
    assert moved.status == found.status == step.to
    assert found.version > ticket.version
    # What follows from the move, such as an approval that is asked for, has events of its own.
    told, *_following = Event.objects.filter(ticket=ticket).order_by("pk")[before:]
    assert told.data["changes"]["status"] == [status, step.to]
    assert told.actor == by
    assert not [event for event in _following if "status" in event.data.get("changes", {})]
    assert_consistent(found)


@each_move
def test_form_of_a_move_asks_for_its_fields(
    kind: type[Ticket], status: Status, step: Move, ticket: Ticket, agent: User
) -> None:
    form = MoveForm({}, user=agent, ticket=ticket, step=step)
    assert set(form.errors) == set(step.requires)
    assert tuple(form.fields) == step.fields


@pytest.mark.parametrize(
    ("kind", "status", "step", "missing"),
    [(kind, status, step, name) for kind, status, step in MOVES for name in step.requires],
    ids=named,
)
def test_move_without_a_needed_field_names_it(
    kind: type[Ticket], status: Status, step: Move, missing: str, ticket: Ticket, agent: User
) -> None:
    ticket = prepare(bring(ticket, status, at=MONDAY), step)
    values = {**values_for(step, ticket, at=MONDAY), missing: None}
    by = None if step.automatic else agent
    with pytest.raises(Refused) as refused:
        actions.move(ticket, step.to, by=by, values=values, at=MONDAY)
    assert set(refused.value.errors) == {missing}
    assert unchanged(ticket)


@pytest.mark.parametrize(("kind", "status", "to"), NOT_MOVES, ids=named)
def test_every_other_pair_is_refused(
    kind: type[Ticket], status: Status, to: Status, ticket: Ticket, administrator: User
) -> None:
    ticket = bring(ticket, status, at=MONDAY)
    with pytest.raises(Refused) as refused:
        actions.move(ticket, to, by=administrator, at=MONDAY)
    assert set(refused.value.errors) == {"to"}
    assert to not in {step.to for step in moves_for(administrator, ticket)}
    assert unchanged(ticket)


@each_move
def test_audience_of_a_move_is_respected(
    kind: type[Ticket], status: Status, step: Move, ticket: Ticket, everyone: People
) -> None:
    ticket = prepare(bring(ticket, status, at=MONDAY), step)
    values = values_for(step, ticket, at=MONDAY)
    for name in EVERYONE:
        person = everyone[name]
        granted = holds(name, step.audience) or (step.by_requester and name == "requester")
        allowed = granted and not step.automatic
        assert (step in moves_for(person, ticket, at=MONDAY)) == allowed, name
        with transaction.atomic():
            if allowed:
                assert actions.move(ticket, step.to, by=person, values=values, at=MONDAY).status == step.to
            else:
                with pytest.raises(PermissionDenied):
                    actions.move(ticket, step.to, by=person, values=values, at=MONDAY)
            transaction.set_rollback(True)


@each_kind
def test_closed_for_too_long_offers_no_move(kind: type[Ticket], ticket: Ticket, agent: User) -> None:
    if Status.CLOSED not in kind.workflow.statuses:
        pytest.skip("this kind does not close")
    ticket = bring(ticket, Status.CLOSED, at=MONDAY)
    assert moves_for(agent, ticket, at=MONDAY + timedelta(days=13))
    late = MONDAY + timedelta(days=15)
    assert moves_for(agent, ticket, at=late) == []
    with pytest.raises(Refused):
        actions.move(ticket, Status.IN_PROGRESS, by=agent, values={"reason": "It is back"}, at=late)


@each_kind
def test_confidential_ticket_moves_for_its_team_only(
    kind: type[Ticket], ticket: Ticket, manager: User, agent: User
) -> None:
    actions.edit(ticket, {"is_confidential": True}, by=manager)
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert moves_for(manager, ticket) == []
    assert moves_for(agent, ticket)


@pytest.mark.parametrize("name", ["", "nonsense", "NEW", "new\x00", "résolu", "🙂", "resolved "])
@each_kind
def test_status_that_does_not_exist_is_refused(
    kind: type[Ticket], name: str, ticket: Ticket, agent: User
) -> None:
    with pytest.raises(Refused) as refused:
        actions.move(ticket, name, by=agent)
    assert set(refused.value.errors) == {"to"}


Act = Callable[[Ticket, People, datetime], Any]

ACTS: dict[str, tuple[Verb, Act]] = {
    "take": (Verb.ASSIGNED, lambda t, who, at: actions.take(t, by=who["agent"], at=at)),
    "assign": (
        Verb.ASSIGNED,
        lambda t, who, at: actions.assign(t, by=who["lead"], assignee=who["expert"], at=at),
    ),
    "pass_on": (
        Verb.PASSED_ON,
        lambda t, who, at: actions.pass_on(t, by=who["agent"], level=Level.N2, reason="Over to you", at=at),
    ),
    "edit": (
        Verb.EDITED,
        lambda t, who, at: actions.edit(t, {"title": f"Title of {at}"}, by=who["agent"], at=at),
    ),
    "set_priority": (
        Verb.PRIORITISED,
        lambda t, who, at: actions.set_priority(t, 2, reason="The director", by=who["lead"], at=at),
    ),
    "answer": (Verb.COMMENTED, lambda t, who, at: actions.comment(t, by=who["agent"], body="Hello", at=at)),
    "note": (
        Verb.COMMENTED,
        lambda t, who, at: actions.comment(t, by=who["agent"], body="Hm", kind=CommentKind.INTERNAL, at=at),
    ),
    "word of the requester": (
        Verb.COMMENTED,
        lambda t, who, at: actions.comment(t, by=who["requester"], body="Well?", at=at),
    ),
    "follow": (Verb.FOLLOWED, lambda t, who, at: actions.follow(t, who["colleague"], by=who["agent"], at=at)),
}
# Who follows is no part of what a ticket says: pages need not be read again for it.
LEAVES_VERSION = {"follow"}


@each_kind
@pytest.mark.parametrize("name", ACTS)
def test_act_leaves_an_event_and_a_new_version(
    kind: type[Ticket], name: str, ticket: Ticket, everyone: People, n2: Team
) -> None:
    verb, act = ACTS[name]
    act(ticket, everyone, MONDAY)
    events = list(Event.objects.filter(ticket=ticket).order_by("pk"))
    assert [event.verb for event in events] == [Verb.OPENED, verb]
    assert events[-1].at == MONDAY
    expected = ticket.version if name in LEAVES_VERSION else ticket.version + 1
    assert Ticket.objects.get(pk=ticket.pk).version == expected


@each_kind
@pytest.mark.parametrize("name", ["take", "assign", "edit", "set_priority", "note", "pass_on"])
def test_act_is_refused_to_everyone_without_the_right(
    kind: type[Ticket], name: str, ticket: Ticket, everyone: People, n2: Team
) -> None:
    act = ACTS[name][1]
    for stranger in ("requester", "colleague", "auditor", *STRANGERS):
        disguised = dict.fromkeys(everyone, everyone[stranger]) | {"expert": everyone["expert"]}
        with pytest.raises(PermissionDenied):
            act(ticket, disguised, MONDAY)
    assert unchanged(ticket)


@each_kind
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices=st.lists(st.tuples(st.integers(0, 999), st.integers(0, 5 * 24 * 60)), min_size=1, max_size=12))
def test_random_walk_keeps_row_and_timeline_in_step(
    kind: type[Ticket], ticket: Ticket, everyone: People, n2: Team, choices: list[tuple[int, int]]
) -> None:
    """Any sequence of allowed moves and acts, at any time between them."""
    with transaction.atomic():
        now, row, last = MONDAY, Ticket.objects.get(pk=ticket.pk), 0
        origin = {column: getattr(row, column) for column in REPLAYED.values()}
        for choice, minutes in choices:
            now += timedelta(minutes=minutes)
            walk(row, everyone, choice, at=now)
            row = Ticket.objects.get(pk=ticket.pk)
            assert row.version >= last
            last = row.version
            assert_consistent(row)
            assert_replays(row, origin)
        transaction.set_rollback(True)


def walk(row: Ticket, everyone: People, choice: int, *, at: datetime) -> None:
    """One step: an allowed move of someone, or an act; what the rules refuse changes nothing."""
    person = everyone[("requester", "agent", "expert", "lead")[choice % 4]]
    steps = moves_for(person, row, at=at)
    try:
        with transaction.atomic():
            if choice % 3 and steps:
                step = steps[choice // 4 % len(steps)]
                actions.move(row, step.to, by=person, values=values_for(step, row, at=at), at=at)
            else:
                list(ACTS.values())[choice // 4 % len(ACTS)][1](row, everyone, at)
    except Refused:
        assert unchanged(row)


# What the timeline must tell of a row: name in the events → column.
REPLAYED = {"status": "status", "team": "team_id", "assignee": "assignee_id", "priority": "priority"}


def assert_replays(row: Ticket, origin: dict[str, Any]) -> None:
    """Going through the changes that the events tell, from the first state, leads to the row."""
    for name, column in REPLAYED.items():
        value = origin[column]
        for before, after in replayed(row, name):
            assert before == value, f"{name}: the timeline misses a change"
            value = after
        assert value == getattr(row, column), f"{name}: the timeline misses the last change"
    left_the_end = [
        after for before, after in replayed(row, "status") if before in ENDED and after not in ENDED
    ]
    assert row.reopened == len(left_the_end)


def assert_consistent(row: Ticket) -> None:
    """What must hold of any ticket at any time."""
    status = Status(row.status)
    assert row.is_open == (status not in ENDED)
    assert (row.pending_reason_id is not None) == (status == Status.PENDING)
    assert row.pending_until is None or status == Status.PENDING
    if status == Status.RESOLVED:
        assert row.resolved_at and row.closes_at and row.closes_at > row.resolved_at
        steps = [step for _status, step in type(row).workflow if step.to == Status.RESOLVED]
        needed = set.intersection(*(set(step.requires) for step in steps))
        assert row.solution or "solution" not in needed
        assert row.resolution_code_id or "resolution_code" not in needed
    assert (row.closes_at is not None) == (status == Status.RESOLVED)
    assert (row.closed_at is not None) == (status in (Status.CLOSED, Status.CANCELLED))
    if row.is_open:
        assert row.resolved_at is None
    if row.resolved_at and row.closed_at:
        assert row.closed_at >= row.resolved_at
    if row.assignee_id and row.team_id is None:
        assert not Team.objects.filter(memberships__user=row.assignee_id).exists()


def unchanged(ticket: Ticket) -> bool:
    """Whether the row is as it was read."""
    found = Ticket.objects.get(pk=ticket.pk)
    return (found.version, found.status, found.updated_at) == (
        ticket.version,
        ticket.status,
        ticket.updated_at,
    )
