"""The pages and endpoints of problems and known errors."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from problems import actions
from problems.models import Cause, WorkaroundUse
from services.models import Service
from tests.contracts.test_queries import at_most, opened
from tickets.actions import move, open_ticket, take
from tickets.choices import LinkType, Status
from tickets.models import Comment, Link, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, agent: User) -> Client:
    """The browser of a technician."""
    client.force_login(agent)
    return client


@pytest.fixture
def known(incident: Ticket, agent: User) -> Ticket:
    """A known error behind the incident, whose workaround requesters are shown."""
    problem = take(actions.open_problem(by=agent, incidents=[incident]), by=agent)
    values = {"root_cause": "A full disk", "workaround": "Empty **the bin**", "is_public_workaround": True}
    return move(problem, Status.KNOWN_ERROR, by=agent, values=values)


def test_problem_is_opened_from_the_page_of_an_incident(desk: Client, incident: Ticket) -> None:
    page = desk.get(incident.get_absolute_url()).content.decode()
    address = f"{incident.get_absolute_url()}open-problem/"
    assert address in page
    form = desk.get(address).context["form"]
    assert form["incidents"].value() == incident.reference and form["title"].value() == incident.title
    sent = {"incidents": incident.reference, "urgency": 3, "impact": 4, "context": "Mondays"}
    answer = desk.post(address, sent)
    problem = Ticket.objects.get(kind="problem")
    assert answer.status_code == 302 and answer["Location"] == problem.get_absolute_url()
    assert (problem.title, problem.impact, problem.details.context) == (incident.title, 4, "Mondays")
    assert Link.objects.filter(source=incident, target=problem, link_type=LinkType.CAUSED_BY).exists()
    shown = desk.get(problem.get_absolute_url()).content.decode()
    assert "Mondays" in shown


def test_problem_is_opened_from_a_selection(
    desk: Client, incident: Ticket, requester: User, mail_service: Service
) -> None:
    second = open_ticket("incident", by=requester, title="Slow", service=mail_service)
    both = f"{incident.reference}, {second.reference}"
    assert desk.get(f"/problems/new/?incidents={both}").context["form"]["incidents"].value() == both
    sent = {"incidents": f"{both} INC-999999", "urgency": 3, "impact": 3, "title": "Both"}
    refused = desk.post("/problems/new/", sent)
    assert refused.status_code == 422 and "INC-999999" in str(refused.context["form"].errors["incidents"])
    assert desk.post("/problems/new/", {**sent, "incidents": both}).status_code == 302
    assert Link.objects.filter(link_type=LinkType.CAUSED_BY).count() == 2
    assert desk.post("/problems/new/", {"urgency": 3, "impact": 3}).status_code == 422


def test_lists_cost_the_same_however_many_there_are(desk: Client, known: Ticket, agent: User) -> None:
    for address in ("/problems/", "/known-errors/"):
        visit = opened(desk, address)
        with at_most(6):
            visit()
    assert "Empty **the bin**" in desk.get("/known-errors/").content.decode()
    assert "disk" not in desk.get("/known-errors/?q=nothing").content.decode()
    found = desk.get("/problems/?known_error=true").content.decode()
    assert known.reference in found
    assert known.reference not in desk.get("/problems/?known_error=false").content.decode()


def test_page_of_a_problem_costs_no_more_than_another(desk: Client, known: Ticket) -> None:
    visit = opened(desk, known.get_absolute_url())
    with at_most(8):
        visit()


def test_known_errors_are_offered_and_used_on_an_incident(
    desk: Client, known: Ticket, requester: User, mail_service: Service
) -> None:
    other = open_ticket("incident", by=requester, title="Again", service=mail_service)
    panels = desk.get(f"{other.get_absolute_url()}panels/").content.decode()
    address = f"{other.get_absolute_url()}workarounds/{known.pk}/"
    assert address in panels and "the bin" in panels
    form = desk.get(address).context["form"]
    assert form["body"].value() == "Empty **the bin**"
    assert desk.post(address, {"public": "1", "body": "Please empty it"}).status_code == 302
    written = Comment.objects.get(ticket=other)
    assert written.is_public and written.body == "Please empty it"
    assert WorkaroundUse.objects.filter(problem=known, incident=other).exists()
    assert "given once" in desk.get(f"{other.get_absolute_url()}panels/").content.decode()


def test_requester_reads_public_workarounds_and_nothing_else(
    client: Client, known: Ticket, requester: User, outsider: User, mail_service: Service
) -> None:
    client.force_login(requester)
    page = client.get("/portal/workarounds/").content.decode()
    assert "<strong>the bin</strong>" in page and "A full disk" not in page and known.reference not in page
    part = client.get(f"/portal/workarounds/?service={mail_service.pk}", headers={"HX-Request": "true"})
    assert "the bin" in part.content.decode() and "<html" not in part.content.decode()
    nothing = client.get("/portal/workarounds/?service=", headers={"HX-Request": "true"})
    assert not nothing.content.strip()
    assert client.get(known.get_absolute_url()).status_code == 404
    client.force_login(outsider)
    assert "the bin" not in client.get("/portal/workarounds/").content.decode()
    hidden = client.get(f"/portal/workarounds/?service={mail_service.pk}", headers={"HX-Request": "true"})
    assert not hidden.content.strip()


def test_analysis_is_worked_in_the_browser(desk: Client, known: Ticket) -> None:
    address = f"/problems/{known.reference}/analysis/"
    line = {"method": "hypothesis", "state": "suspected", "text": "The cable", "test": "Change it"}
    assert desk.post(address, line).status_code == 302
    assert desk.post(address, {**line, "text": ""}).status_code == 422
    cause = Cause.objects.get()
    assert "The cable" in desk.get(address).content.decode()
    edited = desk.post(f"/problems/causes/{cause.pk}/", {"text": "The cable", "state": "ruled_out"})
    assert edited.status_code == 302
    assert Cause.objects.get().state == "ruled_out"
    timeline = desk.get(known.get_absolute_url()).content.decode()
    assert "ruled out the cause “The cable”" in timeline
    desk.post(f"/problems/causes/{cause.pk}/move/", {"to": "down"})
    assert desk.post(f"/problems/causes/{cause.pk}/remove/").status_code == 302
    assert not Cause.objects.exists()


def test_description_is_changed_on_a_page(desk: Client, known: Ticket, incident: Ticket) -> None:
    address = f"/problems/{known.reference}/details/"
    page = desk.get(address)
    sent = {"context": "After updates", "workaround": "Empty it", "version": page.context["version"]}
    assert desk.post(address, sent).status_code == 302
    details = Ticket.objects.get(pk=known.pk).details
    assert (details.context, details.workaround) == ("After updates", "Empty it")
    assert desk.post(address, sent).status_code == 409
    assert desk.get(f"/problems/{incident.reference}/details/").status_code == 404


def test_problem_is_worked_over_the_api(
    desk: Client, incident: Ticket, requester: User, mail_service: Service
) -> None:
    made = desk.post(
        "/api/v1/problems/", {"incidents": [incident.reference], "details": {"context": "Mondays"}},
        content_type="application/json",
    )  # fmt: skip
    assert made.status_code == 201
    problem = made.json()
    assert problem["title"] == incident.title and problem["details"]["context"] == "Mondays"
    address = f"/api/v1/problems/{problem['reference']}/"
    cause = desk.post(f"{address}causes/", {"text": "The disk"}, content_type="application/json").json()
    one = f"{address}causes/{cause['id']}/"
    assert (
        desk.patch(one, {"state": "confirmed"}, content_type="application/json").json()["state"]
        == "confirmed"
    )
    assert [line["text"] for line in desk.get(f"{address}causes/").json()["results"]] == ["The disk"]
    desk.post(f"{address}take/", {}, content_type="application/json")
    moved = desk.post(
        f"{address}moves/", {"to": "known_error", "root_cause": "Full", "workaround": "Empty it"},
        content_type="application/json",
    ).json()  # fmt: skip
    assert moved["status"] == "known_error" and moved["details"]["is_known_error"] is True
    other = open_ticket("incident", by=requester, title="Again", service=mail_service)
    used = desk.post(f"{address}uses/", {"incident": other.reference}, content_type="application/json")
    assert used.status_code == 200 and Comment.objects.get(ticket=other).body == "Empty it"
    assert desk.delete(one).status_code == 204
    wrong = desk.post("/api/v1/problems/", {"incidents": ["INC-999"]}, content_type="application/json")
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["field"] == "incidents"
    late = desk.post(
        "/api/v1/problems/", {"title": "x", "details": {"known_error_at": "2026-01-01T00:00:00Z"}},
        content_type="application/json",
    )  # fmt: skip
    assert late.status_code == 201 and late.json()["details"]["known_error_at"] is None


def test_page_and_api_give_the_same_problems(desk: Client, known: Ticket) -> None:
    listed = [row["reference"] for row in desk.get("/api/v1/problems/?known_error=true").json()["results"]]
    assert listed == [known.reference]
    assert desk.get("/api/v1/problems/?known_error=false").json()["results"] == []
    assert desk.get(f"/api/v1/problems/INC-{known.pk}/").status_code == 200
