"""How many statements the busy pages and acts cost, pinned, whatever the number of rows.

Beyond the session and the person, which every signed-in page reads. A page that needs more than it did is slower for
everybody; a page that needs more with more rows is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Team, User
from core.choices import Level
from tickets.actions import comment, edit, follow, move, open_ticket, pass_on, take
from tickets.choices import CommentKind, Status
from tickets.models import PendingReason, Ticket

# Statements that say nothing of the page: savepoints of the tests, the session and the person.
FREE = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")
SESSION_AND_PERSON = (
    'FROM "django_session"',
    'WHERE ("accounts_user"."is_active" AND "accounts_user"."id"',
    "usersessions_usersession",
    # A process keeps the key of a person once their first act is committed, which acts of tests never are.
    "audit_subjectkey",
)


@contextmanager
def at_most(limit: int) -> Iterator[None]:
    """Fail where the block needs more statements than that, and show them."""
    with CaptureQueriesContext(connection) as asked:
        yield
    counted = [query["sql"] for query in asked if not query["sql"].startswith(FREE)]
    counted = [sql for sql in counted if not any(part in sql for part in SESSION_AND_PERSON)]
    shown = "\n".join(f"{place}. {sql[:150]} … {sql[-150:]}" for place, sql in enumerate(counted, 1))
    assert len(counted) <= limit, f"{len(counted)} statements, {limit} are meant:\n{shown}"


@pytest.fixture
def busy(
    incident: Ticket, agent: User, lead: User, expert: User, requester: User, colleague: User, n2: Team
) -> Ticket:
    """A ticket with a life behind it, among others."""
    for place in range(5):
        open_ticket("incident", by=requester, title=f"Another {place}", service=incident.service)
    take(incident, by=agent)
    edit(incident, {"title": "Other words", "urgency": 4, "details": {"symptoms": "Error 42"}}, by=agent)
    waiting = PendingReason.objects.get(slug="requester")
    move(incident, Status.PENDING, by=agent, values={"pending_reason": waiting})
    follow(incident, colleague, by=agent)
    for place in range(5):
        comment(incident, by=requester if place % 2 else agent, body=f"Word {place}")
        comment(incident, by=agent, body=f"Note {place}", kind=CommentKind.INTERNAL)
    pass_on(incident, level=Level.N2, reason="Over to you", by=agent)
    return take(incident, by=expert)


def opened(client: Client, address: str) -> Callable[[], None]:
    """Opening a page, as the second visitor of the day finds it: what is cached is there."""

    def visit() -> None:
        assert client.get(address).status_code == 200

    visit()
    return visit


def test_queue_page_is_six_statements(busy: Ticket, agent: User, client: Client) -> None:
    client.force_login(agent)
    for view in ("team", "open", "all", "mine"):
        visit = opened(client, f"/queue/?view={view}")
        with at_most(6):
            visit()


def test_queue_page_costs_the_same_with_more_rows(
    busy: Ticket, agent: User, requester: User, client: Client
) -> None:
    client.force_login(agent)
    visit = opened(client, "/queue/?view=open")
    with CaptureQueriesContext(connection) as few:
        visit()
    for place in range(20):
        open_ticket("incident", by=requester, title=f"More {place}", service=busy.service)
    with CaptureQueriesContext(connection) as many:
        visit()
    assert len(many) == len(few)


def test_ticket_page_is_eight_statements(busy: Ticket, expert: User, client: Client) -> None:
    client.force_login(expert)
    visit = opened(client, busy.get_absolute_url())
    with at_most(8):
        visit()


def test_ticket_page_costs_the_same_with_a_longer_story(
    busy: Ticket, expert: User, agent: User, client: Client
) -> None:
    client.force_login(expert)
    visit = opened(client, busy.get_absolute_url())
    with CaptureQueriesContext(connection) as few:
        visit()
    for place in range(10):
        comment(busy, by=expert, body=f"More {place}")
        edit(busy, {"urgency": 1 + place % 5}, by=agent)
    with CaptureQueriesContext(connection) as many:
        visit()
    assert len(many) == len(few)


def test_request_page_of_the_portal_is_eight_statements(
    busy: Ticket, requester: User, client: Client
) -> None:
    client.force_login(requester)
    visit = opened(client, f"/portal/requests/{busy.reference}/")
    with at_most(8):
        visit()


def test_lists_of_the_portal_are_four_statements(busy: Ticket, requester: User, client: Client) -> None:
    client.force_login(requester)
    for address, limit in (("/portal/", 6), ("/portal/requests/", 4), ("/portal/services/", 4)):
        visit = opened(client, address)
        with at_most(limit):
            visit()


def test_live_counts_are_two_statements_and_none_while_kept(
    busy: Ticket, agent: User, client: Client
) -> None:
    client.force_login(agent)
    opened(client, "/queue/counts/")
    with at_most(1):
        client.get("/queue/counts/")
    cache.delete(f"queue-counts-{agent.pk}")
    with at_most(2):
        client.get("/queue/counts/")


def test_lists_of_the_api_are_three_statements(busy: Ticket, agent: User, client: Client) -> None:
    client.force_login(agent)
    for address in (
        "/api/v1/tickets/",
        "/api/v1/incidents/?status=new",
        f"/api/v1/tickets/{busy.reference}/",
    ):
        visit = opened(client, address)
        with at_most(3):
            visit()


def test_creating_is_eight_statements(busy: Ticket, requester: User) -> None:
    person = User.objects.select_related("entity").get(pk=requester.pk)
    with at_most(8):
        open_ticket("incident", by=person, title="Counted", service=busy.service)


def test_commenting_is_six_statements(busy: Ticket, expert: User) -> None:
    person = User.objects.get(pk=expert.pk)
    with at_most(6):
        comment(busy, by=person, body="Counted")


def test_moving_is_eight_statements(busy: Ticket, expert: User, waiting: PendingReason) -> None:
    person = User.objects.get(pk=expert.pk)
    with at_most(8):
        move(busy, Status.PENDING, by=person, values={"pending_reason": waiting})
