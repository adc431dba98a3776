"""The acts of the shell: theme, language, preview of Markdown, drafts."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import drafts, markdown
from core.context import THEMES, Page
from core.exceptions import Refused

YEAR = 365 * 24 * 3600
PREVIEW_LIMIT = 100_000


def _back(request: HttpRequest) -> HttpResponse:
    """Back to the page the act was done on, never to another site."""
    asked = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return HttpResponseRedirect(asked if safe and asked.startswith("/") else "/")


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")


def _keep_preference(request: HttpRequest, name: str, value: object) -> None:
    """Write one preference on the person's row; nothing for who is not signed in."""
    user: Any = request.user
    if user.is_authenticated and getattr(user, name) != value:
        get_user_model()._default_manager.filter(pk=user.pk).update(**{name: value})


@login_not_required
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Choose light, dark, or what the system says."""
    theme = request.POST.get("theme", "")
    response = HttpResponse(status=204) if request.headers.get("HX-Request") else _back(request)
    if theme in THEMES:
        _keep_preference(request, "theme", theme)
        _remember(response, "theme", theme)
    return response


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Choose the language."""
    language = request.POST.get("language", "")
    response = _back(request)
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        _keep_preference(request, "language", language)
        _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@require_POST
def set_keys(request: HttpRequest) -> HttpResponse:
    """Turn the single-key shortcuts on or off."""
    _keep_preference(request, "uses_keys", request.POST.get("on") == "1")
    return HttpResponse(status=204)


@require_safe
def administration(request: HttpRequest) -> HttpResponse:
    """The map of the set-up, in the order one does it; 403 for who may open none of its pages."""
    if not Page(request).admin_groups:
        raise PermissionDenied
    return render(request, "generic/map.html")


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What a Markdown text will look like."""
    text = request.POST.get("text", "")[:PREVIEW_LIMIT]
    return render(request, "ui/preview.html", {"html": markdown.render(text)})


@never_cache
@require_http_methods(["GET", "POST", "DELETE"])
def draft(request: HttpRequest, key: str) -> HttpResponse:
    """Read (204 where there is none), keep or forget what is being typed."""
    if request.method == "DELETE":
        drafts.forget(request.user, key)
        return HttpResponse(status=204)
    if request.method == "GET":
        kept = drafts.read(request.user, key)
        return JsonResponse(kept) if kept else HttpResponse(status=204)
    data = {name: str(value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    try:
        drafts.keep(request.user, key, data)
    except Refused:
        return HttpResponse(status=413)
    return HttpResponse(status=204)
