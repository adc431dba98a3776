"""Noting that a session is in use, for the list of one's sessions."""

from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

NOTED_EVERY_SECONDS = 300


class SessionSeenMiddleware:
    """Writes down that a session is in use, from where and with what, at most once in five minutes.

    django-allauth's own middleware would write at each page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        # The API signs in by token and touches no session, and a page for nobody has none.
        if key and request.user.is_authenticated and cache.add(f"session-seen:{key}", 1, NOTED_EVERY_SECONDS):
            UserSession.objects.create_from_request(request)
        return self._get_response(request)
