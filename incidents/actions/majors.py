"""Major incidents: declared, spoken for, joined, reviewed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.saving import change, save as save_row
from accounts.models import Entity, User
from calendars.arithmetic import add_working_days
from core.choices import Kind
from core.db import locked
from core.exceptions import Refused, StaleVersion
from core.outbox import enqueue
from incidents.actions.reports import set_follow_ups
from incidents.choices import UPDATE_TOPIC, Act
from incidents.models import Concerned, MajorEntry, MajorIncident
from incidents.open_majors import forget
from incidents.permissions import DECLARE
from services.models import Service
from services.support import schedule_of
from tickets.actions.base import checked_text, lock, moment, policy_of, require, save
from tickets.actions.linking import link
from tickets.choices import LinkType, Status, Verb
from tickets.events import record
from tickets.models import Link, Ticket

ENTRY_LIMIT = 5000
SUMMARY_LIMIT = 300
_FIELDS = frozenset({"summary", "coordinator", "next_update_at"})
_REVIEW = ("what_happened", "went_well", "to_improve")
_WORK = "tickets.work"


@transaction.atomic
def declare_major(
    incident: Ticket,
    *,
    by: User,
    reason: str,
    summary: str = "",
    services: Collection[Service] | None = None,
    entities: Collection[Entity] | None = None,
    coordinator: User | None = None,
    next_update_at: datetime | None = None,
    at: datetime | None = None,
) -> MajorIncident:
    """Declare an open incident major; whoever declares it coordinates it unless somebody else is named.

    What it touches is the incident's own service and entity unless told. Raises `Refused` where it is major already,
    part of another one, or confidential: everybody it touches reads its summary.
    """
    now = moment(at)
    row = lock(incident)
    require(by, DECLARE, row)
    _check_may_be_major(row)
    reason = _needed("reason", reason, limit=2000)
    touched = ([row.service] if row.service else []) if services is None else list(services)
    places = [row.entity] if entities is None else list(entities)
    _check_touched(by, touched, places)
    made = MajorIncident(incident=row, declared_at=now, declared_by=by, reason=reason)
    given = {
        "summary": checked_text("summary", summary or row.title, limit=SUMMARY_LIMIT),
        "coordinator": coordinator or by, "next_update_at": next_update_at,
    }  # fmt: skip
    change(made, _checked(given, row), allowed=_FIELDS)
    save_row(made)
    made.services.set(touched)
    made.entities.set(places)
    MajorEntry.objects.create(major=made, at=now, written_at=now, author=by, body=reason)
    _tell(row, Act.DECLARED, by=by, at=now)
    forget()
    return made


@transaction.atomic
def edit_major(
    major: MajorIncident,
    changes: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    at: datetime | None = None,
) -> MajorIncident:
    """Change what everybody reads, whom it touches, who coordinates, and when the next word comes."""
    now = moment(at)
    ticket, row = _locked(major, version=version)
    require(by, DECLARE, ticket)
    values = dict(changes)
    services, entities = values.pop("services", None), values.pop("entities", None)
    _check_touched(by, services or [], entities or [], known=row)
    if "summary" in values:
        values["summary"] = _needed("summary", values["summary"], limit=SUMMARY_LIMIT)
    change(row, _checked(values, ticket), allowed=_FIELDS)
    _save(row, list(values))
    if services is not None:
        row.services.set(services)
    if entities is not None:
        row.entities.set(entities)
    _tell(ticket, Act.CHANGED, by=by, at=now, is_public=False)
    forget()
    return row


@transaction.atomic
def write_entry(
    major: MajorIncident,
    body: str,
    *,
    by: User,
    happened_at: datetime | None = None,
    at: datetime | None = None,
) -> MajorEntry:
    """Write a line of the log for those at work; `happened_at` (aware, not in the future) where it is entered late."""
    now = moment(at)
    ticket, row = _locked(major)
    require(by, _WORK, ticket)
    body = _needed("body", body, limit=ENTRY_LIMIT)
    when = happened_at or now
    if timezone.is_naive(when):
        raise Refused({"happened_at": _("Give the time zone.")})
    if when > now:
        raise Refused({"happened_at": _("This is in the future.")})
    return MajorEntry.objects.create(major=row, at=when, written_at=now, author=by, body=body)


@transaction.atomic
def communicate(
    major: MajorIncident,
    body: str,
    *,
    by: User,
    next_update_at: datetime | None = None,
    at: datetime | None = None,
) -> MajorEntry:
    """Tell everybody it touches, each person once, and say when the next word comes.

    A worker spreads it: to who asked on the incident or one of its children, who follows or joined, and the people
    of the entities touched.
    """
    now = moment(at)
    ticket, row = _locked(major)
    require(by, DECLARE, ticket)
    body = _needed("body", body, limit=ENTRY_LIMIT)
    change(row, _checked({"next_update_at": next_update_at}, ticket), allowed=_FIELDS)
    _save(row, ["next_update_at"])
    entry = MajorEntry.objects.create(major=row, at=now, written_at=now, author=by, body=body, is_public=True)
    _tell(ticket, Act.UPDATE, by=by, at=now, major_entry=entry.pk)
    enqueue(UPDATE_TOPIC, {"entry": entry.pk}, key=f"{UPDATE_TOPIC}:{entry.pk}")
    forget()
    return entry


@transaction.atomic
def attach_child(major: MajorIncident, incident: Ticket, *, by: User, at: datetime | None = None) -> Link:
    """Make an incident part of a major one: it is told with it, and solved with it. Once more changes nothing."""
    now = moment(at)
    if incident.kind != Kind.INCIDENT:
        raise Refused({"incident": _("Only incidents can be part of a major incident.")})
    if MajorIncident.objects.filter(incident=incident).exists():
        raise Refused({"incident": _("This incident is major itself.")})
    other = master_of(incident)
    if other is not None and other.pk != major.pk:
        raise Refused(
            {"incident": _("It is part of %(reference)s already.") % {"reference": other.incident.reference}}
        )
    if not (major.is_under_way and incident.is_open):
        raise Refused({"incident": _("One of the two has ended.")})
    if other is None and not by.has_perm(_WORK, incident):
        raise PermissionDenied
    made = link(major.incident, incident, LinkType.PARENT, by=by, at=now)
    if other is None:
        _tell(lock(incident), Act.CHILD, by=by, at=now, other_reference=major.incident.reference)
    return made


@transaction.atomic
def join_major(major: MajorIncident, *, by: User, at: datetime | None = None) -> Concerned:
    """Say that one is touched too: one is told from then on, without a ticket of one's own.

    Raises `Refused` where it has ended, `PermissionDenied` where it is not visible.
    """
    if not MajorIncident.objects.visible_to(by).filter(pk=major.pk).exists():
        raise PermissionDenied
    if not major.is_under_way:
        raise Refused(_("This has ended. If something still does not work, report it."))
    row, _created = Concerned.objects.get_or_create(major=major, user=by, defaults={"at": moment(at)})
    return row


@transaction.atomic
def review_major(
    major: MajorIncident,
    *,
    by: User,
    what_happened: str,
    went_well: str = "",
    to_improve: str = "",
    follow_ups: Iterable[Mapping[str, Any]] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> MajorIncident:
    """Write the review, without which the incident is not closed: what happened, what was good, what to improve.

    `follow_ups` replaces the actions to take, as `set_follow_ups` takes them.
    """
    now = moment(at)
    ticket, row = _locked(major, version=version)
    require(by, DECLARE, ticket)
    if row.is_under_way:
        raise Refused(_("It is still under way: resolve the incident first."))
    row.what_happened = _needed("what_happened", what_happened, limit=20_000)
    row.went_well = checked_text("went_well", went_well, limit=20_000)
    row.to_improve = checked_text("to_improve", to_improve, limit=20_000)
    row.reviewed_at, row.reviewed_by = now, by
    _save(row, [*_REVIEW, "reviewed_at", "reviewed_by"])
    if follow_ups is not None:
        set_follow_ups(ticket, follow_ups, by=by)
    _tell(ticket, Act.REVIEWED, by=by, at=now, is_public=False)
    if ticket.status == Status.RESOLVED and ticket.closes_at is None:
        days = policy_of(ticket).close_after_days
        ticket.closes_at = add_working_days(schedule_of(ticket.service), now, days)
        ticket.save(update_fields=["closes_at"])
    return row


def master_of(incident: Ticket) -> MajorIncident | None:
    """The major incident that this one is part of."""
    above = Link.objects.filter(target=incident, link_type=LinkType.PARENT).values("source_id")
    return MajorIncident.objects.filter(incident__in=above).select_related("incident").order_by("pk").first()


def check_review(ticket: Ticket) -> None:
    """Guard of closing: a major incident is reviewed first."""
    if (
        ticket.kind == Kind.INCIDENT
        and MajorIncident.objects.filter(incident=ticket, reviewed_at=None).exists()
    ):
        raise Refused({"to": _("A major incident is closed after its review: write it first.")})


def ends_as_a_whole(ticket: Ticket) -> bool:
    """Whether the parts of a ticket end with it, whatever the delays of its entity say: those of a major one do."""
    return ticket.kind == Kind.INCIDENT and MajorIncident.objects.filter(incident=ticket).exists()


def _check_may_be_major(row: Ticket) -> None:
    if row.kind != Kind.INCIDENT:
        raise Refused(_("Only an incident can be declared major."))
    if MajorIncident.objects.filter(incident=row).exists():
        raise Refused(_("This incident is major already."))
    if not row.is_open:
        raise Refused(_("This incident has ended."))
    if row.is_confidential:
        raise Refused(_("A confidential incident cannot be major: everybody it touches is told of it."))
    above = master_of(row)
    if above is not None:
        raise Refused(_("It is part of %(reference)s already.") % {"reference": above.incident.reference})


def _check_touched(
    by: User,
    services: Collection[Service],
    entities: Collection[Entity],
    *,
    known: MajorIncident | None = None,
) -> None:
    """One speaks to the entities where one holds the right, of services that one sees; what stood there may stay."""
    kept_places = set(known.entities.values_list("pk", flat=True)) if known else set()
    reach = by.access.entities(DECLARE) | kept_places
    if any(entity.pk not in reach for entity in entities):
        raise Refused({"entities": _("You may not speak to one of these entities.")})
    keys = {service.pk for service in services}
    kept = set(known.services.values_list("pk", flat=True)) if known else set()
    seen = set(Service.objects.visible_to(by).filter(pk__in=keys).values_list("pk", flat=True))
    if keys - seen - kept:
        raise Refused({"services": _("Unknown service.")})


def _checked(values: Mapping[str, Any], ticket: Ticket) -> dict[str, Any]:
    coordinator = values.get("coordinator")
    if coordinator is not None and not (
        coordinator.is_active and coordinator.has_perm("tickets.view", ticket)
    ):
        raise Refused({"coordinator": _("This person does not work on this incident.")})
    when = values.get("next_update_at")
    if when is not None and (not isinstance(when, datetime) or timezone.is_naive(when)):
        raise Refused({"next_update_at": _("Give a date and time.")})
    return dict(values)


def _needed(name: str, value: str, *, limit: int) -> str:
    text = checked_text(name, value, limit=limit)
    if not text:
        raise Refused({name: _("This field is required.")})
    return text


def _locked(major: MajorIncident, *, version: int | None = None) -> tuple[Ticket, MajorIncident]:
    """The incident, then the row of its being major, locked. Raises `StaleVersion`."""
    ticket = lock(major.incident_id)
    row = locked(MajorIncident.objects.all()).get(pk=major.pk)
    if version is not None and version != row.version:
        raise StaleVersion(_("Someone else changed this meanwhile."))
    row.incident = ticket
    return ticket, row


def _save(row: MajorIncident, fields: list[str]) -> None:
    row.version += 1
    save_row(row, fields=[*fields, "version"])


def _tell(ticket: Ticket, act: str, *, by: User, at: datetime, is_public: bool = True, **data: Any) -> None:
    """The event, which tells nobody by itself: what everybody must know is communicated."""
    record(ticket, Verb.DECLARED, by=by, at=at, is_public=is_public, notify=False, act=act, **data)
    save(ticket, [], at=at)
