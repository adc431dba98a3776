"""What the pages of this app share."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from core.views import Crumb

MANAGE_FRAME = "base_manage.html"


def signed_in(request: HttpRequest) -> User:
    """Who asks; the middleware lets nobody through who is not signed in."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("nobody is signed in")
    return user


def crumb(label: Any, url_name: str, *args: Any) -> Crumb:
    """One step of the way to a page."""
    return Crumb(label, reverse(url_name, args=args))
