"""Every address and method, by every role, outsiders, nobody and the unknown: in, 403, 404 or the sign-in page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.contracts.routes import API, BODIES, PAGES, PUBLIC, Rule, Rules
from tests.contracts.world import (
    ANONYMOUS,
    CONFIDENTIAL,
    FOREIGN,
    HIDDEN,
    HOSPITAL,
    OWN,
    SCHOOL,
    WALKERS,
    Walker,
    World,
    build,
    may,
    passes,
    sees,
)

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

LOGIN = "/accounts/login/"
METHODS = {"page": ("GET", "POST"), "api": ("GET", "POST", "PATCH", "PUT", "DELETE")}
# Those who are let in: it is done, or shown, or the form asks for more.
IN = {200, 201, 202, 204, 301, 302, 400, 409, 413, 415, 422}
# For parameters of addresses that no thing gives.
USUAL = {"kind": "incident", "key": "walk", "uidb36": "1", "pk": 1}
# These bodies name a row: where the walker does not see it, the field is refused before the right is asked.
NAMES_ROWS = ("-assign", "-list", "-merge", "-unmerge", "-split")
# What does not apply to the account, or to nobody, is 404 or leads back to the sign-in page.
MAY_NOT_APPLY = ("mfa_", "account_", "account:welcome")
# Only django-allauth's own "when was this session last used", at most once in five minutes, is written by a page that is read,
# and the audit trail, which tells who read what is confidential.
WRITES = re.compile(
    r"^\s*(INSERT|UPDATE|DELETE|TRUNCATE)\b(?!.*(?:usersessions_usersession|audit_auditentry|audit_subjectkey))",
    re.IGNORECASE | re.DOTALL,
)

Route = tuple[str, tuple[str, ...], URLPattern]


def routes(resolver: URLResolver | None = None, path: str = "", space: str = "") -> Iterator[Route]:
    """Name (pattern where it has none), parameters and pattern of every address, but Django's administration."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = path + str(entry.pattern)
        if here.startswith("admin/"):
            continue
        if isinstance(entry, URLResolver):
            yield from routes(entry, here, f"{space}{entry.namespace}:" if entry.namespace else space)
        else:
            parameters = re.findall(r"<(?:\w+:)?(\w+)>", here)
            yield (f"{space}{entry.name}" if entry.name else here), tuple(parameters), entry


ROUTES = {name: parameters for name, parameters, _entry in routes()}
TABLE: dict[str, Rules] = {**PAGES, **API}


def test_every_address_has_its_line_in_the_table() -> None:
    assert set(ROUTES) - set(TABLE) == set(), "say in tests/contracts/routes.py who may open these"
    assert set(TABLE) - set(ROUTES) == set(), "these addresses are gone"


def test_every_method_of_the_api_has_its_line_in_the_table() -> None:
    for name, _parameters, entry in routes():
        if actions := getattr(entry.callback, "actions", None):
            assert {method.upper() for method in actions} - {"HEAD"} == set(API[name]), name


def address_of(name: str, arguments: dict[str, Any]) -> str:
    """The address of a page or endpoint, for a thing."""
    if "/" in name:
        return "/" + re.sub(r"<[^>]+>", "walk", name).replace("^.*/$", "no/such/place/")
    given = {**USUAL, **arguments}
    return reverse(name, kwargs={key: given[key] for key in ROUTES[name]})


def expected(walker: Walker, rule: Rule, place: str) -> str:
    """What the table says: in, 403, 404 or login."""
    if rule.gate == PUBLIC:
        return "404" if rule.of == "nothing" else "in"
    if walker is ANONYMOUS:
        return "login"
    if not passes(walker, rule.gate):
        return "403"
    if not sees(walker, rule.of, place):
        return "404"
    return "in" if may(walker, rule, place) else "403"


def outcome(response: Answer) -> str:
    """What happened, in the words of the table."""
    to_login = response.status_code == 302 and response["Location"].startswith(LOGIN)
    if to_login or response.status_code == 401:
        return "login"
    return "in" if response.status_code in IN else str(response.status_code)


def agrees(response: Answer, wanted: str, method: str, name: str) -> bool:
    """Whether what happened is what the table says."""
    found = outcome(response)
    if name.startswith("api:") and method != "GET" and response.status_code == 422:
        # Refused by a field: right for who is let in, and where the body names what the walker may not know.
        return wanted == "in" or (wanted in ("403", "404") and name.endswith(NAMES_ROWS))
    return found == wanted or (
        wanted == "in" and found in ("404", "login") and name.startswith(MAY_NOT_APPLY)
    )


def send(client: Client, method: str, name: str, address: str, body: Any) -> Answer:
    """One request: what a form or a program sends."""
    if name == "api:attachment-list" and method == "POST":
        return client.post(address, {"files": SimpleUploadedFile("walk.txt", b"walk")})
    if name.startswith("api") and method not in ("GET", "DELETE"):
        return client.generic(method, address, json.dumps(body or {}), content_type="application/json")
    return client.post(address) if method == "POST" else client.generic(method, address)


def body_of(world: World, method: str, name: str, place: str) -> Any:
    """What an unsafe method of the API sends."""
    key = f"{method} {name}"
    return world.bodies.get(key, {}).get(place) or BODIES.get(key)


def read(response: Answer) -> str:
    """All that the answer says, headers too."""
    body = response.getvalue()
    return body.decode(errors="replace") + str(response.headers)


def secrets_from(walker: Walker) -> set[str]:
    """The words that this walker must never read."""
    words = {FOREIGN, CONFIDENTIAL, OWN}
    if walker.place in (HOSPITAL, "everywhere"):
        words.discard(FOREIGN)
    if walker.place in (SCHOOL, "everywhere"):
        words.discard(OWN)
    if walker.owns == HIDDEN:
        words.discard(CONFIDENTIAL)
    return words


@pytest.fixture
def world(words: None, settings: Any) -> World:
    """The things to walk through, without a limit on how fast."""
    rates = {"person": "100000/min", "write": "100000/min"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}
    return build()


class Visitor:
    """A walker with a browser; each request is undone after it."""

    def __init__(self, walker: Walker, world: World) -> None:
        self.walker, self.world = walker, world
        self.client = Client(raise_request_exception=False)
        if walker is not ANONYMOUS:
            self.client.force_login(world.people[walker.name])
        self.jar = {name: morsel.value for name, morsel in self.client.cookies.items()}
        self.wrong: list[str] = []

    def walk(self) -> None:
        """Try every method of every address on every thing."""
        for name, rules in TABLE.items():
            for method, rule in rules.items():
                for place, arguments in self.world.things[rule.of].items():
                    self.knock(method, name, rule, place, arguments)

    def try_other_methods(self) -> None:
        """Try the methods that addresses do not have."""
        for name, rules in TABLE.items():
            rule = next(iter(rules.values()))
            arguments = next(iter(self.world.things[rule.of].values()))
            for method in METHODS["api" if name.startswith("api") else "page"]:
                if method not in rules:
                    response, _said = self.request(method, name, address_of(name, arguments), None)
                    if outcome(response) == "in" or response.status_code >= 500:
                        self.wrong.append(f"{method} {name} gave {response.status_code}")

    def request(self, method: str, name: str, address: str, body: Any) -> tuple[Answer, str]:
        """One request with the walker's session, undone at once; the answer and all that it says."""
        self.client.cookies.clear()
        for cookie, value in self.jar.items():
            self.client.cookies[cookie] = value
        with transaction.atomic():
            response = send(self.client, method, name, address, body)
            said = read(response)
            transaction.set_rollback(True)
        return response, said

    def knock(self, method: str, name: str, rule: Rule, place: str, arguments: dict[str, Any]) -> None:
        """One request, compared with the table."""
        # Django keeps the last nine thousand statements of a connection, and a walk makes more.
        connection.queries_log.clear()
        with CaptureQueriesContext(connection) as asked:
            body = body_of(self.world, method, name, place)
            response, said = self.request(method, name, address_of(name, arguments), body)
        case = f"{self.walker.name}: {method} {name} ({place}) gave {response.status_code}"
        wanted = expected(self.walker, rule, place)
        if not agrees(response, wanted, method, name):
            self.wrong.append(f"{case}, not {wanted}")
        if method == "GET" and (written := [query["sql"] for query in asked if WRITES.match(query["sql"])]):
            self.wrong.append(f"{case} and wrote: {written[0][:120]}")
        self.wrong += [f"{case} and said {word}" for word in secrets_from(self.walker) if word in said]


@pytest.mark.parametrize("walker", WALKERS, ids=lambda walker: walker.name)
def test_walker_gets_where_the_table_says_and_reads_nothing_foreign(walker: Walker, world: World) -> None:
    visitor = Visitor(walker, world)
    visitor.walk()
    assert not visitor.wrong, "\n" + "\n".join(visitor.wrong)


def test_no_address_answers_a_method_that_it_does_not_have(world: World) -> None:
    visitor = Visitor(next(walker for walker in WALKERS if walker.name == "administrator"), world)
    visitor.try_other_methods()
    assert not visitor.wrong, "\n" + "\n".join(visitor.wrong)


def test_no_act_of_a_page_goes_through_without_its_token(world: World) -> None:
    """Neither a page elsewhere nor a link can make a browser act in the name of who is signed in."""
    visitor = Visitor(next(walker for walker in WALKERS if walker.name == "administrator"), world)
    visitor.client.handler.enforce_csrf_checks = True
    for name, rules in TABLE.items():
        for method in set(rules) - {"GET"}:
            place, arguments = next(iter(world.things[rules[method].of].items()))
            response, _said = visitor.request(
                method, name, address_of(name, arguments), body_of(world, method, name, place)
            )
            assert response.status_code == 403, f"{method} {name} gave {response.status_code}"
