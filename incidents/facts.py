"""The facts of an incident, as its report and the page before it tell them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Entity, User
from calendars.arithmetic import open_time_between
from core.markdown import plain
from core.text import first_line
from incidents.choices import Act
from incidents.models import Concerned, FollowUp, IncidentReport, MajorEntry, MajorIncident
from services.models import Item
from services.support import schedule_of
from tickets.choices import LinkType, Verb
from tickets.ledger import Totals, totals
from tickets.models import Follower, LedgerLine, Link, Ticket
from tickets.timeline import Entry, entries

# What a page of paper can hold; the rest is counted.
TIMELINE_LINES = 40
LOG_LINES = 60
CHILDREN = 40
ITEMS = 30
_TOLD = {
    Verb.OPENED, Verb.MOVED, Verb.ASSIGNED, Verb.PASSED_ON, Verb.PRIORITISED, Verb.VISITED, Verb.MERGED,
    Verb.ABSORBED, Verb.CONVERTED, Verb.APPROVAL,
}  # fmt: skip
_SAID = 140


@dataclass(frozen=True)
class Line:
    """One line of the digest."""

    at: datetime
    text: str
    who: str


@dataclass
class Facts:
    """Everything about one incident that a report tells."""

    ticket: Ticket
    report: IncidentReport | None
    major: MajorIncident | None
    began_at: datetime
    ended_at: datetime | None
    wall_seconds: float
    open_seconds: float
    lines: list[Line] = field(default_factory=list)
    lines_left_out: int = 0
    people: int = 0
    reach: int = 0
    entities: list[tuple[str, int]] = field(default_factory=list)
    services: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    items_left_out: int = 0
    children: list[Ticket] = field(default_factory=list)
    children_count: int = 0
    log: list[MajorEntry] = field(default_factory=list)
    log_left_out: int = 0
    follow_ups: list[FollowUp] = field(default_factory=list)
    costs: Totals | None = None
    minutes: int = 0

    @property
    def cause(self) -> str:
        """What it came from, as far as it was said."""
        return getattr(self.ticket.details, "cause", "")

    @property
    def workaround(self) -> str:
        """What helped meanwhile."""
        return getattr(self.ticket.details, "workaround", "")

    @property
    def symptoms(self) -> str:
        """What was seen."""
        return getattr(self.ticket.details, "symptoms", "")


def facts_of(ticket: Ticket, user: User, *, at: datetime | None = None) -> Facts:
    """The facts as the person may see them: money only with the right `tickets.costs`, people as numbers."""
    now = at or timezone.now()
    major = MajorIncident.objects.filter(incident=ticket).select_related("coordinator", "declared_by").first()
    ended = ticket.resolved_at or ticket.closed_at
    until = ended or now
    children = children_of(ticket)
    told = Facts(
        ticket=ticket,
        report=IncidentReport.objects.filter(ticket=ticket).select_related("finalised_by").first(),
        major=major,
        began_at=ticket.reported_at,
        ended_at=ended,
        wall_seconds=max((until - ticket.reported_at).total_seconds(), 0),
        open_seconds=_open_seconds(ticket, until),
        follow_ups=list(FollowUp.objects.filter(ticket=ticket).select_related("owner")),
    )
    told.lines, told.lines_left_out = _digest(entries(ticket, user))
    _add_touched(told, children, user)
    _add_costs(told, user)
    if major is not None:
        log = list(major.entries.select_related("author"))
        told.log, told.log_left_out = log[:LOG_LINES], max(len(log) - LOG_LINES, 0)
    return told


def children_of(ticket: Ticket) -> QuerySet[Ticket]:
    """The tickets that are part of this one."""
    parts = Link.objects.filter(source=ticket, link_type=LinkType.PARENT).values("target_id")
    rows: QuerySet[Ticket] = Ticket.objects.filter(pk__in=parts).order_by("pk")
    return rows


def _open_seconds(ticket: Ticket, until: datetime) -> float:
    """The time within the opening hours of the service."""
    if until <= ticket.reported_at:
        return 0
    return open_time_between(schedule_of(ticket.service), ticket.reported_at, until).total_seconds()


def _digest(lines: Iterable[Entry]) -> tuple[list[Line], int]:
    """What matters of a timeline, oldest first, and how many lines were left out in the middle."""
    told = [_line(entry) for entry in lines if _is_told(entry)]
    excess = len(told) - TIMELINE_LINES
    if excess <= 0:
        return told, 0
    first = TIMELINE_LINES // 4
    return [*told[:first], *told[first + excess :]], excess


def _is_told(entry: Entry) -> bool:
    """Whether a digest tells it: what moved the ticket, and what was said to the requester. The log has the rest."""
    if entry.event.verb == Verb.DECLARED:
        return bool(entry.event.data.get("act") != Act.UPDATE)
    return entry.event.verb in _TOLD or (entry.comment is not None and entry.comment.is_public)


def _line(entry: Entry) -> Line:
    said = plain(entry.comment.body, _SAID) if entry.comment else first_line(entry.reason, _SAID)
    sentence = f"{entry.sentence} – {said}" if said else entry.sentence
    return Line(entry.at, sentence[:1].upper() + sentence[1:], str(entry.actor) if entry.actor else "Vigie")


def _add_touched(told: Facts, children: QuerySet[Ticket], user: User) -> None:
    """Whom it touched: people counted once, entities and services by name."""
    parts = list(children.filter(pk__in=Ticket.objects.visible_to(user).values("pk")).for_lists())  # type: ignore[attr-defined]
    everything = [told.ticket, *children.select_related("entity", "service", "requester")]
    keys = [row.pk for row in everything]
    people = {row.requester_id for row in everything}
    people |= set(Follower.objects.filter(ticket__in=keys).values_list("user_id", flat=True))
    services = {row.service.name for row in everything if row.service}
    if told.major is not None:
        people |= set(Concerned.objects.filter(major=told.major).values_list("user_id", flat=True))
        services |= set(told.major.services.values_list("name", flat=True))
        told.reach = people_of_entities(told.major).count()
    told.people, told.services = len(people), sorted(services)
    items = Item.objects.visible_to(user).filter(ticket_rows__ticket__in=keys).distinct().order_by("code")
    names = [str(item) for item in items]
    told.items, told.items_left_out = names[:ITEMS], max(len(names) - ITEMS, 0)
    told.entities = Counter(str(row.entity) for row in everything).most_common()
    told.children, told.children_count = parts[:CHILDREN], len(everything) - 1


def people_of_entities(major: MajorIncident) -> QuerySet[User]:
    """The active people of the entities it touches and of all that belongs to them."""
    places = Entity.objects.none()
    for entity in major.entities.all():
        places = places | Entity.objects.below(entity)
    return User.objects.active().filter(entity__in=places.values("pk"))


def _add_costs(told: Facts, user: User) -> None:
    """The time spent, and for who may see money what it cost."""
    keys = [told.ticket.pk, *children_of(told.ticket).values_list("pk", flat=True)]
    lines = LedgerLine.objects.visible_to(user).filter(ticket__in=keys).standing()
    sums = totals(lines)
    told.minutes = sums.minutes
    told.costs = sums if user.has_perm("tickets.costs", told.ticket) else None
