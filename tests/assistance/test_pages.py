"""The catalogue in the portal, the request of a technician, the administration, and the same over the API."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Entity, User
from assistance.actions import open_request
from assistance.models import AssistanceRequest, RequestType
from tickets.actions import decide
from tickets.choices import Status
from tickets.models import Approval, ApprovalStep, Attachment, CustomField, Ticket
from tickets.models.approvals import Answer
from tickets.models.fields import held

ANSWERS = {"asked_person": "Jean Petit"}


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def test_the_catalogue_shows_what_is_offered_and_finds_it(
    client: Client, reported: User, arrival: RequestType, loan: RequestType
) -> None:
    client.force_login(reported)
    page = text(client.get(reverse("portal:catalogue")))
    assert "Arrival" in page and "Loan" in page
    found = text(client.get(reverse("portal:catalogue"), {"q": "arrivée"}))
    assert "Arrival" in found and "Loan" not in found


def test_asking_keeps_what_was_typed_and_names_what_is_missing(
    client: Client, reported: User, arrival: RequestType
) -> None:
    client.force_login(reported)
    address = reverse("portal:ask", args=["arrival"])
    assert "Name" in text(client.get(address))
    wrong = client.post(address, {"fields.asked_from": "soon", "description": "Ask me first"})
    assert wrong.status_code == 422
    assert "Ask me first" in text(wrong) and 'value="soon"' in text(wrong)
    assert not Ticket.objects.exists()
    sent = {"fields.asked_person": "Jean", "fields.asked_from": "2027-01-04"}
    done = client.post(address, {**sent, "files": [SimpleUploadedFile("a.txt", b"plan")]})
    ticket = AssistanceRequest.objects.get()
    assert done["Location"] == reverse("portal:request", args=[ticket.reference])
    assert held(ticket) == {"asked_person": "Jean", "asked_from": "2027-01-04"}
    assert Attachment.objects.get().ticket_id == ticket.pk


def test_a_form_that_is_not_offered_is_not_there(
    client: Client, outsider: User, loan: RequestType, school: Entity
) -> None:
    loan.entity = school
    loan.save(update_fields=["entity"])
    client.force_login(outsider)
    assert client.get(reverse("portal:ask", args=["loan"])).status_code == 404


def test_the_requester_sees_where_the_approval_stands(
    client: Client, reported: User, boss: User, arrival: RequestType
) -> None:
    made = open_request(arrival, by=reported, fields=ANSWERS)
    client.force_login(reported)
    page = text(client.get(reverse("portal:request", args=[made.reference])))
    assert "waiting for approval" in page and boss.name in page and "Jean Petit" in page
    decide(ApprovalStep.objects.get(), Answer.REFUSED, by=boss, reason="Not this year")
    assert "Not this year" in text(client.get(reverse("portal:request", args=[made.reference])))


def test_the_approver_finds_it_on_their_home_page(
    client: Client, reported: User, boss: User, arrival: RequestType
) -> None:
    made = open_request(arrival, by=reported, fields=ANSWERS)
    client.force_login(boss)
    assert made.title in text(client.get(reverse("portal:home")))
    assert "Jean Petit" in text(client.get(reverse("tickets:decide", args=[ApprovalStep.objects.get().pk])))


def test_a_technician_asks_for_someone_and_sees_it_in_the_list(
    client: Client, reported: User, agent: User, arrival: RequestType
) -> None:
    client.force_login(agent)
    assert "Arrival" in text(client.get(reverse("assistance:choose")))
    sent = {"requester": reported.email, "channel": "phone", "fields.asked_person": "Jean"}
    done = client.post(reverse("assistance:create_by", args=["arrival"]), sent)
    ticket = AssistanceRequest.objects.get()
    assert done["Location"] == ticket.get_absolute_url()
    assert (ticket.requester, ticket.opened_by) == (reported, agent)
    assert ticket.title in text(client.get(reverse("assistance:list")))
    assert ticket.title in text(client.get(reverse("assistance:list"), {"request_type": arrival.pk}))
    page = text(client.get(ticket.get_absolute_url()))
    assert "Awaiting approval" in page
    assert "Jean" in text(client.get(reverse("tickets:panels", args=[ticket.reference])))


def test_a_request_that_no_form_fits_is_written_freely(client: Client, agent: User, reported: User) -> None:
    client.force_login(agent)
    sent = {
        "requester": reported.email, "channel": "phone", "title": "A longer desk", "urgency": 3, "impact": 3,
    }  # fmt: skip
    assert client.post(reverse("assistance:create"), sent).status_code == 302
    assert AssistanceRequest.objects.get().status == Status.NEW


def test_the_list_costs_few_statements(
    client: Client, agent: User, reported: User, loan: RequestType, django_assert_max_num_queries: object
) -> None:
    for _place in range(5):
        open_request(loan, by=reported)
    client.force_login(agent)
    client.get(reverse("assistance:list"))
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        client.get(reverse("assistance:list"))


def test_the_catalogue_costs_few_statements(
    client: Client, reported: User, arrival: RequestType, loan: RequestType, django_assert_max_num_queries: object
) -> None:  # fmt: skip
    client.force_login(reported)
    client.get(reverse("portal:catalogue"))
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        client.get(reverse("portal:catalogue"))


def test_the_catalogue_is_made_and_changed_on_pages(
    client: Client, manager: User, boss: User, fields: dict[str, CustomField]
) -> None:
    client.force_login(manager)
    done = client.post(
        reverse("assistance:new_type"),
        {"name_fr": "Clé", "name_en": "Key", "icon": "key", "position": 1, "is_active": "on"},
    )
    row = RequestType.objects.get()
    assert done["Location"] == reverse("assistance:type", args=[row.pk])
    assert row.slug == "cle"
    address = reverse("assistance:fields", args=[row.pk])
    for name in ("asked_person", "asked_from"):
        assert client.post(address, {**places(row), "added": fields[name].pk}).status_code == 302
    turned = {f"place-{fields['asked_person'].pk}": 2, f"place-{fields['asked_from'].pk}": 1}
    turned[f"required-{fields['asked_from'].pk}"] = "on"  # type: ignore[assignment]
    assert client.post(address, turned).status_code == 302
    asked = [(one.field.slug, one.is_required) for one in row.asked.order_by("position")]
    assert asked == [("asked_from", True), ("asked_person", False)]
    step = {"name_fr": "Chef", "people": boss.email, "quorum": "all", "percent": 50}
    assert client.post(reverse("assistance:new_step", args=[row.pk]), step).status_code == 302
    assert client.post(
        reverse("assistance:step", args=[row.pk, 1]), {**step, "name_fr": "Direction"}
    ).status_code == 302  # fmt: skip
    assert [one.name_fr for one in row.steps.all()] == ["Direction"]
    page = text(client.get(reverse("assistance:type", args=[row.pk])))
    assert "Direction" in page and boss.name in page and "Name" in page
    client.post(reverse("assistance:remove_step", args=[row.pk, 1]))
    assert not row.steps.exists()
    assert client.get(reverse("assistance:step", args=[row.pk, 1])).status_code == 404


def places(row: RequestType) -> dict[str, int]:
    return {f"place-{one.field_id}": one.position for one in row.asked.all()}


def test_a_step_without_anybody_is_refused_with_the_reason(
    client: Client, manager: User, loan: RequestType
) -> None:
    client.force_login(manager)
    answer = client.post(
        reverse("assistance:new_step", args=[loan.pk]), {"name_fr": "X", "quorum": "any", "percent": 50}
    )
    assert answer.status_code == 422
    assert "Say who approves" in text(answer)


@pytest.fixture
def api(client: Client) -> Client:
    return client


def send(client: Client, method: str, path: str, body: dict[str, object]) -> tuple[int, dict[str, object]]:
    answer = client.generic(method, f"/api/v1/{path}", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def test_a_request_over_the_api(api: Client, reported: User, boss: User, arrival: RequestType) -> None:
    api.force_login(reported)
    code, body = send(api, "POST", "requests/", {"request_type": "arrival", "fields": {"asked_from": "x"}})
    assert code == 422
    assert {"fields.asked_person", "fields.asked_from"} <= set(json.dumps(body).replace('"', " ").split())
    code, body = send(api, "POST", "requests/", {"request_type": "arrival", "fields": ANSWERS})
    assert code == 201
    assert (body["status"], body["fields"]) == ("awaiting_approval", ANSWERS)
    assert body["details"]["request_type"]["code"] == "arrival"  # type: ignore[index]
    rows = api.get("/api/v1/requests/?request_type=" + str(arrival.pk)).json()["results"]
    assert [row["reference"] for row in rows] == [body["reference"]]
    assert api.get("/api/v1/request-types/").json()["results"][0]["code"] == "arrival"


def test_approvals_over_the_api(
    api: Client, reported: User, boss: User, agent: User, arrival: RequestType
) -> None:
    made = open_request(arrival, by=reported, fields=ANSWERS)
    path = f"tickets/{made.reference}/approvals/"
    step = ApprovalStep.objects.get()
    api.force_login(agent)
    assert send(api, "POST", f"{path}{step.pk}/decide/", {"decision": "approved"})[0] == 403
    assert send(api, "POST", path, {"steps": [{"people": [agent.pk]}]})[0] == 422
    api.force_login(boss)
    rows = api.get(f"/api/v1/{path}").json()["results"]
    assert rows[0]["steps"][0]["votes"][0]["approver"]["email"] == boss.email
    assert send(api, "POST", f"{path}{step.pk}/decide/", {"decision": "refused"})[0] == 422
    code, body = send(api, "POST", f"{path}{step.pk}/decide/", {"decision": "approved"})
    assert (code, body["status"]) == (200, "approved")
    # Again: already decided.
    assert send(api, "POST", f"{path}{step.pk}/decide/", {"decision": "refused", "reason": "No"})[0] == 422
    assert Approval.objects.get().status == Answer.APPROVED


def test_a_request_type_over_the_api(
    api: Client, manager: User, agent: User, fields: dict[str, CustomField]
) -> None:
    api.force_login(agent)
    assert send(api, "POST", "request-types/", {"name_fr": "Badge"})[0] == 403
    api.force_login(manager)
    asked = [{"code": "asked_person", "is_required": True}]
    steps = [{"name_fr": "Chef", "asks_manager": True}]
    code, body = send(api, "POST", "request-types/", {"name_fr": "Badge", "fields": asked, "steps": steps})
    assert code == 201
    assert body["fields"] == [{"code": "asked_person", "name": "Name", "type": "text", "is_required": True}]
    code, body = send(api, "PATCH", "request-types/badge/", {"steps": [], "is_active": False})
    assert (code, body["steps"], body["is_active"]) == (200, [], False)
