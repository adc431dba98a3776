"""What is being typed, kept on the server until it is sent."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from core.exceptions import Refused
from core.models import Draft

FIELD = "_draft"
LIMIT = 200_000


def keep(user: Any, key: str, data: dict[str, str]) -> None:
    """Keep a draft of a person, without NUL, which no table holds; an empty one is forgotten.

    Raises `Refused` on one too large to keep.
    """
    data = {name: value.replace("\0", "") for name, value in data.items()}
    if sum(len(value) for value in data.values()) > LIMIT:
        raise Refused("draft too large")
    if not any(value.strip() for value in data.values()):
        forget(user, key)
        return
    Draft.objects.update_or_create(user=user, key=key, defaults={"data": data, "updated_at": timezone.now()})


def read(user: Any, key: str) -> dict[str, str]:
    """What the person was typing there, empty where nothing is kept."""
    found = Draft.objects.filter(user=user, key=key).values_list("data", flat=True).first()
    return found or {}


def forget(user: Any, key: str) -> None:
    """Forget a draft."""
    Draft.objects.filter(user=user, key=key).delete()


def clear(request: HttpRequest) -> None:
    """Forget the drafts of the form that was just sent: each of its texts names its own."""
    for key in request.POST.getlist(FIELD):
        if key:
            forget(request.user, key)
