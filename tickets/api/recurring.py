"""Recurring tickets and checklists over HTTP."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import PersonNameSerializer
from accounts.models import Entity, Team, User
from calendars.models import Calendar
from core.api import etags
from core.api.fields import RowField
from core.api.serializers import CodedSerializer, NamedSerializer, OutputModelSerializer
from core.api.viewsets import Resource
from core.choices import Kind, Scale
from core.exceptions import Refused
from services.models import Category, Service
from tickets.actions.checking import add_points, check_point, put_checklist, remove_point
from tickets.actions.recurring import preview, run_now, save_recurrence
from tickets.api.answers import TicketSerializer, for_whole
from tickets.api.inputs import NothingInput, Words
from tickets.api.parts import TicketPart
from tickets.choices import OnClosedDay
from tickets.models import CheckItem, ChecklistTemplate, Recurrence, Ticket
from tickets.permissions import sees_internal


class RecurrenceSerializer(OutputModelSerializer):
    """A recurring ticket; `upcoming` are the next instants at which it opens."""

    entity = NamedSerializer()
    requester = PersonNameSerializer()
    service = NamedSerializer(allow_null=True)
    category = NamedSerializer(allow_null=True)
    team = NamedSerializer(allow_null=True)
    assignee = PersonNameSerializer(allow_null=True)
    calendar = CodedSerializer(allow_null=True)
    checklist = CodedSerializer(allow_null=True)
    upcoming = serializers.SerializerMethodField()

    class Meta:
        model = Recurrence
        fields = (
            "id", "name", "kind", "title", "description", "entity", "requester", "service", "category", "team",
            "assignee", "urgency", "impact", "checklist", "rule", "starts_on", "at_time", "timezone", "calendar",
            "on_closed", "is_active", "next_at", "problem", "upcoming", "version",
        )  # fmt: skip

    def get_upcoming(self, row: Recurrence) -> list[str]:
        """The next five instants."""
        return [at.isoformat() for at in preview(row, count=5)] if row.is_active else []


class RecurrenceChange(serializers.Serializer[Any]):
    """A recurring ticket to write. Rows are given by number or by name; the rule as in RFC 5545."""

    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    title = serializers.CharField(max_length=250)
    description = Words(max_length=200_000)
    entity = RowField(Entity.objects, names=("code", "name"))
    requester = RowField(User.objects, names=("email",))
    service = RowField(Service.objects, names=("code", "name"), required=False, allow_null=True)
    category = RowField(Category.objects, names=("slug", "name"), required=False, allow_null=True)
    team = RowField(Team.objects, required=False, allow_null=True)
    assignee = RowField(User.objects, names=("email",), required=False, allow_null=True)
    urgency = serializers.ChoiceField(choices=Scale.choices, required=False)
    impact = serializers.ChoiceField(choices=Scale.choices, required=False)
    checklist = RowField(ChecklistTemplate.objects, names=("slug",), required=False, allow_null=True)
    rule = serializers.CharField(max_length=200)
    starts_on = serializers.DateField()
    at_time = serializers.TimeField(required=False)
    timezone = serializers.CharField(max_length=60, required=False)
    calendar = RowField(Calendar.objects, names=("slug", "name"), required=False, allow_null=True)
    on_closed = serializers.ChoiceField(choices=OnClosedDay.choices, required=False)
    is_active = serializers.BooleanField(required=False)


class RecurrenceResource(Resource):
    """Tickets that open by themselves again and again."""

    queryset = Recurrence.objects.select_related(
        "entity", "requester", "service", "category", "team", "assignee", "calendar", "checklist"
    )
    serializer_class = RecurrenceSerializer
    input_classes = {"create": RecurrenceChange, "partial_update": RecurrenceChange, "open": NothingInput}
    ordering = "name"
    ordering_fields = {"name": "name", "id": "pk"}
    lookup_value_regex = "[0-9]{1,18}"

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Set up a recurring ticket."""
        row = save_recurrence(Recurrence(), self.read_input(), by=self.user)
        return self.respond(row, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change fields; what is not named stays."""
        row = save_recurrence(
            self.get_object(), self.read_input(), by=self.user, version=etags.expected_version(request)
        )
        return self.respond(row)

    @extend_schema(request=None, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def open(self, request: Request, **kwargs: Any) -> Response:
        """Open one ticket of it at once, beside its rule."""
        ticket = run_now(self.get_object(), by=self.user)
        whole = for_whole(Ticket.objects.all()).get(pk=ticket.pk)
        return Response(TicketSerializer(whole).data, status=status.HTTP_201_CREATED)

    @property
    def user(self) -> User:
        """Who asks."""
        user: User = self.request.user  # type: ignore[assignment]
        return user


class CheckSerializer(OutputModelSerializer):
    """A point of a checklist."""

    done_by = PersonNameSerializer(allow_null=True)

    class Meta:
        model = CheckItem
        fields = ("id", "position", "text", "is_required", "done_at", "done_by")


class PointsInput(serializers.Serializer[Any]):
    """Points to add, or a ready checklist by its code; “!” before a point that must be done."""

    points = serializers.ListField(
        child=serializers.CharField(max_length=500), required=False, max_length=200
    )
    checklist = RowField(ChecklistTemplate.objects, names=("slug",), required=False)


class PointChange(serializers.Serializer[Any]):
    """Whether the point is done."""

    done = serializers.BooleanField()


class CheckResource(TicketPart):
    """The checklist of a ticket."""

    queryset = CheckItem.objects.select_related("done_by", "ticket")
    serializer_class = CheckSerializer
    input_classes = {"create": PointsInput, "partial_update": PointChange}
    lookup_value_regex = "[0-9]{1,18}"
    ordering = "position"
    ordering_fields = {"position": "position"}

    def of_ticket(self) -> QuerySet[CheckItem]:
        """The points, for those who work on the ticket."""
        rows = CheckItem.objects.select_related("done_by", "ticket").filter(ticket=self.ticket)
        return rows if sees_internal(self.person, self.ticket) else rows.none()

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add points; answers with the whole checklist."""
        data = self.read_input()
        if not data.get("points") and not data.get("checklist"):
            raise Refused({"points": _("Write at least one point.")})
        if data.get("checklist"):
            put_checklist(self.ticket, data["checklist"], by=self.person)
        if data.get("points"):
            add_points(self.ticket, data["points"], by=self.person)
        return Response(CheckSerializer(self.of_ticket(), many=True).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Tick a point, or take the tick back."""
        data = self.read_input()
        return self.respond(check_point(self.get_object(), done=data.get("done", True), by=self.person))

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Take a point off the list."""
        remove_point(self.get_object(), by=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)
