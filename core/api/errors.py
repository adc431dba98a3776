"""Every refusal of the API as problem details (RFC 9457), in the language of the request, naming the field."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError as ModelValidationError,
)
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings

from core.exceptions import Refused, StaleVersion

CONTENT_TYPE = "application/problem+json"

# Status → machine word at the end of `type`, and title.
KINDS: dict[int, tuple[str, str | Promise]] = {
    400: ("malformed", _("The request cannot be read")),
    401: ("unauthenticated", _("Sign in first")),
    403: ("forbidden", _("You may not do this")),
    404: ("not-found", _("Nothing is found at this address")),
    405: ("method-not-allowed", _("This address does not accept this method")),
    406: ("not-acceptable", _("The answer cannot be given in this format")),
    409: ("conflict", _("This conflicts with what is already there")),
    412: ("stale", _("It was changed meanwhile")),
    413: ("too-large", _("The request is too large")),
    415: ("unsupported-media-type", _("The request is in a format that is not read here")),
    422: ("invalid", _("Some values are not accepted")),
    429: ("too-many-requests", _("Too many requests")),
    500: ("fault", _("Something went wrong on our side")),
    503: ("unavailable", _("The service is not available for the moment")),
}


@dataclass(frozen=True)
class Problem:
    """One refusal, before it is written: the field errors are pairs of a dotted path and a message."""

    status: int
    detail: str = ""
    errors: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self, path: str) -> dict[str, Any]:
        """The members of RFC 9457; `errors` is our extension."""
        word, title = KINDS.get(self.status, ("error", HTTPStatus(self.status).phrase))
        return {
            "type": f"urn:vigie:problem:{word}",
            "title": str(title),
            "status": self.status,
            "detail": self.detail or str(title) + ".",
            "instance": path,
            "errors": [{"field": name, "message": message} for name, message in self.errors],
        }


def problem(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler. None, so a 500, only for what no rule foresees."""
    found = understand(error)
    if found is None:
        return None
    request = context.get("request")
    path = request.path if request is not None else ""
    return Response(found.body(path), status=found.status, headers=found.headers, content_type=CONTENT_TYPE)


def answer(found: Problem, path: str) -> JsonResponse:
    """A problem for middleware and views outside DRF."""
    return JsonResponse(
        found.body(path), status=found.status, headers=found.headers, content_type=CONTENT_TYPE
    )


def understand(error: Exception) -> Problem | None:
    """What an exception means to the caller; None where it is a fault of ours."""
    return next((meaning(error) for kind, meaning in _MEANINGS.items() if isinstance(error, kind)), None)


def _of_framework(error: exceptions.APIException) -> Problem:
    headers: dict[str, str] = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    detail = "" if isinstance(error, exceptions.NotFound) else str(error.detail)
    return Problem(error.status_code, detail, headers=headers)


def _with_fields(status: int, errors: list[tuple[str, str]]) -> Problem:
    """A problem whose detail is the message for the whole act, or else the first field's."""
    whole = [message for name, message in errors if not name]
    first = f"{errors[0][0]}: {errors[0][1]}" if errors else ""
    return Problem(status, " ".join(whole) or first, [(name, message) for name, message in errors if name])


def _fields(errors: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, message) for name, messages in errors.items() for message in messages]


def _model_messages(error: ModelValidationError) -> Any:
    return error.message_dict if hasattr(error, "error_dict") else error.messages


def _flatten(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Pairs of dotted path and message from DRF's nested lists and dictionaries."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            whole = name in (api_settings.NON_FIELD_ERRORS_KEY, "__all__")
            yield from _flatten(inner, path if whole else _join(path, str(name)))
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            yield from _flatten(inner, path if isinstance(inner, str) else _join(path, str(place)))
    elif detail:
        yield path, str(detail)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


# The first that fits holds, so the narrower stand first. The last ones are for values that no check foresaw but the
# database refuses, and for a database that is away.
_MEANINGS: dict[type[Exception], Callable[[Any], Problem]] = {
    StaleVersion: lambda error: _with_fields(412, _fields(error.errors)),
    Refused: lambda error: _with_fields(422, _fields(error.errors)),
    exceptions.ValidationError: lambda error: _with_fields(422, list(_flatten(error.detail))),
    ModelValidationError: lambda error: _with_fields(422, list(_flatten(_model_messages(error)))),
    exceptions.APIException: _of_framework,
    Http404: lambda _error: Problem(404),
    PermissionDenied: lambda error: Problem(403, str(error)),
    RequestDataTooBig: lambda _error: Problem(413),
    SuspiciousOperation: lambda _error: Problem(400),
    DataError: lambda _error: Problem(422, str(_("One of the values cannot be stored."))),
    IntegrityError: lambda _error: Problem(409),
    OperationalError: lambda _error: Problem(503, headers={"Retry-After": "5"}),
    InterfaceError: lambda _error: Problem(503, headers={"Retry-After": "5"}),
}
