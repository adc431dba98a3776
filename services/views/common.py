"""What the pages of the catalogue share."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from accounts.models import User
from core.registry import catalogue_panels
from core.views import Crumb
from services.models import Thing

MANAGE_FRAME = "base_manage.html"
VIEW = "services.view_items"


def person(request: HttpRequest) -> User:
    """The signed-in person; the middleware lets nobody else through."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("nobody is signed in")
    return user


def crumb(label: str | Promise, name: str, *arguments: Any) -> Crumb:
    """One step of the way to a page."""
    return Crumb(label, reverse(name, args=arguments))


def panels_of(thing: Thing, user: User) -> list[dict[str, Any]]:
    """What higher parts show on the page of a service or an item."""
    return [
        {"panel": panel, "context": context}
        for panel in catalogue_panels
        if (context := panel.context(thing, user)) is not None
    ]
