"""Tickets over HTTP: list, show, open, change, move, assign, pass on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import person_of
from accounts.models import User
from core.api import etags
from core.api.pagination import listed
from core.api.serializers import chosen_fields
from core.api.viewsets import Resource
from core.exceptions import Refused
from tickets import actions, references
from tickets.actions.moving import moves_for
from tickets.api.answers import (
    READ_BY_STAFF,
    MoveSerializer,
    TicketRowSerializer,
    TicketSerializer,
    for_whole,
    move_words,
)
from tickets.api.inputs import AssignInput, MoveInput, NothingInput, PassOnInput, TicketChange, TicketCreation
from tickets.api.rows import bare, tell
from tickets.filters import TicketFilter
from tickets.models import Ticket
from tickets.models.ticket import TicketQuerySet
from tickets.permissions import sees_internal
from tickets.trail import note_read

_OWNER = ("team", "assignee")


class TicketResource(Resource):
    """Tickets of every kind, addressed by reference (`INC-123`), by alias, or by the number of one merged into them."""

    queryset = Ticket.objects.all()
    serializer_class = TicketSerializer
    row_class = TicketRowSerializer
    input_classes = {
        "create": TicketCreation,
        "partial_update": TicketChange,
        "moves": MoveInput,
        "assign": AssignInput,
        "take": NothingInput,
        "pass_on": PassOnInput,
    }
    filterset_class = TicketFilter
    lookup_field = "reference"
    lookup_value_regex = "[^/]+"
    ordering = "-created_at"
    ordering_fields = {
        "created_at": "created_at",
        "due_at": "due_at",
        "updated_at": "updated_at",
        "priority": "priority",
    }
    kind = ""

    def ticket(self) -> Ticket:
        """The ticket of the address, with what the rules look at; `Http404` where it is not visible."""
        rows = self.rows().defer("description", "solution", "search")
        return references.find(self.kwargs["reference"], user=self.person, queryset=rows)

    def get_object(self) -> Ticket:
        """The ticket of the address, with all that is said of it."""
        ticket = references.find(self.kwargs["reference"], user=self.person, queryset=for_whole(self.rows()))
        note_read(ticket, by=self.person)
        return ticket

    def rows(self) -> TicketQuerySet:
        """The tickets of this endpoint, before visibility."""
        return cast("TicketQuerySet", cast("QuerySet[Ticket]", self.queryset).all())

    @property
    def person(self) -> User:
        """Who asks."""
        return person_of(self.request)

    @extend_schema(responses=TicketRowSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Tickets, newest first, without their long texts."""
        only = chosen_fields(self.row_class, request)
        rows = self.paginate_queryset(bare(self.filter_queryset(self.get_queryset()))) or []
        return self.get_paginated_response([tell(row, only) for row in rows])

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Open a ticket; only `title` is needed."""
        data = self.read_input()
        kind = data.pop("kind", "") or self.kind
        data.setdefault("fields", {})
        ticket = actions.open_ticket(self.kind or kind, by=self.person, **data)
        location = request.build_absolute_uri(f"/api/v1/tickets/{ticket.reference}/")
        return self.respond(ticket, status.HTTP_201_CREATED, headers={"Location": location})

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change fields; what is not named stays."""
        data = self.read_input()
        return self.changed(change(self.ticket(), data, by=self.person, version=self.version))

    @extend_schema(methods=["GET"], request=None, responses=MoveSerializer(many=True))
    @extend_schema(methods=["POST"], request=MoveInput, responses=TicketSerializer)
    @action(detail=True, methods=["get", "post"], filterset_class=None)
    def moves(self, request: Request, **kwargs: Any) -> Response:
        """The moves open to the person now, or one of them made."""
        if request.method != "POST":
            return listed(move_words(moves_for(self.person, self.ticket())))
        data = self.read_input()
        return self.changed(
            actions.move(self.ticket(), data.pop("to"), by=self.person, values=data, version=self.version)
        )

    @action(detail=True, methods=["post"])
    def assign(self, request: Request, **kwargs: Any) -> Response:
        """Give the ticket to a team or a person."""
        data = self.read_input()
        return self.changed(actions.assign(self.ticket(), by=self.person, version=self.version, **data))

    @action(detail=True, methods=["post"])
    def take(self, request: Request, **kwargs: Any) -> Response:
        """Take the ticket oneself."""
        return self.changed(actions.take(self.ticket(), by=self.person, version=self.version))

    @action(detail=True, methods=["post"], url_path="pass-on")
    def pass_on(self, request: Request, **kwargs: Any) -> Response:
        """Pass the ticket to another level, with the reason."""
        data = self.read_input()
        return self.changed(actions.pass_on(self.ticket(), by=self.person, version=self.version, **data))

    def respond(self, row: Any, *args: Any, **kwargs: Any) -> Response:
        """One ticket as this reader is shown it."""
        if isinstance(row, Ticket):
            setattr(row, READ_BY_STAFF, sees_internal(self.person, row))
        return super().respond(row, *args, **kwargs)

    @property
    def version(self) -> int | None:
        """The version the caller read, None where any will do."""
        return etags.expected_version(self.request)

    def changed(self, ticket: Ticket) -> Response:
        """The ticket after an act, read again: the act may have taken it out of sight, which is no error."""
        return self.respond(for_whole(Ticket.objects.all()).get(pk=ticket.pk))


@transaction.atomic
def change(ticket: Ticket, changes: Mapping[str, Any], *, by: User, version: int | None = None) -> Ticket:
    """Every change of one PATCH, or none: owner, priority and fields each have an act of their own."""
    data = dict(changes)
    if data.pop("status", ticket.status) != ticket.status:
        raise Refused({"status": _("Change the status by a move.")})
    owner = {name: data.pop(name) for name in _OWNER if name in data}
    reason = data.pop("priority_reason", "")
    if "priority" in data:
        ticket = _set_priority(ticket, data.pop("priority"), reason, by=by, version=version)
        version = None
    if owner:
        ticket = _set_owner(ticket, owner, by=by, version=version)
        version = None
    return actions.edit(ticket, data, by=by, version=version) if data or version is not None else ticket


def _set_priority(
    ticket: Ticket, priority: int | None, reason: str, *, by: User, version: int | None
) -> Ticket:
    if priority is None:
        return actions.clear_priority(ticket, by=by, version=version)
    return actions.set_priority(ticket, priority, reason=reason, by=by, version=version)


def _set_owner(ticket: Ticket, owner: Mapping[str, Any], *, by: User, version: int | None) -> Ticket:
    """Assign; a person taken off leaves the ticket with its team."""
    if owner.get("team", ticket.team) is None:
        raise Refused({"team": _("Choose a team or a person.")})
    team = owner["team"] if "team" in owner else (ticket.team if owner["assignee"] is None else None)
    return actions.assign(ticket, by=by, team=team, assignee=owner.get("assignee"), version=version)
