"""A form is done once, and what was typed survives a sign-in that ran out, a double click and a refused token."""

from __future__ import annotations

import re
from threading import Thread
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from accounts.models import User
from core.models import IdempotencyKey
from tests.factories import PASSWORD
from tickets.models import Comment, Ticket


def token_of(page: Any) -> str:
    """The token that the forms of a page carry."""
    found = re.search(r'name="_form" value="([^"]+)"', page.content.decode())
    assert found
    return found[1]


@pytest.fixture
def desk(client: Client, agent: User, incident: Ticket) -> Client:
    """A technician signed in, with a ticket to work on."""
    client.force_login(agent)
    return client


def test_second_submit_leads_to_the_result_of_the_first(desk: Client, incident: Ticket) -> None:
    token = token_of(desk.get(incident.get_absolute_url()))
    given = {"body": "Once", "kind": "internal", "_form": token}
    first = desk.post(f"/tickets/{incident.reference}/write/", given)
    second = desk.post(f"/tickets/{incident.reference}/write/", given)
    assert first["Location"] == second["Location"] and Comment.objects.count() == 1
    desk.post(f"/tickets/{incident.reference}/write/", {**given, "body": "Another"})
    assert Comment.objects.count() == 2


def test_new_page_is_another_act(desk: Client, incident: Ticket) -> None:
    for _visit in range(2):
        token = token_of(desk.get(incident.get_absolute_url()))
        desk.post(
            f"/tickets/{incident.reference}/write/", {"body": "Yes", "kind": "internal", "_form": token}
        )
    assert Comment.objects.count() == 2


def test_refused_form_can_be_sent_again(desk: Client, incident: Ticket) -> None:
    token = token_of(desk.get(incident.get_absolute_url()))
    for _try in range(2):
        answer = desk.post(
            f"/tickets/{incident.reference}/write/", {"body": "", "kind": "internal", "_form": token}
        )
        assert answer.status_code == 422
    assert not IdempotencyKey.objects.exists()


def test_token_of_someone_else_guards_nothing_and_harms_nothing(
    desk: Client, incident: Ticket, lead: User
) -> None:
    token = token_of(desk.get(incident.get_absolute_url()))
    desk.force_login(lead)
    for _try in range(2):
        desk.post(f"/tickets/{incident.reference}/write/", {"body": "Hm", "kind": "internal", "_form": token})
    assert Comment.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_double_click_at_the_same_moment_is_one_act(agent: User, incident: Ticket) -> None:
    client = Client()
    client.force_login(agent)
    token = token_of(client.get(incident.get_absolute_url()))
    answers: list[Any] = []

    def click() -> None:
        own = Client()
        own.cookies = client.cookies
        address = f"/tickets/{incident.reference}/write/"
        answers.append(own.post(address, {"body": "Once", "kind": "internal", "_form": token}))
        connection.close()

    clicks = [Thread(target=click) for _click in range(4)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert Comment.objects.count() == 1
    assert {answer["Location"] for answer in answers} == {answers[0]["Location"]}


def expired(client: Client, address: str, data: dict[str, Any], *, page: str) -> Any:
    """Send a form of a page after the session behind it is gone."""
    token = token_of(client.get(page))
    client.cookies.pop("sessionid")
    return client.post(address, {**data, "_form": token}, headers={"Referer": f"http://testserver{page}"})


def sign_in(client: Client, person: User, address: str) -> Any:
    return client.post(address, {"login": person.email, "password": PASSWORD})


def test_form_of_an_expired_sign_in_waits_and_is_sent(desk: Client, agent: User, incident: Ticket) -> None:
    page, address = incident.get_absolute_url(), f"/tickets/{incident.reference}/write/"
    file = SimpleUploadedFile("error.log", b"E42")
    answer = expired(
        desk, address, {"body": "Much <b>typed</b>", "kind": "internal", "files": file}, page=page
    )
    assert answer.status_code == 302 and answer["Location"] == "/accounts/login/?next=/kept/"
    assert not Comment.objects.exists()
    assert sign_in(desk, agent, answer["Location"])["Location"] == "/kept/"
    kept = desk.get("/kept/")
    text = kept.content.decode()
    assert "Much &lt;b&gt;typed&lt;/b&gt;" in text and "error.log" in text and f'action="{address}"' in text
    sent = {"body": "Much <b>typed</b>", "kind": "internal", "_form": token_of(kept), "_kept": "1"}
    assert desk.post(address, sent).status_code == 302
    assert Comment.objects.get().body == "Much <b>typed</b>"
    assert desk.get("/kept/")["Location"] == "/"


def test_form_kept_can_be_dropped(desk: Client, agent: User, incident: Ticket) -> None:
    page = incident.get_absolute_url()
    answer = expired(desk, f"/tickets/{incident.reference}/write/", {"body": "Typed"}, page=page)
    sign_in(desk, agent, answer["Location"])
    assert desk.post("/kept/")["Location"] == page
    assert desk.get("/kept/")["Location"] == "/"


def test_form_kept_is_for_its_author_only(desk: Client, lead: User, incident: Ticket) -> None:
    page = incident.get_absolute_url()
    answer = expired(desk, f"/tickets/{incident.reference}/write/", {"body": "My own words"}, page=page)
    sign_in(desk, lead, answer["Location"])
    assert desk.get("/kept/")["Location"] == "/"


def test_page_asked_for_is_still_where_the_sign_in_leads(client: Client, db: None) -> None:
    assert client.get("/queue/")["Location"] == "/accounts/login/?next=/queue/"
    assert client.post("/theme/x/").status_code == 404
    assert client.post("/queue/counts/", {"a": "b"})["Location"].startswith("/accounts/login/")


def test_refused_token_shows_what_was_typed_but_no_secret(agent: User, incident: Ticket) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(agent)
    answer = client.post(
        f"/tickets/{incident.reference}/write/", {"body": "Much <i>typed</i>", "password": "hunter2"}
    )
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "Much &lt;i&gt;typed&lt;/i&gt;" in text and "hunter2" not in text
