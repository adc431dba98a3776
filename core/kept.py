"""What was typed is not lost.

A form sent after the sign-in ran out waits, in the session of that browser, until the same person signs in again.
A form whose token is refused is shown back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, UnreadablePostError
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core import once
from core.middleware import is_api

SESSION_KEY = "kept_form"
VERSION_FIELD = "version"
LIMIT = 200_000
# Sent along by the page that shows the form kept: once it went through, it need not be kept any more.
MARK = "_kept"
_OURS = frozenset({once.FIELD, MARK, "csrfmiddlewaretoken"})
# What forms carry along by these names.
_CARRIED = frozenset({VERSION_FIELD, "last_read", "canned", "remove", "kind"})
_LABELS = {
    "body": _("Text"), "title": _("Title"), "description": _("Description"), "reason": _("Reason"), "cause": _("Cause"),
    "solution": _("Solution"),
}  # fmt: skip
_SECRET = ("pass", "secret", "code")


@dataclass(frozen=True)
class Typed:
    """One field of a form as it was sent."""

    name: str
    value: str

    @property
    def is_words(self) -> bool:
        """Whether a person typed it, as against what a form carries along."""
        return self.name not in _CARRIED and not self.name.startswith("_") and bool(self.value.strip())

    @property
    def label(self) -> str:
        """The name of the field, readable."""
        if self.name in _LABELS:
            return str(_LABELS[self.name])
        return self.name.rpartition(".")[2].replace("_", " ").replace("-", " ").capitalize()


class SignInMiddleware(LoginRequiredMiddleware):
    """Leads to the sign-in page like Django's, and keeps a form that comes too late."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        """To the sign-in page, and from there to the form kept or to the page asked for."""
        is_form = request.method == "POST" and not is_api(request) and "HX-Request" not in request.headers
        if is_form and keep(request):
            return redirect_to_login(reverse("core:kept"))
        return super().handle_no_permission(request, view_func)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Forget the form kept once it went through."""
        sent = request.method == "POST" and isinstance(response, HttpResponseRedirect) and not is_api(request)
        if sent and MARK in request.POST and request.user.is_authenticated:
            request.session.pop(SESSION_KEY, None)
        return response


def keep(request: HttpRequest) -> bool:
    """Keep the form in the session; False for one too large, or not known to be of some person's page."""
    person = once.signed_for(request.POST.get(once.FIELD, ""))
    body = _without_tokens(request.POST)
    if person is None or len(body) > LIMIT:
        return False
    request.session[SESSION_KEY] = {
        "person": person,
        "path": request.get_full_path(),
        "back": _page_of(request),
        "body": body,
        "files": [file.name for name, files in request.FILES.lists() for file in files if name and file.name],
    }
    return True


@never_cache
@require_http_methods(["GET", "POST"])
def kept(request: HttpRequest) -> HttpResponse:
    """The form kept, to be sent now or thrown away; only for the person who typed it."""
    found = request.session.get(SESSION_KEY)
    if not found or found["person"] != request.user.pk:
        request.session.pop(SESSION_KEY, None)
        return redirect("/")
    if request.method == "POST":
        del request.session[SESSION_KEY]
        return HttpResponseRedirect(found["back"])
    typed = [Typed(name, value) for name, value in _pairs(QueryDict(found["body"]))]
    context = {
        "fields": typed, "words": [field for field in typed if field.is_words], "files": found["files"],
        "action": found["path"], "back": found["back"],
    }  # fmt: skip
    return render(request, "generic/kept.html", context)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is not accepted, with what was typed to be copied.

    It offers no button that sends it again: the page may be another site's.
    """
    try:
        typed = _typed(request.POST)
    except (RequestDataTooBig, UnreadablePostError, SuspiciousOperation, BadRequest):
        typed = []
    words = [field for field in typed if field.is_words and not field.name.startswith(_SECRET)]
    return HttpResponse(render_to_string("403_csrf.html", {"words": words}), status=403)


def changed_meanwhile(request: HttpRequest, detail: str, *, back: str) -> HttpResponse:
    """409 for an act that no longer fits the row, with what was typed to be copied."""
    words = [field for field in _typed(request.POST) if field.is_words]
    return render(request, "409.html", {"detail": detail, "back": back, "words": words}, status=409)


def _typed(data: QueryDict) -> list[Typed]:
    carried = {*_OURS, VERSION_FIELD}
    return [Typed(name, value) for name, value in _pairs(data) if name not in carried]


def _pairs(data: QueryDict) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, values in data.lists() for value in values]


def _without_tokens(data: QueryDict) -> str:
    copy = data.copy()
    for name in data:
        if name in _OURS or name.startswith(_SECRET):
            del copy[name]
    return copy.urlencode()


def _page_of(request: HttpRequest) -> str:
    """The page the form stood on, as the browser names it; the start where it is not ours."""
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}):
        return settings.LOGIN_REDIRECT_URL
    parts = urlsplit(page)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
