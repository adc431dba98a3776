"""The life of an incident through the actions."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db.utils import InternalError
from django.utils import timezone

from accounts.models import Absence, Team, User
from core.choices import Level
from core.exceptions import Refused, StaleVersion
from services.models import Service
from tickets.actions import (
    assign,
    close_silent,
    comment,
    edit,
    edit_comment,
    follow,
    move,
    open_ticket,
    pass_on,
    publish_comment,
    resume_due,
    set_priority,
    take,
    withdraw_comment,
)
from tickets.choices import CommentKind, Status, Verb
from tickets.models import Event, Link, PendingReason, ResolutionCode, Ticket
from tickets.timeline import entries

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SOLVED = {"cause": "Quota full", "solution": "Quota raised"}


def resolve(ticket: Ticket, by: User, code: ResolutionCode, at: datetime | None = None) -> Ticket:
    return move(ticket, Status.RESOLVED, by=by, values={**SOLVED, "resolution_code": code}, at=at)


def test_incident_goes_from_report_to_closing(
    incident: Ticket, requester: User, agent: User, expert: User, n2: Team, fixed: ResolutionCode
) -> None:
    assert incident.reference == f"INC-{incident.pk}"
    assert incident.status == Status.NEW and incident.team and incident.team.level == Level.N1
    taken = take(incident, by=agent)
    assert (taken.status, taken.assignee) == (Status.IN_PROGRESS, agent)
    passed = pass_on(incident, level=Level.N2, reason="Needs the server team", by=agent)
    assert (passed.team, passed.assignee, passed.status) == (n2, None, Status.ASSIGNED)
    take(incident, by=expert)
    comment(incident, by=expert, body="We found it.")
    resolved = resolve(incident, expert, fixed)
    assert resolved.status == Status.RESOLVED and resolved.incident_details.cause == "Quota full"
    refused = move(incident, Status.IN_PROGRESS, by=requester, values={"reason": "Still nothing"})
    assert refused.status == Status.IN_PROGRESS and refused.reopened == 1 and refused.resolved_at is None
    resolve(incident, expert, fixed)
    closed = move(incident, Status.CLOSED, by=requester)
    assert closed.status == Status.CLOSED and not Ticket.objects.get(pk=incident.pk).is_open
    verbs = list(Event.objects.filter(ticket=incident).values_list("verb", flat=True))
    assert verbs == [
        Verb.OPENED, Verb.ASSIGNED, Verb.PASSED_ON, Verb.ASSIGNED, Verb.COMMENTED, Verb.MOVED, Verb.MOVED,
        Verb.MOVED, Verb.MOVED,
    ]  # fmt: skip


def test_vital_service_raises_priority_and_never_past_first(requester: User, mail_service: Service) -> None:
    Service.objects.filter(pk=mail_service.pk).update(criticality=4)
    mail_service.refresh_from_db()
    medium = open_ticket("incident", by=requester, title="A", service=mail_service, urgency=3, impact=3)
    worst = open_ticket("incident", by=requester, title="B", service=mail_service, urgency=5, impact=5)
    assert (medium.priority, worst.priority) == (2, 1)


def test_priority_set_by_hand_stays_when_the_urgency_moves(incident: Ticket, lead: User) -> None:
    set_priority(incident, 1, reason="The director waits", by=lead)
    edited = edit(incident, {"urgency": 1}, by=lead)
    assert (edited.priority, edited.urgency, edited.priority_reason) == (1, 1, "The director waits")


def test_resolving_without_cause_names_every_missing_field(incident: Ticket, agent: User) -> None:
    with pytest.raises(Refused) as refused:
        move(incident, Status.RESOLVED, by=agent, values={"solution": "Done"})
    assert set(refused.value.errors) == {"cause", "resolution_code"}


def test_forbidden_move_is_refused_and_names_the_statuses(incident: Ticket, agent: User) -> None:
    with pytest.raises(Refused) as refused:
        move(incident, Status.CLOSED, by=agent)
    assert "to" in refused.value.errors


def test_requester_cannot_work_on_his_ticket(incident: Ticket, requester: User) -> None:
    with pytest.raises(PermissionDenied):
        take(incident, by=requester)
    with pytest.raises(PermissionDenied):
        comment(incident, by=requester, body="secret", kind=CommentKind.INTERNAL)


def test_answer_of_requester_resumes_a_pending_ticket(
    incident: Ticket, requester: User, agent: User, waiting: PendingReason
) -> None:
    move(incident, Status.PENDING, by=agent, values={"pending_reason": waiting})
    comment(incident, by=requester, body="Here is the error.")
    again = Ticket.objects.get(pk=incident.pk)
    assert again.status == Status.IN_PROGRESS and again.pending_reason is None


def test_note_of_staff_leaves_a_pending_ticket_waiting(
    incident: Ticket, agent: User, waiting: PendingReason
) -> None:
    move(incident, Status.PENDING, by=agent, values={"pending_reason": waiting})
    comment(incident, by=agent, body="Called him.", kind=CommentKind.INTERNAL)
    assert Ticket.objects.get(pk=incident.pk).status == Status.PENDING


def test_silence_of_five_working_days_closes(incident: Ticket, agent: User, fixed: ResolutionCode) -> None:
    Ticket.objects.filter(pk=incident.pk).update(created_at=MONDAY, updated_at=MONDAY)
    resolve(incident, agent, fixed, at=MONDAY)
    assert close_silent(at=MONDAY + timedelta(days=6)) == 0
    assert close_silent(at=MONDAY + timedelta(days=7, minutes=1)) == 1
    assert Ticket.objects.get(pk=incident.pk).status == Status.CLOSED


def test_answer_restarts_the_silence_of_a_resolved_ticket(
    incident: Ticket, requester: User, agent: User, fixed: ResolutionCode
) -> None:
    resolve(incident, agent, fixed, at=MONDAY)
    comment(incident, by=requester, body="I will test tomorrow", at=MONDAY + timedelta(days=3))
    assert close_silent(at=MONDAY + timedelta(days=7, minutes=1)) == 0
    assert Ticket.objects.get(pk=incident.pk).status == Status.RESOLVED


def test_answer_reopens_within_ten_working_days_and_opens_a_linked_ticket_after(
    incident: Ticket, requester: User, agent: User, fixed: ResolutionCode
) -> None:
    resolve(incident, agent, fixed, at=MONDAY)
    move(incident, Status.CLOSED, by=requester, at=MONDAY)
    comment(incident, by=requester, body="It is back", at=MONDAY + timedelta(days=13))
    assert Ticket.objects.get(pk=incident.pk).status == Status.IN_PROGRESS
    resolve(incident, agent, fixed, at=MONDAY)
    move(incident, Status.CLOSED, by=requester, at=MONDAY)
    written = comment(incident, by=requester, body="Back again", at=MONDAY + timedelta(days=15))
    assert written.ticket_id != incident.pk
    assert Link.objects.filter(source_id=written.ticket_id, target=incident).exists()
    assert Ticket.objects.get(pk=incident.pk).status == Status.CLOSED


def test_planned_wait_resumes_on_its_date(incident: Ticket, agent: User) -> None:
    visit = PendingReason.objects.get(slug="visit")
    with pytest.raises(Refused) as refused:
        move(incident, Status.PENDING, by=agent, values={"pending_reason": visit}, at=MONDAY)
    assert "pending_until" in refused.value.errors
    until = MONDAY + timedelta(days=1)
    move(
        incident,
        Status.PENDING,
        by=agent,
        values={"pending_reason": visit, "pending_until": until},
        at=MONDAY,
    )
    assert resume_due(at=until - timedelta(minutes=1)) == 0
    assert resume_due(at=until) == 1
    assert Ticket.objects.get(pk=incident.pk).status == Status.IN_PROGRESS


def test_stale_version_is_refused(incident: Ticket, agent: User) -> None:
    edit(incident, {"title": "Other"}, by=agent, version=1)
    with pytest.raises(StaleVersion):
        edit(incident, {"title": "Mine"}, by=agent, version=1)


def test_answer_can_be_taken_back_before_it_is_sent(incident: Ticket, agent: User, requester: User) -> None:
    written = comment(incident, by=agent, body="Oops", undo=True)
    assert all(entry.comment is None for entry in entries(incident, requester))
    assert any(entry.comment == written for entry in entries(incident, agent))
    withdraw_comment(written, by=agent)
    assert all(entry.comment is None for entry in entries(incident, agent))


def test_comment_is_edited_within_its_delay_and_keeps_the_first_wording(
    incident: Ticket, agent: User
) -> None:
    written = comment(incident, by=agent, body="Frist", at=MONDAY)
    edit_comment(written, "First", by=agent, at=MONDAY + timedelta(minutes=14))
    assert [version.body for version in written.versions.all()] == ["Frist"]
    with pytest.raises(Refused):
        edit_comment(written, "Late", by=agent, at=MONDAY + timedelta(minutes=16))


def test_internal_note_stays_hidden_until_published(incident: Ticket, agent: User, requester: User) -> None:
    note = comment(incident, by=agent, body="He spilled coffee", kind=CommentKind.INTERNAL)
    assert all(entry.comment is None for entry in entries(incident, requester))
    publish_comment(note, by=agent)
    assert any(entry.comment == note for entry in entries(incident, requester))


def test_someone_of_another_entity_sees_nothing(
    incident: Ticket, outsider: User, outside_agent: User, nobody: User, colleague: User
) -> None:
    for person in (outsider, outside_agent, nobody, colleague):
        assert not Ticket.objects.visible_to(person).filter(pk=incident.pk).exists()


def test_follower_sees_the_public_side_only(
    incident: Ticket, colleague: User, requester: User, agent: User
) -> None:
    follow(incident, colleague, by=agent)
    comment(incident, by=agent, body="hidden", kind=CommentKind.INTERNAL)
    assert Ticket.objects.visible_to(colleague).filter(pk=incident.pk).exists()
    assert all(entry.comment is None for entry in entries(incident, colleague))


def test_opening_for_someone_else_needs_the_right(requester: User, colleague: User, agent: User) -> None:
    with pytest.raises(Refused) as refused:
        open_ticket("incident", by=requester, title="For him", requester=colleague)
    assert "requester" in refused.value.errors
    ticket = open_ticket("incident", by=agent, title="Call", requester=colleague, channel="phone")
    assert ticket.requester == colleague and ticket.opened_by == agent


def test_person_of_another_entity_is_unknown_as_requester(agent: User, outsider: User) -> None:
    with pytest.raises(Refused) as refused:
        open_ticket("incident", by=agent, title="Call", requester=outsider)
    assert {"requester", "entity"} & set(refused.value.errors)


def test_service_of_another_entity_is_unknown(requester: User, outsider: User, hospital: object) -> None:
    service = Service.objects.create(name="Scanner", code="scanner", entity=outsider.entity)
    with pytest.raises(Refused) as refused:
        open_ticket("incident", by=requester, title="Call", service=service)
    assert "service" in refused.value.errors


def test_assigning_someone_outside_the_team_is_refused(
    incident: Ticket, lead: User, expert: User, n1: Team
) -> None:
    with pytest.raises(Refused) as refused:
        assign(incident, by=lead, team=n1, assignee=expert)
    assert "assignee" in refused.value.errors


def test_events_cannot_be_changed_or_removed(incident: Ticket) -> None:
    event = Event.objects.get(ticket=incident)
    with pytest.raises(InternalError):
        event.delete()


def test_work_given_to_someone_absent_goes_to_the_substitute(
    incident: Ticket, lead: User, agent: User
) -> None:
    today = timezone.localdate()
    Absence.objects.create(user=agent, starts_on=today, ends_on=today, substitute=lead)
    given = assign(incident, by=lead, assignee=agent)
    assert given.assignee == lead
    assert Event.objects.filter(ticket=incident, verb=Verb.ASSIGNED).get().data["instead_of"] == agent.pk


def test_substitute_who_may_not_see_the_ticket_does_not_get_it(
    incident: Ticket, lead: User, agent: User, outside_agent: User
) -> None:
    today = timezone.localdate()
    Absence.objects.create(user=agent, starts_on=today, ends_on=today, substitute=outside_agent)
    assert assign(incident, by=lead, assignee=agent).assignee == agent


def test_confidence_is_ones_own_to_ask_for_and_a_right_for_others(
    requester: User, agent: User, lead: User, mail_service: Service
) -> None:
    assert open_ticket("incident", by=requester, title="Mine", is_confidential=True).is_confidential
    with pytest.raises(Refused) as refused:
        open_ticket("incident", by=agent, requester=requester, title="His", is_confidential=True)
    assert "is_confidential" in refused.value.errors
    assert open_ticket(
        "incident", by=lead, requester=requester, title="His", is_confidential=True
    ).is_confidential
