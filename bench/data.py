"""The organisation and the tickets of the benchmark: seeded, written in sets, the same on every machine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, models
from tqdm import tqdm

from accounts.models import Entity, Grant, Membership, Role, Team, User
from bench.names import PASSWORD
from bench.words import Texts
from core.choices import Kind, Level
from itsm import pack
from services.choices import ItemStatus, RelationType
from services.models import Category, Item, ItemType, Node, Relation, Service, ServiceTeam
from tickets.actions.bulk import Past, load, refresh_statistics
from tickets.choices import CommentKind, Status
from tickets.models import Alias, Comment, Event, PendingReason, ResolutionCode, Ticket

SOURCE = "bench"
DEPARTMENTS, TEAMS, AGENTS, REQUESTERS, SERVICES = 3, 12, 50, 5_000, 40
CHUNK = 5_000
# From so many tickets on, indexes are made after the rows rather than along with them.
LARGE = 50_000
FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)
# Of a hundred tickets so many are of each kind.
KINDS = {Kind.INCIDENT: 62, Kind.REQUEST: 28, Kind.PROBLEM: 2, Kind.CHANGE: 4, Kind.TASK: 4}
# The stages of a change that stand for those of the other kinds.
OF_A_CHANGE = {
    Status.NEW: Status.DRAFT, Status.ASSIGNED: Status.PROPOSED, Status.PENDING: Status.PLANNED,
    Status.RESOLVED: Status.REVIEWED,
}  # fmt: skip
# One ticket in ten is open work.
STATUSES = {
    Status.NEW: 2, Status.ASSIGNED: 3, Status.IN_PROGRESS: 3, Status.PENDING: 2, Status.RESOLVED: 5, Status.CLOSED: 85,
}  # fmt: skip


def make_organisation() -> None:
    """Departments, people, teams and services; the first agent works for two of the three departments."""
    pack.install()
    root = Entity.objects.plant("Bench", code="BENCH", kind="organisation")
    departments = [
        Entity.objects.plant(f"Department {n}", code=f"D{n}", parent=root) for n in range(DEPARTMENTS)
    ]
    teams = Team.objects.bulk_create(
        Team(
            name=f"Team {n}",
            sort_name=f"team {n:02}",
            level=list(Level)[1 + n % 3],
            entity=departments[n % DEPARTMENTS],
        )
        for n in range(TEAMS)
    )
    agents, requesters = _people("agent", AGENTS, departments), _people("person", REQUESTERS, departments)
    Membership.objects.bulk_create(
        Membership(team=teams[n % TEAMS], user=agent, is_lead=n < TEAMS) for n, agent in enumerate(agents)
    )
    technician, requester = Role.objects.get(slug="technician"), Role.objects.get(slug="requester")
    granted = [
        (agent, technician, departments[(n + step) % DEPARTMENTS])
        for n, agent in enumerate(agents)
        for step in (0, 1)
    ]
    granted += [(person, requester, person.entity) for person in requesters]
    Grant.objects.bulk_create(
        Grant(user=user, role=role, entity=entity, with_descendants=True) for user, role, entity in granted
    )
    for number in range(SERVICES):
        service = Service.objects.create(
            name=f"Service {number}", code=f"service-{number}", entity=root, criticality=1 + number % 4
        )
        ServiceTeam.objects.create(service=service, level=Level.N1, team=teams[number % TEAMS])


def _people(name: str, count: int, departments: list[Entity]) -> list[User]:
    password, unusable = make_password(PASSWORD), make_password(None)
    return User.objects.bulk_create(
        User(
            email=f"{name}{n}@bench.example", first_name=name.capitalize(), last_name=f"Number {n}", language="en",
            entity=departments[n % len(departments)], password=unusable if n else password,
        )
        for n in range(count)
    )  # fmt: skip


@dataclass
class Rows:
    """Keys that tickets point to."""

    agents: list[tuple[int, int]]
    requesters: list[tuple[int, int]]
    services: list[tuple[int, int]]
    categories: list[int]
    waits: int
    solved: list[int]

    @classmethod
    def read(cls) -> Rows:
        """Read them; agents with their team, requesters with their entity, services with their team."""
        return cls(
            agents=list(Membership.objects.order_by("user_id").values_list("user_id", "team_id")),
            requesters=list(
                User.objects.filter(email__startswith="person").order_by("pk").values_list("pk", "entity_id")
            ),
            services=list(ServiceTeam.objects.order_by("service_id").values_list("service_id", "team_id")),
            categories=list(Category.objects.order_by("pk").values_list("pk", flat=True)) or [0],
            waits=PendingReason.objects.order_by("pk").values_list("pk", flat=True)[0],
            solved=list(ResolutionCode.objects.order_by("pk").values_list("pk", flat=True)),
        )


def grow(want: int, *, processes: int = 2) -> None:
    """Add tickets until there are `want`, on several processes; the same number always gives the same ticket."""
    have = Alias.objects.filter(source=SOURCE).count()
    spans = [(start, min(start + CHUNK, want)) for start in range(have, want, CHUNK)]
    with _without_indexes() if want - have >= LARGE else nullcontext():
        # Each process opens a connection of its own.
        connection.close()
        with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
            written = pool.map(write, spans)
            with tqdm(total=want - have, unit=" tickets", desc=f"{want:,} tickets", leave=False) as bar:
                for count in written:
                    bar.update(count)
    refresh_statistics()


def write(span: tuple[int, int]) -> int:
    """Write the tickets of a span of numbers; returns how many."""
    rows = Rows.read()
    with connection.cursor() as cursor:
        # Foreign keys hold by construction; checking a million of each takes minutes.
        cursor.execute("SET session_replication_role = replica")
    numbers = range(*span)
    for start in range(0, len(numbers), 1_000):
        load([make(number, rows) for number in numbers[start : start + 1_000]])
    return len(numbers)


def make(number: int, rows: Rows) -> Past:
    """One ticket with its history."""
    chance = random.Random(number)  # noqa: S311 - data of a benchmark
    texts = Texts(chance)
    opened = FIRST_DAY + timedelta(minutes=number, seconds=chance.randrange(60))
    # The first requester has one in ten thousand, so that there is a page to show at every size.
    person, entity = rows.requesters[chance.randrange(len(rows.requesters)) if number % 10_000 else 0]
    service, team = rows.services[chance.randrange(len(rows.services))]
    urgency, impact = chance.randint(1, 5), chance.randint(1, 5)
    kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
    past = Past(
        kind, by=person, at=opened, title=texts.title(), description=texts.body(number), language="en",
        requester_id=person, entity_id=entity, service_id=service, team_id=team, channel="portal",
        category_id=chance.choice(rows.categories) or None, urgency=urgency, impact=impact,
        priority=max(1, min(5, 7 - (urgency + impact + 1) // 2)),
    )  # fmt: skip
    past.aliases.append((SOURCE, str(number)))
    _live(past, chance, texts, rows)
    return past


def _live(past: Past, chance: random.Random, texts: Texts, rows: Rows) -> None:
    """Take it as far as its status says."""
    status = chance.choices(list(STATUSES), list(STATUSES.values()))[0]
    at = past.ticket.created_at + timedelta(minutes=chance.randint(1, 240))
    agent, team = rows.agents[chance.randrange(len(rows.agents))]
    stage = OF_A_CHANGE if past.ticket.kind == Kind.CHANGE else {}
    if status != Status.NEW:
        past.assign(by=agent, at=at, team=team, assignee=agent)
    if status == Status.ASSIGNED:
        past.move(stage.get(status, status), by=agent, at=at)
    if status not in (Status.NEW, Status.ASSIGNED):
        past.move(Status.IN_PROGRESS, by=agent, at=at)
    at = _talk(past, chance, texts, by=agent, at=at)
    at += timedelta(hours=chance.randint(1, 60))
    if status == Status.PENDING:
        waits: dict[str, Any] = {} if stage else {"pending_reason_id": rows.waits}
        past.move(stage.get(status, status), by=agent, at=at, **waits)
    if status in (Status.RESOLVED, Status.CLOSED):
        solved: dict[str, Any] = {"solution": texts.title(), "resolution_code_id": chance.choice(rows.solved)}
        if stage:
            solved.clear()
        past.move(stage.get(Status.RESOLVED, Status.RESOLVED), by=agent, at=at, **solved)
    if status == Status.CLOSED:
        past.move(status, by=None, at=at + timedelta(days=7))
    if status in (Status.NEW, Status.ASSIGNED, Status.IN_PROGRESS):
        past.ticket.due_at = past.ticket.created_at + timedelta(hours=8 * past.ticket.priority)


def _talk(past: Past, chance: random.Random, texts: Texts, *, by: int, at: datetime) -> datetime:
    """A fifth of the tickets have one to five comments; returns when the last one was written."""
    if chance.random() < 0.2:
        for _ in range(chance.randint(1, 5)):
            at += timedelta(minutes=chance.randint(5, 600))
            kind = CommentKind.PUBLIC if chance.random() < 0.7 else CommentKind.INTERNAL
            past.comment(texts.body(-1), by=by, at=at, kind=kind)
    return at


def make_long_story(events: int = 500) -> Ticket:
    """A ticket with as many events as the worst of a year: half of them words, half changes."""
    rows, chance = Rows.read(), random.Random(7)  # noqa: S311 - data of a benchmark
    texts, at = Texts(chance), FIRST_DAY
    person, entity = rows.requesters[0]
    past = Past(
        Kind.INCIDENT, by=person, at=at, title="The long story", description=texts.body(0), language="en",
        requester_id=person, entity_id=entity, service_id=rows.services[0][0], team_id=rows.services[0][1],
    )  # fmt: skip
    for number in range(1, events):
        at += timedelta(hours=1)
        agent, team = rows.agents[number % len(rows.agents)]
        if number % 2:
            past.comment(texts.body(-1), by=agent, at=at)
        else:
            past.assign(by=agent, at=at, team=team, assignee=agent)
    [key] = load([past])
    ticket: Ticket = Ticket.objects.get(pk=key)
    return ticket


def make_graph(items: int = 5_000, relations: int = 20_000) -> Service:
    """Items under one service, each standing on some that came before it; returns the service."""
    chance = random.Random(11)  # noqa: S311 - data of a benchmark
    service = Service.objects.order_by("pk")[0]
    entity, kind = Entity.objects.order_by("pk")[1], ItemType.objects.order_by("pk")[0]
    made = Item.objects.bulk_create(
        Item(
            name=f"Node {n}", sort_name=f"node {n:05}", code=f"BENCH-{n}", item_type=kind, entity=entity,
            status=ItemStatus.IN_USE, status_since=FIRST_DAY.date(), created_at=FIRST_DAY, updated_at=FIRST_DAY,
        )
        for n in range(items)
    )  # fmt: skip
    nodes = Node.objects.bulk_create([Node(service=service), *(Node(item=item) for item in made)])
    pairs = {(nodes[0].pk, nodes[n].pk) for n in range(1, 11)}
    while len(pairs) < relations:
        n = chance.randrange(1, items)
        pairs.add((nodes[n].pk, nodes[min(items, n + chance.randint(1, 200))].pk))
    now = FIRST_DAY
    Relation.objects.bulk_create(
        Relation(source_id=source, target_id=target, relation_type=RelationType.DEPENDS_ON, created_at=now)
        for source, target in sorted(pairs)
        if source != target
    )
    return service


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Take the declared indexes away and make them again afterwards."""
    indexes: list[tuple[type[models.Model], models.Index]] = [
        (model, index) for model in (Ticket, Comment, Event) for index in model._meta.indexes
    ]
    with connection.schema_editor() as editor:
        for model, index in indexes:
            editor.remove_index(model, index)
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
    for model, index in indexes:
        with connection.schema_editor() as editor:
            editor.add_index(model, index)
