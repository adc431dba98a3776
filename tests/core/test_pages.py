"""What every list and form does: filters as chips, bounded counts, pages, refusals beside their fields, conflicts."""

import pytest
from django.test import Client

from accounts.models import User
from core import views
from tickets.actions import edit
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client: Client, agent: User) -> Client:
    client.force_login(agent)
    return client


def test_filters_show_as_chips_that_can_be_removed(signed_in: Client, incident: Ticket) -> None:
    html = signed_in.get("/incidents/?status=new&priority=5&q=mail").content.decode()
    assert html.count('class="chip"') == 3
    assert 'href="?status=new&amp;q=mail"' in html


@pytest.mark.parametrize(
    "query",
    ["status=nonsense", "page=-3", "page=99999999999", "sort=password", "team=999999", "q=%F0%9F%94%A5"],
)
def test_nonsense_in_the_address_is_no_error(signed_in: Client, incident: Ticket, query: str) -> None:
    assert signed_in.get(f"/incidents/?{query}").status_code == 200


def test_htmx_gets_the_list_alone(signed_in: Client, incident: Ticket) -> None:
    html = signed_in.get("/incidents/", headers={"HX-Request": "true"}).content.decode()
    assert html.lstrip().startswith('<div id="list"')
    assert "<html" not in html
    assert "<script" not in html


def test_pages_end_and_counts_stop(
    signed_in: Client, incident: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "COUNT_LIMIT", 2)
    monkeypatch.setattr(views.ListPage, "page_size", 1)
    Ticket.objects.bulk_create(copies(incident, 4))
    assert "2+ " in signed_in.get("/incidents/").content.decode()
    last = signed_in.get("/incidents/?page=3").content.decode()
    assert 'rel="next"' not in last
    assert 'rel="prev"' in last


def copies(ticket: Ticket, number: int) -> list[Ticket]:
    """More tickets like this one."""
    columns = {
        field.attname: getattr(ticket, field.attname)
        for field in Ticket._meta.concrete_fields
        if not field.generated and not field.primary_key
    }
    return [Ticket(**columns) for _each in range(number)]


def test_no_row_is_on_two_pages(signed_in: Client, incident: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views.ListPage, "page_size", 2)
    Ticket.objects.bulk_create(copies(incident, 5))
    seen = [
        row.pk
        for page in (1, 2, 3)
        for row in signed_in.get(f"/incidents/?page={page}").context["table"].objects
    ]
    assert len(seen) == len(set(seen)) == 6


def test_refusal_stands_beside_its_field_and_nothing_typed_is_lost(
    signed_in: Client, incident: Ticket
) -> None:
    address = f"/tickets/{incident.reference}/move/resolved/"
    response = signed_in.post(address, {"cause": "A cable", "solution": "", "version": incident.version})
    html = response.content.decode()
    assert response.status_code == 422
    assert 'id="id_solution_error"' in html
    assert 'href="#id_solution"' in html
    assert "A cable" in html


def test_newer_version_answers_409_and_keeps_what_was_typed(
    signed_in: Client, incident: Ticket, agent: User
) -> None:
    stale = incident.version
    edit(incident, {"title": "Changed meanwhile"}, by=agent)
    form = {
        "title": "Mine",
        "requester": incident.requester.email,
        "entity": incident.entity_id,
        "urgency": 3,
        "impact": 3,
    }
    response = signed_in.post(f"/tickets/{incident.reference}/edit/", {**form, "version": stale})
    assert response.status_code == 409
    assert 'value="Mine"' in response.content.decode()


def test_form_that_goes_through_clears_its_draft(signed_in: Client, incident: Ticket) -> None:
    signed_in.post(f"/drafts/answer-{incident.pk}/", {"body": "We look"})
    sent = {"kind": "internal", "body": "We look into it", "_draft": f"answer-{incident.pk}"}
    assert signed_in.post(f"/tickets/{incident.reference}/write/", sent).status_code == 302
    assert signed_in.get(f"/drafts/answer-{incident.pk}/").status_code == 204


def test_page_carries_its_nonce_and_no_inline_style(signed_in: Client, incident: Ticket) -> None:
    response = signed_in.get(incident.get_absolute_url())
    nonce = response["Content-Security-Policy"].partition("'nonce-")[2].partition("'")[0]
    html = response.content.decode()
    assert nonce
    assert f'nonce="{nonce}"' in html
    assert " style=" not in html
    assert " onclick" not in html
