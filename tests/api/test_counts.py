"""Statements of each request beyond those that find out who asks: the token, and the rights."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Team, User
from services.models import Service
from tests.api.conftest import Client
from tickets.actions import comment, open_ticket
from tickets.models import Ticket

SIGN_IN = ("accounts_apitoken", "WITH mine AS")
TICKETS = "/api/v1/tickets/"


def statements(act: Callable[[], object]) -> list[str]:
    """The statements of a request, without sign-in, rights and the marks of transactions."""
    with CaptureQueriesContext(connection) as captured:
        act()
    kept = [query["sql"] for query in captured]
    kept = [sql for sql in kept if not any(word in sql for word in SIGN_IN)]
    return [sql for sql in kept if not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]


@pytest.fixture
def client(client_of: Client, agent: User) -> APIClient:
    return client_of(agent)


@pytest.fixture
def many(requester: User, agent: User, mail_service: Service, incident: Ticket) -> list[Ticket]:
    made = [
        open_ticket("incident", by=requester, title=f"No mail {number}", service=mail_service)
        for number in range(30)
    ]
    for ticket in [incident, *made[:5]]:
        for number in range(3):
            comment(ticket, by=agent, body=f"{number} mail")
    return made


def test_the_list_costs_the_same_statements_whatever_its_length(
    client: APIClient, many: list[Ticket], n1: Team, mail_service: Service
) -> None:
    for query, most in (
        ("", 1),
        ("page_size=100", 1),
        ("is_open=true&status=new,assigned&assignee=me", 1),
        (f"team={n1.pk}&service={mail_service.pk}", 3),
        ("q=mail", 2),
        ("count=1", 2),
    ):
        said = statements(lambda query=query: client.get(f"{TICKETS}?{query}"))  # type: ignore[misc]
        assert len(said) <= most, (query, said)


def test_the_list_of_a_requester_is_one_statement(
    client_of: Client, requester: User, many: list[Ticket]
) -> None:
    client = client_of(requester)
    assert len(statements(lambda: client.get(TICKETS))) == 1


def test_one_ticket_is_one_statement(client: APIClient, incident: Ticket) -> None:
    said = statements(lambda: client.get(f"{TICKETS}{incident.reference}/"))
    assert len(said) == 1, said


def test_timeline_and_comments_do_not_grow_with_their_rows(
    client: APIClient, many: list[Ticket], incident: Ticket
) -> None:
    for part, most in (
        ("events/", 4),
        ("comments/", 4),
        ("followers/", 2),
        ("attachments/", 2),
        ("moves/", 2),
    ):
        said = statements(lambda part=part: client.get(f"{TICKETS}{incident.reference}/{part}"))  # type: ignore[misc]
        assert len(said) <= most, (part, said)


@pytest.fixture
def warm(django_capture_on_commit_callbacks: Any) -> Callable[[Callable[[], object]], None]:
    """Do something once, with what follows its commit: a process then has the person's key of the trail at hand."""

    def once(act: Callable[[], object]) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            act()

    return once


def test_creating_is_at_most_eight(client: APIClient, mail_service: Service, warm: Any) -> None:
    warm(lambda: client.post(TICKETS, {"title": "first"}))
    for body in ({"title": "x"}, {"title": "x", "service": "mail", "details": {"symptoms": "slow"}}):
        said = statements(lambda body=body: client.post(TICKETS, body))  # type: ignore[misc]
        assert len(said) <= 8, "\n".join(said)


def test_commenting_is_at_most_six(
    client: APIClient, client_of: Client, requester: User, incident: Ticket, warm: Any
) -> None:
    path = f"{TICKETS}{incident.reference}/comments/"
    for who in (client, client_of(requester)):
        warm(lambda who=who: who.post(path, {"body": "first"}))
        said = statements(lambda who=who: who.post(path, {"body": "x"}))  # type: ignore[misc]
        assert len(said) <= 6, "\n".join(said)


def test_other_lists_do_not_grow_with_their_rows(
    client_of: Client, administrator: User, mail_service: Service, n1: Team
) -> None:
    client = client_of(administrator)
    for path, most in (("people/", 1), ("teams/", 3), ("entities/", 1), ("services/", 3), ("categories/", 1)):
        said = statements(lambda path=path: client.get(f"/api/v1/{path}"))  # type: ignore[misc]
        assert len(said) <= most, (path, said)
