"""Declaring incidents at the service desk, and working on them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Team, User
from core.choices import Priority
from services.models import Service
from tickets.actions import comment, open_ticket, take
from tickets.choices import Channel, CommentKind, Status
from tickets.models import PendingReason, ResolutionCode, Ticket

CALL = {"title": "Scanner is mute", "channel": "phone", "urgency": "3", "impact": "3"}


@pytest.fixture
def desk(client: Client, agent: User, words: None) -> Client:
    """The technician of the first level, signed in."""
    client.force_login(agent)
    return client


def test_technician_declares_on_behalf_of_a_caller(
    desk: Client, agent: User, requester: User, mail_service: Service
) -> None:
    before = timezone.localtime(timezone.now() - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    data = {
        **CALL,
        "requester": requester.email,
        "service": mail_service.pk,
        "reported_at": before,
        "symptoms": "E42",
    }
    answer = desk.post("/incidents/new/", data)
    ticket = Ticket.objects.get()
    assert answer["Location"] == ticket.get_absolute_url()
    assert (ticket.requester, ticket.opened_by, ticket.channel) == (requester, agent, Channel.PHONE)
    assert ticket.reported_at < ticket.created_at and ticket.incident_details.symptoms == "E42"
    assert ticket.team and ticket.team.name == "Service desk"


def test_report_of_tomorrow_is_refused(desk: Client) -> None:
    tomorrow = timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    answer = desk.post("/incidents/new/", {**CALL, "reported_at": tomorrow})
    assert answer.status_code == 422 and "reported_at" in answer.context["form"].errors


def test_caller_of_another_entity_is_unknown(desk: Client, outsider: User) -> None:
    answer = desk.post("/incidents/new/", {**CALL, "requester": outsider.email})
    assert answer.status_code == 422 and "requester" in answer.context["form"].errors
    assert not Ticket.objects.exists()


def test_confidential_box_is_for_who_may(desk: Client, lead: User) -> None:
    assert "is_confidential" not in desk.get("/incidents/new/").content.decode()
    desk.post("/incidents/new/", {**CALL, "is_confidential": "on"})
    assert not Ticket.objects.get().is_confidential
    desk.force_login(lead)
    assert "is_confidential" in desk.get("/incidents/new/").content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=new", {"a", "b"}),
        ("priority=1", {"b"}),
        ("assignee=me", {"c"}),
        ("q=paper", {"a"}),
        ("status=new&priority=1", {"b"}),
    ],
)
def test_list_narrows(query: str, found: set[str], desk: Client, agent: User, requester: User) -> None:
    made = {
        "a": open_ticket("incident", by=requester, title="Out of paper"),
        "b": open_ticket("incident", by=requester, title="Everything hangs", urgency=5, impact=5),
        "c": take(open_ticket("incident", by=requester, title="Keyboard sticks"), by=agent),
    }
    assert made["b"].priority == Priority.CRITICAL
    page = desk.get(f"/incidents/?{query}").content.decode()
    assert {name for name, ticket in made.items() if ticket.title in page} == found


def test_queue_answers_htmx_with_the_table_alone(desk: Client, incident: Ticket) -> None:
    part = desk.get("/queue/?view=open", headers={"HX-Request": "true"})
    assert incident.title in part.content.decode() and "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]


def test_take_assign_and_pass_on_by_buttons(
    desk: Client, incident: Ticket, agent: User, expert: User, n2: Team
) -> None:
    address = incident.get_absolute_url()
    assert desk.post(f"{address}take/", {"version": "1"}).status_code == 302
    assert Ticket.objects.get().assignee == agent
    assert desk.post(f"{address}pass-on/", {"level": "n2", "reason": "Deeper"}).status_code == 302
    assert Ticket.objects.get().team == n2
    assert desk.post(f"{address}assign/", {"assignee": expert.pk}).status_code == 302
    assert Ticket.objects.get().assignee == expert


def test_pass_on_without_a_reason_names_it(desk: Client, incident: Ticket, n2: Team) -> None:
    answer = desk.post(f"{incident.get_absolute_url()}pass-on/", {"level": "n2"})
    assert answer.status_code == 422 and set(answer.context["form"].errors) == {"reason"}


def test_waiting_for_a_visit_needs_its_date(desk: Client, incident: Ticket) -> None:
    visit = PendingReason.objects.get(slug="visit")
    address = f"{incident.get_absolute_url()}move/pending/"
    answer = desk.post(address, {"pending_reason": visit.pk})
    assert answer.status_code == 422 and "pending_until" in answer.context["form"].errors
    then = timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert desk.post(address, {"pending_reason": visit.pk, "pending_until": then}).status_code == 302
    assert Ticket.objects.get().status == Status.PENDING


def test_resolving_by_its_form(desk: Client, incident: Ticket, agent: User, fixed: ResolutionCode) -> None:
    address = f"{incident.get_absolute_url()}move/resolved/"
    answer = desk.post(address, {"solution": "Restarted"})
    assert answer.status_code == 422 and set(answer.context["form"].errors) == {"cause", "resolution_code"}
    assert "Restarted" in answer.content.decode()
    data = {"solution": "Restarted", "cause": "Hung", "resolution_code": fixed.pk}
    assert desk.post(address, data).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.incident_details.cause, ticket.assignee) == (Status.RESOLVED, "Hung", agent)


def test_answer_can_be_taken_back_into_the_composer(desk: Client, incident: Ticket) -> None:
    desk.post(f"{incident.get_absolute_url()}write/", {"body": "Too early", "kind": "public"})
    written = incident.comments.get()
    assert desk.post(f"/comments/{written.pk}/withdraw/").status_code == 302
    page = desk.get(incident.get_absolute_url()).content.decode()
    assert "Too early" not in page
    assert desk.get(f"/drafts/answer-{incident.pk}/").json() == {"body": "Too early"}


def test_note_is_published_by_a_button(desk: Client, incident: Ticket, agent: User, requester: User) -> None:
    note = comment(incident, by=agent, body="Try again", kind=CommentKind.INTERNAL)
    assert desk.post(f"/comments/{note.pk}/publish/").status_code == 302
    desk.force_login(requester)
    assert "Try again" in desk.get(f"/portal/requests/{incident.reference}/").content.decode()


def test_priority_by_hand_is_for_leads(desk: Client, incident: Ticket, lead: User) -> None:
    address = f"{incident.get_absolute_url()}priority/"
    assert desk.get(address).status_code == 403
    desk.force_login(lead)
    assert desk.post(address, {"priority": "1", "reason": "The director"}).status_code == 302
    assert Ticket.objects.get().priority == 1
    assert desk.post(f"{address}clear/").status_code == 302
    assert not Ticket.objects.get().priority_is_set


def test_open_pages_learn_of_news(desk: Client, incident: Ticket, requester: User) -> None:
    address = f"{incident.get_absolute_url()}watermark/"
    assert desk.get(f"{address}?since={incident.version}").status_code == 204
    comment(incident, by=requester, body="News")
    assert desk.get(f"{address}?since={incident.version}").json() == {"watermark": "2", "count": 1}


def test_inactive_person_receives_no_work(desk: Client, incident: Ticket, lead: User, expert: User) -> None:
    User.objects.filter(pk=expert.pk).update(is_active=False)
    answer = desk.post(f"{incident.get_absolute_url()}assign/", {"assignee": expert.pk})
    assert answer.status_code == 422 and "assignee" in answer.context["form"].errors


def test_technician_who_loses_the_right_is_out_at_once(
    desk: Client, incident: Ticket, agent: User, n1: Team
) -> None:
    assert desk.get(incident.get_absolute_url()).status_code == 200
    agent.grants.all().delete()
    n1.memberships.filter(user=agent).delete()
    assert desk.get(incident.get_absolute_url()).status_code == 404
    assert desk.post(f"{incident.get_absolute_url()}take/").status_code == 404
