"""Major incidents over HTTP. Those they concern read what everybody is told; the rest is for those at work."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import PersonNameSerializer, person_of
from accounts.models import Entity, User
from core.api import etags
from core.api.fields import RowField
from core.api.pagination import listed
from core.api.serializers import NamedSerializer, OutputModelSerializer, OutputSerializer, write
from core.api.viewsets import Resource
from incidents import actions
from incidents.api.follow_ups import FollowUpInput
from incidents.facts import children_of
from incidents.filters import MajorFilter
from incidents.models import MajorEntry, MajorIncident, worked_on_by
from services.models import Service
from tickets.api.inputs import NothingInput, Words
from tickets.kinds import key_of
from tickets.models import Ticket
from tickets.references import find


class EntrySerializer(OutputModelSerializer):
    """A line of the log."""

    author = PersonNameSerializer()

    class Meta:
        model = MajorEntry
        fields = ("id", "at", "written_at", "author", "body", "is_public")


class MajorIncidentSerializer(OutputModelSerializer):
    """A major incident; what is for those at work is null for others."""

    reference = serializers.CharField(source="incident.reference")
    services = NamedSerializer(many=True)
    entities = NamedSerializer(many=True)
    title = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()
    declared_by = serializers.SerializerMethodField()
    coordinator = serializers.SerializerMethodField()
    what_happened = serializers.SerializerMethodField()
    went_well = serializers.SerializerMethodField()
    to_improve = serializers.SerializerMethodField()

    class Meta:
        model = MajorIncident
        fields = (
            "reference", "summary", "declared_at", "ended_at", "next_update_at", "services", "entities", "title",
            "reason", "declared_by", "coordinator", "what_happened", "went_well", "to_improve", "reviewed_at",
            "version",
        )  # fmt: skip

    def get_title(self, row: MajorIncident) -> str | None:
        """The title of the incident."""
        return row.incident.title if for_staff(row) else None

    def get_reason(self, row: MajorIncident) -> str | None:
        """Why it is major."""
        return row.reason if for_staff(row) else None

    @extend_schema_field(PersonNameSerializer(allow_null=True))
    def get_declared_by(self, row: MajorIncident) -> dict[str, Any] | None:
        """Who declared it."""
        return write(PersonNameSerializer, row.declared_by) if for_staff(row) else None

    @extend_schema_field(PersonNameSerializer(allow_null=True))
    def get_coordinator(self, row: MajorIncident) -> dict[str, Any] | None:
        """Who coordinates."""
        return write(PersonNameSerializer, row.coordinator) if for_staff(row) and row.coordinator else None

    def get_what_happened(self, row: MajorIncident) -> str | None:
        """Of the review."""
        return row.what_happened if for_staff(row) else None

    def get_went_well(self, row: MajorIncident) -> str | None:
        """Of the review."""
        return row.went_well if for_staff(row) else None

    def get_to_improve(self, row: MajorIncident) -> str | None:
        """Of the review."""
        return row.to_improve if for_staff(row) else None


def for_staff(row: MajorIncident) -> bool:
    """Whether the row was read for somebody at work on it."""
    return bool(getattr(row, "for_staff", False))


class MajorChange(serializers.Serializer[Any]):
    """What everybody reads, and whom it touches. Rows are given by number or by name."""

    summary = serializers.CharField(max_length=300, required=False)
    services = serializers.ListField(
        child=RowField(Service.objects, names=("code", "name")), required=False, max_length=100
    )
    entities = serializers.ListField(
        child=RowField(Entity.objects, names=("code", "name")), required=False, max_length=200
    )
    coordinator = RowField(User.objects, names=("email",), required=False, allow_null=True)
    next_update_at = serializers.DateTimeField(required=False, allow_null=True)


class MajorCreation(MajorChange):
    """An incident to declare major, by reference, and why."""

    incident = serializers.CharField(max_length=120)
    reason = serializers.CharField(max_length=2000)


class EntryInput(serializers.Serializer[Any]):
    """A line of the log; `happened_at` where it is entered late."""

    body = serializers.CharField(max_length=5000)
    happened_at = serializers.DateTimeField(required=False)


class WordInput(serializers.Serializer[Any]):
    """A word to everybody it touches, and when the next comes."""

    body = serializers.CharField(max_length=5000)
    next_update_at = serializers.DateTimeField(required=False, allow_null=True)


class ChildInput(serializers.Serializer[Any]):
    """An incident to make part of it, by reference."""

    incident = serializers.CharField(max_length=120)


class ReviewInput(serializers.Serializer[Any]):
    """The closing review; `follow_ups` replaces the actions to take."""

    what_happened = serializers.CharField(max_length=20_000)
    went_well = Words(max_length=20_000)
    to_improve = Words(max_length=20_000)
    follow_ups = FollowUpInput(many=True, required=False)


class ChildSerializer(OutputSerializer):
    """An incident that is part of it."""

    reference = serializers.CharField()
    title = serializers.CharField()
    status = serializers.CharField()


class MajorIncidentResource(Resource):
    """Major incidents, addressed by the reference of their incident."""

    queryset = MajorIncident.objects.all()
    serializer_class = MajorIncidentSerializer
    input_classes = {
        "create": MajorCreation,
        "partial_update": MajorChange,
        "entries": EntryInput,
        "communicate": WordInput,
        "children": ChildInput,
        "join": NothingInput,
        "review": ReviewInput,
    }
    filterset_class = MajorFilter
    lookup_field = "reference"
    lookup_value_regex = "[^/]+"
    ordering = "-declared_at"
    ordering_fields = {"declared_at": "declared_at", "id": "pk"}
    http_method_names = ["get", "head", "options", "post", "patch"]

    @property
    def person(self) -> User:
        """Who asks."""
        return person_of(self.request)

    def get_queryset(self) -> QuerySet[Any]:
        """The major incidents one may know of, each marked with whether one reads its log."""
        rows: QuerySet[Any] = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        staff = worked_on_by(self.person)
        rows = rows.select_related("incident__entity", "declared_by", "coordinator")
        rows = rows.prefetch_related("services", "entities")
        marked: QuerySet[Any] = rows.annotate(for_staff=ExpressionWrapper(staff, output_field=BooleanField()))
        return marked

    def get_object(self) -> MajorIncident:
        """The major incident of the address; `Http404` where one may not know of it."""
        row: MajorIncident | None = (
            self.get_queryset().filter(incident_id=key_of(self.kwargs["reference"]) or 0).first()
        )
        if row is None:
            raise Http404
        return row

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Declare an incident major."""
        data = self.read_input()
        incident = find(data.pop("incident"), user=self.person)
        made = actions.declare_major(incident, by=self.person, **data)
        return self.respond(self.get_queryset().get(pk=made.pk), status.HTTP_201_CREATED)

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change what everybody reads and whom it touches; what is not named stays."""
        row = self.get_object()
        version = etags.expected_version(request)
        return self.changed(actions.edit_major(row, self.read_input(), by=self.person, version=version))

    @extend_schema(methods=["GET"], request=None, responses=EntrySerializer(many=True))
    @extend_schema(methods=["POST"], request=EntryInput, responses={201: EntrySerializer})
    @action(detail=True, methods=["get", "post"], filterset_class=None)
    def entries(self, request: Request, **kwargs: Any) -> Response:
        """The log, oldest first, as far as one reads it; or a line more."""
        row = self.get_object()
        if request.method == "POST":
            written = actions.write_entry(row, by=self.person, **self.read_input())
            return Response(write(EntrySerializer, written), status=status.HTTP_201_CREATED)
        lines = row.entries.select_related("author")
        lines = lines if for_staff(row) else lines.filter(is_public=True)
        return listed([write(EntrySerializer, line) for line in lines])

    @extend_schema(responses={201: EntrySerializer})
    @action(detail=True, methods=["post"])
    def communicate(self, request: Request, **kwargs: Any) -> Response:
        """Tell everybody it touches, each once."""
        written = actions.communicate(self.get_object(), by=self.person, **self.read_input())
        return Response(write(EntrySerializer, written), status=status.HTTP_201_CREATED)

    @extend_schema(methods=["GET"], request=None, responses=ChildSerializer(many=True))
    @extend_schema(methods=["POST"], request=ChildInput, responses={201: ChildSerializer})
    @action(detail=True, methods=["get", "post"], filterset_class=None)
    def children(self, request: Request, **kwargs: Any) -> Response:
        """The incidents that are part of it and that one sees; or one more."""
        row = self.get_object()
        if request.method == "POST":
            if not self.person.has_perm("tickets.work", row.incident):
                raise PermissionDenied
            incident = find(self.read_input()["incident"], user=self.person)
            actions.attach_child(row, incident, by=self.person)
            return Response(write(ChildSerializer, incident), status=status.HTTP_201_CREATED)
        seen = Ticket.objects.visible_to(self.person).values("pk")
        return listed(
            [write(ChildSerializer, child) for child in children_of(row.incident).filter(pk__in=seen)]
        )

    @action(detail=True, methods=["post"])
    def join(self, request: Request, **kwargs: Any) -> Response:
        """Say that one is touched too."""
        row = self.get_object()
        actions.join_major(row, by=self.person)
        return self.respond(row)

    @action(detail=True, methods=["post"])
    def review(self, request: Request, **kwargs: Any) -> Response:
        """Write the closing review."""
        row = self.get_object()
        version = etags.expected_version(request)
        return self.changed(actions.review_major(row, by=self.person, version=version, **self.read_input()))

    def changed(self, row: MajorIncident) -> Response:
        """The row after an act."""
        return self.respond(self.get_queryset().get(pk=row.pk))
