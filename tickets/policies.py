"""What pages show of the delays, from the cache: the acts themselves read them anew."""

from __future__ import annotations

from django.core.cache import cache
from django.db import transaction

from tickets.models import Policy, Ticket

_KEY = "policy-edit-minutes"
_SECONDS = 60


def edit_minutes(ticket: Ticket) -> int:
    """For how long a comment on the ticket can be edited: by the nearest entity above it that says so."""
    kept: dict[int | None, int] | None = cache.get(_KEY)
    if kept is None:
        kept = dict(Policy.objects.values_list("entity_id", "edit_minutes"))
        cache.set(_KEY, kept, _SECONDS)
    path: list[int] = ticket.entity.path
    for entity in reversed(path):
        if entity in kept:
            return kept[entity]
    return kept.get(None, Policy().edit_minutes)


def forget() -> None:
    """Have the delays read anew, now and once the current transaction is committed."""
    cache.delete(_KEY)
    transaction.on_commit(lambda: cache.delete(_KEY), robust=True)
