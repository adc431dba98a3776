"""What every endpoint promises: who gets in, how refusals look, what bad input does."""

import json
from typing import Any

import pytest
from django.test import Client as Browser
from rest_framework.test import APIClient

from accounts.models import Entity, Team, User
from core.cache import breaker
from services.models import Service
from tests.api.conftest import Client, fields_of
from tests.factories import PASSWORD
from tickets.models import Comment, Ticket

READS = (
    "tickets/", "incidents/", "people/", "teams/", "entities/", "services/", "categories/", "pending-reasons/",
    "resolution-codes/", "me/", "schema/",
)  # fmt: skip
TICKETS = "/api/v1/tickets/"


def writes(
    incident: Ticket, service: Service, team: Team, entity: Entity, person: User
) -> list[tuple[str, str]]:
    """Every address that reads a JSON body."""
    one = f"tickets/{incident.reference}/"
    paths = [
        ("post", "tickets/"),
        ("post", "incidents/"),
        ("patch", one),
        ("patch", f"incidents/{incident.reference}/"),
    ]
    paths += [("post", one + part) for part in ("moves/", "assign/", "pass-on/", "comments/", "followers/")]
    paths += [("post", path) for path in ("people/", "teams/", "entities/", "services/", "categories/")]
    paths += [
        ("patch", f"people/{person.pk}/"),
        ("patch", f"teams/{team.pk}/"),
        ("patch", f"entities/{entity.pk}/"),
    ]
    paths += [("patch", f"services/{service.pk}/"), ("patch", "me/")]
    return [(method, "/api/v1/" + path) for method, path in paths]


@pytest.fixture
def every_write(
    incident: Ticket, mail_service: Service, n1: Team, school: Entity, colleague: User
) -> list[tuple[str, str]]:
    return writes(incident, mail_service, n1, school, colleague)


def test_nobody_gets_in_without_signing_in(db: None, every_write: list[tuple[str, str]]) -> None:
    client = APIClient()
    for path in READS:
        response = client.get(f"/api/v1/{path}")
        assert response.status_code == 401, path
        assert response["WWW-Authenticate"].startswith("Bearer")
        assert response["Content-Type"] == "application/problem+json"
    for method, path in every_write:
        assert getattr(client, method)(path, {}, format="json").status_code == 401, path


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer", "Bearer a b", "Bearer \xff", "bearer vgi_x"])
def test_a_wrong_token_is_refused(db: None, header: str) -> None:
    response = APIClient(HTTP_AUTHORIZATION=header).get(TICKETS)
    assert response.status_code == 401
    assert response.json()["type"] == "urn:vigie:problem:unauthenticated"


def test_a_token_that_may_only_read_does_not_write(client_of: Client, agent: User) -> None:
    client = client_of(agent, "read")
    assert client.get(TICKETS).status_code == 200
    assert client.post(TICKETS, {"title": "x"}).status_code == 403


def test_a_session_needs_its_csrf_token(agent: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    assert client.login(email=agent.email, password=PASSWORD)
    for content_type in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        response = client.post(TICKETS, '{"title": "x"}', content_type=content_type)
        assert response.status_code == 403, content_type
    assert client.get(TICKETS, HTTP_ORIGIN="https://evil.example").status_code == 200
    assert Ticket.objects.count() == 0


def test_no_foreign_origin_is_ever_allowed(client_of: Client, agent: User) -> None:
    for method in ("get", "options"):
        response = getattr(client_of(agent), method)(TICKETS, HTTP_ORIGIN="https://evil.example")
        assert not [name for name in response.headers if name.lower().startswith("access-control")]


def test_only_json_is_read(client_of: Client, agent: User) -> None:
    response = client_of(agent).post(TICKETS, "title=x", content_type="application/x-www-form-urlencoded")
    assert response.status_code == 415
    assert response["Content-Type"] == "application/problem+json"


def test_an_unknown_address_is_a_problem(client_of: Client, agent: User) -> None:
    response = client_of(agent).get("/api/v1/nowhere/")
    assert response.status_code == 404
    assert response.json()["instance"] == "/api/v1/nowhere/"


def test_the_last_slash_may_be_left_out(client_of: Client, agent: User) -> None:
    assert client_of(agent).post("/api/v1/tickets", {"title": "x"}).status_code == 201


def test_an_unknown_method_is_a_problem(client_of: Client, agent: User, incident: Ticket) -> None:
    response = client_of(agent).delete(f"{TICKETS}{incident.reference}/")
    assert response.status_code == 405
    assert response["Allow"]


@pytest.mark.parametrize(
    ("language", "header", "title"), [("", "en", "Some values"), ("en", "fr", "Some values")]
)
def test_a_problem_speaks_the_language_of_its_reader(
    client_of: Client, agent: User, language: str, header: str, title: str
) -> None:
    User.objects.filter(pk=agent.pk).update(language=language)
    response = client_of(agent).post(TICKETS, {}, HTTP_ACCEPT_LANGUAGE=header)
    assert response.json()["title"].startswith(title)
    assert response["Content-Language"] == "en"


@pytest.mark.parametrize(
    "body", ["", "{", "[" * 100_000, '{"title": NaN}', '{"a": ' + "9" * 5000 + "}", "\xff"]
)
def test_what_is_not_json_is_malformed_everywhere(
    client_of: Client, administrator: User, every_write: list[tuple[str, str]], body: str
) -> None:
    client = client_of(administrator)
    for method, path in every_write:
        response = getattr(client, method)(path, body.encode("latin-1"), content_type="application/json")
        if body == "" and response.status_code != 400:  # an empty body is an act without words
            assert response.status_code < 500, (path, response.content)
            continue
        assert response.status_code == 400, (path, response.status_code, response.content)


@pytest.mark.parametrize("body", [[], "text", 5, None, True, [{"title": "x"}]])
def test_anything_but_an_object_is_refused_everywhere(
    client_of: Client, administrator: User, every_write: list[tuple[str, str]], body: Any
) -> None:
    client = client_of(administrator)
    for method, path in every_write:
        response = getattr(client, method)(path, json.dumps(body), content_type="application/json")
        assert response.status_code in (422, 200, 201), (path, response.content)
        if body is not None:
            assert response.status_code == 422, (path, response.content)


NAMES = (
    "title", "description", "urgency", "impact", "service", "category", "entity", "requester", "team",
    "assignee", "is_confidential", "details", "kind", "channel", "reported_at", "language", "priority",
    "priority_reason", "to", "reason", "cause", "solution", "resolution_code", "pending_reason",
    "pending_until", "level", "body", "public", "user", "name", "code", "email", "parent", "members",
    "leads", "calendar", "support", "criticality", "documentation_url", "timezone", "theme", "is_active",
    "role", "owner", "status", "slug", "kinds", "default_service", "first_name", "is_vip", "uses_keys",
)  # fmt: skip


@pytest.mark.parametrize(
    "value", [None, True, -1, 2**70, 1.5, [], {}, "\0", "x" * 300, ["a"], {"id": 2**70}, "9" * 400]
)
def test_a_wrong_value_is_never_a_fault(
    client_of: Client, administrator: User, every_write: list[tuple[str, str]], value: Any
) -> None:
    client = client_of(administrator)
    for method, path in every_write:
        response = getattr(client, method)(path, dict.fromkeys(NAMES, value))
        assert response.status_code < 500, (path, value, response.content)
        response = getattr(client, method)(path, {"title": value, "name": value, "to": value})
        assert response.status_code < 500, (path, value, response.content)


@pytest.mark.parametrize(
    "text",
    [
        "🚒 emoji",
        "\u202eمرحبا بالعالم",
        "line\n" * 10_000,
        "a" * 199_000,
        "{{7*7}} <script>alert(1)</script>",
    ],
)
def test_any_text_is_kept_as_it_is(client_of: Client, agent: User, text: str) -> None:
    made = client_of(agent).post(
        TICKETS, {"title": text[:200].split("\n", maxsplit=1)[0], "description": text}
    )
    assert made.status_code == 201, made.content
    body = client_of(agent).get(f"{TICKETS}{made.json()['reference']}/").json()
    assert body["description"] == text.strip()


def test_too_long_a_text_names_its_field(client_of: Client, agent: User, incident: Ticket) -> None:
    client = client_of(agent)
    long = "x" * 1_000_000
    assert fields_of(client.post(TICKETS, {"title": long, "description": long})) == {"title", "description"}
    assert fields_of(client.post(f"{TICKETS}{incident.reference}/comments/", {"body": long})) == {"body"}
    assert client.post(TICKETS, {"title": "x" * 6_000_000}).status_code == 413


def test_nul_bytes_name_their_field(client_of: Client, agent: User) -> None:
    client = client_of(agent)
    assert fields_of(client.post(TICKETS, {"title": "a\0b"})) == {"title"}
    assert client.get(f"{TICKETS}?q=a%00b").status_code == 400
    assert client.get(f"{TICKETS}INC-%00/").status_code == 400


@pytest.mark.parametrize(
    "reference",
    ["INC-0", "INC-007", "INC--1", "INC-99999999999999999999", "inc-", "%", "'", "<x>", "é", "x" * 500],
)
def test_an_odd_reference_is_not_found(client_of: Client, agent: User, reference: str) -> None:
    assert client_of(agent).get(f"{TICKETS}{reference}/").status_code == 404


def test_odd_queries_are_never_a_fault(client_of: Client, administrator: User, incident: Ticket) -> None:
    client = client_of(administrator)
    values = (
        "'",
        "1e400",
        "9" * 30,
        "-1",
        "null",
        "none",
        "me",
        "é",
        "%ff",
        "2020-13-45",
        "0001-01-01T00:00:00+14:00",
        "a:*&!()",
    )
    names = (
        "q", "status", "kind", "priority", "team", "assignee", "requester", "follower", "service",
        "category", "entity", "channel", "overdue", "is_open", "created_after", "updated_before", "cursor",
        "page_size", "count", "fields", "ordering", "level", "parent", "role", "is_active", "criticality",
    )  # fmt: skip
    for path in READS[:7]:
        for value in values:
            every = "&".join(f"{name}={value}" for name in names)
            response = client.get(f"/api/v1/{path}?{every}")
            assert response.status_code in (200, 422), (path, value, response.content)
            if response.status_code == 422:
                assert fields_of(response) <= set(names)
    for name in names:
        response = client.get(f"/api/v1/tickets/?{name}=%27")
        assert response.status_code in (200, 422), (name, response.content)


def test_too_many_requests_say_when_to_come_back(client_of: Client, agent: User, settings: Any) -> None:
    rates = {"person": "3/min", "write": "2/min"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}
    client = client_of(agent)
    left = [client.get(TICKETS)["RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = client.get(TICKETS)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 62
    assert refused.json()["type"] == "urn:vigie:problem:too-many-requests"
    assert [client.post(TICKETS, {"title": "x"}).status_code for _ in range(3)] == [201, 201, 429]


def test_limits_fail_open_without_the_cache(client_of: Client, agent: User, settings: Any) -> None:
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "DEFAULT_THROTTLE_RATES": {"person": "1/min", "write": "1/min"},
    }
    client = client_of(agent)
    breaker.trip()
    try:
        assert [client.get(TICKETS).status_code for _ in range(3)] == [200, 200, 200]
    finally:
        breaker.reset()


def test_rights_taken_away_are_gone_at_the_next_request(
    client_of: Client, agent: User, incident: Ticket
) -> None:
    client = client_of(agent)
    assert len(client.get(TICKETS).json()["results"]) == 1
    agent.grants.all().delete()
    agent.memberships.all().delete()
    assert client.get(TICKETS).json()["results"] == []
    User.objects.filter(pk=agent.pk).update(is_active=False)
    assert client.get(TICKETS).status_code == 401


def test_no_answer_holds_a_secret(
    client_of: Client, administrator: User, agent: User, requester: User, incident: Ticket
) -> None:
    Comment.objects.create(
        ticket=incident,
        author=agent,
        body="x",
        created_at=incident.created_at,
        visible_at=incident.created_at,
    )
    stored = set(User.objects.values_list("password", flat=True))
    words = ("password", "token", "digest", "secret", "hash", "otp", "is_superuser", "last_login")
    one = f"tickets/{incident.reference}/"
    paths = [
        *READS[:-1],
        one,
        *(one + part for part in ("comments/", "events/", "followers/", "attachments/", "moves/")),
    ]
    for user in (administrator, agent, requester):
        client = client_of(user)
        for path in paths:
            text = client.get(f"/api/v1/{path}").content.decode()
            keys = {key for key in _keys(json.loads(text)) if any(word in key for word in words)}
            assert not keys, path
            assert not [secret for secret in stored if secret in text]


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for inner in value.values() for key in _keys(inner)}
    return {key for inner in value for key in _keys(inner)} if isinstance(value, list) else set()


def test_the_documents_open_for_people_signed_in(agent: User) -> None:
    browser = Browser()
    assert browser.get("/api/v1/docs/").status_code == 302
    assert browser.login(email=agent.email, password=PASSWORD)
    page = browser.get("/api/v1/docs/")
    assert page.status_code == 200
    assert "'unsafe-inline'" in page["Content-Security-Policy"]
    assert "script-src 'self'" in page["Content-Security-Policy"]
