"""The empty signed-in page that every other page is compared with."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template


def empty(request: HttpRequest) -> HttpResponse:
    """Session and user are read, the template is empty and has no context of the shell."""
    assert request.user.is_authenticated  # noqa: S101 - the middleware lets nobody else through
    request.session.get("nothing")
    return HttpResponse(get_template("bench/empty.html").render({}))
