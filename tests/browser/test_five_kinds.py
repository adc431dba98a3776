"""From three incidents to a problem, a change and a task, each worked to its end by different people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import gettext, override
from playwright.sync_api import expect

from accounts.models import Entity, Team, User
from services.models import Service
from tests.browser.seats import Seat, Sitter
from tests.factories import grant
from tickets.choices import LinkType, Status
from tickets.models import Approval, Link, ResolutionCode, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FAILURES = ("No print-out on floor 1", "No print-out on floor 2", "The queue of the printer is stuck")


def make(seat: Seat, ticket: Ticket, to: str, **values: str) -> None:
    """Make a move: by its form where it has fields, else by its button."""
    ticket = Ticket.objects.get(pk=ticket.pk)
    step = ticket.workflow.find(ticket.status, to)
    assert step is not None, (ticket.status, to)
    if step.fields:
        seat.fill(f"/tickets/{ticket.reference}/move/{to}/", **values)
    else:
        seat.push(ticket.get_absolute_url(), "/take/" if step.verb == "take" else f"/make/{to}/")
    assert Ticket.objects.get(pk=ticket.pk).status == to


def report(seat: Seat, title: str, service: Service) -> Ticket:
    """Report from the portal."""
    seat.fill("/portal/report/", title=title, description="Nothing comes out.", service=str(service.pk))
    return Ticket.objects.get(title=title)


def open_problem(seat: Seat, incidents: list[Ticket]) -> Ticket:
    """Open a problem from the first incident, and name the others."""
    first, *others = incidents
    seat.page.goto(first.get_absolute_url())
    seat.fill(
        f"/tickets/{first.reference}/open-problem/",
        title="The print server stops",
        incidents=" ".join(ticket.reference for ticket in (first, *others)),
    )
    return Ticket.objects.get(kind="problem")


def analyse(seat: Seat, problem: Ticket) -> None:
    """Take it, name the cause, declare a known error."""
    make(seat, problem, "in_progress")
    make(seat, problem, "cause_known", root_cause="Its disk fills up")
    make(seat, problem, "known_error", workaround="Empty the spool folder")


def propose(seat: Seat, problem: Ticket) -> Ticket:
    """Propose a change from the problem and have it decided on."""
    seat.fill(
        f"/tickets/{problem.reference}/propose-change/", title="A larger disk", justification="The disk fills up",
        effects="No printing for an hour", risk_note="The copy may fail", plan="Copy, switch",
        backout_plan="Switch back",
    )  # fmt: skip
    change = Ticket.objects.get(kind="change")
    make(seat, change, "proposed")
    make(seat, change, "evaluated", risk_level="2")
    return change


def approve(seat: Seat, change: Ticket) -> None:
    """Decide on the page that the approval leads to."""
    seat.page.goto("/approvals/")
    expect(seat.page.locator("main")).to_contain_text(change.title)
    asked = Approval.objects.get(ticket=change).steps.get()
    seat.page.goto(f"/approvals/{asked.pk}/")
    seat.page.locator("main button[value=approved], main button[value=approve]").first.click()
    seat.page.wait_for_load_state("networkidle")


def carry_out(seat: Seat, change: Ticket) -> None:
    """Plan the window and begin."""
    start = timezone.localtime() + timedelta(hours=1)
    make(
        seat,
        change,
        "planned",
        window_start=start.strftime("%Y-%m-%dT%H:%M"),
        window_end=(start + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
    )
    make(seat, change, "in_progress")


def give_task(seat: Seat, change: Ticket, assignee: User) -> Ticket:
    """Make a task of the change for a colleague."""
    seat.fill("/tasks/new/", title="Fit the disk", assignee=str(assignee.pk))
    task = Ticket.objects.get(kind="task")
    seat.fill(f"/tickets/{change.reference}/link/", link_type="parent", target=task.reference)
    return task


@pytest.mark.parametrize("language", ["fr", "en"])
def test_incidents_become_a_problem_a_change_and_a_task(
    language: str, sit: Sitter, requester: User, colleague: User, library_requester: User, agent: User, expert: User,
    lead: User, authority: User, manager: User, school: Entity, mail_service: Service, n2: Team,
) -> None:  # fmt: skip
    grant(manager, "project_manager", school)
    code = str(ResolutionCode.objects.get(slug="hardware-replaced").pk)
    people = (requester, colleague, library_requester)
    incidents = [
        report(sit(person, language), title, mail_service)
        for person, title in zip(people, FAILURES, strict=True)
    ]
    first, second, third = sit(agent, language), sit(expert, language), sit(lead, language)
    problem = open_problem(first, incidents)
    analyse(second, problem)
    change = propose(second, problem)
    approve(sit(authority, language), change)
    carry_out(third, change)
    task = give_task(sit(manager, language), change, expert)
    make(second, task, "in_progress")
    make(second, task, "resolved", solution="The disk is in")
    make(third, change, "done")
    make(
        third,
        change,
        "reviewed",
        review_result="success",
        review_note="As planned, in 40 minutes",
    )
    make(third, change, "closed")
    make(second, problem, "resolved", solution="A larger disk is in", resolution_code=code)
    for incident in incidents:
        make(first, incident, "in_progress")
        make(first, incident, "resolved", cause="The disk was full",
            solution="Printing works again", resolution_code=code,
        )  # fmt: skip
    said = {ticket.pk: ticket.status for ticket in Ticket.objects.all()}
    assert {said[incident.pk] for incident in incidents} == {Status.RESOLVED}
    assert (said[problem.pk], said[change.pk], said[task.pk]) == (
        Status.RESOLVED,
        Status.CLOSED,
        Status.RESOLVED,
    )
    links = set(Link.objects.values_list("source_id", "link_type", "target_id"))
    assert {(incident.pk, LinkType.CAUSED_BY, problem.pk) for incident in incidents} <= links
    assert (problem.pk, LinkType.RESOLVED_BY, change.pk) in links
    assert (change.pk, LinkType.PARENT, task.pk) in links
    read(second, problem, [*incidents, change], language)


def read(seat: Seat, problem: Ticket, others: list[Ticket], language: str) -> None:
    """The page of the problem names what belongs to it, and tells its life, in the language of the reader."""
    seat.page.goto(f"{problem.get_absolute_url()}?panels=all")
    aside, told = seat.page.locator(".ticket-aside"), seat.page.locator(".timeline")
    for ticket in others:
        expect(aside).to_contain_text(ticket.reference)
    with override(language):
        words = [gettext(word) for word in ("Known error", "Resolved")]
        label = str(LinkType.RESOLVED_BY.label)
    expect(aside).to_contain_text(label)
    for word in words:
        expect(told).to_contain_text(word)
    with override("fr" if language == "en" else "en"):
        assert str(LinkType.RESOLVED_BY.label) not in aside.inner_text()
