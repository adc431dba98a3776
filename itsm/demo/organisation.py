"""Entities, teams, people, rights and absences, through the actions of `accounts`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.actions import (
    NewPerson,
    create_entity,
    create_people,
    create_team,
    declare_absence,
    edit_person,
    grant_role,
    set_members,
)
from accounts.models import Entity, Role, Team, User
from calendars.models import Calendar
from core.choices import Level
from core.exceptions import Refused
from itsm.demo.texts import DOMAIN, ENGLISH, FRENCH, cases, events, read
from services.models import Category, Service
from tickets.models import PendingReason, ResolutionCode

# Who can sign in with the password of the demo: one person per role, and three more to look over the shoulder of.
ACCOUNTS = ("admin", "lead", "agent", "requester", "expert", "supplier", "emily.carter")
_TECHNICIANS = {"technicians": "technician", "suppliers": "technician"}


@dataclass
class Cast:
    """The rows that stories are played with, by the keys of the files."""

    entities: dict[str, Entity] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    reasons: dict[str, PendingReason] = field(default_factory=dict)
    codes: dict[str, ResolutionCode] = field(default_factory=dict)

    def read_words(self) -> None:
        """Read what the starting set-up installed. Raises `Refused` where some of it was taken away since."""
        self.categories = {row.slug: row for row in Category.objects.all()}
        self.reasons = {row.slug: row for row in PendingReason.objects.all()}
        self.codes = {row.slug: row for row in ResolutionCode.objects.all()}
        told = [*cases().values(), *events().values()]
        missing = {case.category for case in told} - self.categories.keys()
        missing |= {report.code for case in told for report in case.reports} - self.codes.keys()
        if missing:
            raise Refused(
                f"the stories need these words of the starting set-up: {', '.join(sorted(missing))}"
            )

    def read_people(self) -> None:
        """Read people anew with their place, so that their rights are those of the finished set-up."""
        rows = User.objects.filter(email__endswith=f"@{DOMAIN}").select_related("entity")
        self.people = {row.email.removesuffix(f"@{DOMAIN}"): row for row in rows}


def build_organisation(*, password: str, founded_at: datetime) -> Cast:
    """Build the organisation as it was founded at that time; the known accounts get the password."""
    data = read("organisation")
    cast = Cast()
    for row in data["entity"]:
        cast.entities[row["code"]] = create_entity(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            parent=cast.entities.get(row.get("parent", "")),
            by=None,
        )
    for group, rows in data["people"].items():
        if group not in ("english", "sensitive"):
            _create(cast, rows, role=_role("requester") if group == "requesters" else None, at=founded_at)
    _describe(cast, data["people"])
    _create_teams(cast, data["team"], at=founded_at)
    _grant_special_roles(cast, at=founded_at)
    _open_accounts(cast, password)
    cast.read_people()
    cast.read_words()
    return cast


def _role(slug: str) -> Role:
    return Role.objects.get(slug=slug)


def _create(cast: Cast, rows: Iterable[list[str]], *, role: Role | None, at: datetime) -> None:
    keys = [row[0] for row in rows]
    english = set(read("organisation")["people"]["english"])
    people = [
        NewPerson(
            email=f"{key}@{DOMAIN}",
            first_name=first,
            last_name=last,
            job_title=job,
            entity=cast.entities[entity],
            language=ENGLISH if key in english else FRENCH,
            phone=f"04 99 00 {(number * 37) % 90 + 10} {(number * 53) % 90 + 10}",
        )
        for number, (key, first, last, job, entity) in enumerate(rows, len(cast.people) + 1)
    ]
    found = create_people(people, role=role, by=None, at=at)
    cast.people |= {key: found[f"{key}@{DOMAIN}"] for key in keys}


def _describe(cast: Cast, data: dict[str, Any]) -> None:
    for key in data["sensitive"]:
        edit_person(cast.people[key], {"is_vip": True}, by=None)


def _create_teams(cast: Cast, rows: Iterable[dict[str, Any]], *, at: datetime) -> None:
    calendars = {calendar.slug: calendar for calendar in Calendar.objects.all()}
    for row in rows:
        team = create_team(
            name=row["name"], level=Level(row["level"]), entity=cast.entities[row["entity"]],
            calendar=calendars.get(row["calendar"]), email=row["email"], by=None,
        )  # fmt: skip
        leads = [cast.people[key] for key in row["leads"]]
        set_members(team, [cast.people[key] for key in row["members"]], leads=leads, by=None)
        scope = cast.entities[row["scope"]]
        grant_role(team, _role("technician"), scope, by=None, at=at)
        for lead in leads:
            grant_role(lead, _role("team_lead"), scope, by=None, at=at)
        cast.teams[row["code"]] = team


def _grant_special_roles(cast: Cast, *, at: datetime) -> None:
    top = cast.entities["VALBRUME"]
    for key, slug in (
        ("admin", "administrator"),
        ("philippe.arnaud", "auditor"),
        ("emilie.chartier", "service_manager"),
        ("stephane.rey", "auditor"),
        ("claire.vasseur", "knowledge_owner"),
        ("expert", "change_authority"),
    ):
        grant_role(cast.people[key], _role(slug), top, by=None, at=at)


def _open_accounts(cast: Cast, password: str) -> None:
    # Hashed once: it is slow by design.
    hashed = make_password(password)
    for key in ACCOUNTS:
        person = cast.people[key]
        person.password = hashed
        if key == "admin":
            person.is_staff = person.is_superuser = True
        person.save(update_fields=["password", "is_staff", "is_superuser"])


def declare_absences(cast: Cast, today: date) -> None:
    """Who is away, was and will be, counted from today."""
    for key, first, last, substitute, note in read("organisation")["absences"]["rows"]:
        declare_absence(
            cast.people[key],
            starts_on=today + timedelta(days=first),
            ends_on=today + timedelta(days=last),
            substitute=cast.people.get(substitute),
            note=note,
            by=None,
        )
