"""Walks over the graph: what breaks if something stops, and what it stands on.

One statement finds everything level by level, each thing once by its shortest way, so that the cost follows the size
of what is reached and not the number of ways to it. Two more read what the reader may see of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.db import connection
from django.db.models import Q

from accounts.models import User
from services.choices import FROM_SOURCE, FROM_TARGET, RelationType
from services.models import Item, Relation, Service, Thing

# Levels that a walk goes, and things it tells of.
DEPTH = 8
LIMIT = 2000


class Direction(Enum):
    """Which way a walk goes."""

    DEPENDENTS = "dependents"  # up: what breaks if it stops
    FOUNDATIONS = "foundations"  # down: what it stands on


_WALK = """
WITH RECURSIVE level(depth, nodes, parents, kinds, seen) AS (
    SELECT 0, array_agg(id), NULL::bigint[], NULL::text[], array_agg(id)
    FROM services_node WHERE service_id = ANY(%(services)s) OR item_id = ANY(%(items)s)
    UNION ALL
    SELECT level.depth + 1, step.nodes, step.parents, step.kinds, level.seen || step.nodes
    FROM level CROSS JOIN LATERAL (
        SELECT array_agg(found.node ORDER BY found.node), array_agg(found.parent ORDER BY found.node),
               array_agg(found.kind ORDER BY found.node)
        FROM (
            SELECT DISTINCT ON (edge.node) edge.node, edge.parent, edge.kind
            FROM (
                SELECT id, source_id AS node, target_id AS parent, relation_type::text AS kind FROM services_relation
                WHERE target_id = ANY(level.nodes) AND relation_type = ANY(%(to_source)s)
                UNION ALL
                SELECT id, target_id, source_id, relation_type::text FROM services_relation
                WHERE source_id = ANY(level.nodes) AND relation_type = ANY(%(to_target)s)
            ) AS edge
            WHERE NOT EXISTS (SELECT FROM unnest(level.seen) AS known(node) WHERE known.node = edge.node)
            ORDER BY edge.node, edge.id
        ) AS found
    ) AS step(nodes, parents, kinds)
    WHERE level.depth < %(depth)s AND step.nodes IS NOT NULL
)
SELECT level.depth, reached.node, reached.parent, reached.kind, node.service_id, node.item_id
FROM level
CROSS JOIN LATERAL unnest(level.nodes, level.parents, level.kinds) AS reached(node, parent, kind)
JOIN services_node node ON node.id = reached.node
ORDER BY level.depth, reached.node
LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Step:
    """One node that a walk reached: from which, by what relation, and which thing it is."""

    depth: int
    node: int
    parent: int | None
    kind: str | None
    service: int | None
    item: int | None


@dataclass(frozen=True)
class Reached:
    """A thing that a walk reached, and the way to it: the things between, None for what the reader may not see."""

    thing: Thing
    depth: int
    kind: str
    between: tuple[Thing | None, ...] = ()

    @property
    def is_service(self) -> bool:
        """Whether it is a service."""
        return isinstance(self.thing, Service)

    @property
    def label(self) -> str:
        """The relation that led to it."""
        return str(RelationType(self.kind).label)


@dataclass
class Reach:
    """What a walk told one reader: nearest first, the most critical services before others."""

    services: list[Reached] = field(default_factory=list)
    items: list[Reached] = field(default_factory=list)
    hidden: int = 0
    is_cut: bool = False

    @property
    def all(self) -> list[Reached]:
        """Services, then items."""
        return [*self.services, *self.items]

    @property
    def count(self) -> int:
        """How many things, those that the reader may not see as well."""
        return len(self.services) + len(self.items) + self.hidden

    @property
    def things(self) -> list[Thing]:
        """The services and items themselves."""
        return [reached.thing for reached in self.all]


def walk(
    things: Iterable[Thing], direction: Direction, *, depth: int = DEPTH, limit: int = LIMIT
) -> list[Step]:
    """The nodes reached from the things, themselves first at depth 0, in one statement."""
    given = list(things)
    up = direction is Direction.DEPENDENTS
    towards, away = [str(kind) for kind in FROM_TARGET], [str(kind) for kind in FROM_SOURCE]
    values: dict[str, Any] = {
        "services": [thing.pk for thing in given if isinstance(thing, Service)],
        "items": [thing.pk for thing in given if isinstance(thing, Item)],
        "to_source": towards if up else away,
        "to_target": away if up else towards,
        "depth": max(0, depth),
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WALK, values)
        return [Step(*row) for row in cursor.fetchall()]


def reach(
    user: User, things: Iterable[Thing], direction: Direction, *, depth: int = DEPTH, limit: int = LIMIT
) -> Reach:
    """What one reader is told of a walk from the things: three statements."""
    steps = walk(things, direction, depth=depth, limit=limit + 1)
    is_cut = len(steps) > limit
    by_node = {step.node: step for step in steps[:limit]}
    known = seen_by(user, by_node.values())
    found = Reach(is_cut=is_cut)
    for step in by_node.values():
        if step.depth == 0:
            continue
        thing = known.get(step.node)
        if thing is None:
            found.hidden += 1
            continue
        reached = Reached(thing, step.depth, step.kind or "", _between(step, by_node, known))
        (found.services if reached.is_service else found.items).append(reached)
    found.services.sort(key=lambda one: (one.depth, -_criticality(one.thing), one.thing.sort_name))
    found.items.sort(key=lambda one: (one.depth, one.thing.sort_name))
    return found


def dependents(user: User, *things: Thing, depth: int = DEPTH) -> Reach:
    """What breaks if the things stop."""
    return reach(user, things, Direction.DEPENDENTS, depth=depth)


def foundations(user: User, *things: Thing, depth: int = DEPTH) -> Reach:
    """What the things stand on."""
    return reach(user, things, Direction.FOUNDATIONS, depth=depth)


def seen_by(user: User, steps: Iterable[Step]) -> dict[int, Thing]:
    """The services and items that the reader may see, by node; two statements."""
    given = list(steps)
    services = {step.service: step.node for step in given if step.service}
    items = {step.item: step.node for step in given if step.item}
    known: dict[int, Thing] = {}
    if services:
        rows = Service.objects.visible_to(user).filter(pk__in=services).select_related("entity")
        known |= {services[row.pk]: row for row in rows}
    if items:
        things = (
            Item.objects.visible_to(user).filter(pk__in=items).select_related("item_type", "place", "entity")
        )
        known |= {items[row.pk]: row for row in things.defer("note")}
    return known


def _between(step: Step, by_node: dict[int, Step], known: dict[int, Thing]) -> tuple[Thing | None, ...]:
    """The things between a start and the step, nearest to the start first."""
    way: list[Thing | None] = []
    here = by_node.get(step.parent or 0)
    while here is not None and here.depth > 0:
        way.insert(0, known.get(here.node))
        here = by_node.get(here.parent or 0)
    return tuple(way)


def _criticality(thing: Thing) -> int:
    return thing.criticality if isinstance(thing, Service) else 0


@dataclass
class Neighbourhood:
    """A part of the graph to be drawn: things by node, and the relations among them."""

    things: dict[int, Thing]
    relations: list[tuple[int, int, str]]
    centre: set[int]
    hidden: int = 0
    is_cut: bool = False


def neighbourhood(user: User, things: Sequence[Thing], *, depth: int = 4, limit: int = 200) -> Neighbourhood:
    """All that stands on the things and all they stand on, with the relations among these; five statements."""
    up = walk(things, Direction.DEPENDENTS, depth=depth, limit=limit + 1)
    down = walk(things, Direction.FOUNDATIONS, depth=depth, limit=limit + 1)
    nearest = sorted({step.node: step for step in [*down, *up]}.values(), key=lambda step: step.depth)
    kept = {step.node: step for step in nearest[:limit]}
    known = seen_by(user, kept.values())
    relations = Relation.objects.filter(Q(source__in=list(known)) & Q(target__in=list(known))).order_by("pk")
    return Neighbourhood(
        things=known,
        relations=list(relations.values_list("source_id", "target_id", "relation_type")),
        centre={step.node for step in kept.values() if step.depth == 0 and step.node in known},
        hidden=len(kept) - len(known),
        is_cut=len(nearest) > limit,
    )


def service_for(item: Item, user: User) -> Service | None:
    """The service that a report on the item is about: its own, else the nearest visible one that stands on it."""
    if item.service_id:
        own = Service.objects.visible_to(user).filter(pk=item.service_id).first()
        if own is not None:
            return own
    nearest = dependents(user, item, depth=4).services
    service = nearest[0].thing if nearest else None
    return service if isinstance(service, Service) else None
