"""Names after an @: who is meant, and who may be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.text import slugify

from accounts.holders import holders
from accounts.models import Membership, Team, User
from tickets.models import Ticket
from tickets.permissions import sees_internal

# `@anna.agent` (the beginning of an address), `@anna.agent@example.org`, `@service-desk` (the name of a team).
_HANDLE = re.compile(r"(?<![\w@./])@([A-Za-z0-9][\w.+-]{1,63}(?:@[A-Za-z0-9][\w.-]*\.\w+)?)")
# More names in one text are no call on people.
LIMIT = 20
TEAM_LIMIT = 50


@dataclass(frozen=True)
class Meant:
    """The people that a text calls, and the teams through which it calls some of them."""

    people: list[User]
    teams: list[Team]


def handles(text: str) -> list[str]:
    """The names after an @ in a text, in small letters, each once."""
    found = (match[1].rstrip(".-_").lower() for match in _HANDLE.finditer(text))
    return list(dict.fromkeys(found))[:LIMIT]


def meant(text: str, ticket: Ticket, *, by: User, internal: bool) -> Meant:
    """Who is called by the text: only whom the author sees, and in an internal text only who reads it.

    A name that fits nobody, or several, is a plain word. Costs nothing where the text has no @.
    """
    names = handles(text) if "@" in text else []
    if not names:
        return Meant([], [])
    teams = [team for team in Team.objects.visible_to(by).active() if team_handle(team) in names]
    rest = set(names) - {team_handle(team) for team in teams}
    people = {person.pk: person for person in _named(rest, by)}
    for member in _members(teams):
        people.setdefault(member.pk, member)
    people.pop(by.pk, None)
    called = [person for person in people.values() if not internal or sees_internal(person, ticket)]
    return Meant(called, teams)


def _named(names: Iterable[str], by: User) -> list[User]:
    condition = Q()
    for name in names:
        condition |= Q(email=name) if "@" in name else Q(email__istartswith=f"{name}@")
    if not condition:
        return []
    rows = list(User.objects.visible_to(by).active().filter(condition)[: LIMIT * 5])
    found = []
    for name in names:
        fitting = [row for row in rows if name in (row.email, handle(row))]
        found += fitting if len(fitting) == 1 else []
    return found


def _members(teams: list[Team]) -> QuerySet[User]:
    keys = Membership.objects.filter(team__in=teams).values("user_id")
    return User.objects.active().filter(pk__in=keys).order_by("pk")[:TEAM_LIMIT]


def handle(person: User) -> str:
    """The short name of a person: the beginning of the address."""
    return person.email.partition("@")[0].lower()


def team_handle(team: Team) -> str:
    """The name of a team as one word."""
    return slugify(team.name)


def offered(ticket: Ticket, asked: str, *, by: User, limit: int = 8) -> list[dict[str, str]]:
    """Whom to offer for what was typed after an @: people who read notes, and teams, each with the name to write."""
    text = asked.strip().lower()[:60]
    every = Team.objects.visible_to(by).active()
    teams = [team for team in every if text in team_handle(team) or text in team.sort_name]
    match = Q(sort_name__contains=text) | Q(email__istartswith=text)
    rows = User.objects.visible_to(by).active().filter(match, _reads_notes(ticket)).exclude(pk=by.pk)
    people = list(rows.order_by("sort_name", "pk")[:limit])
    short = Counter(map(handle, people))
    found = [
        {
            "handle": handle(person) if short[handle(person)] == 1 else person.email,
            "label": person.name,
            "detail": person.email,
        }
        for person in people
    ]
    groups = [
        {"handle": team_handle(team), "label": team.name, "detail": team.get_level_display()}
        for team in teams
    ]
    return [*found[: limit - min(len(groups), 3)], *groups][:limit]


def _reads_notes(ticket: Ticket) -> Q:
    """`sees_internal` for many people."""
    found = Q(pk__in=Membership.objects.filter(team_id=ticket.team_id or 0).values("user_id"))
    if ticket.assignee_id:
        found |= Q(pk=ticket.assignee_id)
    return (
        found
        if ticket.is_confidential
        else found | Q(pk__in=holders("tickets.view", ticket.entity).values("pk"))
    )
