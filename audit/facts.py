"""Where an act comes from: the request under way, kept for the length of the request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog
from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest

_request: ContextVar[HttpRequest | None] = ContextVar("audit_request", default=None)


@dataclass(frozen=True)
class Origin:
    """Address and request of an act, and who is signed in; all empty outside a request."""

    ip: str = ""
    request_id: str = ""
    person: Any = None


@contextmanager
def during(request: HttpRequest) -> Iterator[None]:
    """Acts within come from this request."""
    before = _request.set(request)
    try:
        yield
    finally:
        _request.reset(before)


def origin() -> Origin:
    """Where the act under way comes from."""
    request = _request.get()
    if request is None:
        return Origin()
    user = getattr(request, "user", None)
    person = user if user is not None and user.is_authenticated else None
    request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64]
    return Origin(ip=_address(request), request_id=request_id, person=person)


def _address(request: HttpRequest) -> str:
    """The address of the caller; empty where the server did not say, as in commands and some tests."""
    return (get_client_ip(request) or "")[:45] if request.META.get("REMOTE_ADDR") else ""
