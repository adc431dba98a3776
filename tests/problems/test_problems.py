"""Problems: opened from incidents, analysed, worked around, solved, and the incidents told."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from core.exceptions import Refused
from core.models import OutboxMessage
from core.outbox import relay
from problems import actions
from problems.models import Cause, CauseMethod, CauseState, WorkaroundUse, incidents_of
from problems.queries import known_errors_for, public_workarounds
from problems.solving import TOPIC, tell_incidents
from services.models import Category, Service
from tests.tickets.together import failures, together
from tickets.actions import edit, move, open_ticket, take
from tickets.choices import CommentKind, LinkType, Status, Verb
from tickets.models import Comment, Event, Link, ResolutionCode, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(requester: User, mail_service: Service) -> Ticket:
    """Another incident of the service."""
    return open_ticket(
        "incident", by=requester, title="Mail is slow", service=mail_service, urgency=4, impact=2
    )


@pytest.fixture
def problem(incident: Ticket, second: Ticket, agent: User) -> Ticket:
    """A problem behind the two incidents."""
    return actions.open_problem(by=agent, incidents=[incident, second])


def solved(problem: Ticket, by: User, fixed: ResolutionCode, **more: Any) -> Ticket:
    values = {"root_cause": "A full disk", "solution": "The disk is larger", "resolution_code": fixed, **more}
    return move(problem, Status.RESOLVED, by=by, values=values)


def known_error(problem: Ticket, by: User, *, public: bool = False) -> Ticket:
    problem = take(problem, by=by)
    values = {"root_cause": "A full disk", "workaround": "Empty the bin", "is_public_workaround": public}
    return move(problem, Status.KNOWN_ERROR, by=by, values=values)


def test_problem_draws_from_its_incidents_and_is_linked_to_each(
    problem: Ticket, incident: Ticket, second: Ticket, mail_service: Service
) -> None:
    assert problem.reference.startswith("PRB-")
    assert (problem.title, problem.service, problem.entity) == (incident.title, mail_service, incident.entity)
    assert (problem.urgency, problem.impact) == (4, 3)
    assert problem.details.first_seen_at == incident.reported_at
    links = Link.objects.filter(target=problem, link_type=LinkType.CAUSED_BY)
    assert set(links.values_list("source_id", flat=True)) == {incident.pk, second.pk}
    assert set(incidents_of(problem)) == {incident, second}


def test_category_that_is_not_for_problems_is_not_drawn(incident: Ticket, agent: User, words: None) -> None:
    own = Category.objects.create(name="Breakdown", slug="breakdown", kinds=["incident"])
    edit(incident, {"category": own}, by=agent)
    fresh = Ticket.objects.get(pk=incident.pk)
    assert actions.open_problem(by=agent, incidents=[fresh]).category is None


def test_nothing_is_quoted_from_a_confidential_incident(incident: Ticket, manager: User, agent: User) -> None:
    edit(incident, {"is_confidential": True}, by=manager)
    fresh = Ticket.objects.get(pk=incident.pk)
    with pytest.raises(Refused) as refused:
        actions.open_problem(by=agent, incidents=[fresh])
    assert set(refused.value.errors) == {"title"}


def test_only_incidents_one_works_on_make_a_problem(
    incident: Ticket, problem: Ticket, agent: User, requester: User
) -> None:
    with pytest.raises(Refused, match="PRB-"):
        actions.open_problem(by=agent, title="Two causes", incidents=[problem])
    with pytest.raises(PermissionDenied):
        actions.open_problem(by=requester, title="Mine", incidents=[incident])
    assert Ticket.objects.filter(kind="problem").count() == 1


def test_states_demand_what_they_say(problem: Ticket, agent: User, fixed: ResolutionCode) -> None:
    problem = take(problem, by=agent)
    for to, missing in (
        (Status.CAUSE_KNOWN, {"root_cause"}),
        (Status.KNOWN_ERROR, {"root_cause", "workaround"}),
        (Status.RESOLVED, {"root_cause", "solution", "resolution_code"}),
    ):
        with pytest.raises(Refused) as refused:
            move(problem, to, by=agent)
        assert set(refused.value.errors) == missing
    problem = move(problem, Status.CAUSE_KNOWN, by=agent, values={"root_cause": "A full disk"})
    # What is known already need not be said again.
    problem = move(problem, Status.KNOWN_ERROR, by=agent, values={"workaround": "Empty the bin"})
    details = Ticket.objects.get(pk=problem.pk).details
    assert details.is_known_error and details.known_error_at <= timezone.now()
    problem = move(
        problem, Status.RESOLVED, by=agent, values={"solution": "Larger", "resolution_code": fixed}
    )
    assert move(problem, Status.CLOSED, by=agent).status == Status.CLOSED
    back = move(problem, Status.IN_PROGRESS, by=agent, values={"reason": "It is full again"})
    assert back.details.root_cause == "A full disk"


def test_taking_a_known_error_leaves_its_state(problem: Ticket, agent: User, lead: User) -> None:
    problem = known_error(problem, agent)
    taken = take(problem, by=lead)
    assert (taken.status, taken.assignee) == (Status.KNOWN_ERROR, lead)


def test_known_errors_are_offered_on_open_incidents_of_the_service(
    problem: Ticket, second: Ticket, agent: User, outside_agent: User, fixed: ResolutionCode
) -> None:
    assert known_errors_for(second, agent) == []
    problem = known_error(problem, agent)
    assert known_errors_for(second, agent) == [problem]
    assert known_errors_for(second, outside_agent) == []
    solved(problem, agent, fixed)
    assert known_errors_for(second, agent) == []


def test_confidential_known_error_is_offered_to_nobody_else(
    problem: Ticket, second: Ticket, agent: User, manager: User, expert: User
) -> None:
    known_error(problem, agent, public=True)
    edit(problem, {"is_confidential": True}, by=manager)
    assert known_errors_for(second, expert) == []
    assert not public_workarounds(second.requester).exists()


def test_requesters_are_shown_public_workarounds_of_services_they_know(
    problem: Ticket, agent: User, requester: User, outsider: User, mail_service: Service
) -> None:
    known_error(problem, agent)
    assert not public_workarounds(requester).exists()
    edit(problem, {"details": {"is_public_workaround": True}}, by=agent)
    assert list(public_workarounds(requester)) == [problem]
    assert list(public_workarounds(requester, mail_service)) == [problem]
    assert not public_workarounds(outsider).exists()


def test_using_a_workaround_writes_links_and_counts_once(
    problem: Ticket, agent: User, requester: User, mail_service: Service
) -> None:
    known_error(problem, agent)
    third = open_ticket("incident", by=requester, title="No mail again", service=mail_service)
    actions.use_workaround(problem, third, by=agent)
    note = Comment.objects.get(ticket=third)
    assert (note.kind, note.body) == (CommentKind.INTERNAL, "Empty the bin")
    assert Link.objects.filter(source=third, target=problem, link_type=LinkType.CAUSED_BY).count() == 1
    actions.use_workaround(problem, third, by=agent, body="Please empty the bin", public=True)
    assert Comment.objects.filter(ticket=third, kind=CommentKind.PUBLIC).get().body == "Please empty the bin"
    assert WorkaroundUse.objects.filter(problem=problem, incident=third).count() == 1
    assert known_errors_for(third, agent)[0].uses == 1  # type: ignore[attr-defined]


def test_workaround_is_for_open_incidents_and_open_problems(
    problem: Ticket, incident: Ticket, agent: User, auditor: User, fixed: ResolutionCode
) -> None:
    with pytest.raises(Refused) as refused:
        actions.use_workaround(problem, incident, by=agent)
    assert set(refused.value.errors) == {"problem"}
    problem = known_error(problem, agent)
    with pytest.raises(PermissionDenied):
        actions.use_workaround(problem, incident, by=auditor)
    values = {"cause": "Bin", "solution": "Emptied", "resolution_code": fixed}
    move(incident, Status.RESOLVED, by=agent, values=values)
    with pytest.raises(Refused) as refused:
        actions.use_workaround(problem, incident, by=agent)
    assert set(refused.value.errors) == {"incident"}
    assert not WorkaroundUse.objects.exists() and not Comment.objects.exists()


@pytest.mark.parametrize(
    ("how", "kind"), [("note", CommentKind.INTERNAL), ("answer", CommentKind.PUBLIC), ("timeline", None)]
)
def test_solving_tells_the_open_incidents_as_chosen(
    how: str, kind: str | None, problem: Ticket, incident: Ticket, second: Ticket, agent: User,
    fixed: ResolutionCode,
) -> None:  # fmt: skip
    values = {"cause": "Bin", "solution": "Emptied", "resolution_code": fixed}
    closed = move(move(second, Status.RESOLVED, by=agent, values=values), Status.CLOSED, by=agent)
    solved(take(problem, by=agent), agent, fixed, tell_incidents=how)
    assert relay(TOPIC) == 1
    told = Event.objects.get(verb=Verb.CAUSE_SOLVED)
    assert (told.ticket_id, told.actor, told.data["other"]) == (incident.pk, agent, problem.pk)
    written = list(Comment.objects.filter(ticket=incident))
    assert [each.kind for each in written] == ([kind] if kind else [])
    if kind:
        assert "The disk is larger" in written[0].body
        assert (problem.reference in written[0].body) == (kind == CommentKind.INTERNAL)
    assert Ticket.objects.get(pk=closed.pk).version == closed.version
    assert not Comment.objects.filter(ticket=second).exists()


def test_telling_twice_tells_once(problem: Ticket, agent: User, fixed: ResolutionCode) -> None:
    solved(take(problem, by=agent), agent, fixed)
    message = OutboxMessage.objects.get(topic=TOPIC)
    tell_incidents(message)
    tell_incidents(message)
    assert Event.objects.filter(verb=Verb.CAUSE_SOLVED).count() == 2
    assert Comment.objects.count() == 2


def test_analysis_is_an_ordered_list_with_a_story(problem: Ticket, agent: User) -> None:
    first = actions.add_cause(problem, by=agent, text="The disk", test="Look at it")
    second = actions.add_cause(problem, by=agent, text="The network")
    actions.add_cause(problem, by=agent, text="Nobody watches it", method=CauseMethod.WHY)
    actions.move_cause(second, up=True, by=agent)
    assert [line.text for line in Cause.objects.of(problem)] == [
        "The network",
        "The disk",
        "Nobody watches it",
    ]
    actions.edit_cause(first, {"state": CauseState.CONFIRMED, "result": "99 % full"}, by=agent)
    actions.edit_cause(second, {"state": CauseState.RULED_OUT}, by=agent)
    actions.remove_cause(second, by=agent)
    actions.remove_cause(second, by=agent)
    acts = Event.objects.filter(ticket=problem, verb=Verb.ANALYSED).order_by("pk")
    assert [event.data["act"] for event in acts] == [
        "added", "added", "added", "moved", "confirmed", "ruled_out", "removed",
    ]  # fmt: skip


def test_analysis_refuses_what_makes_no_sense(
    problem: Ticket, incident: Ticket, agent: User, auditor: User
) -> None:
    for wrong, field in (({"text": " "}, "text"), ({"text": "x", "state": "maybe"}, "state"),
                         ({"text": "x\x00"}, "text"), ({"text": "x", "method": "fish"}, "method")):  # fmt: skip
        with pytest.raises(Refused) as refused:
            actions.add_cause(problem, by=agent, **wrong)  # type: ignore[arg-type]
        assert set(refused.value.errors) == {field}
    with pytest.raises(Refused):
        actions.add_cause(incident, by=agent, text="No problem")
    with pytest.raises(PermissionDenied):
        actions.add_cause(problem, by=auditor, text="Mine")
    cause = actions.add_cause(problem, by=agent, text="The disk")
    with pytest.raises(PermissionDenied):
        actions.remove_cause(cause, by=auditor)


@pytest.mark.django_db(transaction=True)
def test_two_who_use_a_workaround_and_one_who_solves_lose_nothing(
    problem: Ticket, second: Ticket, agent: User, lead: User, fixed: ResolutionCode
) -> None:
    known = known_error(problem, agent)
    WorkaroundUse.objects.all().delete()

    def again(person: User) -> User:
        return User.objects.get(pk=person.pk)

    results = together(
        [
            lambda: actions.use_workaround(known, second, by=again(agent)),
            lambda: actions.use_workaround(known, second, by=again(lead)),
            lambda: solved(known, again(agent), fixed),
            lambda: actions.add_cause(known, by=again(agent), text="One"),
            lambda: actions.add_cause(known, by=again(lead), text="Two"),
        ]
    )
    refused = failures(results, Refused)
    assert len(refused) + Comment.objects.filter(ticket=second).count() == 2
    assert WorkaroundUse.objects.count() == min(1, Comment.objects.filter(ticket=second).count())
    assert list(Cause.objects.of(known).values_list("position", flat=True)) == [1, 2]
    relay(TOPIC)
    assert Event.objects.filter(verb=Verb.CAUSE_SOLVED, ticket=second).count() == 1
