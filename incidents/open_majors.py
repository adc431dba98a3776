"""The major incidents under way, kept for some seconds: every page asks for them, and must not pay for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from incidents.models import MajorIncident
from tickets.kinds import registry

KEY = "majors-under-way"
SECONDS = 15
# More at once than anybody reads.
_LIMIT = 20


class Open(NamedTuple):
    """A major incident under way, as banners tell of it."""

    pk: int
    reference: str
    title: str
    summary: str
    declared_at: datetime
    next_update_at: datetime | None
    entity: int
    team: int | None
    services: frozenset[int]
    offered_in: frozenset[int]
    entities: frozenset[int]

    @property
    def page(self) -> str:
        """The page for those at work."""
        return reverse("incidents:major", args=[self.reference])

    @property
    def status_page(self) -> str:
        """The page for everybody it touches."""
        return reverse("incidents:major_status", args=[self.reference])

    def is_worked_on_by(self, user: User) -> bool:
        """Whether the person reads the log."""
        return self.entity in user.access.entities("tickets.view") or self.team in user.access.teams

    def touches(self, user: User) -> bool:
        """Whether it is about the person's entity, or a service offered there where no entity is named."""
        path = frozenset(user.entity.path) if user.entity_id and user.entity else frozenset()
        return bool(path & (self.entities or self.offered_in))


def under_way() -> list[Open]:
    """Those under way, newest first; from the cache, or in one statement."""
    kept: list[Open] | None = cache.get(KEY)
    if kept is None:
        kept = [_open(row) for row in _rows()]
        cache.set(KEY, kept, SECONDS)
    return kept


def forget() -> None:
    """Have them read anew once the current transaction is committed."""
    transaction.on_commit(lambda: cache.delete(KEY), robust=True)


def _rows() -> Any:
    services = ArrayAgg("services", distinct=True, default=[], filter=Q(services__isnull=False))
    offered = ArrayAgg("services__entity", distinct=True, default=[], filter=Q(services__isnull=False))
    entities = ArrayAgg("entities", distinct=True, default=[], filter=Q(entities__isnull=False))
    rows = MajorIncident.objects.under_way().annotate(touched=services, offered=offered, places=entities)
    return rows.order_by("-declared_at", "-pk").values(
        "pk", "incident_id", "incident__kind", "incident__title", "incident__entity_id", "incident__team_id",
        "summary", "declared_at", "next_update_at", "touched", "offered", "places",
    )[:_LIMIT]  # fmt: skip


def _open(row: dict[str, Any]) -> Open:
    return Open(
        pk=row["pk"], reference=f"{registry.prefix(row['incident__kind'])}-{row['incident_id']}",
        title=row["incident__title"], summary=row["summary"], declared_at=row["declared_at"],
        next_update_at=row["next_update_at"], entity=row["incident__entity_id"], team=row["incident__team_id"],
        services=frozenset(row["touched"]), offered_in=frozenset(row["offered"]), entities=frozenset(row["places"]),
    )  # fmt: skip
