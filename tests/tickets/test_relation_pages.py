"""The pages and endpoints of relations: forms that say what is wrong, panels, and the same rules by the API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from services.models import Service
from tickets import actions
from tickets.choices import CommentKind, LinkType, Status
from tickets.models import Link, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(requester: User, mail_service: Service) -> Ticket:
    """Another incident."""
    return actions.open_ticket("incident", by=requester, title="Calendar is empty", service=mail_service)


@pytest.fixture
def browser(client: Client, agent: User) -> Client:
    """The agent's browser."""
    client.force_login(agent)
    return client


def send(client: Client, address: str, body: dict[str, Any]) -> Any:
    return client.post(address, json.dumps(body), content_type="application/json")


@pytest.mark.parametrize("typed", ["reference", "reference and title", "words"])
def test_ticket_is_named_by_number_or_words(
    browser: Client, incident: Ticket, other: Ticket, typed: str
) -> None:
    named = {
        "reference": other.reference,
        "reference and title": f"{other.reference} · {other.title}",
        "words": "calendar",
    }[typed]
    address = reverse("tickets:link", args=[incident.reference])
    response = browser.post(address, {"link_type": "blocks:inverse", "target": named})
    assert response.status_code == 302
    assert Link.objects.get(source=other, target=incident).link_type == LinkType.BLOCKS


def test_form_says_what_is_wrong(browser: Client, incident: Ticket, other: Ticket, outsider: User) -> None:
    foreign = actions.open_ticket("incident", by=outsider, title="Elsewhere")
    address = reverse("tickets:link", args=[incident.reference])
    for named in (
        "",
        "mail calendar nothing",
        foreign.reference,
        incident.reference,
        "INC-99999999999999999",
    ):
        response = browser.post(address, {"link_type": "relates", "target": named})
        assert response.status_code == 422, named
        assert response.context["form"].errors["target"], named
    assert not Link.objects.exists()


def test_lookup_offers_options(browser: Client, other: Ticket) -> None:
    page = browser.get(reverse("tickets:lookup"), {"field": "target", "target": "calendar"}).content.decode()
    assert f'<option value="{other.reference} · Calendar is empty">' in page


def test_panel_groups_links_by_their_words_and_removes_them(
    browser: Client, incident: Ticket, other: Ticket, agent: User
) -> None:
    bond = actions.link(other, incident, LinkType.BLOCKS, by=agent)
    panels = reverse("tickets:panels", args=[incident.reference])
    page = browser.get(panels).content.decode()
    assert "Blocked by" in page and other.reference in page
    browser.post(reverse("tickets:unlink", args=[incident.reference, bond.pk]))
    assert not Link.objects.exists()
    assert other.reference not in browser.get(panels).content.decode()


def test_panel_shows_no_ticket_one_may_not_see(
    browser: Client, incident: Ticket, administrator: User, outsider: User
) -> None:
    foreign = actions.open_ticket("incident", by=outsider, title="Elsewhere")
    actions.link(incident, foreign, LinkType.RELATES, by=administrator)
    page = browser.get(reverse("tickets:panels", args=[incident.reference])).content.decode()
    assert foreign.reference not in page and "Elsewhere" not in page


def test_parts_are_opened_and_counted(browser: Client, incident: Ticket, agent: User) -> None:
    address = reverse("tickets:open_part", args=[incident.reference])
    for title in ("Order a disk", "Replace it"):
        assert browser.post(address, {"kind": "incident", "title": title}).status_code == 302
    part = Ticket.objects.get(title="Replace it")
    assert (part.requester_id, part.service_id) == (incident.requester_id, incident.service_id)
    actions.move(part, Status.CANCELLED, by=agent, values={"reason": "Not needed"})
    page = browser.get(reverse("tickets:panels", args=[incident.reference])).content.decode()
    assert "1 of 2 ended" in page


def test_merge_form_and_taking_it_back(browser: Client, incident: Ticket, other: Ticket) -> None:
    address = reverse("tickets:merge", args=[other.reference])
    assert browser.post(address, {"into": other.reference}).status_code == 422
    response = browser.post(address, {"into": incident.reference})
    assert response["Location"] == incident.get_absolute_url()
    panels = reverse("tickets:panels", args=[incident.reference])
    assert "Merged into this ticket" in browser.get(panels).content.decode()
    browser.post(reverse("tickets:unmerge", args=[incident.reference, other.pk]))
    assert Ticket.objects.get(pk=other.pk).merged_into_id is None


def test_split_form(browser: Client, incident: Ticket, requester: User) -> None:
    written = actions.comment(incident, by=requester, body="The printer jams too")
    page = browser.get(incident.get_absolute_url()).content.decode()
    assert reverse("tickets:split", args=[written.pk]) in page
    response = browser.post(
        reverse("tickets:split", args=[written.pk]), {"title": "Printer", "requester": requester.email}
    )
    assert response.status_code == 302
    assert Ticket.objects.get(title="Printer").description == "The printer jams too"


def test_convert_form(browser: Client, incident: Ticket) -> None:
    address = reverse("tickets:convert", args=[incident.reference])
    assert browser.post(address, {"kind": "incident"}).status_code == 422
    response = browser.post(address, {"kind": "request"})
    assert response["Location"].endswith(f"/REQ-{incident.pk}/")
    assert browser.get(f"/tickets/{incident.reference}/")["Location"].endswith(f"/REQ-{incident.pk}/")


def test_forms_are_for_those_who_work_on_tickets(client: Client, incident: Ticket, auditor: User) -> None:
    client.force_login(auditor)
    for name in ("link", "merge", "convert", "open_part"):
        assert client.get(reverse(f"tickets:{name}", args=[incident.reference])).status_code == 403


def test_links_over_http(browser: Client, incident: Ticket, other: Ticket, agent: User) -> None:
    address = f"/api/v1/tickets/{incident.reference}/links/"
    answer = send(browser, address, {"type": "parent", "target": other.reference})
    assert answer.status_code == 201
    made = answer.json()
    assert (made["type"], made["inverse"], made["ticket"]["reference"]) == ("parent", False, other.reference)
    assert send(browser, address, {"type": "parent", "target": other.reference}).json()["id"] == made["id"]
    [seen] = browser.get(f"/api/v1/tickets/{other.reference}/links/").json()["results"]
    assert (seen["inverse"], seen["ticket"]["reference"]) == (True, incident.reference)
    circle = send(browser, address, {"type": "parent", "target": other.reference, "inverse": True})
    assert circle.status_code == 422 and circle.json()["errors"][0]["field"] == "target"
    for target in (incident.reference, "INC-999999", ""):
        assert send(browser, address, {"type": "blocks", "target": target}).status_code == 422
    assert send(browser, address, {"type": "nonsense", "target": other.reference}).status_code == 422
    assert browser.delete(f"{address}{made['id']}/").status_code == 204
    assert browser.delete(f"{address}{made['id']}/").status_code == 404


def test_merge_split_and_convert_over_http(
    browser: Client, incident: Ticket, other: Ticket, agent: User, requester: User
) -> None:
    base = "/api/v1/tickets"
    note = actions.comment(incident, by=agent, body="Buy paper", kind=CommentKind.INTERNAL)
    made = send(browser, f"{base}/{incident.reference}/split/", {"comment": note.pk, "title": "Paper"})
    assert (made.status_code, made.json()["description"]) == (201, "Buy paper")
    assert (
        send(browser, f"{base}/{incident.reference}/split/", {"comment": 999, "title": "x"}).status_code
        == 422
    )
    into = send(browser, f"{base}/{other.reference}/merge/", {"into": incident.reference})
    assert (into.status_code, into.json()["reference"]) == (200, incident.reference)
    assert (
        send(browser, f"{base}/{incident.reference}/merge/", {"into": incident.reference}).status_code == 422
    )
    back = send(browser, f"{base}/{incident.reference}/unmerge/", {"ticket": other.pk})
    assert back.json()["reference"] == other.reference
    kind = send(
        browser, f"{base}/{other.reference}/convert/", {"kind": "problem", "details": {"context": "x"}}
    )
    assert (kind.status_code, kind.json()["kind"], kind.json()["details"]["context"]) == (200, "problem", "x")
    assert browser.get(f"{base}/{other.reference}/").json()["reference"] == f"PRB-{other.pk}"
    wrong = send(browser, f"{base}/{other.reference}/convert/", {"kind": "incident", "details": {"no": 1}})
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["field"] == "details.no"


def test_requester_sees_no_merged_report_in_the_list(
    client: Client, incident: Ticket, other: Ticket, agent: User, requester: User
) -> None:
    actions.merge(other, incident, by=agent)
    client.force_login(requester)
    page = client.get(reverse("portal:requests"), {"state": "all"}).content.decode()
    assert incident.reference in page and other.reference not in page
    assert (
        "Calendar is empty"
        in client.get(reverse("portal:request", args=[incident.reference])).content.decode()
    )
