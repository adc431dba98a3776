"""The queue as a file: the same rows as on the page, all of them, with their custom fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from audit.actions import record
from core.exports import csv_answer
from tickets import queues
from tickets.field_types import people_in, words
from tickets.filters import TicketFilter
from tickets.models import CustomField, Ticket
from tickets.models.fields import held
from tickets.permissions import sees_internal
from tickets.views.people import worker

_CHUNK = 1000
HEADS = (
    _("Reference"), _("Kind"), _("Title"), _("Status"), _("Priority"), _("Urgency"), _("Impact"), _("Service"),
    _("Category"), _("Team"), _("Assignee"), _("Requester"), _("Address of the requester"), _("Entity"),
    _("Channel"), _("Confidential"), _("Reported"), _("Opened"), _("Due"), _("Resolved"), _("Closed"),
)  # fmt: skip


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The tickets of the saved view that match the filters, newest first."""
    user = worker(request)
    view = request.GET.get("view", "")
    rows = Ticket.objects.visible_to(user).select_related(
        "service", "category", "team", "assignee", "requester", "entity", "field_values"
    )
    rows = queues.narrow(
        rows.defer("description", "solution", "search"), view if view in queues.VIEWS else "all", user
    )
    found = TicketFilter(request.GET, queryset=rows, request=request).qs.order_by("-created_at", "-pk")
    fields = [field for field in CustomField.objects.known().values() if field.is_active]
    record("tickets.exported", by=user, data={"view": view, "filter": request.GET.urlencode()[:500]})
    heads = [*HEADS, *(field.label for field in fields)]
    return csv_answer("tickets", heads, _lines(found.iterator(chunk_size=_CHUNK), fields, user))


def _lines(tickets: Iterable[Ticket], fields: Sequence[CustomField], user: Any) -> Iterator[list[Any]]:
    """One line for each ticket; the people that custom fields name are read for many tickets at once."""
    for some in _in_chunks(tickets):
        values = {ticket.pk: held(ticket) for ticket in some}
        people = people_in((field, kept.get(field.slug)) for kept in values.values() for field in fields)
        for ticket in some:
            shown = [field.is_public or sees_internal(user, ticket) for field in fields]
            own = [
                words(field, values[ticket.pk].get(field.slug), people) if may else ""
                for field, may in zip(fields, shown, strict=True)
            ]
            yield [*_columns(ticket), *own]


def _in_chunks(tickets: Iterable[Ticket]) -> Iterator[list[Ticket]]:
    some: list[Ticket] = []
    for ticket in tickets:
        some.append(ticket)
        if len(some) == _CHUNK:
            yield some
            some = []
    yield some


def _columns(ticket: Ticket) -> list[Any]:
    times = (ticket.reported_at, ticket.created_at, ticket.due_at, ticket.resolved_at, ticket.closed_at)
    return [
        ticket.reference, ticket.get_kind_display(), ticket.title, ticket.get_status_display(), f"P{ticket.priority}",
        ticket.get_urgency_display(), ticket.get_impact_display(), ticket.service, ticket.category, ticket.team,
        ticket.assignee, ticket.requester, ticket.requester.email, ticket.entity, ticket.get_channel_display(),
        _("yes") if ticket.is_confidential else _("no"), *map(_moment, times),
    ]  # fmt: skip


def _moment(at: datetime | None) -> str:
    """A time as spreadsheets read it, in the reader's zone."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
