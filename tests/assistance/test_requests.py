"""Requests by a form: what is asked, who approves, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Entity, Team, User
from assistance import pack
from assistance.actions import (
    RequestedField,
    Step,
    create_type,
    edit_type,
    open_request,
    set_fields,
    set_steps,
)
from assistance.models import AssistanceRequest, RequestType
from core.exceptions import Refused, StaleVersion
from notifications.choices import About
from notifications.recipients import recipients
from tests.factories import make_team, make_user
from tickets.actions import decide, move, take, withdraw_approval
from tickets.actions.checking import check_point
from tickets.choices import Status, Verb
from tickets.models import ApprovalStep, CheckItem, CustomField, Event, ResolutionCode, Ticket
from tickets.models.approvals import Answer
from tickets.models.fields import held

ANSWERS = {"asked_person": "Jean Petit"}


def state(ticket: Ticket) -> str:
    return Ticket.objects.get(pk=ticket.pk).status


def fulfilled(ticket: Ticket, by: User) -> Ticket:
    values = {"solution": "Done", "resolution_code": ResolutionCode.objects.get(slug="assistance")}
    return move(ticket, Status.RESOLVED, by=by, values=values)


def approvers(ticket: Ticket) -> set[User]:
    steps = ApprovalStep.objects.filter(approval__ticket=ticket)
    return {vote.approver for step in steps for vote in step.votes.all()}


def test_a_request_keeps_its_answers_and_finds_its_team(
    reported: User, arrival: RequestType, n1: Team
) -> None:
    made = open_request(arrival, by=reported, fields=ANSWERS)
    assert isinstance(made, AssistanceRequest)
    assert made.reference.startswith("REQ-")
    assert made.title == "Arrival – Jean Petit"
    assert held(made) == ANSWERS
    assert (made.team, made.details.request_type) == (n1, arrival)
    assert [item.text for item in CheckItem.objects.filter(ticket=made)] == ["Compte", "Matériel"]


def test_missing_answers_are_named(reported: User, arrival: RequestType) -> None:
    with pytest.raises(Refused) as refused:
        open_request(arrival, by=reported, fields={"asked_from": "tomorrow"})
    assert set(refused.value.errors) == {"fields.asked_person", "fields.asked_from"}
    assert not Ticket.objects.exists()


def test_an_answer_to_what_was_not_asked_is_refused(reported: User, arrival: RequestType) -> None:
    with pytest.raises(Refused) as refused:
        open_request(arrival, by=reported, fields={**ANSWERS, "salary": 3})
    assert list(refused.value.errors) == ["fields.salary"]


def test_the_manager_approves_and_the_team_gets_it(
    reported: User, boss: User, agent: User, arrival: RequestType
) -> None:
    made = open_request(arrival, by=reported, fields=ANSWERS)
    assert made.status == Status.AWAITING_APPROVAL
    assert approvers(made) == {boss}
    told = [person for person, _about in recipients(Event.objects.get(ticket=made, verb=Verb.OPENED))]
    assert agent not in told
    decide(ApprovalStep.objects.get(), Answer.APPROVED, by=boss)
    assert state(made) == Status.ASSIGNED
    end = Event.objects.get(ticket=made, verb=Verb.APPROVAL, data__act="approved")
    assert dict(recipients(end))[agent] == About.DECIDED
    take(made, by=agent)
    for item in CheckItem.objects.all():
        check_point(item, done=True, by=agent)
    fulfilled(made, agent)
    move(made, Status.CLOSED, by=reported)
    assert state(made) == Status.CLOSED


def test_a_refusal_cancels_the_request_and_tells_why(
    reported: User, boss: User, agent: User, arrival: RequestType
) -> None:
    made = open_request(arrival, by=reported, fields=ANSWERS)
    decide(ApprovalStep.objects.get(), Answer.REFUSED, by=boss, reason="Not this year")
    assert state(made) == Status.CANCELLED
    moved = Event.objects.get(ticket=made, verb=Verb.MOVED, data__changes__status__1="cancelled")
    assert moved.data["reason"] == "Not this year"
    with pytest.raises(Refused, match="anew"):
        move(made, Status.IN_PROGRESS, by=agent, values={"reason": "I want to"})


def test_work_does_not_begin_while_it_is_not_approved(
    reported: User, agent: User, arrival: RequestType
) -> None:
    made = open_request(arrival, by=reported, fields=ANSWERS)
    take(made, by=agent)
    assert state(made) == Status.AWAITING_APPROVAL
    with pytest.raises(Refused):
        fulfilled(made, agent)


def test_withdrawing_the_approval_does_not_replace_it(
    reported: User, agent: User, arrival: RequestType
) -> None:
    made = open_request(arrival, by=reported, fields=ANSWERS)
    withdraw_approval(made.approvals.get(), by=agent)
    assert state(made) == Status.NEW
    with pytest.raises(Refused):
        fulfilled(made, agent)


def test_the_requester_may_cancel_while_it_waits(reported: User, arrival: RequestType) -> None:
    made = open_request(arrival, by=reported, fields=ANSWERS)
    move(made, Status.CANCELLED, by=reported, values={"reason": "No need any more"})
    assert made.approvals.get().status == Answer.WITHDRAWN


def test_without_a_manager_the_lead_of_the_team_approves(
    requester: User, lead: User, arrival: RequestType
) -> None:
    assert approvers(open_request(arrival, by=requester, fields=ANSWERS)) == {lead}


def test_without_a_lead_who_manages_services_approves(
    requester: User, manager: User, arrival: RequestType, n3: Team
) -> None:
    edit_type(arrival, {"team": n3}, by=None)
    arrival.refresh_from_db()
    assert approvers(open_request(arrival, by=requester, fields=ANSWERS)) == {manager}


def test_where_nobody_can_approve_nothing_is_opened(requester: User, arrival: RequestType, n3: Team) -> None:
    edit_type(arrival, {"team": n3}, by=None)
    arrival.refresh_from_db()
    with pytest.raises(Refused) as refused:
        open_request(arrival, by=requester, fields=ANSWERS)
    assert list(refused.value.errors) == ["request_type"]
    assert not Ticket.objects.exists()


def test_who_takes_the_request_does_not_approve_it(
    reported: User, boss: User, lead: User, agent: User, arrival: RequestType
) -> None:
    reported.manager = agent
    reported.save(update_fields=["manager"])
    made = open_request(arrival, by=agent, requester=reported, fields=ANSWERS)
    assert approvers(made) == {lead}


def test_of_a_confidential_request_the_leads_of_a_team_are_asked(
    reported: User, expert: User, n2: Team, loan: RequestType, agent: User
) -> None:
    n2.memberships.create(user=agent)
    set_steps(loan, [Step(name_fr="Experts", teams=[n2])], by=None)
    made = open_request(loan, by=reported, is_confidential=True)
    assert approvers(made) == {expert}


def test_a_form_without_approval_goes_straight_to_its_team(reported: User, loan: RequestType) -> None:
    made = open_request(loan, by=reported)
    assert made.status == Status.NEW
    assert not made.approvals.exists()


def test_a_form_of_another_entity_is_not_offered(
    reported: User, hospital: Entity, loan: RequestType, outsider: User
) -> None:
    edit_type(loan, {"entity": hospital}, by=None)
    loan.refresh_from_db()
    assert list(RequestType.objects.visible_to(outsider)) == [loan]
    assert not RequestType.objects.visible_to(reported).exists()
    with pytest.raises(Refused) as refused:
        open_request(loan, by=reported)
    assert list(refused.value.errors) == ["request_type"]


def test_a_form_out_of_use_is_not_offered(reported: User, loan: RequestType) -> None:
    edit_type(loan, {"is_active": False}, by=None)
    with pytest.raises(Refused):
        open_request(loan, by=reported)


def test_only_who_manages_services_changes_the_catalogue(
    agent: User, manager: User, hospital: Entity, loan: RequestType
) -> None:
    with pytest.raises(PermissionDenied):
        create_type(name_fr="Mien", by=agent)
    with pytest.raises(PermissionDenied):
        edit_type(loan, {"name_fr": "Autre"}, by=agent)
    with pytest.raises(PermissionDenied):
        edit_type(loan, {"entity": hospital}, by=manager)
    assert edit_type(loan, {"name_fr": "Autre"}, by=manager).name_fr == "Autre"


def test_a_save_over_a_newer_version_is_refused(manager: User, loan: RequestType) -> None:
    version = loan.version
    edit_type(loan, {"name_en": "Lend"}, by=manager, version=version)
    acts: list[Callable[[], object]] = [
        lambda: edit_type(loan, {"name_en": "Borrow"}, by=manager, version=version),
        lambda: set_fields(loan, [], by=manager, version=version),
        lambda: set_steps(loan, [], by=manager, version=version),
    ]
    for act in acts:
        with pytest.raises(StaleVersion):
            act()


def test_a_step_without_anybody_and_a_field_twice_are_refused(
    loan: RequestType, fields: dict[str, CustomField]
) -> None:
    with pytest.raises(Refused):
        set_steps(loan, [Step(name_fr="Personne")], by=None)
    with pytest.raises(Refused):
        set_fields(loan, [RequestedField(fields["asked_from"])] * 2, by=None)


def test_the_pack_is_installed_once_and_keeps_what_was_edited(db: None) -> None:
    pack.install()
    slugs = set(RequestType.objects.values_list("slug", flat=True))
    assert slugs == {"arrival", "departure", "hardware", "software", "rights", "loan", "relocation"}
    row = RequestType.objects.get(slug="hardware")
    edit_type(row, {"name_fr": "Équipement", "is_active": False}, by=None)
    fields = CustomField.objects.count()
    pack.install()
    row.refresh_from_db()
    assert (row.name_fr, row.is_active) == ("Équipement", False)
    assert (RequestType.objects.count(), CustomField.objects.count()) == (7, fields)


def test_every_form_of_the_pack_can_be_asked_for(reported: User, boss: User, n1: Team) -> None:
    pack.install()
    good = {
        "text": "Jean", "long": "Because", "date": "2027-01-04", "integer": 2,
    }  # fmt: skip
    for row in RequestType.objects.all():
        answers = {}
        for asked in row.asked.select_related("field"):
            field = asked.field
            value = field.options[0]["value"] if field.options else good[field.field_type]
            answers[field.slug] = [value] if field.field_type == "choices" else value
        made = open_request(row, by=reported, fields=answers)
        assert held(made) == answers


def test_a_team_member_that_is_the_requester_is_left_out(
    school: Entity, loan: RequestType, requester: User
) -> None:
    team = make_team("Buyers", entity=school, members=[requester, make_user("Bob Buyer", entity=school)])
    set_steps(loan, [Step(name_fr="Achats", teams=[team], quorum="all")], by=None)
    made = open_request(loan, by=requester)
    assert {person.name for person in approvers(made)} == {"Bob Buyer"}
