"""From what people call a ticket to the ticket."""

import re

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404

from accounts.models import User
from tickets import kinds
from tickets.models import Alias, Ticket

_OURS = re.compile(r"([A-Za-z]{2,5})-([1-9][0-9]{0,17})")


def key_of(reference: str) -> int | None:
    """The key in a reference of ours, whichever of our prefixes it has; None for anything else."""
    match = _OURS.fullmatch(reference.strip())
    if match and match[1].upper() in {*kinds.registry.prefixes, Ticket.prefix}:
        return int(match[2])
    return None


def find(reference: str, *, user: User | AnonymousUser, queryset: QuerySet[Ticket] | None = None) -> Ticket:
    """The ticket that a person calls by this reference or alias, if they may see it.

    An absorbed ticket gives the one it was merged into. Raises `Http404` where there is none or it is not visible.
    """
    base = Ticket.objects.all() if queryset is None else queryset
    key = key_of(reference)
    if key is None:
        keys = Alias.objects.filter(value=reference.strip()[:120]).values("ticket_id")
        found = base.filter(pk__in=keys).visible_to(user).order_by("-pk").first()  # type: ignore[attr-defined]
    else:
        found = base.filter(pk=key).visible_to(user).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    if found.merged_into_id:
        return find(f"{Ticket.prefix}-{found.merged_into_id}", user=user, queryset=queryset)
    return found
