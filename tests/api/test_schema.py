"""The OpenAPI document, and the API held against it by generated requests, the same in every run."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import User
from tests.api.conftest import token_of
from tickets.actions import comment
from tickets.models import Ticket

EXAMPLES = 5
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


def test_the_document_has_no_warnings() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=io.StringIO())


def test_the_document_is_openapi_3_1() -> None:
    made = document()
    assert made["openapi"] == "3.1.0"
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], (method, path)
            assert {"400", "401", "403", "422", "429"} <= operation["responses"].keys(), (method, path)


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Requests run in the transaction of the test, whose connection they must not close."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def secret(administrator: User, agent: User, incident: Ticket) -> str:
    """A token of someone who may do everything, on a portal with something in it."""
    comment(incident, by=agent, body="x")
    return token_of(administrator)


def test_no_generated_request_is_a_fault(secret: str, incident: Ticket) -> None:
    schema = schemathesis.openapi.from_dict(document())
    schema.app = get_wsgi_application()
    found: list[Exception] = []
    for operation in schema.get_all_operations():
        try:
            hold(operation.ok(), secret, incident)  # type: ignore[union-attr]
        except Exception as failure:
            found.append(failure)
    if found:
        raise ExceptionGroup("the API is not as its document says", found)


def hold(operation: Any, secret: str, incident: Ticket) -> None:
    """Send generated requests to one operation; each is inside the transaction of the test."""

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(case=operation.as_strategy())
    def send(case: Case[Any]) -> None:
        if "reference" in case.path_parameters:
            case.path_parameters["reference"] = incident.reference
        case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, checks=CHECKS)

    send()
