"""Lets the trail know which request an act belongs to."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from audit import facts


class OriginMiddleware:
    """Keeps the request at hand for `audit.facts.origin`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with facts.during(request):
            return self._get_response(request)
