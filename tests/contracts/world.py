"""The world that the walk goes through: the same things twice, in the walkers' entity and in its sibling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Absence, ApiToken, Entity, PersonalExport, Role, Team, User
from accounts.roles import DEFAULT_ROLES
from audit.actions import record_row
from calendars.models import Calendar
from core.choices import Level
from core.models import OutboxMessage
from services.models import Category, Service, ServiceTeam
from tests.contracts import world_incidents, world_items, world_projects, world_requests
from tests.contracts.routes import AUTHOR, EVERYWHERE, NOBODY, OR_OWNER, PUBLIC, SIGNED_IN, STAFF, Rule
from tests.contracts.world_changes import furnish, set_up
from tests.factories import grant, make_entity, make_team, make_user
from tickets.actions import attach, comment, link, merge, open_ticket, start_bulk_act
from tickets.actions.checking import add_points
from tickets.actions.ledger import add_cost, log_time
from tickets.choices import BulkAct, CommentKind, CostNature, LinkType
from tickets.models import (
    CannedAnswer,
    ChecklistTemplate,
    CustomField,
    Event,
    Follower,
    PendingReason,
    Policy,
    Recurrence,
    ResolutionCode,
    RetentionRule,
    Ticket,
)
from tickets.models.ledger import Activity
from tickets.models.rates import Rate

# No word of the portal contains these: where one is read by who may not see its thing, something leaks.
FOREIGN, CONFIDENTIAL, OWN = "Zanzibar", "Quetzalcoatl", "Popocatepetl"

SCHOOL, HOSPITAL, HIDDEN = "school", "hospital", "confidential"

STAFF_VERBS = ("accounts.view_people", "accounts.manage_people", "accounts.manage_teams", "accounts.grant")
OVERSEERS = ("accounts.grant", "accounts.manage_people", "accounts.manage_roles", "audit.view")


@dataclass(frozen=True)
class Walker:
    """Somebody who tries every door: a role in an entity, perhaps a team there, perhaps tickets of their own."""

    name: str
    role: str = ""
    place: str = SCHOOL
    team: str = ""
    owns: str = ""

    @property
    def verbs(self) -> frozenset[str]:
        """The verbs of the role."""
        return frozenset(next((r.granted for r in DEFAULT_ROLES if r.slug == self.role), ()))

    def reaches(self, place: str) -> bool:
        """Whether the role counts there."""
        return self.place in ("everywhere", place)

    def holds(self, verb: str, place: str = "") -> bool:
        """Whether the verb is granted there, or anywhere where no place is named."""
        return verb in self.verbs and (not place or self.reaches(place))

    def holds_any(self, verbs: tuple[str, ...], place: str = "") -> bool:
        """Whether one of the verbs is."""
        return any(self.holds(verb, place) for verb in verbs)

    @property
    def is_staff(self) -> bool:
        """Whether the workspace is their home."""
        return self.holds("tickets.view") or bool(self.team)


ANONYMOUS = Walker("anonymous", place="")
WALKERS = (
    Walker("owner", "requester", owns=SCHOOL),
    Walker("colleague", "requester", owns=HIDDEN),
    Walker("technician", "technician", team="n1"),
    Walker("team_lead", "team_lead", team="n1"),
    Walker("service_manager", "service_manager"),
    Walker("change_authority", "change_authority"),
    Walker("knowledge_owner", "knowledge_owner"),
    Walker("project_manager", "project_manager"),
    Walker("auditor", "auditor"),
    Walker("administrator", "administrator", place="everywhere"),
    Walker("outsider", "requester", place=HOSPITAL, owns=HOSPITAL),
    Walker("outside_agent", "technician", place=HOSPITAL),
    Walker("nobody"),
    ANONYMOUS,
)

Arguments = dict[str, Any]


@dataclass
class World:
    """What there is: things by kind and place as arguments of addresses, and people by name."""

    people: dict[str, User] = field(default_factory=dict)
    things: dict[str, dict[str, Arguments]] = field(default_factory=dict)
    bodies: dict[str, dict[str, Mapping[str, Any]]] = field(default_factory=dict)

    def put(self, kind: str, place: str, **arguments: Any) -> None:
        """Remember a thing."""
        self.things.setdefault(kind, {})[place] = arguments

    def body(self, key: str, place: str, **values: Any) -> None:
        """Remember what a request about a place sends."""
        self.bodies.setdefault(key, {})[place] = values


def build() -> World:
    """Make everything once; the words of the installation must be there."""
    world = World()
    organisation = make_entity("Organisation")
    school, hospital = (
        make_entity("School", parent=organisation),
        make_entity(f"{FOREIGN} clinic", parent=organisation),
    )
    entities = {SCHOOL: school, HOSPITAL: hospital, "everywhere": organisation}
    for walker in WALKERS[:-1]:
        word = FOREIGN if walker.place == HOSPITAL else "Walker"
        user = make_user(f"{walker.name} {word}", entity=entities[walker.place])
        if walker.role:
            grant(user, walker.role, entities[walker.place])
        world.people[walker.name] = user
    n1 = make_team(
        "Desk", level=Level.N1, entity=school, members=[world.people["technician"], world.people["team_lead"]]
    )
    _furnish(world, SCHOOL, school, OWN, n1, owner=world.people["owner"])
    desk = make_team(f"{FOREIGN} desk", level=Level.N1, entity=hospital)
    _furnish(world, HOSPITAL, hospital, FOREIGN, desk, owner=world.people["outsider"])
    _hide(world, school, owner=world.people["colleague"])
    _words(world)
    return world


def _furnish(world: World, place: str, entity: Entity, word: str, desk: Team, *, owner: User) -> None:
    """One of each thing that belongs to an entity."""
    part = make_entity(f"{word} annex", parent=entity)
    person = make_user(f"Paula {word}", entity=entity)
    given = grant(person, "requester", entity)
    helpers = make_team(f"{word} helpers", level=Level.N3, entity=entity, members=[person])
    service = Service.objects.create(name=f"{word} mail", code=f"mail-{place}", entity=entity)
    ServiceTeam.objects.create(service=service, level=Level.N1, team=desk)
    ServiceTeam.objects.create(service=service, level=Level.N2, team=helpers)
    day = timezone.localdate()
    absence = Absence.objects.create(user=person, starts_on=day, ends_on=day)
    token = ApiToken.objects.create(
        user=person, name="sync", prefix="vgi_sync", digest=f"digest-{place}", scopes=["read"],
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    ticket = open_ticket("incident", by=owner, title=f"{word} is broken", description=word, service=service)
    author = make_user(f"Norbert {word}", entity=entity)
    grant(author, "team_lead", entity)
    desk.memberships.create(user=author)
    _hang_on(world, place, ticket, word, author=author, follower=person)
    furnish(world, place, word, owner=owner, author=author, helpers=helpers, service=service)
    world_requests.furnish(world, place, word, owner=owner, author=author, helpers=helpers, service=service)
    world_projects.furnish(world, place, word, owner=owner, author=author, helpers=helpers, service=service)
    world_incidents.furnish(world, place, word, owner=owner, author=author)
    world_items.furnish(world, place, word, entity=entity, service=service, person=person)
    world.put("person", place, pk=person.pk)
    world.put("team", place, pk=helpers.pk)
    world.put("member", place, pk=helpers.pk, user_pk=person.pk)
    world.put("entity", place, pk=part.pk)
    world.put("grant", place, pk=given.pk)
    world.put("absence", place, pk=absence.pk)
    world.put("token", place, pk=token.pk)
    world.put("another's absence", place, pk=absence.pk)
    world.put("another's token", place, pk=token.pk)
    world.put(
        "another's export",
        place,
        pk=person.pk,
        token=PersonalExport.objects.create(user=person, asked_by=person).token,
    )
    world.put("service", place, pk=service.pk)
    recurrence = Recurrence.objects.create(
        name=f"{word} review", title=f"{word} review", kind="incident", entity=entity, requester=person,
        rule="FREQ=DAILY", starts_on=day,
    )  # fmt: skip
    world.put("recurrence", place, pk=recurrence.pk)
    world.body(
        "POST api:recurrence-list", place, name="Check", title="Check", kind="incident", entity=entity.pk,
        requester=person.email, rule="FREQ=DAILY", starts_on=str(day),
    )  # fmt: skip
    world.put("entry of the trail", place, pk=record_row(part, "changed").pk)
    for kind in ("new person", "new team", "new entity", "new service", "new recurrence"):
        world.put(kind, place)
    world.body("POST api:person-list", place, email=f"new.{place}@example.org", entity=entity.pk)
    world.body("POST api:team-list", place, name="Newcomers", level="n1", entity=entity.pk)
    world.body("POST api:entity-list", place, name="New wing", code="WING", parent=entity.pk)
    world.body("POST api:service-list", place, name="New service", entity=entity.pk)
    for name in ("ticket", "incident"):
        world.body(f"POST api:{name}-assign", place, team=helpers.pk)


def _hang_on(world: World, place: str, ticket: Ticket, word: str, *, author: User, follower: User) -> None:
    """What hangs on a ticket; the note and its file are of someone who does not walk."""
    note = comment(ticket, by=author, body=f"{word} note", kind=CommentKind.INTERNAL)
    [file] = attach(ticket, [SimpleUploadedFile("note.txt", word.encode())], by=author, is_public=False)
    Follower.objects.create(ticket=ticket, user=follower)
    event = Event.objects.get(ticket=ticket, comment=note)
    reference = ticket.reference
    entry = log_time(ticket, by=author, minutes=5, note=f"{word} call")
    line = add_cost(ticket, by=author, nature=CostNature.OTHER, label=f"{word} part", amount=Decimal("1.20"))
    [point] = add_points(ticket, [f"{word} point"], by=author)
    world_requests.approve(world, place, ticket, word, approver=follower)
    world.put("point", place, key=point.pk)
    world.put("api point", place, reference=reference, pk=point.pk)
    world.put("time entry", place, key=entry.pk)
    world.put("api time line", place, reference=reference, id=entry.pk)
    world.put("cost line", place, key=line.pk)
    world.put("api cost line", place, reference=reference, id=line.pk)
    world.put("ticket", place, reference=reference, to="in_progress")
    world.put("note", place, key=note.pk)
    world.put("api note", place, reference=reference, pk=note.pk)
    world.body("POST api:ticket-split", place, comment=note.pk, title="Walked off")
    world.put("internal file", place, token=file.token)
    world.put("api internal file", place, reference=reference, id=file.token)
    world.put("internal event", place, reference=reference, pk=event.pk)
    world.put("follower", place, reference=reference, id=follower.pk)
    world_incidents.hang_on(world, place, ticket, word, author=author)
    _relate(world, place, ticket, word, author=author)


def _relate(world: World, place: str, ticket: Ticket, word: str, *, author: User) -> None:
    """Another ticket linked with it, one merged into it, and an act of its author on many."""
    team = ticket.team if ticket.is_confidential else None
    other, gone = (
        open_ticket(
            "incident", by=author, title=f"{word} again", team=team, is_confidential=ticket.is_confidential
        )
        for _number in range(2)
    )
    bond = link(ticket, other, LinkType.RELATES, by=author)
    merge(gone, ticket, by=author)
    job = start_bulk_act(BulkAct.FOLLOW, Ticket.objects.filter(pk=other.pk), by=author)
    world.put("link", place, reference=ticket.reference, key=bond.pk)
    world.put("api link", place, reference=ticket.reference, pk=bond.pk)
    world.put("merged", place, reference=ticket.reference, key=gone.pk)
    world.put("another's bulk act", place, pk=job.pk)
    world.body("POST api:link-list", place, type="blocks", target=other.reference)
    world.body("POST api:ticket-merge", place, into=other.reference)
    world.body("POST api:ticket-unmerge", place, ticket=gone.pk)


def _hide(world: World, school: Entity, *, owner: User) -> None:
    """A confidential ticket of the walkers' own entity, with a team none of them is in."""
    team = make_team("Inquiries", level=Level.N2, entity=school)
    author = make_user("Ivo Inquirer", entity=school)
    grant(author, "team_lead", school)
    team.memberships.create(user=author)
    ticket = open_ticket(
        "incident",
        by=author,
        requester=owner,
        title=f"{CONFIDENTIAL} affair",
        team=team,
        is_confidential=True,
    )
    _hang_on(
        world,
        HIDDEN,
        ticket,
        CONFIDENTIAL,
        author=author,
        follower=make_user("Felix Follower", entity=school),
    )
    for part in (furnish, world_requests.furnish, world_projects.furnish):
        part(
            world,
            HIDDEN,
            CONFIDENTIAL,
            owner=owner,
            author=author,
            helpers=team,
            team=team,
            is_confidential=True,
        )


def _words(world: World) -> None:
    """What belongs to the whole portal."""
    role = Role.objects.create(slug="helper", name="Helper", verbs=["tickets.open"])
    category = Category.objects.create(name="Paper", slug="paper")
    world.put("role", SCHOOL, pk=role.pk)
    world.put("category", SCHOOL, pk=category.pk)
    world.put("calendar", SCHOOL, slug=Calendar.objects.earliest("pk").slug)
    asked = CustomField.objects.create(slug="room", label_fr="Salle", label_en="Room")
    world.put("custom field", SCHOOL, pk=asked.pk)
    canned = CannedAnswer.objects.create(title="Restart", body_en="Please restart it.")
    world.put("canned answer", SCHOOL, pk=canned.pk)
    world.put("custom field code", SCHOOL, code="room")
    world.put("canned answer row", SCHOOL, pk=canned.pk)
    hourly = Rate.objects.create(
        amount=Decimal(40), valid_from=timezone.localdate(), entered_by=world.people["administrator"],
        created_at=timezone.now(),
    )  # fmt: skip
    world.put("rate", SCHOOL, pk=hourly.pk)
    world.put("activity", SCHOOL, pk=Activity.objects.earliest("pk").pk)
    world.put("activity code", SCHOOL, code="repair")
    made = ChecklistTemplate.objects.earliest("pk")
    world.put("checklist", SCHOOL, pk=made.pk)
    world.put("pending reason", SCHOOL, pk=PendingReason.objects.earliest("pk").pk)
    world.put("resolution code", SCHOOL, pk=ResolutionCode.objects.earliest("pk").pk)
    world.put("retention rule", SCHOOL, pk=RetentionRule.objects.create(kind="incident").pk)
    world.put("policy", SCHOOL, pk=Policy.objects.earliest("pk").pk)
    set_up(world, SCHOOL)
    world_requests.set_up(world, SCHOOL)
    world_items.set_up(world, SCHOOL)
    world.put("pending reason code", SCHOOL, code="requester")
    world.put("resolution code code", SCHOOL, code="assistance")
    world.put("delivery", SCHOOL, pk=OutboxMessage.objects.create(topic="tests", key="walk", payload={}).pk)
    world.put("nothing", SCHOOL)
    world.put("", SCHOOL)


# What exists for whoever holds one of the verbs there; of what hangs on a ticket nothing where that one is hidden.
OF_TICKETS = {
    **dict.fromkeys(
        (
            "note", "api note", "internal file", "api internal file", "internal event", "point", "api point",
            "internal problem", "api cause",
            "time entry", "api time line", "api link",
        ),
        ("tickets.view",),
    ),
    **dict.fromkeys(("cost line", "api cost line"), ("tickets.costs",)),
}  # fmt: skip
BY_PLACE: dict[str, tuple[str, ...]] = {
    "person": STAFF_VERBS,
    "absence": STAFF_VERBS,
    "team": (*STAFF_VERBS, "tickets.view"),
    "member": (*STAFF_VERBS, "tickets.view"),
    "grant": OVERSEERS,
    "token": ("accounts.manage_people",),
    "recurrence": ("tickets.recurring",),
    "entry of the trail": ("audit.view",),
    **world_projects.OF_PROJECT,
    **world_items.BY_PLACE,
}
ANYWHERE: dict[str, tuple[str, ...]] = {
    "rate": ("tickets.costs", "settings.manage"),
    "role": (*OVERSEERS, "accounts.view_people"),
    **world_items.ANYWHERE,
}
# Words of the set-up that requesters have no use for.
OF_STAFF = ("custom field code", "canned answer row")
NEVER = (
    *world_items.NEVER,
    "nothing",
    "another's absence",
    "another's token",
    "another's bulk act",
    "another's export",
)


def sees(walker: Walker, kind: str, place: str) -> bool:
    """Whether the thing exists for the walker."""
    if kind in NEVER:
        return False
    if kind in (*world_requests.OF_TICKET, *world_projects.OF_TICKET, *world_incidents.OF_TICKET) or kind in (
        "ticket",
        "follower",
        "link",
        "merged",
        "problem",
        "change",
        "cause",
        "workaround",
    ):
        return walker.owns == place or (place != HIDDEN and walker.holds("tickets.view", place))
    if kind in OF_TICKETS:
        return place != HIDDEN and walker.holds_any(OF_TICKETS[kind], place)
    if kind in BY_PLACE:
        return walker.holds_any(BY_PLACE[kind], place)
    if kind in ANYWHERE:
        return walker.holds_any(ANYWHERE[kind])
    if kind in OF_STAFF:
        return walker.is_staff
    if kind == "entity":
        return bool(walker.role) and walker.reaches(place)
    if kind == "item at hand":
        return walker.reaches(place)
    if kind in world_incidents.OF_PLACE:
        return place in (walker.place, walker.owns) or walker.holds("tickets.view", place)
    if kind == "service":
        return walker.place == place or walker.holds("services.view", place)
    return True


def passes(walker: Walker, gate: str) -> bool:
    """Whether the gate opens, before anything is looked up."""
    if gate in (SIGNED_IN, PUBLIC):
        return True
    if gate == STAFF:
        return walker.is_staff
    if gate.startswith(EVERYWHERE):
        return walker.place == "everywhere" and walker.holds(gate.removeprefix(EVERYWHERE))
    return any(walker.holds(verb) for verb in gate.split(" or "))


def may(walker: Walker, rule: Rule, place: str) -> bool:
    """Whether the walker may do it to what they see."""
    needs, owner_may = rule.needs.removesuffix(OR_OWNER), rule.needs.endswith(OR_OWNER)
    if owner_may and walker.owns == place:
        return True
    if needs in (AUTHOR, NOBODY):
        return False
    if needs.startswith(EVERYWHERE):
        return passes(walker, needs)
    return not needs or (place != HIDDEN and walker.holds(needs, place))
