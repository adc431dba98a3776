"""Who asks for a page."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User


def reader(request: HttpRequest) -> User:
    """The signed-in person; the middleware lets nobody else through."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def worker(request: HttpRequest) -> User:
    """The signed-in person, who must work on tickets; 403 for anyone else."""
    user = reader(request)
    if not user.access.is_staff_side:
        raise PermissionDenied
    return user
