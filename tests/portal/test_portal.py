"""The requester's pages: what they offer, in plain words, and only what is one's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.choices import Scale
from services.models import Service, ServiceStatus
from tickets.actions import comment, follow, move, open_ticket, take, withdraw_comment
from tickets.choices import Channel, CommentKind, Status
from tickets.models import Attachment, PendingReason, ResolutionCode, Ticket

REPORT = {"title": "I cannot print", "description": "**Since** Monday", "urgency": "4", "impact": "2"}


@pytest.fixture
def portal(client: Client, requester: User, words: None) -> Client:
    """The requester, signed in."""
    client.force_login(requester)
    return client


def solve(ticket: Ticket, by: User, code: ResolutionCode) -> Ticket:
    values = {"cause": "Jam", "solution": "The tray is **clean** again", "resolution_code": code}
    return move(ticket, Status.RESOLVED, by=by, values=values)


def test_front_door_leads_each_to_their_own_home(portal: Client, agent: User) -> None:
    assert portal.get("/")["Location"] == "/portal/"
    portal.force_login(agent)
    assert portal.get("/")["Location"] == "/home/"


def test_report_becomes_an_incident_with_its_files(
    portal: Client, requester: User, mail_service: Service
) -> None:
    file = SimpleUploadedFile("error.log", b"E42")
    answer = portal.post(
        "/portal/report/", {**REPORT, "service": mail_service.pk, "files": file}, follow=True
    )
    ticket = Ticket.objects.get()
    assert ticket.reference in answer.content.decode()
    assert (ticket.requester, ticket.channel, ticket.entity) == (requester, Channel.PORTAL, requester.entity)
    assert (ticket.urgency, ticket.impact, ticket.service) == (Scale.HIGH, Scale.LOW, mail_service)
    assert Attachment.objects.get().ticket_id == ticket.pk
    assert "<strong>Since</strong>" in answer.content.decode()


def test_report_without_a_title_keeps_the_rest(portal: Client) -> None:
    answer = portal.post("/portal/report/", {**REPORT, "title": ""})
    assert answer.status_code == 422 and "**Since** Monday" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_report_may_be_prefilled_by_its_address(portal: Client, mail_service: Service) -> None:
    page = portal.get(f"/portal/report/?service={mail_service.pk}&title=Mail").content.decode()
    assert f'value="{mail_service.pk}" selected' in page and 'value="Mail"' in page


def test_retired_service_is_not_offered(portal: Client, mail_service: Service) -> None:
    Service.objects.filter(pk=mail_service.pk).update(status=ServiceStatus.RETIRED)
    assert mail_service.name not in portal.get("/portal/services/").content.decode()
    answer = portal.post("/portal/report/", {**REPORT, "service": mail_service.pk})
    assert answer.status_code == 422 and "service" in answer.context["form"].errors


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("new", "received"),
        ("pending", "waiting for you"),
        ("resolved", "solved, tell us"),
        ("cancelled", "cancelled"),
    ],
)
def test_list_speaks_plainly(
    status: str,
    said: str,
    portal: Client,
    incident: Ticket,
    agent: User,
    waiting: PendingReason,
    fixed: ResolutionCode,
) -> None:
    if status == "pending":
        move(incident, Status.PENDING, by=agent, values={"pending_reason": waiting})
    elif status == "resolved":
        solve(incident, agent, fixed)
    elif status == "cancelled":
        move(incident, Status.CANCELLED, by=agent, values={"reason": "Twice"})
    page = portal.get("/portal/requests/?state=all").content.decode()
    assert incident.title in page and said in page


def test_state_filters_the_list(portal: Client, incident: Ticket, agent: User, requester: User) -> None:
    gone = open_ticket("incident", by=requester, title="Long gone")
    move(gone, Status.CANCELLED, by=agent, values={"reason": "Twice"})
    shown = {
        state: portal.get(f"/portal/requests/?state={state}").content.decode()
        for state in ("open", "closed", "all")
    }
    assert incident.title in shown["open"] and gone.title not in shown["open"]
    assert gone.title in shown["closed"] and incident.title not in shown["closed"]
    assert gone.title in shown["all"] and incident.title in shown["all"]


def test_search_finds_ones_own_words_only(portal: Client, incident: Ticket, colleague: User) -> None:
    other = open_ticket("incident", by=colleague, title="No mail for me either")
    page = portal.get("/portal/requests/?q=mail").content.decode()
    assert incident.title in page and other.title not in page


def test_list_has_pages(portal: Client, requester: User) -> None:
    for number in range(31):
        open_ticket("incident", by=requester, title=f"Number {number:02}")
    first, second = (portal.get(f"/portal/requests/?page={page}").content.decode() for page in (1, 2))
    assert "Number 30" in first and "Number 00" not in first
    assert "Number 00" in second and "Number 30" not in second


def test_answer_with_a_file_reaches_the_technicians(portal: Client, incident: Ticket) -> None:
    address = f"/portal/requests/{incident.reference}/"
    answer = portal.post(address, {"body": "It says E42", "files": SimpleUploadedFile("e.txt", b"E42")})
    assert answer.status_code == 302 and answer["Location"].startswith(address)
    written = incident.comments.get()
    assert (written.body, written.kind) == ("It says E42", CommentKind.PUBLIC)
    assert written.attachments.get().is_public


def test_empty_answer_is_refused(portal: Client, incident: Ticket) -> None:
    answer = portal.post(f"/portal/requests/{incident.reference}/", {"body": "  "})
    assert answer.status_code == 422 and not incident.comments.exists()


def test_answer_of_a_technician_is_read_after_its_delay(
    portal: Client, incident: Ticket, agent: User, settings: Any
) -> None:
    settings.UNDO_SECONDS = 60
    address = f"/portal/requests/{incident.reference}/"
    written = comment(incident, by=agent, body="We look into it", undo=True)
    assert "We look into it" not in portal.get(address).content.decode()
    type(written).objects.filter(pk=written.pk).update(visible_at=timezone.now() - timedelta(seconds=1))
    assert "We look into it" in portal.get(address).content.decode()


def test_answer_taken_back_is_never_read(
    portal: Client, incident: Ticket, agent: User, settings: Any
) -> None:
    settings.UNDO_SECONDS = 60
    withdraw_comment(comment(incident, by=agent, body="Wrong ticket", undo=True), by=agent)
    assert "Wrong ticket" not in portal.get(f"/portal/requests/{incident.reference}/").content.decode()


def test_internal_side_is_never_shown(portal: Client, incident: Ticket, agent: User, lead: User) -> None:
    comment(incident, by=agent, body="He spilled coffee", kind=CommentKind.INTERNAL)
    comment(incident, by=agent, body="Their ticket is SUP-4711", kind=CommentKind.SUPPLIER)
    page = portal.get(f"/portal/requests/{incident.reference}/").content.decode()
    assert "coffee" not in page and "SUP-4711" not in page


def test_solution_is_accepted(portal: Client, incident: Ticket, agent: User, fixed: ResolutionCode) -> None:
    solve(incident, agent, fixed)
    page = portal.get(f"/portal/requests/{incident.reference}/").content.decode()
    assert "<strong>clean</strong>" in page and 'value="accept"' in page
    assert portal.post(f"/portal/requests/{incident.reference}/move/", {"verb": "accept"}).status_code == 302
    assert Ticket.objects.get().status == Status.CLOSED


def test_solution_is_refused_with_a_reason(
    portal: Client, incident: Ticket, agent: User, fixed: ResolutionCode
) -> None:
    take(incident, by=agent)
    solve(incident, agent, fixed)
    address = f"/portal/requests/{incident.reference}/move/"
    assert portal.post(address, {"verb": "refuse", "reason": " "}).status_code == 422
    assert portal.post(address, {"verb": "refuse", "reason": "Still jammed"}).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.assignee, ticket.reopened) == (Status.IN_PROGRESS, agent, 1)


def test_request_is_withdrawn_while_nobody_works_on_it(portal: Client, incident: Ticket, agent: User) -> None:
    take(incident, by=agent)
    address = f"/portal/requests/{incident.reference}/move/"
    assert portal.post(address, {"verb": "cancel", "reason": "Found it"}).status_code == 403
    fresh = open_ticket("incident", by=incident.requester, title="Never mind")
    address = f"/portal/requests/{fresh.reference}/move/"
    assert portal.post(address, {"verb": "cancel", "reason": "Found it"}).status_code == 302
    assert Ticket.objects.get(pk=fresh.pk).status == Status.CANCELLED


@pytest.mark.parametrize("verb", ["resolve", "take", "wait", "", "nonsense"])
def test_moves_of_technicians_are_not_the_requesters(verb: str, portal: Client, incident: Ticket) -> None:
    answer = portal.post(f"/portal/requests/{incident.reference}/move/", {"verb": verb, "reason": "x"})
    assert answer.status_code == 403 and Ticket.objects.get().status == Status.NEW


def test_follower_reads_and_answers_but_does_not_decide(
    portal: Client, incident: Ticket, colleague: User, agent: User, fixed: ResolutionCode
) -> None:
    follow(incident, colleague, by=agent)
    solve(incident, agent, fixed)
    portal.force_login(colleague)
    address = f"/portal/requests/{incident.reference}/"
    assert 'value="accept"' not in portal.get(address).content.decode()
    assert portal.post(f"{address}move/", {"verb": "accept"}).status_code == 403
    assert portal.post(address, {"body": "Same for me"}).status_code == 302


def test_another_name_of_a_ticket_leads_to_it(portal: Client, incident: Ticket) -> None:
    answer = portal.get(f"/portal/requests/inc-{incident.pk}/")
    assert answer.status_code == 301 and answer["Location"].endswith(f"/{incident.reference}/")


def test_ticket_page_leads_a_requester_to_the_portal(portal: Client, incident: Ticket) -> None:
    assert portal.get(incident.get_absolute_url())["Location"] == f"/portal/requests/{incident.reference}/"


def test_answer_long_after_closing_opens_a_new_request(
    portal: Client, incident: Ticket, agent: User, fixed: ResolutionCode
) -> None:
    past = timezone.now() - timedelta(days=60)
    values = {"cause": "Jam", "solution": "Clean", "resolution_code": fixed}
    move(incident, Status.RESOLVED, by=agent, values=values, at=past)
    move(incident, Status.CLOSED, by=incident.requester, at=past)
    answer = portal.post(f"/portal/requests/{incident.reference}/", {"body": "It is back"})
    fresh = Ticket.objects.latest("pk")
    assert fresh.pk != incident.pk and fresh.reference in answer["Location"]
