"""What stands on what. Each act has a set form, and the single act is a set of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import Act, record_many
from core.exceptions import Refused
from services.actions.catalogue import MANAGE
from services.actions.items import EDIT
from services.choices import ACYCLIC, FROM_SOURCE, CatalogueVerb, RelationType
from services.locks import hold_graph
from services.models import CatalogueEvent, Item, Node, Relation, Service, Thing

# New edges (who stands, on what) that close a circle: from what one stands on, along all strict relations, back to it.
_CIRCLES = """
WITH RECURSIVE fresh AS (
    SELECT id,
           CASE WHEN relation_type = ANY(%(against)s) THEN target_id ELSE source_id END AS above,
           CASE WHEN relation_type = ANY(%(against)s) THEN source_id ELSE target_id END AS below
    FROM services_relation WHERE id = ANY(%(ids)s) AND relation_type = ANY(%(strict)s)
),
reached(id, node) AS (
    SELECT id, below FROM fresh
    UNION
    SELECT reached.id, step.node
    FROM reached CROSS JOIN LATERAL (
        SELECT target_id AS node FROM services_relation
        WHERE source_id = reached.node AND relation_type = ANY(%(strict)s) AND NOT relation_type = ANY(%(against)s)
        UNION ALL
        SELECT source_id FROM services_relation
        WHERE target_id = reached.node AND relation_type = ANY(%(against)s)
    ) AS step
)
SELECT fresh.id FROM fresh JOIN reached ON reached.id = fresh.id AND reached.node = fresh.above LIMIT 1
"""


@dataclass(frozen=True)
class Edge:
    """A relation to be made, read from source to target."""

    source: Thing
    target: Thing
    relation_type: str


def relate(
    source: Thing, target: Thing, relation_type: str, *, by: User | None, at: datetime | None = None
) -> Relation:
    """Relate two services or items. Refused where it is there already, or something would stand on itself."""
    return relate_many([Edge(source, target, relation_type)], by=by, at=at)[0]


@transaction.atomic
def relate_many(edges: Sequence[Edge], *, by: User | None, at: datetime | None = None) -> list[Relation]:
    """Make several relations at once, all or none. One end must be the person's to change."""
    now = at or timezone.now()
    for edge in edges:
        _check(edge, by)
    hold_graph()
    nodes = _nodes([thing for edge in edges for thing in (edge.source, edge.target)])
    rows = [
        Relation(
            source=nodes[_key(edge.source)],
            target=nodes[_key(edge.target)],
            relation_type=edge.relation_type,
            created_at=now,
        )
        for edge in edges
    ]
    try:
        with transaction.atomic():
            Relation.objects.bulk_create(rows)
    except IntegrityError as error:
        raise Refused({"target": _("This relation is already there.")}) from error
    _refuse_circles(rows, edges)
    _record(edges, CatalogueVerb.RELATED, by=by, at=now)
    return rows


@transaction.atomic
def unrelate(relation: Relation, *, by: User | None, at: datetime | None = None) -> None:
    """Take a relation away; both ends remember it."""
    hold_graph()
    row = Relation.objects.with_ends().filter(pk=relation.pk).first()
    if row is None:
        return
    edge = Edge(row.source.thing, row.target.thing, row.relation_type)
    _allow(edge, by)
    row.delete()
    _record([edge], CatalogueVerb.UNRELATED, by=by, at=at or timezone.now())


def may_relate(user: User, thing: Thing) -> bool:
    """Whether the person may change what the service or item stands on."""
    return user.has_perm(MANAGE if isinstance(thing, Service) else EDIT, thing)


def _allow(edge: Edge, by: User | None) -> None:
    if by is not None and not (may_relate(by, edge.source) or may_relate(by, edge.target)):
        raise PermissionDenied


def _check(edge: Edge, by: User | None) -> None:
    if edge.relation_type not in RelationType.values:
        raise Refused({"relation_type": _("Choose one of the relations.")})
    if _key(edge.source) == _key(edge.target):
        raise Refused({"target": _("Nothing can stand on itself.")})
    _allow(edge, by)


def _key(thing: Thing) -> tuple[str, int]:
    return ("service" if isinstance(thing, Service) else "item", thing.pk)


def _nodes(things: Iterable[Thing]) -> dict[tuple[str, int], Node]:
    """The node of each thing, made where there is none yet; the graph is held meanwhile."""
    wanted = {_key(thing): thing for thing in things}
    services = [key for kind, key in wanted if kind == "service"]
    items = [key for kind, key in wanted if kind == "item"]
    present = Node.objects.filter(service__in=services) | Node.objects.filter(item__in=items)
    found = {
        ("service", node.service_id) if node.service_id else ("item", node.item_id or 0): node
        for node in present
    }
    missing = {key: thing for key, thing in wanted.items() if key not in found}
    made = Node.objects.bulk_create(
        Node(service=thing) if isinstance(thing, Service) else Node(item=thing) for thing in missing.values()
    )
    return {**found, **dict(zip(missing, made, strict=True))}


def _refuse_circles(rows: Sequence[Relation], edges: Sequence[Edge]) -> None:
    """Refuse relations through which something would stand on itself; rolls back what was written."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CIRCLES,
            {
                "ids": [row.pk for row in rows],
                "strict": [str(kind) for kind in ACYCLIC],
                "against": [str(kind) for kind in FROM_SOURCE],
            },
        )
        found = cursor.fetchone()
    if found:
        edge = next(edge for row, edge in zip(rows, edges, strict=True) if row.pk == found[0])
        said = _("“%(source)s” and “%(target)s” would stand on each other, through others perhaps: a circle.")
        raise Refused({"target": said % {"source": edge.source.name, "target": edge.target.name}})


def _record(edges: Iterable[Edge], verb: CatalogueVerb, *, by: User | None, at: datetime) -> None:
    """Both ends remember what happened, each from its own side."""
    events, given = [], list(edges)
    for edge in given:
        for here, there, inverse in ((edge.source, edge.target, False), (edge.target, edge.source, True)):
            data: dict[str, Any] = {"relation_type": str(edge.relation_type), "inverse": inverse}
            data["other_item" if isinstance(there, Item) else "other_service"] = there.pk
            event = CatalogueEvent(verb=verb, actor=by, at=at, data=data)
            setattr(event, _key(here)[0], here)
            events.append(event)
    CatalogueEvent.objects.bulk_create(events)
    record_many(
        Act(
            action=f"services.relation.{'created' if verb == CatalogueVerb.RELATED else 'deleted'}",
            by=by,
            target=edge.source,
            data={
                "relation_type": str(edge.relation_type),
                "target": f"{_key(edge.target)[0]} {edge.target.code}",
            },
        )
        for edge in given
    )
