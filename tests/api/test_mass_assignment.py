"""Whatever is sent, only the fields of the list change."""

from typing import Any

import pytest
from django.db import models

from accounts.actions.people import MANAGED_FIELDS, OWN_FIELDS
from accounts.models import ApiToken, Entity, Grant, Membership, Role, Team, User
from services.models import Category, Service
from tests.api.conftest import Client, fields_of
from tickets.actions import comment
from tickets.actions.editing import EDITABLE
from tickets.models import Event, Ticket

HOSTILE: dict[type[models.Field[Any, Any]], Any] = {
    models.BooleanField: True,
    models.DateTimeField: "2001-01-01T00:00:00Z",
    models.IntegerField: 4,
    models.CharField: "hostile",
    models.TextField: "hostile",
    models.JSONField: {"hostile": 1},
}


def hostile(model: type[models.Model]) -> dict[str, Any]:
    """A body with a value for every column of the model, by its name and by its attribute."""
    body: dict[str, Any] = {"pk": 1, "id": 1, "_state": {}, "__class__": "x"}
    for field in model._meta.get_fields():
        if not isinstance(field, models.Field):
            body[field.name] = [1]
            continue
        value = next((value for kind, value in HOSTILE.items() if isinstance(field, kind)), 1)
        body |= {field.name: value, field.attname: value}
    return body


def columns(row: models.Model) -> dict[str, Any]:
    """Every column of the row as it is in the table."""
    return type(row)._default_manager.filter(pk=row.pk).values().get()


def changed(row: models.Model, before: dict[str, Any]) -> set[str]:
    after = columns(row)
    return {name for name in before if before[name] != after[name]}


# Columns that follow from an act rather than from what was sent.
FOLLOWING = {"version", "updated_at", "search", "sort_name", "priority"}


def test_a_new_ticket_takes_only_its_fields(client_of: Client, administrator: User, incident: Ticket) -> None:
    sane = {
        "title": "t",
        "urgency": 1,
        "impact": 1,
        "kind": "incident",
        "channel": "phone",
        "details": {},
        "language": "fr",
    }
    free = {**hostile(Ticket), **sane, "is_confidential": False}
    for name in ("service", "category", "entity", "requester", "team", "assignee", "reported_at"):
        free.pop(name)
    response = client_of(administrator).post("/api/v1/tickets/", free)
    assert response.status_code == 201, response.content
    made = Ticket.objects.get(pk=int(response.json()["reference"][4:]))
    assert made.pk != 1
    assert (made.status, made.solution, made.priority_is_set, made.merged_into_id, made.reopened) == (
        "new",
        "",
        False,
        None,
        0,
    )
    assert (made.requester_id, made.opened_by_id, made.version, made.priority) == (
        administrator.pk,
        administrator.pk,
        1,
        5,
    )
    assert made.created_at.year > 2001
    assert made.resolved_at is made.closed_at is made.closes_at is made.due_at is None


def test_a_change_of_a_ticket_takes_only_its_fields(client_of: Client, agent: User, incident: Ticket) -> None:
    before = columns(incident)
    body = {
        name: value
        for name, value in hostile(Ticket).items()
        if name not in (*EDITABLE, "team", "assignee", "status")
    }
    body.pop("priority")
    response = client_of(agent).patch(f"/api/v1/tickets/{incident.reference}/", {**body, "title": "new"})
    assert response.status_code == 200, response.content
    assert changed(incident, before) <= {"title", *FOLLOWING}


def test_a_person_takes_only_its_fields(client_of: Client, administrator: User, colleague: User) -> None:
    before = columns(colleague)
    body = {
        name: value for name, value in hostile(User).items() if name not in (*MANAGED_FIELDS, "is_active")
    }
    response = client_of(administrator).patch(f"/api/v1/people/{colleague.pk}/", {**body, "job_title": "x"})
    assert response.status_code == 200, response.content
    assert changed(colleague, before) == {"job_title"}
    made = client_of(administrator).post(
        "/api/v1/people/", {**body, "email": "new@example.org", "entity": colleague.entity_id}
    )
    assert made.status_code == 201, made.content
    person = User.objects.get(email="new@example.org")
    assert not (
        person.is_staff or person.is_superuser or person.has_usable_password() or person.grants.exists()
    )


def test_one_does_not_raise_oneself(client_of: Client, requester: User, agent: User) -> None:
    for user in (requester, agent):
        before, grants = columns(user), Grant.objects.count()
        body = {name: value for name, value in hostile(User).items() if name not in OWN_FIELDS}
        extra = {"role": "administrator", "rights": {"accounts.grant": [1]}, "teams": [1], "phone": "1"}
        response = client_of(user).patch("/api/v1/me/", {**body, **extra})
        assert response.status_code == 200, response.content
        assert changed(user, before) == {"phone"}
        assert Grant.objects.count() == grants


@pytest.mark.parametrize("path", ["people", "teams", "entities", "services", "categories"])
def test_who_manages_nothing_writes_nothing(
    client_of: Client,
    requester: User,
    agent: User,
    school: Entity,
    n1: Team,
    mail_service: Service,
    path: str,
) -> None:
    category = Category.objects.order_by("pk").first() or Category.objects.create(name="c", slug="c")
    rows: dict[str, models.Model] = {
        "people": requester, "teams": n1, "entities": school, "services": mail_service, "categories": category,
    }  # fmt: skip
    row = rows[path]
    before = columns(row)
    body = {
        "name": "x", "code": "x", "email": "x@example.org", "entity": school.pk, "level": "n1", "kind":
        "site", "first_name": "x", "members": [agent.pk], "role": "administrator",
    }  # fmt: skip
    for user in (requester, agent):
        client = client_of(user)
        body = {name: value for name, value in body.items() if name != "role"}
        assert client.post(f"/api/v1/{path}/", body).status_code in (403, 422)
        assert client.patch(f"/api/v1/{path}/{row.pk}/", {"name": "x", "first_name": "x"}).status_code in (
            403,
            404,
        )
        assert client.delete(f"/api/v1/{path}/{row.pk}/").status_code in (403, 404, 405)
    assert changed(row, before) == set()


def test_a_role_one_does_not_hold_cannot_be_given(client_of: Client, manager: User, school: Entity) -> None:
    body = {"email": "x@example.org", "entity": school.pk, "role": Role.objects.get(slug="administrator").pk}
    response = client_of(manager).post("/api/v1/people/", body)
    assert response.status_code in (403, 422)
    assert not User.objects.filter(email="x@example.org").exists()


def test_a_service_takes_only_its_fields(
    client_of: Client, administrator: User, mail_service: Service
) -> None:
    before = columns(mail_service)
    mine = (
        "name",
        "code",
        "entity",
        "owner",
        "criticality",
        "calendar",
        "description",
        "documentation_url",
        "status",
    )
    body = {name: value for name, value in hostile(Service).items() if name not in mine}
    response = client_of(administrator).patch(
        f"/api/v1/services/{mail_service.pk}/", {**body, "description": "x"}
    )
    assert response.status_code == 200, response.content
    assert changed(mail_service, before) == {"description", "version"}


def test_a_comment_takes_only_its_fields(
    client_of: Client, agent: User, requester: User, incident: Ticket
) -> None:
    body = {
        **hostile(type(comment(incident, by=agent, body="x"))),
        "body": "mine",
        "kind": "public",
        "author": requester.pk,
    }
    made = client_of(agent).post(f"/api/v1/tickets/{incident.reference}/comments/", body).json()
    assert made["author"]["id"] == agent.pk
    assert made["ticket"] == incident.reference
    assert made["created_at"] > "2002"


def test_nothing_makes_tokens_or_events(client_of: Client, administrator: User, incident: Ticket) -> None:
    client = client_of(administrator)
    tokens, events = ApiToken.objects.count(), Event.objects.count()
    for path in ("tokens/", f"tickets/{incident.reference}/events/", "grants/", "roles/"):
        assert client.post(f"/api/v1/{path}", {"verb": "x"}).status_code in (404, 405)
    assert (ApiToken.objects.count(), Event.objects.count()) == (tokens, events)


def test_a_requester_assigns_nothing_by_opening(client_of: Client, requester: User, n1: Team) -> None:
    Membership.objects.create(team=n1, user=requester)
    for field, value in (("assignee", requester.pk), ("team", n1.pk)):
        response = client_of(requester).post("/api/v1/tickets/", {"title": "x", field: value})
        assert fields_of(response) == {field}
    assert not Ticket.objects.exists()
