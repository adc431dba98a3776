"""What every request goes through: a database that is away, input no table can hold, the person's language."""

import sys
from collections.abc import Callable
from urllib.parse import unquote_to_bytes
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token
from django.views.defaults import server_error as default_server_error

from core.api.errors import Problem, answer

RETRY_SECONDS = 5
NUL_WORDS = "NUL (0x00)"

GetResponse = Callable[[HttpRequest], HttpResponse]


class DatabaseAwayMiddleware:
    """Answers 503 with Retry-After where a view cannot reach the database."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Translate what the database driver raises; anything else is left to Django."""
        return database_away(request) if isinstance(error, OperationalError | InterfaceError) else None


class CleanInputMiddleware:
    """Answers 400 where an address or a form holds a NUL byte, which PostgreSQL cannot store.

    Fields of a form are checked by the form, which names the field and keeps what was typed; what reaches the database
    without a form, or with a form that lets it through, is caught here.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
        if "\0" in request.path_info or b"\0" in unquote_to_bytes(query):
            return bad_input(request)
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Translate the driver's refusal of a NUL byte."""
        return bad_input(request) if isinstance(error, ValueError) and NUL_WORDS in str(error) else None


class PersonMiddleware:
    """Gives the request the language and time zone of the person, else those of the browser and the installation."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            language, zone = _preferences(request)
        except (OperationalError, InterfaceError):
            return database_away(request)
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(zone):
            return self._get_response(request)


def _preferences(request: HttpRequest) -> tuple[str, ZoneInfo | None]:
    if not request.user.is_authenticated:
        return "", None
    zone = request.user.timezone
    return request.user.language, ZoneInfo(zone) if zone else None


def database_away(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After, as a page or as problem details."""
    detail = _(
        "The portal cannot reach its database for the moment. Nothing is lost; try again in a few seconds."
    )
    if is_api(request):
        response: HttpResponse = answer(Problem(503, detail), request.path)
    else:
        response = _page("503.html", detail, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def bad_input(request: HttpRequest) -> HttpResponse:
    """400 for input with a NUL byte."""
    detail = _("The request holds a NUL character, which no text may contain. Remove it and try again.")
    if is_api(request):
        return answer(Problem(400, detail), request.path)
    return _page("400.html", detail, status=400)


def _page(template: str, detail: str, *, status: int) -> HttpResponse:
    """A page made without the request's context: context processors read the session, so the database."""
    return HttpResponse(render_to_string(template, {"detail": detail}), status=status)


def is_api(request: HttpRequest) -> bool:
    """Whether the caller is a program of the API."""
    return request.path_info.startswith("/api/")


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`: a database that fell away inside a middleware is still a 503; the API gets problem details."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return database_away(request)
    if is_api(request):
        return answer(Problem(500), request.path)
    return default_server_error(request)
