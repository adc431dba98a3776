"""Links and what they do: both sides know of them, none leads in a circle, and ends follow them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from core.exceptions import Refused
from services.models import Service
from tickets import actions
from tickets.actions import link, unlink
from tickets.choices import LinkType, ParentClose, Status, Verb
from tickets.models import Event, Link, Policy, ResolutionCode, Ticket

pytestmark = pytest.mark.django_db

DIRECTED = ("parent", "blocks", "duplicates", "caused_by")


@pytest.fixture
def several(incident: Ticket, requester: User, mail_service: Service) -> list[Ticket]:
    """Five incidents of one requester."""
    more = [
        actions.open_ticket("incident", by=requester, title=f"Mail {place}", service=mail_service)
        for place in range(4)
    ]
    return [incident, *more]


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def resolve(ticket: Ticket, by: User, code: ResolutionCode) -> Ticket:
    values = {"cause": "Quota", "solution": "Raised", "resolution_code": code}
    return actions.move(ticket, Status.RESOLVED, by=by, values=values)


def said(ticket: Ticket, verb: str) -> list[dict[str, Any]]:
    return [event.data for event in ticket.events.filter(verb=verb).order_by("pk")]


def test_link_is_told_on_both_sides(several: list[Ticket], agent: User) -> None:
    one, two, *_ = several
    made = link(one, two, LinkType.BLOCKS, by=agent)
    assert (made.source_id, made.target_id) == (one.pk, two.pk)
    assert said(one, Verb.LINKED) == [
        {"link_type": "blocks", "inverse": False, "other": two.pk, "other_reference": two.reference}
    ]
    assert said(two, Verb.LINKED)[0]["inverse"] is True
    assert fresh(one).version == one.version, "a link is no part of what a ticket says"


def test_same_link_again_changes_nothing(several: list[Ticket], agent: User) -> None:
    one, two, *_ = several
    assert link(one, two, LinkType.RELATES, by=agent) == link(two, one, LinkType.RELATES, by=agent)
    assert link(one, two, LinkType.BLOCKS, by=agent) == link(one, two, LinkType.BLOCKS, by=agent)
    assert Link.objects.count() == 2
    assert Event.objects.filter(verb=Verb.LINKED).count() == 4


@pytest.mark.parametrize("link_type", DIRECTED)
def test_no_circle_of_any_length(several: list[Ticket], agent: User, link_type: str) -> None:
    for source, target in pairwise(several):
        link(source, target, link_type, by=agent)
    for target in several[:-1]:
        with pytest.raises(Refused) as refused:
            link(several[-1], target, link_type, by=agent)
        assert set(refused.value.errors) == {"target"}
    assert Link.objects.count() == 4


def test_circle_of_relations_is_no_circle(several: list[Ticket], agent: User) -> None:
    for source, target in zip(several, [*several[1:], several[0]], strict=True):
        link(source, target, LinkType.RELATES, by=agent)
    assert Link.objects.count() == 5


def test_link_to_itself_and_of_unknown_type_is_refused(
    incident: Ticket, several: list[Ticket], agent: User
) -> None:
    with pytest.raises(Refused) as refused:
        link(incident, incident, LinkType.RELATES, by=agent)
    assert set(refused.value.errors) == {"target"}
    with pytest.raises(Refused):
        link(incident, several[1], "nonsense", by=agent)


def test_link_to_what_one_does_not_see_is_refused_as_unknown(
    incident: Ticket, agent: User, outsider: User, mail_service: Service
) -> None:
    foreign = actions.open_ticket("incident", by=outsider, title="Elsewhere")
    for source, target in ((incident, foreign), (foreign, incident)):
        with pytest.raises(Refused):
            link(source, target, LinkType.RELATES, by=agent)
    assert not Link.objects.exists()


def test_requester_may_not_link(several: list[Ticket], requester: User) -> None:
    with pytest.raises(PermissionDenied):
        link(several[0], several[1], LinkType.RELATES, by=requester)


def test_unlinking_tells_both_and_is_done_once(several: list[Ticket], agent: User, requester: User) -> None:
    one, two, *_ = several
    made = link(one, two, LinkType.PARENT, by=agent)
    with pytest.raises(PermissionDenied):
        unlink(made, by=requester)
    unlink(made, by=agent)
    unlink(made, by=agent)
    assert not Link.objects.exists()
    assert len(said(one, Verb.UNLINKED)) == len(said(two, Verb.UNLINKED)) == 1


def test_closed_ticket_can_be_linked_and_is_not_touched(
    several: list[Ticket], agent: User, fixed: ResolutionCode
) -> None:
    one, two, *_ = several
    resolve(one, agent, fixed)
    before = actions.move(one, Status.CLOSED, by=agent)
    link(one, two, LinkType.DUPLICATES, by=agent)
    resolve(two, agent, fixed)
    after = fresh(one)
    assert (after.version, after.status, after.updated_at) == (before.version, "closed", before.updated_at)


def test_solving_one_solves_all_open_duplicates_with_the_same_words(
    several: list[Ticket], agent: User, fixed: ResolutionCode
) -> None:
    one, two, three, four, other = several
    link(two, one, LinkType.DUPLICATES, by=agent)
    link(three, one, LinkType.DUPLICATES, by=agent)
    link(four, three, LinkType.DUPLICATES, by=agent)
    resolve(three, agent, fixed)
    for ticket in (one, two, three, four):
        row = fresh(ticket)
        assert (row.status, row.solution, row.resolution_code_id) == ("resolved", "Raised", fixed.pk)
        assert row.details.cause == "Quota"
        assert len(said(ticket, Verb.MOVED)) == 1
    assert fresh(other).status == Status.NEW


def test_duplicate_that_is_blocked_stays_open(
    several: list[Ticket], agent: User, fixed: ResolutionCode
) -> None:
    one, two, blocker, *_ = several
    link(two, one, LinkType.DUPLICATES, by=agent)
    link(blocker, two, LinkType.BLOCKS, by=agent)
    resolve(one, agent, fixed)
    assert fresh(two).status == Status.NEW


def test_blocked_ticket_is_resolved_after_its_blocker(
    several: list[Ticket], agent: User, fixed: ResolutionCode
) -> None:
    one, blocker, *_ = several
    link(blocker, one, LinkType.BLOCKS, by=agent)
    with pytest.raises(Refused) as refused:
        resolve(one, agent, fixed)
    assert blocker.reference in str(refused.value)
    resolve(blocker, agent, fixed)
    assert resolve(one, agent, fixed).status == Status.RESOLVED


def test_parent_with_open_parts_is_refused_with_their_list(
    several: list[Ticket], agent: User, fixed: ResolutionCode
) -> None:
    whole, part, ended, *_ = several
    link(whole, part, LinkType.PARENT, by=agent)
    link(whole, ended, LinkType.PARENT, by=agent)
    resolve(ended, agent, fixed)
    with pytest.raises(Refused) as refused:
        resolve(whole, agent, fixed)
    assert part.reference in str(refused.value) and ended.reference not in str(refused.value)
    assert fresh(whole).status == Status.NEW


def cascade() -> None:
    Policy.objects.filter(entity=None).update(parent_close=ParentClose.CASCADE)


def test_parts_end_with_the_whole_where_the_entity_says_so(
    several: list[Ticket], agent: User, fixed: ResolutionCode
) -> None:
    cascade()
    whole, part, deep, *_ = several
    link(whole, part, LinkType.PARENT, by=agent)
    link(part, deep, LinkType.PARENT, by=agent)
    resolve(whole, agent, fixed)
    assert {fresh(ticket).status for ticket in (whole, part, deep)} == {"resolved"}
    assert fresh(deep).solution == "Raised"


def test_part_that_cannot_end_keeps_the_whole_open(
    several: list[Ticket], agent: User, fixed: ResolutionCode
) -> None:
    cascade()
    whole, part, other, blocker, _more = several
    link(whole, other, LinkType.PARENT, by=agent)
    link(whole, part, LinkType.PARENT, by=agent)
    link(blocker, part, LinkType.BLOCKS, by=agent)
    with pytest.raises(Refused) as refused:
        resolve(whole, agent, fixed)
    assert part.reference in str(refused.value)
    assert {fresh(ticket).status for ticket in (whole, part, other)} == {"new"}


def test_reopened_part_keeps_a_resolved_whole_from_closing(
    several: list[Ticket], agent: User, fixed: ResolutionCode
) -> None:
    whole, part, *_ = several
    link(whole, part, LinkType.PARENT, by=agent)
    resolve(part, agent, fixed)
    resolve(whole, agent, fixed)
    actions.move(part, Status.IN_PROGRESS, by=agent, values={"reason": "Not yet"})
    with pytest.raises(Refused):
        actions.move(whole, Status.CLOSED, by=agent)


def test_silence_does_not_close_what_has_open_parts(
    several: list[Ticket], agent: User, fixed: ResolutionCode
) -> None:
    whole, part, *_ = several
    link(whole, part, LinkType.PARENT, by=agent)
    resolve(part, agent, fixed)
    resolve(whole, agent, fixed)
    actions.move(part, Status.IN_PROGRESS, by=agent, values={"reason": "Not yet"})
    row = fresh(whole)
    assert row.closes_at
    assert actions.close_silent(at=row.closes_at) == 0
    waits = fresh(whole)
    assert waits.status == Status.RESOLVED and waits.closes_at and waits.closes_at > row.closes_at


def test_solving_tells_what_it_is_to_resolve(
    several: list[Ticket], agent: User, fixed: ResolutionCode
) -> None:
    change, waiting, caused, closed, _more = several
    link(waiting, change, LinkType.RESOLVED_BY, by=agent)
    link(caused, change, LinkType.CAUSED_BY, by=agent)
    resolve(closed, agent, fixed)
    actions.move(closed, Status.CLOSED, by=agent)
    link(closed, change, LinkType.CAUSED_BY, by=agent)
    resolve(change, agent, fixed)
    assert said(waiting, Verb.ECHOED)[0]["other"] == change.pk
    assert said(caused, Verb.ECHOED)[0]["link_type"] == "caused_by"
    assert not said(closed, Verb.ECHOED)
