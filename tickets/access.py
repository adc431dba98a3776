"""Who sees a confidential ticket, and why: the same people as `Ticket.objects.visible_to` lets through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Membership, User
from tickets.models import Follower, Ticket


@dataclass(frozen=True)
class Seer:
    """One person and the reasons for which they see the ticket."""

    person: User
    reasons: list[str]


def who_sees(ticket: Ticket) -> list[Seer]:
    """Everybody who sees the ticket while it is confidential, by name: never by a grant on its entity."""
    reasons: dict[int, list[str]] = {}
    people: dict[int, Any] = {}

    def add(person: User, reason: str) -> None:
        people[person.pk] = person
        reasons.setdefault(person.pk, []).append(reason)

    add(ticket.requester, _("asked for it"))
    if ticket.assignee:
        add(ticket.assignee, _("works on it"))
    if ticket.team_id:
        rows = Membership.objects.filter(team_id=ticket.team_id, user__is_active=True).select_related("user")
        for row in rows:
            add(row.user, _("is in the team %(team)s") % {"team": ticket.team})
    for follower in Follower.objects.filter(ticket=ticket, user__is_active=True).select_related("user"):
        add(follower.user, _("is named on it"))
    found = [Seer(people[key], why) for key, why in reasons.items()]
    return sorted(found, key=lambda seer: (seer.person.sort_name, seer.person.pk))
