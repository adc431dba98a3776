"""The people, teams, categories and words that imported tickets name: found, or made as needed."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models.functions import Lower
from django.utils.text import slugify

from accounts.choices import EntityKind
from accounts.fields import normal_email
from accounts.models import Entity, Team, User
from calendars.arithmetic import Schedule, add_working_days
from core.choices import Level
from core.text import fold, sort_name
from services.models import Category, Service
from services.support import schedule_of, support_team
from tickets.actions.base import policy_of
from tickets.choices import WaitsFor
from tickets.models import PendingReason, ResolutionCode, Ticket
from tickets.priority import compute, matrix

# A name of the source that is no address gets one here: the domain exists nowhere, the name finds it again.
DOMAIN = "imported.invalid"
_ADDRESSABLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}[a-z0-9]|[a-z0-9]")
# People kept in memory by name; beyond, they are looked up again.
_KEPT = 50_000
# No delay of silence is longer (60 working days at most).
_LONGEST_SILENCE = timedelta(days=180)


def default_entity() -> Entity:
    """The top of the tree; made where an installation has no entity at all."""
    root = Entity.objects.filter(parent=None).order_by("pk").first()
    return root or Entity.objects.plant("Organisation", code="ORG", kind=EntityKind.ORGANISATION)


def address_of(name: str) -> str:
    """The address under which a person of the source is found: the name itself where it is one."""
    if "@" in name:
        try:
            validate_email(normal_email(name))
        except ValidationError:
            pass
        else:
            return normal_email(name)
    plain = " ".join(name.casefold().split())
    if _ADDRESSABLE.fullmatch(plain) and ".." not in plain:
        return f"{plain}@{DOMAIN}"
    mark = hashlib.sha256(plain.encode()).hexdigest()[:10]
    return f"{'.'.join(part for part in (slugify(plain)[:40], mark) if part)}@{DOMAIN}"


class Directory:
    """Keys of rows by the names of the source. What is missing is made in the current transaction."""

    def __init__(self, entity: Entity, *, own_entity: bool, now: datetime) -> None:
        self.entity = entity
        self.now = now
        self.made: Counter[str] = Counter()
        # Whether a ticket belongs where its requester does rather than to `entity`.
        self._own_entity = own_entity
        self._people: dict[str, tuple[int, int]] = {}
        self._rows: dict[Hashable, Any] = {}

    def forget(self) -> None:
        """Forget everything: what was made in a transaction that failed is not there."""
        self._people.clear()
        self._rows.clear()

    def meet(self, names: Iterable[str]) -> None:
        """Make sure that all these people are known, in three statements at most."""
        wanted = {name for name in names if name}
        if len(self._people) + len(wanted) > _KEPT:
            self._people.clear()
        by_address: dict[str, list[str]] = {}
        for name in sorted(wanted - self._people.keys()):
            by_address.setdefault(address_of(name), []).append(name)
        if not by_address:
            return
        missing = by_address.keys() - self._find(by_address)
        if missing:
            fresh = [self._person(by_address[address][0], address) for address in sorted(missing)]
            User.objects.bulk_create(fresh, ignore_conflicts=True)
            self._find({address: by_address[address] for address in missing})
            self.made["people"] += len(missing)

    def _find(self, by_address: dict[str, list[str]]) -> set[str]:
        found = set()
        for key, address, entity in User.objects.filter(email__in=list(by_address)).values_list(
            "pk", "email", "entity_id"
        ):
            found.add(address)
            for name in by_address[address]:
                self._people[name] = (key, entity)
        return found

    def _person(self, name: str, address: str) -> User:
        """Someone who cannot sign in until an administrator says so."""
        name = name.partition("@")[0] if name == address else name
        first, _, last = name.strip().rpartition(" ")
        return User(
            email=address, first_name=first[:80], last_name=last[:80], entity=self.entity, is_active=False,
            password=make_password(None),
        )  # fmt: skip

    def person(self, name: str) -> int:
        """The key of a person met before."""
        return self._people[name][0]

    def entity_of(self, name: str) -> int:
        """The entity of the tickets of a person met before."""
        return self._people[name][1] if self._own_entity else self.entity.pk

    def queue(self, name: str) -> tuple[int | None, int | None]:
        """Team and service of a queue: a team of this name, else a service, else a new team."""
        found: tuple[int | None, int | None] = self._once(("queue", fold(name)), lambda: self._queue(name))
        return found

    def _queue(self, name: str) -> tuple[int | None, int | None]:
        team = self._named(Team.objects.filter(is_active=True), name)
        if team:
            return team.pk, None
        service = self._named(Service.objects.all(), name)
        if service:
            first = support_team(service, Level.N1)
            return first.pk if first else None, service.pk
        self.made["teams"] += 1
        return Team.objects.create(name=name, level=Level.N1, entity=self.entity).pk, None

    def team(self, name: str) -> int:
        """The key of a team."""
        key: int = self._once(("team", fold(name)), lambda: self._team(name))
        return key

    def _team(self, name: str) -> int:
        team = self._named(Team.objects.filter(is_active=True), name)
        if team is None:
            self.made["teams"] += 1
            team = Team.objects.create(name=name, level=Level.N1, entity=self.entity)
        return int(team.pk)

    def _named(self, rows: models.QuerySet[Any], name: str) -> Any:
        """The row of this name, whatever its case, nearest to the entity on the way up."""
        found = (
            rows.filter(entity_id__in=self.entity.path).alias(plain=Lower("name")).filter(plain=name.lower())
        )
        return max(found.select_related("entity"), key=lambda row: len(row.entity.path), default=None)

    def priority(self, urgency: int, impact: int, service: int | None) -> int:
        """What the matrix makes of these."""
        cells = self._once("matrix", matrix)
        criticality = self._once(
            ("criticality", service),
            lambda: (
                Service.objects.values_list("criticality", flat=True).get(pk=service) if service else None
            ),
        )
        return compute(cells, urgency=urgency, impact=impact, criticality=criticality)

    def silence_ends(self, resolved: datetime, *, entity: int, service: int | None) -> datetime | None:
        """When a resolved ticket closes by itself; never if that time has passed: closing tells people."""
        if resolved < self.now - _LONGEST_SILENCE:
            return None
        schedule, days = self._once(("silence", entity, service), lambda: _silence(entity, service))
        ends = add_working_days(schedule, resolved, days)
        return ends if ends > self.now else None

    def category(self, name: str, *, parent: int | None = None) -> int:
        """The key of a category. A new one is not offered for new tickets until an administrator says so."""
        key: int = self._once(("category", parent, name), lambda: self._category(name, parent))
        return key

    def _category(self, name: str, parent: int | None) -> int:
        found = Category.objects.filter(parent_id=parent, name__iexact=name).order_by("pk").first()
        if found is None:
            mark = hashlib.sha256(f"{parent}/{name}".encode()).hexdigest()[:8]
            self.made["categories"] += 1
            found = Category.objects.create(
                name=name, slug=f"{slugify(name)[:60]}-{mark}".strip("-"), parent_id=parent, is_active=False
            )
        return found.pk

    def resolution_code(self, name: str) -> int:
        """The key of a resolution code, not offered where it is new."""
        return self._word(
            ResolutionCode, slugify(sort_name(name))[:60] or "imported", name_fr=name[:120], is_active=False
        )

    def pending_reason(self, slug: str) -> int:
        """The key of a pending reason of `PENDING`, made where the installation has none under this code."""
        french, english, waits_for = PENDING[slug]
        return self._word(
            PendingReason, slug, name_fr=french, name_en=english, waits_for=waits_for, is_active=False
        )

    def _word(self, model: type[models.Model], slug: str, **values: Any) -> int:
        def find() -> int:
            row, created = model._default_manager.get_or_create(slug=slug, defaults=values)
            self.made[str(model._meta.verbose_name_plural)] += created
            return int(row.pk)

        key: int = self._once((model, slug), find)
        return key

    def _once(self, key: Hashable, find: Callable[[], Any]) -> Any:
        if key not in self._rows:
            self._rows[key] = find()
        return self._rows[key]


def _criticality(service: int | None) -> int | None:
    return Service.objects.values_list("criticality", flat=True).get(pk=service) if service else None


def _silence(entity: int, service: int | None) -> tuple[Schedule, int]:
    """The opening hours and the delay in working days that hold for a ticket."""
    row = Ticket(entity=Entity.objects.get(pk=entity))
    found = Service.objects.select_related("calendar__current").get(pk=service) if service else None
    return schedule_of(found), policy_of(row).close_after_days


PENDING = {
    "requester": ("Retour de l’utilisateur", "Waiting for the user", WaitsFor.REQUESTER),
    "supplier": ("Fournisseur", "Waiting for a supplier", WaitsFor.SUPPLIER),
    "problem": ("Résolution d’un problème", "Waiting for a problem to be solved", WaitsFor.INTERNAL),
    "evidence": ("Éléments complémentaires", "Waiting for evidence", WaitsFor.REQUESTER),
    "imported": ("Motif inconnu (reprise)", "Reason unknown (imported)", WaitsFor.INTERNAL),
}
