"""Who looks at a ticket now, and who writes: kept in the cache for half a minute, for those who work on it.

It locks nothing, and where the cache is away nobody is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from accounts.models import User

# A visible page asks every ten seconds; who did not for longer is gone.
SECONDS = 25
LIMIT = 20

_Kept = dict[int, tuple[float, bool, str]]


@dataclass(frozen=True)
class Present:
    """Somebody else on the same ticket."""

    pk: int
    name: str
    is_writing: bool


def note(ticket_id: int, user: User, *, is_writing: bool = False) -> list[Present]:
    """Say that the person is there, and return the others, by name."""
    key, now = f"here:{ticket_id}", timezone.now().timestamp()
    kept: Any = cache.get(key)
    here: _Kept = {
        person: entry
        for person, entry in (kept or {}).items()
        if now - entry[0] < SECONDS and person != user.pk
    }
    mine = {user.pk: (now, is_writing, user.name)}
    # Two who write at the same moment may hide each other until they ask again.
    cache.set(key, {**dict(list(here.items())[:LIMIT]), **mine}, SECONDS)
    others = [Present(person, name, writing) for person, (_at, writing, name) in here.items()]
    return sorted(others, key=lambda present: (present.name, present.pk))


def mark(present: list[Present]) -> str:
    """A short word that changes whenever who is there does."""
    return ".".join(f"{each.pk}{'w' if each.is_writing else ''}" for each in present)
