"""Asking for something by a form of the catalogue."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from assistance import approvers
from assistance.models import AssistanceDetails, AssistanceRequest, RequestType
from core.choices import Kind
from core.exceptions import Refused
from tickets.actions import ask_approval, open_ticket
from tickets.actions.checking import add_points
from tickets.actions.opening import TITLE_LIMIT
from tickets.models import CustomField
from tickets.models.fields import FieldType

# Answers of these types say in a few words what the request is about.
_TELLING = (FieldType.TEXT, FieldType.PERSON, FieldType.CHOICE)


@transaction.atomic
def open_request(
    request_type: RequestType | None,
    *,
    by: User,
    requester: User | None = None,
    title: str = "",
    fields: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    **values: Any,
) -> AssistanceRequest:
    """Open a request by a form of the catalogue, or a free one where no form fits.

    `fields` are the answers by code. The form gives category, service and team where `values` (those of
    `open_ticket`) name none. Where it asks for an approval, the first step is asked at once. Raises `Refused` naming
    each missing or wrong field, and `request_type` where the form is not offered to either.
    """
    if request_type is None:
        return _fresh(
            open_ticket(Kind.REQUEST, by=by, requester=requester, title=title, fields=fields, at=at, **values)
        )
    person = requester or by
    if not _offered(request_type, by, person):
        raise Refused({"request_type": _("This form is not offered.")})
    asked = fields_of(request_type)
    given = {**values, "category": values.get("category") or request_type.category}
    given["service"] = values.get("service") or request_type.service
    team = values.get("team") or _team(request_type)
    with translation.override(person.language or translation.get_language()):
        told = title.strip() or summary(request_type, asked, fields or {})
    ticket = open_ticket(
        Kind.REQUEST, by=by, requester=requester, title=told, fields=fields or {}, asked_fields=asked, at=at,
        **{**given, "team": values.get("team")},
    )  # fmt: skip
    if team is not None and ticket.team_id != team.pk:
        # Set by the form, so that nobody needs the right to assign for it.
        ticket.team = team
        ticket.save(update_fields=["team"])
    AssistanceDetails.objects.filter(pk=ticket.pk).update(request_type=request_type)
    with translation.override(ticket.language or translation.get_language()):
        points = request_type.checklist
    if points:
        add_points(ticket, points, by=None, at=at)
    if plans := approvers.plans(request_type, ticket):
        ask_approval(ticket, plans, by=None, at=at)
    return _fresh(ticket)


def fields_of(request_type: RequestType) -> list[CustomField]:
    """The fields that a form asks, in its order; each required where the form or the field says so."""
    asked = []
    for row in request_type.asked.select_related("field").order_by("position", "pk"):
        if row.field.is_active:
            field = copy.copy(row.field)
            field.is_required = field.is_required or row.is_required
            asked.append(field)
    return asked


def summary(request_type: RequestType, asked: Sequence[CustomField], answers: Mapping[str, Any]) -> str:
    """A title that tells one request from the next: the form and the first answer that says who or what."""
    for field in asked:
        value = answers.get(field.slug)
        if field.field_type in _TELLING and value:
            words = _words(field, value)
            if words:
                return f"{request_type} – {words}"[:TITLE_LIMIT]
    return str(request_type)[:TITLE_LIMIT]


def _words(field: CustomField, value: Any) -> str:
    if field.field_type == FieldType.CHOICE:
        return dict(field.choices).get(str(value), "")
    if field.field_type != FieldType.PERSON:
        return str(value).strip().splitlines()[0] if str(value).strip() else ""
    if isinstance(value, User):
        return value.name
    rows = User.objects.filter(email=value.lower()) if isinstance(value, str) and "@" in value else None
    if rows is None and str(value).isascii() and str(value).isdigit() and len(str(value)) < 19:
        rows = User.objects.filter(pk=int(value))
    person = rows.first() if rows is not None else None
    return person.name if person else ""


def _offered(request_type: RequestType, *people: User) -> bool:
    rows = RequestType.objects.offered().filter(pk=request_type.pk)
    return any(rows.visible_to(person).exists() for person in people)


def _team(request_type: RequestType) -> Any:
    team = request_type.team
    return team if team and team.is_active else None


def _fresh(ticket: Any) -> AssistanceRequest:
    """The request as it is after all that its opening set off."""
    row: AssistanceRequest = AssistanceRequest.objects.select_related(
        "assistance_details__request_type", "team", "requester", "entity", "service", "category"
    ).get(pk=ticket.pk)
    return row
