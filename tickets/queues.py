"""The saved views of the queue and their counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.choices import Status
from tickets.models import Ticket

COUNT_LIMIT = 1000
_COUNTS_FOR = 20


@dataclass(frozen=True)
class View:
    """One saved view: what it is called and which tickets it holds."""

    slug: str
    label: Promise
    condition: Callable[[User], Q]


VIEWS: dict[str, View] = {
    view.slug: view
    for view in (
        View("mine", _("Mine"), lambda user: Q(is_open=True, assignee_id=user.pk)),
        View("team", _("My teams"), lambda user: Q(is_open=True, team_id__in=user.access.teams)),
        View("unassigned", _("Unassigned"), lambda user: Q(is_open=True, assignee=None)),
        View("pending", _("Pending"), lambda user: Q(status=Status.PENDING)),
        View("late", _("Late"), lambda user: Q(is_open=True, due_at__lt=timezone.now())),
        View("open", _("All open"), lambda user: Q(is_open=True)),
        View("resolved", _("Resolved"), lambda user: Q(status=Status.RESOLVED)),
        View("closed", _("Closed"), lambda user: Q(status=Status.CLOSED)),
        View("all", _("All tickets"), lambda user: Q()),
    )
}
COUNTED = ("mine", "team", "unassigned", "pending", "late")


def narrow(queryset: QuerySet[Ticket], slug: str, user: User) -> QuerySet[Ticket]:
    """The tickets of a saved view."""
    return queryset.filter(VIEWS[slug].condition(user))


def counts(user: User) -> dict[str, int]:
    """How many tickets the counted views hold, at most `COUNT_LIMIT` + 1 each, in one statement; kept 20 seconds."""
    key = f"queue-counts-{user.pk}"
    found: dict[str, int] | None = cache.get(key)
    if found is None:
        found = _count(user)
        cache.set(key, found, _COUNTS_FOR)
    return found


def _count(user: User) -> dict[str, int]:
    parts: list[str] = []
    params: list[Any] = []
    for slug in COUNTED:
        rows = narrow(Ticket.objects.visible_to(user), slug, user).order_by().values("pk")[: COUNT_LIMIT + 1]
        try:
            sql, own = rows.query.sql_with_params()
        except EmptyResultSet:  # Django knows that nothing can match: "my teams" of someone without any
            continue
        parts.append(f"SELECT '{slug}', count(*) FROM ({sql}) AS bounded")  # noqa: S608
        params.extend(own)
    found = dict.fromkeys(COUNTED, 0)
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            found |= dict(cursor.fetchall())
    return found
