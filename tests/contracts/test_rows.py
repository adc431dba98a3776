"""Every kind shows the same rows by its page, its export and the API: those that `visible_to` gives the reader."""

from __future__ import annotations

import csv
import re
from io import StringIO

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import Team, User
from services.models import Service
from tests.contracts.kinds import KINDS, People, named
from tickets.actions import follow, open_ticket
from tickets.models import Ticket

# The list of each kind in the workspace, and its endpoint.
PAGES = {
    "incident": "incidents:list",
    "request": "assistance:list",
    "problem": "problems:list",
    "change": "changes:list",
    "task": "projects:tasks",
}
ENDPOINTS = {kind: f"/api/v1/{kind}s/" for kind in PAGES}
_REFERENCE = re.compile(r'class="reference">([A-Z]{3}-\d+)<')

each_kind = pytest.mark.parametrize("kind", KINDS, ids=named)


@pytest.fixture
def rows(kind: type[Ticket], everyone: People, mail_service: Service, n2: Team) -> list[Ticket]:
    """Tickets of the kind here and elsewhere: plain ones, one with a team, one confidential, one followed."""
    slug, owner, lead = kind.kind_slug, everyone["requester"], everyone["lead"]
    plain = open_ticket(slug, by=owner, title="Plain", service=mail_service)
    hidden = open_ticket(slug, by=lead, requester=owner, title="Hidden", team=n2, is_confidential=True)
    followed = open_ticket(slug, by=everyone["outsider"], title="Followed")
    follow(followed, everyone["colleague"], by=everyone["administrator"])
    elsewhere = open_ticket(slug, by=everyone["outsider"], title="Elsewhere")
    return [plain, hidden, followed, elsewhere]


def of_kind(kind: type[Ticket], person: User) -> set[str]:
    """The references of the kind that the person may see."""
    return {ticket.reference for ticket in kind.objects.visible_to(person)}


@each_kind
def test_every_kind_has_its_list_and_its_endpoint(kind: type[Ticket]) -> None:
    assert kind.kind_slug in PAGES


@each_kind
def test_api_gives_each_reader_the_visible_rows(
    kind: type[Ticket], rows: list[Ticket], everyone: People, client: Client
) -> None:
    for name, person in everyone.items():
        client.force_login(person)
        told = client.get(ENDPOINTS[kind.kind_slug]).json()["results"]
        assert {row["reference"] for row in told} == of_kind(kind, person), name
        told = client.get(f"/api/v1/tickets/?kind={kind.kind_slug}").json()["results"]
        assert {row["reference"] for row in told} == of_kind(kind, person), name


@each_kind
def test_page_and_export_give_each_technician_the_visible_rows(
    kind: type[Ticket], rows: list[Ticket], everyone: People, client: Client
) -> None:
    for name in ("agent", "lead", "manager", "auditor", "administrator", "outside_agent"):
        # Exports are few in a minute for one person, and these are many people.
        cache.clear()
        person = everyone[name]
        client.force_login(person)
        page = client.get(reverse(PAGES[kind.kind_slug]))
        assert set(_REFERENCE.findall(page.content.decode())) == of_kind(kind, person), name
        sent = client.get(f"/queue/export/?kind={kind.kind_slug}&view=all")
        text = sent.getvalue().decode("utf-8-sig")
        first, *lines = csv.reader(StringIO(text), delimiter=";" if ";" in text.splitlines()[0] else ",")
        assert first
        assert {line[0] for line in lines} == of_kind(kind, person), name


@each_kind
def test_rows_and_rights_agree(
    kind: type[Ticket], rows: list[Ticket], everyone: People, client: Client
) -> None:
    for name, person in everyone.items():
        seen = of_kind(kind, person)
        for ticket in rows:
            may = person.has_perm("tickets.view", ticket)
            assert not may or ticket.reference in seen, (name, ticket.title)
            for verb in ("tickets.work", "tickets.assign", "tickets.note", "tickets.answer"):
                assert not person.has_perm(verb, ticket) or ticket.reference in seen, (
                    name,
                    verb,
                    ticket.title,
                )
            client.force_login(person)
            answer = client.get(f"/api/v1/tickets/{ticket.reference}/")
            assert answer.status_code == (200 if ticket.reference in seen else 404), (name, ticket.title)


@each_kind
def test_list_of_a_kind_is_six_statements_whatever_its_length(
    kind: type[Ticket], rows: list[Ticket], agent: User, mail_service: Service, client: Client,
    django_assert_max_num_queries: object,
) -> None:  # fmt: skip
    for number in range(12):
        open_ticket(kind.kind_slug, by=agent, title=f"More {number}", service=mail_service)
    client.force_login(agent)
    address = reverse(PAGES[kind.kind_slug])
    client.get(address)
    with django_assert_max_num_queries(8):  # type: ignore[operator]  # session and person beside the six
        client.get(address)


@each_kind
def test_ticket_page_of_a_kind_is_eight_statements(
    kind: type[Ticket], rows: list[Ticket], agent: User, client: Client, django_assert_max_num_queries: object
) -> None:
    client.force_login(agent)
    client.get(rows[0].get_absolute_url())
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        assert client.get(rows[0].get_absolute_url()).status_code == 200
