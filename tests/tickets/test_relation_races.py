"""Links, merges and ends of linked tickets at the same moment, on a real PostgreSQL."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from accounts.models import User
from core.exceptions import Refused
from services.models import Service
from tests.tickets.test_races import again, fresh, statuses_follow_each_other
from tests.tickets.together import failures, together
from tickets import actions
from tickets.actions import many
from tickets.actions.linking import DIRECTED
from tickets.choices import ENDED, BulkAct, LinkType, Status, Verb
from tickets.models import BulkJob, Event, Link, ResolutionCode, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 6
# The whole measure is 16 writers on 200 tickets; the suite takes a part of it.
WRITERS = int(os.environ.get("RACE_WRITERS", "6"))
TICKETS = int(os.environ.get("RACE_TICKETS", "24"))
ACTS = int(os.environ.get("RACE_ACTS", "12"))


def opened(by: User, service: Service, count: int) -> list[Ticket]:
    return [
        actions.open_ticket("incident", by=by, title=f"Race {place}", service=service)
        for place in range(count)
    ]


def resolve(ticket: Ticket, by: User, code: ResolutionCode) -> Ticket:
    values = {"cause": "Quota", "solution": "Raised", "resolution_code": code}
    return actions.move(ticket, Status.RESOLVED, by=by, values=values)


def circles(link_type: str) -> list[int]:
    """The tickets from which links of a type lead back to themselves."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE walk(origin, id) AS (
                SELECT source_id, target_id FROM tickets_link WHERE link_type = %s
                UNION SELECT walk.origin, link.target_id FROM walk JOIN tickets_link link
                ON link.source_id = walk.id AND link.link_type = %s
            ) SELECT origin FROM walk WHERE origin = id""",
            [link_type, link_type],
        )
        return [row[0] for row in cursor.fetchall()]


def test_two_mergers_in_opposite_directions_make_one_merge(
    incident: Ticket, agent: User, lead: User, requester: User, mail_service: Service
) -> None:
    for _round in range(ROUNDS):
        one, two = opened(requester, mail_service, 2)
        results = together(
            [
                lambda: actions.merge(one, two, by=again(agent)),
                lambda: actions.merge(two, one, by=again(lead)),
            ]
        )
        assert len(failures(results, Refused)) == 1
        into = {fresh(one).merged_into_id, fresh(two).merged_into_id}
        assert into in ({None, one.pk}, {None, two.pk})
        assert Event.objects.filter(ticket__in=[one, two], verb=Verb.MERGED).count() == 1


def test_link_makers_never_close_a_circle(
    incident: Ticket, agent: User, lead: User, requester: User, mail_service: Service
) -> None:
    for link_type in DIRECTED:
        for _round in range(2):
            a, b, c, d = opened(requester, mail_service, 4)
            actions.link(a, b, link_type, by=agent)
            actions.link(c, d, link_type, by=agent)
            results = together(
                [
                    lambda b=b, c=c, kind=link_type: actions.link(b, c, kind, by=again(agent)),  # type: ignore[misc]
                    lambda a=a, d=d, kind=link_type: actions.link(d, a, kind, by=again(lead)),  # type: ignore[misc]
                ]
            )
            assert len(failures(results, Refused)) == 1
        assert not circles(link_type)


def test_ring_of_link_makers_leaves_it_open(
    incident: Ticket, agent: User, requester: User, mail_service: Service
) -> None:
    ring = opened(requester, mail_service, 6)
    pairs = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    results = together(
        [lambda s=s, t=t: actions.link(s, t, LinkType.PARENT, by=again(agent)) for s, t in pairs]  # type: ignore[misc]
    )
    assert failures(results, Refused)
    assert not circles(LinkType.PARENT)


def test_same_link_from_two_sides_is_one(
    incident: Ticket, agent: User, lead: User, requester: User, mail_service: Service
) -> None:
    one, two = opened(requester, mail_service, 2)
    failures(
        together(
            [
                lambda: actions.link(one, two, LinkType.RELATES, by=again(agent)),
                lambda: actions.link(two, one, LinkType.RELATES, by=again(lead)),
            ]
        )
    )
    assert Link.objects.count() == 1


def test_solving_two_duplicates_at_once_solves_each_once(
    incident: Ticket, agent: User, lead: User, requester: User, mail_service: Service, fixed: ResolutionCode
) -> None:
    for _round in range(ROUNDS):
        several = opened(requester, mail_service, 5)
        for ticket in several[1:]:
            actions.link(ticket, several[0], LinkType.DUPLICATES, by=agent)
        first, last = several[0], several[-1]
        results = together(
            [lambda: resolve(first, again(agent), fixed), lambda: resolve(last, again(lead), fixed)]
        )
        assert len(failures(results, Refused)) == 1
        for ticket in several:
            assert fresh(ticket).status == Status.RESOLVED
            assert ticket.events.filter(verb=Verb.MOVED).count() == 1


def test_bulk_close_against_merge(
    incident: Ticket, agent: User, lead: User, requester: User, mail_service: Service, fixed: ResolutionCode
) -> None:
    several = opened(requester, mail_service, 12)
    for ticket in several:
        resolve(ticket, agent, fixed)
    job = actions.start_bulk_act(BulkAct.CLOSE, Ticket.objects.filter(title__startswith="Race"), by=agent)

    def merges() -> int:
        merged, who = 0, again(lead)
        for one, two in zip(several[::2], several[1::2], strict=True):
            try:
                actions.merge(two, one, by=who)
                merged += 1
            except Refused:
                pass
        return merged

    def worker() -> None:
        while many.run_bulk_act(job.pk):
            pass

    results = together([worker, worker, merges])
    failures(results)
    worker()
    report = BulkJob.objects.counted().get(pk=job.pk)
    assert (report.done + report.failed, report.total) == (12, 12) and report.finished_at  # type: ignore[attr-defined]
    assert report.failed == results[2]  # type: ignore[attr-defined]
    for ticket in several:
        row = fresh(ticket)
        assert row.status == (Status.CANCELLED if row.merged_into_id else Status.CLOSED)
        assert statuses_follow_each_other(ticket)


def test_writers_of_every_kind_lose_nothing(
    incident: Ticket,
    agent: User,
    lead: User,
    requester: User,
    mail_service: Service,
    fixed: ResolutionCode,
) -> None:
    tickets = opened(requester, mail_service, TICKETS)

    def acts(person: User, seed: int) -> Callable[[], int]:
        def act() -> int:
            dice, who, done = random.Random(seed), again(person), 0
            for step in range(ACTS):
                one, two = dice.sample(tickets, 2)
                kind = dice.choice([*DIRECTED, LinkType.RELATES])
                what: tuple[Callable[[], Any], ...] = (
                    lambda: actions.link(one, two, kind, by=who),
                    lambda: actions.merge(one, two, by=who),
                    lambda: resolve(one, who, fixed),
                    lambda: actions.move(one, Status.CLOSED, by=who),
                    lambda: actions.edit(one, {"title": f"Race {seed}-{step}"}, by=who),
                    lambda: actions.comment(one, by=who, body=f"{seed}-{step}"),
                    lambda: actions.take(one, by=who),
                    lambda: actions.convert(one, dice.choice(("incident", "request")), by=who),
                    lambda: actions.unmerge(one, by=who),
                )
                try:
                    dice.choice(what)()
                    done += 1
                except (Refused, PermissionDenied):
                    pass
            return done

        return act

    people = [agent, lead]
    results = together([acts(people[seed % 2], seed) for seed in range(WRITERS)])
    failures(results)
    assert sum(results) > WRITERS
    for kind in DIRECTED:
        assert not circles(kind)
    for ticket in tickets:
        row = fresh(ticket)
        assert statuses_follow_each_other(ticket)
        assert row.is_open == (Status(row.status) not in ENDED)
        assert (row.merged_into_id is not None) <= (row.status == Status.CANCELLED)
        titles = [
            event.data["changes"]["title"] for event in ticket.events.filter(verb=Verb.EDITED).order_by("id")
        ]
        # Each edit starts from what the one before it left: none was lost.
        assert all(after == before for (_b, after), (before, _a) in pairwise(titles))
        assert not titles or titles[-1][1] == row.title
    merged = dict(Ticket.objects.exclude(merged_into=None).values_list("pk", "merged_into_id"))
    for start in list(merged):
        seen, here = set(), start
        while here in merged:
            assert here not in seen, "merges lead in a circle"
            seen.add(here)
            here = merged[here]
