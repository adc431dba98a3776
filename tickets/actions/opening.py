"""Opening a ticket of any kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Entity, Team, User
from core.choices import Level, Scale
from core.exceptions import Refused
from services.models import Category, Item, Service
from services.support import support_team
from tickets import kinds
from tickets.actions.attaching import claim
from tickets.actions.base import checked_text, moment
from tickets.actions.items import hang_items
from tickets.choices import Channel, Verb
from tickets.details import check_allowed, check_together, cleaned
from tickets.events import record
from tickets.fields import clean_values, fields_for, open_to, save_values
from tickets.items import remember
from tickets.models import Attachment, CustomField, Follower, Ticket
from tickets.permissions import sees_internal
from tickets.priority import compute, matrix

TITLE_LIMIT = 250
TEXT_LIMIT = 200_000
# Nothing was reported before; what says so is a slip of the hand.
EARLIEST_YEAR = 1970


@transaction.atomic
def open_ticket(
    kind: str,
    *,
    by: User,
    title: str,
    description: str = "",
    requester: User | None = None,
    entity: Entity | None = None,
    service: Service | None = None,
    category: Category | None = None,
    urgency: int = Scale.MEDIUM,
    impact: int = Scale.MEDIUM,
    team: Team | None = None,
    assignee: User | None = None,
    channel: str = Channel.PORTAL,
    language: str = "",
    is_confidential: bool = False,
    reported_at: datetime | None = None,
    details: dict[str, Any] | None = None,
    fields: Mapping[str, Any] | None = None,
    asked_fields: Sequence[CustomField] = (),
    attachments: Sequence[Attachment] = (),
    items: Sequence[Item | tuple[Item, str]] = (),
    at: datetime | None = None,
    notify: bool = True,
) -> Ticket:
    """Open a ticket and return it as its kind.

    The requester is `by` unless told; opening for someone else needs `tickets.open_for_others` where that person
    belongs. The entity is the requester's unless told. Without a team, the service's first level takes it.
    `reported_at` (aware, not in the future) is when the call came in, where it is entered late. `fields` are values of
    custom fields by code, None where nobody was asked for any; `asked_fields` are those that a form asks besides the
    ones of the kind. `items` are those it is about, alone or with their role.
    """
    now = moment(at)
    model = kinds.registry.get(kind)
    if model is None:
        raise Refused({"kind": _("Unknown kind of ticket.")})
    requester = requester or by
    entity = entity or requester.entity
    title = checked_text("title", title, limit=TITLE_LIMIT)
    description = checked_text("description", description, limit=TEXT_LIMIT)
    if not title:
        raise Refused({"title": _("This field is required.")})
    if entity is None:
        raise Refused({"entity": _("Choose an entity: this person belongs to none.")})
    _check_rights(by, requester, entity)
    _check_hand_over(by, entity, team, assignee)
    if is_confidential and by.pk != requester.pk and not by.access.can("tickets.confidential", entity.pk):
        raise Refused({"is_confidential": _("You may not make tickets of others confidential.")})
    reported = _checked_report(reported_at, now)
    if category and not service:
        service = category.default_service
    _check_choices(by, requester, service, category, kind, urgency, impact)
    team = team or (support_team(service, Level.N1) if service else None)
    _check_owner(team, assignee)
    criticality = service.criticality if service else None
    ticket = model(
        kind=kind, title=title, description=description, language=language or requester.language, channel=channel,
        entity=entity, requester=requester, opened_by=by, service=service, category=category, team=team,
        assignee=assignee, urgency=urgency, impact=impact, is_confidential=is_confidential,
        status=model.workflow.given(model.workflow.initial) if assignee else model.workflow.initial,
        priority=compute(matrix(), urgency=urgency, impact=impact, criticality=criticality),
        reported_at=reported, created_at=now, updated_at=now,
    )  # fmt: skip
    ticket.save(force_insert=True)
    _save_details(ticket, details or {}, by=by)
    if by.pk != requester.pk and not sees_internal(by, ticket):
        # Whoever reports for someone else goes on seeing what becomes of it.
        Follower.objects.create(ticket=ticket, user=by)
    claim(attachments, ticket=ticket, by=by)
    remember(ticket, ())
    hung = hang_items(ticket, items, by=by) if items else {}
    facts: dict[str, Any] = {"files": [file.pk for file in attachments]} if attachments else {}
    changes = _handed_over(ticket)
    if fields is not None:
        changes |= _save_fields(ticket, fields, asked_fields, by=by)
    if changes:
        facts["changes"] = changes
    record(ticket, Verb.OPENED, by=by, at=now, is_public=True, notify=notify, channel=channel, **facts)
    if hung:
        record(ticket, Verb.ITEMS, by=by, at=now, notify=False, **hung)
    return ticket


def _handed_over(ticket: Ticket) -> dict[str, list[Any]]:
    """What somebody's having it from the start changes, so that the timeline leads to the ticket as it is."""
    if ticket.assignee_id is None:
        return {}
    moved = {"status": [str(ticket.workflow.initial), ticket.status]}
    return {"assignee": [None, ticket.assignee_id], **(moved if moved["status"][0] != ticket.status else {})}


def _check_rights(by: User, requester: User, entity: Entity) -> None:
    """One may open for oneself in one's own entity, for others where granted."""
    if by.pk == requester.pk and entity.pk == by.entity_id:
        if not (by.access.can("tickets.open") or by.access.can("tickets.open_for_others")):
            raise PermissionDenied
        return
    if not by.access.can("tickets.open_for_others"):
        field = "requester" if by.pk != requester.pk else "entity"
        raise Refused({field: _("You may open tickets for yourself only.")})
    if not by.access.can("tickets.open_for_others", entity.pk):
        raise Refused({"entity": _("You may not open tickets in this entity.")})
    if (
        by.pk != requester.pk
        and not User.objects.visible_to(by).filter(pk=requester.pk, is_active=True).exists()
    ):
        raise Refused({"requester": _("Unknown person.")})


def _check_hand_over(by: User, entity: Entity, team: Team | None, assignee: User | None) -> None:
    """Naming the team or the person is assigning: whoever works on a ticket reads its notes."""
    if by.access.can("tickets.assign", entity.pk):
        return
    named = {"team": team, "assignee": assignee}
    wrong = {name: _("You may not assign tickets in this entity.") for name, row in named.items() if row}
    if wrong:
        raise Refused(wrong)


def _checked_report(reported_at: datetime | None, now: datetime) -> datetime:
    if reported_at is None:
        return now
    if timezone.is_naive(reported_at):
        raise Refused({"reported_at": _("Give the time zone.")})
    if reported_at > now:
        raise Refused({"reported_at": _("This is in the future.")})
    if reported_at.astimezone(UTC).year < EARLIEST_YEAR:
        raise Refused({"reported_at": _("This is before %(year)d.") % {"year": EARLIEST_YEAR}})
    return reported_at


def _check_choices(  # noqa: PLR0917
    by: User,
    requester: User,
    service: Service | None,
    category: Category | None,
    kind: str,
    urgency: int,
    impact: int,
) -> None:
    """Only what exists for the reader; a service of another entity is as unknown as none."""
    for name, value in (("urgency", urgency), ("impact", impact)):
        if value not in Scale.values:
            raise Refused({name: _("Choose a value from 1 to 5.")})
    if service and not any(
        Service.objects.visible_to(person).filter(pk=service.pk).exists() for person in {by, requester}
    ):
        raise Refused({"service": _("Unknown service.")})
    if category and category.kinds and kind not in category.kinds:
        raise Refused({"category": _("This category is not for tickets of this kind.")})


def _check_owner(team: Team | None, assignee: User | None) -> None:
    if assignee is None:
        return
    if not assignee.is_active:
        raise Refused({"assignee": _("This person is no longer active.")})
    if team and not team.memberships.filter(user=assignee).exists():
        raise Refused({"assignee": _("This person is not in the team.")})


def _save_details(ticket: Ticket, details: dict[str, Any], *, by: User) -> None:
    """Create the row of the kind's own columns."""
    if not ticket.details_name:
        if details:
            raise Refused({"details": _("This kind has no details.")})
        return
    model = ticket.details_model()
    row = model(ticket=ticket, **cleaned(model, details))
    check_together(row)
    check_allowed(row, by=by)
    row.save(force_insert=True)
    setattr(ticket, ticket.details_name, row)


def _save_fields(
    ticket: Ticket, given: Mapping[str, Any], asked: Sequence[CustomField], *, by: User
) -> dict[str, list[Any]]:
    """Write the values of custom fields: those of the kind that the person fills in, and those of the form."""
    ticket._state.fields_cache["field_values"] = None
    own = open_to(fields_for(ticket), staff=sees_internal(by, ticket))
    fields = list({field.pk: field for field in (*own, *asked)}.values())
    return save_values(ticket, clean_values(fields, given, by=by), fields)
