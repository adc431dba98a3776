"""Several people and workers act on the same tickets at the same moment, on a real PostgreSQL."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Team, User
from core.exceptions import Refused, StaleVersion
from services.models import Service
from tests.tickets.together import failures, together
from tickets import actions
from tickets.choices import ENDED, Status, Verb
from tickets.kinds import key_of
from tickets.models import Comment, Event, PendingReason, ResolutionCode, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 8
WRITERS, EACH = 16, 200
ANSWERS = 20


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def again(person: User) -> User:
    """The person as another process holds them: nothing cached is shared between threads."""
    return User.objects.get(pk=person.pk)


def resolved(ticket: Ticket, by: User, fixed: ResolutionCode, **more: Any) -> Ticket:
    values = {"cause": "Quota", "solution": "Raised", "resolution_code": fixed}
    return actions.move(ticket, Status.RESOLVED, by=by, values=values, **more)


def statuses_follow_each_other(ticket: Ticket) -> bool:
    """Whether each change of status starts where the one before it ended, up to the row itself."""
    told = [
        event.data["changes"]["status"]
        for event in ticket.events.order_by("id")
        if "status" in event.data.get("changes", {})
    ]
    befores, afters = [before for before, _after in told], [after for _before, after in told]
    return befores == ["new", *afters][: len(befores)] and ["new", *afters][-1] == fresh(ticket).status


def test_sixteen_writers_get_numbers_that_are_unique_and_increase(
    requester: User, mail_service: Service
) -> None:
    def writer() -> list[int]:
        person = again(requester)
        made = [actions.open_ticket("incident", by=person, title=f"Number {place}") for place in range(EACH)]
        return [key_of(ticket.reference) or 0 for ticket in made]

    numbers = together([writer] * WRITERS)
    failures(numbers)
    assert all(own == sorted(own) for own in numbers), "a writer's numbers must increase"
    every = {number for own in numbers for number in own}
    assert len(every) == WRITERS * EACH == Ticket.objects.count()
    assert Event.objects.filter(verb=Verb.OPENED).count() == WRITERS * EACH


def test_two_takers_leave_one_owner_and_a_whole_story(incident: Ticket, agent: User, lead: User) -> None:
    for _round in range(ROUNDS):
        ticket = actions.open_ticket("incident", by=agent, title="Who takes it?", service=incident.service)
        failures(together([lambda who=who: actions.take(ticket, by=again(who)) for who in (agent, lead)]))  # type: ignore[misc]
        row = fresh(ticket)
        taken = list(ticket.events.filter(verb=Verb.ASSIGNED).order_by("id"))
        assert len(taken) == 2
        assert taken[1].data["changes"]["assignee"] == [taken[0].actor_id, taken[1].actor_id]
        assert (row.assignee_id, row.version) == (taken[1].actor_id, 3)
        assert statuses_follow_each_other(ticket)


def test_two_takers_of_the_same_page_give_one_and_a_conflict(
    incident: Ticket, agent: User, lead: User
) -> None:
    for _round in range(ROUNDS):
        ticket = actions.open_ticket("incident", by=agent, title="Who takes it?", service=incident.service)
        results = together(
            [lambda who=who: actions.take(ticket, by=again(who), version=1) for who in (agent, lead)]  # type: ignore[misc]
        )
        assert len(failures(results, StaleVersion)) == 1
        winner = next(result for result in results if isinstance(result, Ticket))
        assert fresh(ticket).assignee_id == winner.assignee_id


def test_two_moves_from_one_status_are_one_move(
    incident: Ticket, agent: User, lead: User, fixed: ResolutionCode, waiting: PendingReason
) -> None:
    for _round in range(ROUNDS):
        ticket = actions.take(
            actions.open_ticket("incident", by=agent, title="Both", service=incident.service), by=agent
        )
        resolved(ticket, agent, fixed)
        results = together(
            [
                lambda: actions.move(ticket, Status.CLOSED, by=again(agent)),
                lambda: actions.move(
                    ticket, Status.IN_PROGRESS, by=again(lead), values={"reason": "Not yet"}
                ),
            ]
        )
        # Closing first leaves the way open to reopen; the other way round closing is refused.
        failures(results, Refused)
        assert statuses_follow_each_other(ticket)
        row = fresh(ticket)
        assert row.is_open == (row.closed_at is None)
        assert row.version == 1 + ticket.events.count() - 1


def test_resolving_twice_resolves_once(
    incident: Ticket, agent: User, lead: User, fixed: ResolutionCode
) -> None:
    results = together([lambda who=who: resolved(incident, again(who), fixed) for who in (agent, lead)])  # type: ignore[misc]
    assert len(failures(results, Refused)) == 1
    assert incident.events.filter(verb=Verb.MOVED).count() == 1


def test_assigning_against_moving_loses_neither(
    incident: Ticket, agent: User, lead: User, expert: User, waiting: PendingReason, n2: Team
) -> None:
    for _round in range(ROUNDS):
        ticket = actions.open_ticket("incident", by=agent, title="Assign and wait", service=incident.service)
        failures(
            together(
                [
                    lambda: actions.assign(ticket, by=again(lead), team=n2, assignee=expert),
                    lambda: actions.move(
                        ticket, Status.PENDING, by=again(agent), values={"pending_reason": waiting}
                    ),
                ]
            )
        )
        row = fresh(ticket)
        assert (row.team_id, row.assignee_id) == (n2.pk, expert.pk)
        assert row.status == Status.PENDING and row.pending_reason_id == waiting.pk
        assert statuses_follow_each_other(ticket)


def test_two_editors_of_one_page_lose_no_word(incident: Ticket, agent: User, lead: User) -> None:
    for round_ in range(25):
        version = fresh(incident).version
        edits = [
            lambda who=who, name=name: actions.edit(
                incident, {name: f"{who} {round_}"}, by=again(who), version=version
            )
            for who, name in ((agent, "title"), (lead, "description"))
        ]
        assert len(failures(together(edits), StaleVersion)) == 1
        row = fresh(incident)
        assert row.version == version + 1
        kept = incident.events.filter(verb=Verb.EDITED).latest("id").data["changes"]
        assert len(kept) == 1 and all(getattr(row, name) == after for name, (_before, after) in kept.items())


def test_two_editors_without_version_both_stay_in_the_story(
    incident: Ticket, agent: User, lead: User
) -> None:
    together(
        [lambda who=who: actions.edit(incident, {"title": str(who)}, by=again(who)) for who in (agent, lead)]  # type: ignore[misc]
    )
    first, second = incident.events.filter(verb=Verb.EDITED).order_by("id")
    assert second.data["changes"]["title"] == [first.data["changes"]["title"][1], fresh(incident).title]


def test_answer_against_automatic_closing_never_loses_the_answer(
    incident: Ticket, agent: User, requester: User, fixed: ResolutionCode
) -> None:
    for _round in range(ROUNDS):
        ticket = actions.open_ticket("incident", by=requester, title="Silent", service=incident.service)
        long_ago = timezone.now() - timedelta(days=30)
        resolved(ticket, agent, fixed, at=long_ago)
        results = together(
            [
                actions.close_silent,
                lambda: actions.comment(ticket, by=again(requester), body="Still broken"),
            ]
        )
        failures(results)
        row = fresh(ticket)
        # Either the answer came first and the silence starts anew, or the closed ticket was reopened by it.
        assert (row.status, row.closed_at) in ((Status.RESOLVED, None), (Status.IN_PROGRESS, None))
        assert Comment.objects.filter(ticket=ticket, body="Still broken").count() == 1
        if row.status == Status.RESOLVED:
            assert row.closes_at and row.closes_at > timezone.now()
        assert statuses_follow_each_other(ticket)


def test_two_sweeps_close_each_ticket_once(
    incident: Ticket, agent: User, requester: User, fixed: ResolutionCode
) -> None:
    long_ago = timezone.now() - timedelta(days=30)
    for _place in range(ANSWERS):
        ticket = actions.open_ticket("incident", by=requester, title="Silent", service=incident.service)
        resolved(ticket, agent, fixed, at=long_ago)
    results = together([actions.close_silent] * 4)
    failures(results)
    assert sum(results) == ANSWERS
    closings = Event.objects.filter(verb=Verb.MOVED, actor=None).values_list("ticket_id", flat=True)
    assert len(closings) == len(set(closings)) == ANSWERS


def test_sweeps_against_acts_never_deadlock(
    incident: Ticket, agent: User, lead: User, requester: User, fixed: ResolutionCode
) -> None:
    long_ago = timezone.now() - timedelta(days=30)
    visit = PendingReason.objects.get(slug="visit")
    tickets = [
        actions.open_ticket("incident", by=requester, title=f"Storm {place}", service=incident.service)
        for place in range(24)
    ]
    for place, ticket in enumerate(tickets):
        if place % 2:
            resolved(ticket, agent, fixed, at=long_ago)
        else:
            values = {"pending_reason": visit, "pending_until": long_ago + timedelta(days=1)}
            actions.move(ticket, Status.PENDING, by=agent, values=values, at=long_ago)

    def sweeps() -> int:
        return sum(actions.close_silent() + actions.resume_due() for _pass in range(6))

    def acts(person: User, seed: int) -> Callable[[], None]:
        def act() -> None:
            dice, who = random.Random(seed), again(person)
            for _step in range(40):
                ticket = dice.choice(tickets)
                try:
                    dice.choice(
                        (
                            lambda: actions.comment(ticket, by=who, body="Hello"),
                            lambda: actions.take(ticket, by=who),
                            lambda: resolved(ticket, who, fixed),
                            lambda: actions.edit(ticket, {"title": f"Storm {dice.random()}"}, by=who),
                        )
                    )()
                except Refused:
                    pass

        return act

    failures(together([sweeps, sweeps, acts(agent, 1), acts(lead, 2)]))
    for ticket in tickets:
        row = fresh(ticket)
        assert statuses_follow_each_other(ticket)
        assert row.is_open == (Status(row.status) not in ENDED)
        assert (row.closes_at is not None) == (row.status == Status.RESOLVED)
