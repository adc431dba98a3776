"""Approvals: who may decide what, in which order, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Absence, Entity, Team, User
from core.exceptions import Refused
from notifications.choices import About
from notifications.recipients import recipients
from tests.factories import make_user
from tests.tickets.together import failures, together
from tickets import guards
from tickets.actions import ask_approval, decide, move, remind_approvers, route_votes, withdraw_approval
from tickets.actions.approving import StepPlan
from tickets.choices import Status, Verb
from tickets.models import Approval, ApprovalStep, ApprovalVote, Event, Ticket
from tickets.models.approvals import Answer, Quorum

YES, NO = Answer.APPROVED, Answer.REFUSED


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """The reasons are read here."""
    with translation.override("en"):
        yield


@pytest.fixture
def boss(school: Entity) -> User:
    """Somebody who works on no ticket and has no right at all."""
    return make_user("Bea Boss", entity=school)


@pytest.fixture
def purse(school: Entity) -> User:
    """Another one, who keeps the money."""
    return make_user("Paul Purse", entity=school)


def asked(ticket: Ticket, *plans: StepPlan, by: User) -> list[ApprovalStep]:
    return list(ask_approval(ticket, plans, by=by).steps.order_by("position"))


def acts(ticket: Ticket) -> list[str]:
    rows = Event.objects.filter(ticket=ticket, verb=Verb.APPROVAL).order_by("id")
    return [event.data["act"] for event in rows]


def state(ticket: Ticket) -> str:
    return ticket.approvals.order_by("-pk")[0].status


def test_steps_are_asked_one_after_the_other(incident: Ticket, agent: User, boss: User, purse: User) -> None:
    first, second = asked(incident, StepPlan("Need", [boss]), StepPlan("Budget", [purse]), by=agent)
    with pytest.raises(Refused, match="turn"):
        decide(second, YES, by=purse)
    decide(first, YES, by=boss)
    assert state(incident) == Answer.ASKED
    decide(second, YES, by=purse)
    assert state(incident) == Answer.APPROVED
    assert acts(incident) == ["asked", "decided", "next", "decided", "approved"]


def test_a_later_step_never_takes_over_an_earlier_answer(incident: Ticket, agent: User, boss: User) -> None:
    first, second = asked(incident, StepPlan("Need", [boss]), StepPlan("Budget", [boss]), by=agent)
    decide(first, YES, by=boss)
    assert state(incident) == Answer.ASKED
    # The same click once more answers the first step again, not the second.
    with pytest.raises(Refused, match="decided already"):
        decide(first, YES, by=boss)
    assert ApprovalVote.objects.get(step=second).decision == Answer.ASKED


@pytest.mark.parametrize(
    ("quorum", "percent", "answers", "expected"),
    [
        (Quorum.ANY, 50, 1, Answer.APPROVED),
        (Quorum.ALL, 50, 2, Answer.ASKED),
        (Quorum.ALL, 50, 3, Answer.APPROVED),
        (Quorum.PERCENT, 50, 1, Answer.ASKED),
        (Quorum.PERCENT, 50, 2, Answer.APPROVED),
        (Quorum.PERCENT, 100, 2, Answer.ASKED),
        (Quorum.PERCENT, 1, 1, Answer.APPROVED),
    ],
)
def test_the_quorum_says_how_many_have_to_approve(
    incident: Ticket, agent: User, boss: User, purse: User, lead: User,
    quorum: str, percent: int, answers: int, expected: str,
) -> None:  # fmt: skip
    people = [boss, purse, lead]
    (step,) = asked(incident, StepPlan("All", people, quorum=quorum, percent=percent), by=agent)
    for person in people[:answers]:
        decide(step, YES, by=person)
    assert state(incident) == expected


def test_a_refusal_needs_its_reason_and_ends_the_round(
    incident: Ticket, agent: User, boss: User, purse: User
) -> None:
    first, second = asked(incident, StepPlan("Need", [boss]), StepPlan("Budget", [purse]), by=agent)
    with pytest.raises(Refused) as refused:
        decide(first, NO, by=boss)
    assert list(refused.value.errors) == ["reason"]
    decide(first, NO, by=boss, reason="Too dear")
    assert state(incident) == Answer.REFUSED
    assert Approval.objects.get().reason == "Too dear"
    with pytest.raises(Refused):
        decide(second, YES, by=purse)


def test_nobody_approves_what_they_asked_opened_or_requested(
    incident: Ticket, requester: User, agent: User, boss: User
) -> None:
    for person in (agent, requester):
        with pytest.raises(Refused) as refused:
            ask_approval(incident, [StepPlan("Need", [person])], by=agent)
        assert person.name in refused.value.errors["people"][0]
    # The requester may have become another one since.
    (step,) = asked(incident, StepPlan("Need", [boss]), by=agent)
    Ticket.objects.filter(pk=incident.pk).update(requester=boss)
    with pytest.raises(Refused, match="themselves"):
        decide(step, YES, by=boss)


def test_whoever_asks_is_left_out_of_a_team(incident: Ticket, agent: User, lead: User, n1: Team) -> None:
    (step,) = asked(incident, StepPlan("Desk", teams=[n1]), by=agent)
    assert [(vote.approver, vote.team) for vote in step.votes.all()] == [(lead, n1)]


@pytest.mark.parametrize(
    "plan",
    [
        StepPlan("Nobody"),
        StepPlan("Wrong", quorum="most"),
        StepPlan("Wrong", percent=0),
        StepPlan("x" * 121),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(
    incident: Ticket, agent: User, boss: User, plan: StepPlan
) -> None:
    if plan.name != "Nobody":
        plan = StepPlan(plan.name, [boss], quorum=plan.quorum, percent=plan.percent)
    with pytest.raises(Refused):
        ask_approval(incident, [plan], by=agent)
    assert not Approval.objects.exists()


def test_only_one_round_at_a_time_and_only_while_open(incident: Ticket, agent: User, boss: User) -> None:
    plan = StepPlan("Need", [boss])
    approval = ask_approval(incident, [plan], by=agent)
    with pytest.raises(Refused, match="already"):
        ask_approval(incident, [plan], by=agent)
    withdraw_approval(approval, by=agent)
    ask_approval(incident, [plan], by=agent)
    move(incident, Status.CANCELLED, by=agent, values={"reason": "No need"})
    # A ticket that ends takes its open round with it.
    assert state(incident) == Answer.WITHDRAWN
    with pytest.raises(Refused, match="no longer open"):
        ask_approval(incident, [plan], by=agent)


def test_only_who_is_asked_decides_and_only_staff_asks(
    incident: Ticket, agent: User, expert: User, requester: User, boss: User
) -> None:
    (step,) = asked(incident, StepPlan("Need", [boss]), by=agent)
    for person in (expert, requester):
        with pytest.raises(PermissionDenied):
            decide(step, YES, by=person)
    with pytest.raises(PermissionDenied):
        withdraw_approval(step.approval, by=boss)
    with pytest.raises(PermissionDenied):
        ask_approval(incident, [StepPlan("Need", [boss])], by=requester)


def test_the_guard_lets_through_what_was_approved_last(incident: Ticket, agent: User, boss: User) -> None:
    with pytest.raises(Refused, match="none was asked"):
        guards.check(incident, Status.RESOLVED, ["approved"])
    (step,) = asked(incident, StepPlan("Need", [boss]), by=agent)
    with pytest.raises(Refused):
        guards.check(incident, Status.RESOLVED, ["approved"])
    decide(step, YES, by=boss)
    guards.check(incident, Status.RESOLVED, ["approved"])


def away(person: User, substitute: User | None, *, days: int = 0) -> Absence:
    today = timezone.localdate()
    return Absence.objects.create(
        user=person, substitute=substitute, starts_on=today, ends_on=today + timedelta(days=days)
    )


def test_a_substitute_decides_and_both_names_are_kept(
    incident: Ticket, agent: User, boss: User, purse: User
) -> None:
    away(boss, purse)
    (step,) = asked(incident, StepPlan("Need", [boss]), by=agent)
    decide(step, YES, by=purse)
    vote = ApprovalVote.objects.get()
    assert (vote.approver, vote.decided_by) == (boss, purse)
    assert Event.objects.filter(data__act="decided").get().data["instead_of"] == boss.pk


def test_votes_follow_an_absence_declared_later_and_come_back(
    incident: Ticket, agent: User, boss: User, purse: User
) -> None:
    (step,) = asked(incident, StepPlan("Need", [boss]), by=agent)
    assert not Ticket.objects.visible_to(purse).filter(pk=incident.pk).exists()
    absence = away(boss, purse)
    assert route_votes() == 1
    assert Ticket.objects.visible_to(purse).filter(pk=incident.pk).exists()
    assert route_votes() == 0
    absence.delete()
    assert route_votes() == 1
    with pytest.raises(PermissionDenied):
        decide(step, YES, by=purse)
    assert not Ticket.objects.visible_to(purse).filter(pk=incident.pk).exists()


def test_a_vote_is_never_routed_to_the_requester(
    incident: Ticket, requester: User, agent: User, boss: User
) -> None:
    away(boss, requester)
    asked(incident, StepPlan("Need", [boss]), by=agent)
    assert ApprovalVote.objects.get().stand_in is None


def test_approvers_are_reminded_every_few_working_days_each_time_once(
    incident: Ticket, agent: User, boss: User
) -> None:
    monday = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    ask_approval(incident, [StepPlan("Need", [boss])], by=agent, at=monday)
    assert remind_approvers(at=monday + timedelta(days=1)) == 0
    wednesday = monday + timedelta(days=2, minutes=1)
    assert [remind_approvers(at=wednesday) for _ in range(3)] == [1, 0, 0]
    # The next one is on Friday; over the weekend nobody is asked.
    assert remind_approvers(at=monday + timedelta(days=4, hours=1)) == 1
    assert remind_approvers(at=monday + timedelta(days=6)) == 0
    assert acts(incident).count("reminded") == 2


def test_an_approver_sees_the_ticket_and_is_told_of_it(incident: Ticket, agent: User, boss: User) -> None:
    edit_confidential(incident)
    assert not Ticket.objects.visible_to(boss).exists()
    ask_approval(incident, [StepPlan("Need", [boss])], by=agent)
    assert Ticket.objects.visible_to(boss).filter(pk=incident.pk).exists()
    told = recipients(Event.objects.get(data__act="asked"))
    assert told == [(boss, About.APPROVAL)]


def edit_confidential(ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(is_confidential=True)


def test_of_a_confidential_ticket_people_are_named_not_teams(
    incident: Ticket, agent: User, n2: Team, boss: User
) -> None:
    edit_confidential(incident)
    with pytest.raises(Refused) as refused:
        ask_approval(incident, [StepPlan("Need", teams=[n2])], by=agent)
    assert list(refused.value.errors) == ["teams"]


def test_the_end_is_told_to_the_asker_and_the_requester(
    incident: Ticket, requester: User, agent: User, boss: User
) -> None:
    (step,) = asked(incident, StepPlan("Need", [boss]), by=agent)
    decide(step, NO, by=boss, reason="No money")
    told = dict(recipients(Event.objects.get(data__act="refused")))
    assert told[agent] == told[requester] == About.DECIDED


def test_the_link_of_a_mail_only_shows_the_page(
    client: Client, incident: Ticket, agent: User, boss: User
) -> None:
    (step,) = asked(incident, StepPlan("Need", [boss]), by=agent)
    client.force_login(boss)
    address = reverse("tickets:decide", args=[step.pk])
    page = client.get(address)
    assert page.status_code == 200
    assert state(incident) == Answer.ASKED
    assert incident.title in page.content.decode()
    answer = client.post(address, {"decision": "refused"})
    assert answer.status_code == 422
    assert client.post(address, {"decision": "approved"}).status_code == 302
    assert state(incident) == Answer.APPROVED
    assert "nothing left to decide" in client.get(address).content.decode()


def test_what_waits_for_oneself_is_on_a_page_of_few_statements(
    client: Client, incident: Ticket, agent: User, boss: User, django_assert_max_num_queries: object
) -> None:
    asked(incident, StepPlan("Need", [boss]), by=agent)
    client.force_login(boss)
    client.get(reverse("tickets:approvals"))
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        page = client.get(reverse("tickets:approvals"))
    assert incident.title in page.content.decode()


def test_the_page_is_closed_to_others(
    client: Client, incident: Ticket, agent: User, outsider: User, boss: User
) -> None:
    (step,) = asked(incident, StepPlan("Need", [boss]), by=agent)
    address = reverse("tickets:decide", args=[step.pk])
    client.force_login(outsider)
    assert client.get(address).status_code == 404
    client.force_login(agent)
    assert client.get(address).status_code == 403


def test_staff_asks_and_withdraws_on_the_page_of_the_ticket(
    client: Client, incident: Ticket, agent: User, lead: User
) -> None:
    client.force_login(agent)
    address = reverse("tickets:ask_approval", args=[incident.reference])
    assert client.post(address, {"people": "Nobody Known", "quorum": "any"}).status_code == 422
    answer = client.post(address, {"people": lead.email, "quorum": "all", "name": "Need"})
    assert answer.status_code == 302, answer.content
    panel = client.get(reverse("tickets:panels", args=[incident.reference])).content.decode()
    assert "Need" in panel and lead.name in panel
    approval = Approval.objects.get()
    client.post(reverse("tickets:withdraw_approval", args=[incident.reference, approval.pk]))
    assert state(incident) == Answer.WITHDRAWN


@pytest.mark.django_db(transaction=True)
def test_two_who_answer_at_once_are_counted_once_each_and_close_once(
    incident: Ticket, agent: User, boss: User, purse: User, lead: User
) -> None:
    people = [boss, purse, lead]
    (step,) = asked(incident, StepPlan("All", people, quorum=Quorum.PERCENT, percent=60), by=agent)
    jobs = [lambda key=person.pk: decide(step.pk, YES, by=User.objects.get(pk=key)) for person in people * 2]
    # Whoever comes after the quorum, or a second time, is told so.
    late = failures(together(jobs), Refused)
    assert len(late) == 4
    assert ApprovalVote.objects.filter(decision=YES).count() == 2
    assert acts(incident) == ["asked", "decided", "decided", "approved"]


@pytest.mark.django_db(transaction=True)
def test_a_yes_and_a_no_at_once_end_in_one_of_the_two(
    incident: Ticket, agent: User, boss: User, purse: User
) -> None:
    (step,) = asked(incident, StepPlan("Any", [boss, purse]), by=agent)
    failures(
        together(
            [
                lambda: decide(step.pk, YES, by=User.objects.get(pk=boss.pk)),
                lambda: decide(step.pk, NO, by=User.objects.get(pk=purse.pk), reason="No"),
            ]
        ),
        Refused,
    )
    ends = [act for act in acts(incident) if act in ("approved", "refused")]
    assert ends == [state(incident)]
