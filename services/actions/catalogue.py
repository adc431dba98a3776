"""What happens to services and categories."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.actions.saving import allow, change, save
from accounts.models import Entity, Team, User
from audit.actions import record_row
from core.choices import Level
from core.db import locked
from core.exceptions import Refused, StaleVersion
from services.choices import CatalogueVerb
from services.models import CatalogueEvent, Category, Service, ServiceStatus, ServiceTeam
from services.pack import CATEGORIES, ONLY_REQUESTS, REQUESTS

MANAGE = "services.manage"
SERVICE_FIELDS = frozenset(
    {
        "name",
        "code",
        "entity",
        "owner",
        "criticality",
        "calendar",
        "description",
        "documentation_url",
        "status",
    }
)
CATEGORY_FIELDS = frozenset({"name", "name_en", "slug", "parent", "kinds", "default_service", "is_active"})
_DEEPEST = 3

Support = Mapping[Level, Team | None]


@transaction.atomic
def create_service(
    *,
    name: str,
    entity: Entity,
    by: User | None,
    support: Support | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> Service:
    """Add a service to the catalogue of an entity; its code is made from the name where none is given."""
    allow(by, MANAGE, entity)
    service = Service(name=name, entity=entity)
    change(
        service,
        {**fields, "code": fields.get("code") or _free_code(Service, "code", name)},
        allowed=SERVICE_FIELDS,
    )
    save(service)
    set_support(service, support or {}, by=by)
    _record(service, CatalogueVerb.CREATED, {"status": service.status}, by=by, at=at)
    return service


@transaction.atomic
def edit_service(
    service: Service,
    changes: Mapping[str, Any],
    *,
    by: User | None,
    support: Support | None = None,
    version: int | None = None,
) -> Service:
    """Change a service and, where given, its support teams. Raises `StaleVersion` over a newer one."""
    row = locked(Service.objects.filter(pk=service.pk)).get()
    allow(by, MANAGE, row)
    if version is not None and version != row.version:
        raise StaleVersion(_("Someone else has changed this service since you opened it."))
    if "entity" in changes:
        allow(by, MANAGE, changes["entity"])
    before = {name: getattr(row, name) for name in SERVICE_FIELDS}
    changed = change(row, changes, allowed=SERVICE_FIELDS)
    touched = set_support(row, support, by=by) if support is not None else False
    if not changed and not touched:
        return row
    row.version += 1
    save(row, fields=[*changed, "sort_name", "version"])
    told = {name: [_stored(before[name]), _stored(getattr(row, name))] for name in changed}
    _record(row, CatalogueVerb.EDITED, {"changes": told, "support": touched}, by=by)
    return row


def retire_service(service: Service, *, by: User | None) -> Service:
    """Take a service out of the catalogue; its tickets keep it."""
    return edit_service(service, {"status": ServiceStatus.RETIRED}, by=by)


@transaction.atomic
def set_support(service: Service, support: Support, *, by: User | None) -> bool:
    """Say which team supports the service at each named level; None takes it away. Returns whether anything
    changed.
    """
    allow(by, MANAGE, service)
    present = {row.level: row.team_id for row in service.support.all()}
    wanted = {Level(level): team for level, team in support.items()}
    differing = {
        level: team for level, team in wanted.items() if present.get(level) != (team.pk if team else None)
    }
    for level, team in differing.items():
        if team and team.level != level:
            raise Refused({level.value: _("“%(team)s” is not a team of this level.") % {"team": team.name}})
    ServiceTeam.objects.filter(service=service, level__in=list(differing)).delete()
    ServiceTeam.objects.bulk_create(
        ServiceTeam(service=service, level=level, team=team) for level, team in differing.items() if team
    )
    if differing:
        changes = {
            level.value: [present.get(level), team.pk if team else None] for level, team in differing.items()
        }
        record_row(service, "changed", by=by, changes=changes)
    return bool(differing)


@transaction.atomic
def create_category(*, name: str, by: User | None, **fields: Any) -> Category:
    """Add a category; its code is made from the name where none is given."""
    allow(by, MANAGE)
    category = Category(name=name)
    change(
        category,
        {**fields, "slug": fields.get("slug") or _free_code(Category, "slug", name)},
        allowed=CATEGORY_FIELDS,
    )
    _check_place(category)
    return save(category)


@transaction.atomic
def edit_category(category: Category, changes: Mapping[str, Any], *, by: User | None) -> Category:
    """Change a category. The tree is locked, so that two moves cannot make a circle."""
    allow(by, MANAGE)
    tree = {row.pk: row for row in locked(Category.objects.order_by("pk"))}
    row = tree[category.pk]
    changed = change(row, changes, allowed=CATEGORY_FIELDS)
    if "parent" in changed:
        _check_place(row)
    return save(row, fields=[*changed, "sort_name"]) if changed else row


@transaction.atomic
def install_categories() -> None:
    """The categories of the French pack, where there are none at all."""
    if Category.objects.exists():
        return
    for name, english, children in CATEGORIES:
        parent = _install(name, english, None)
        for child, child_english in children:
            _install(child, child_english, parent)


def _install(name: str, english: str, parent: Category | None) -> Category:
    kinds = REQUESTS if name in ONLY_REQUESTS else []
    return create_category(name=name, name_en=english, parent=parent, kinds=kinds, by=None)


def _check_place(category: Category) -> None:
    """Refuse a circle, and a tree deeper than people find their way in."""
    above, depth = category.parent, 1
    while above is not None:
        depth += 1
        if above.pk == category.pk:
            raise Refused({"parent": _("A category cannot belong to itself or to one below it.")})
        if depth > _DEEPEST:
            raise Refused({"parent": _("Categories have at most three levels.")})
        above = above.parent


def _record(
    service: Service,
    verb: CatalogueVerb,
    data: Mapping[str, Any],
    *,
    by: User | None,
    at: datetime | None = None,
) -> None:
    now = at or timezone.now()
    CatalogueEvent.objects.create(service=service, verb=verb, actor=by, at=now, data=dict(data))


def _stored(value: Any) -> Any:
    """A value as an event keeps it: keys of rows, of long texts the beginning."""
    if isinstance(value, models.Model):
        return value.pk
    return value[:500] if isinstance(value, str) else value


def _free_code(model: type[Service] | type[Category], field: str, name: str) -> str:
    """A code made from a name, numbered where it is taken."""
    base = slugify(name)[:50] or model.__name__.lower()
    taken = set(model.objects.filter(**{f"{field}__startswith": base}).values_list(field, flat=True))
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(code for code in numbered if code not in taken)
