"""One request, one ticket, however often it is sent."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from core.models import IdempotencyKey
from tests.api.conftest import Client, fields_of, token_of
from tickets.models import Comment, Ticket

TICKETS = "/api/v1/tickets/"


def test_a_retry_gets_the_same_answer_and_does_nothing(client_of: Client, agent: User) -> None:
    client = client_of(agent)
    first = client.post(TICKETS, {"title": "once"}, HTTP_IDEMPOTENCY_KEY="a")
    again = client.post(TICKETS, {"title": "once"}, HTTP_IDEMPOTENCY_KEY="a")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (again["ETag"], again["Location"], again["Idempotent-Replayed"]) == (
        first["ETag"],
        first["Location"],
        "true",
    )
    assert Ticket.objects.count() == 1


def test_another_body_or_address_with_the_same_key_is_refused(
    client_of: Client, agent: User, incident: Ticket
) -> None:
    client = client_of(agent)
    client.post(TICKETS, {"title": "once"}, HTTP_IDEMPOTENCY_KEY="a")
    other = client.post(TICKETS, {"title": "twice"}, HTTP_IDEMPOTENCY_KEY="a")
    assert other.status_code == 422
    assert fields_of(other) == {"Idempotency-Key"}
    path = f"{TICKETS}{incident.reference}/comments/"
    assert client.post(path, {"body": "x"}, HTTP_IDEMPOTENCY_KEY="a").status_code == 422
    assert Comment.objects.count() == 0


def test_a_key_belongs_to_its_person(client_of: Client, agent: User, requester: User) -> None:
    for user in (agent, requester):
        assert client_of(user).post(TICKETS, {"title": "x"}, HTTP_IDEMPOTENCY_KEY="a").status_code == 201
    assert Ticket.objects.count() == 2


def test_a_refused_act_may_be_tried_again_with_its_key(client_of: Client, agent: User) -> None:
    client = client_of(agent)
    assert client.post(TICKETS, {"title": ""}, HTTP_IDEMPOTENCY_KEY="a").status_code == 422
    assert not IdempotencyKey.objects.exists()
    assert client.post(TICKETS, {"title": "x"}, HTTP_IDEMPOTENCY_KEY="a").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "a\x07b"])
def test_an_odd_key_is_named(client_of: Client, agent: User, key: str) -> None:
    response = client_of(agent).post(TICKETS, {"title": "x"}, HTTP_IDEMPOTENCY_KEY=key)
    assert fields_of(response) == {"Idempotency-Key"}


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_make_one_ticket(agent: User) -> None:
    secret = token_of(agent)

    def send(_number: int) -> tuple[int, bytes]:
        client = APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}", HTTP_IDEMPOTENCY_KEY="race")
        response = client.post(TICKETS, {"title": "once"}, format="json")
        connection.close()
        return response.status_code, response.content

    with ThreadPoolExecutor(max_workers=20) as pool:
        answers = list(pool.map(send, range(20)))
    assert {code for code, _body in answers} == {201}, answers
    assert len({body for _code, body in answers}) == 1
    assert Ticket.objects.count() == 1
