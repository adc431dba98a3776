"""Assistance requests and their catalogue over HTTP."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import PersonNameSerializer, person_of
from accounts.models import Entity, Team, User
from assistance import actions
from assistance.actions.catalogue import MAX_FIELDS, RequestedField, Step
from assistance.filters import RequestFilter, TypeFilter
from assistance.models import (
    ICONS,
    AssistanceDetails,
    AssistanceRequest,
    RequestType,
    RequestTypeField,
    RequestTypeStep,
)
from core.api import etags
from core.api.fields import RowField
from core.api.serializers import CodedSerializer, NamedSerializer, OutputModelSerializer
from core.api.viewsets import Resource
from core.choices import Kind
from services.models import Category, Service
from tickets.actions.approving import MAX_PEOPLE, MAX_STEPS
from tickets.api.answers import TicketRowSerializer, TicketSerializer
from tickets.api.inputs import SHORT, TicketChange, TicketCreation, Words
from tickets.api.views import TicketResource
from tickets.models import CustomField
from tickets.models.approvals import Quorum


class RequestDetailsSerializer(OutputModelSerializer):
    """What only a request has; the answers to its form are in `fields`."""

    request_type = CodedSerializer(allow_null=True)

    class Meta:
        model = AssistanceDetails
        fields = ("request_type", "fulfilment")


class RequestSerializer(TicketSerializer):
    """A whole request."""

    details = RequestDetailsSerializer(allow_null=True)  # type: ignore[assignment]


class RequestDetailsInput(serializers.Serializer[Any]):
    """What only a request has."""

    fulfilment = Words(max_length=SHORT)


class RequestCreation(TicketCreation):
    """A new request: a form of the catalogue with its `fields`, or a title where no form fits."""

    kind = None  # type: ignore[assignment]
    title = serializers.CharField(max_length=250, required=False, allow_blank=True)
    request_type = RowField(RequestType.objects, names=("slug",), required=False, allow_null=True)
    details = RequestDetailsInput(required=False)  # type: ignore[assignment]


class RequestChange(TicketChange):
    """Fields of a request to change."""

    details = RequestDetailsInput(required=False)  # type: ignore[assignment]


class RequestResource(TicketResource):
    """Assistance requests."""

    queryset = AssistanceRequest.objects.all()
    serializer_class = RequestSerializer
    input_classes = {
        **TicketResource.input_classes,
        "create": RequestCreation,
        "partial_update": RequestChange,
    }
    filterset_class = RequestFilter
    kind = Kind.REQUEST

    @extend_schema(responses=TicketRowSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Requests, newest first, without their long texts."""
        return super().list(request, **kwargs)

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Ask for something. Where the form asks for an approval, it is asked at once."""
        data = self.read_input()
        request_type = data.pop("request_type", None)
        data.setdefault("fields", {})
        ticket = actions.open_request(request_type, by=self.person, **data)
        location = request.build_absolute_uri(f"/api/v1/tickets/{ticket.reference}/")
        return self.respond(ticket, status.HTTP_201_CREATED, headers={"Location": location})


class AskedFieldSerializer(OutputModelSerializer):
    """A field that a form asks."""

    code = serializers.CharField(source="field.slug")
    name = serializers.CharField(source="field.label")
    type = serializers.CharField(source="field.field_type")

    class Meta:
        model = RequestTypeField
        fields = ("code", "name", "type", "is_required")


class FormStepSerializer(OutputModelSerializer):
    """A step of the approval that a form asks for."""

    people = PersonNameSerializer(many=True)
    teams = NamedSerializer(many=True)

    class Meta:
        model = RequestTypeStep
        fields = ("name_fr", "name_en", "asks_manager", "people", "teams", "quorum", "percent")


class RequestTypeSerializer(OutputModelSerializer):
    """A form of the catalogue."""

    code = serializers.CharField(source="slug")
    name = serializers.CharField()
    sentence = serializers.CharField()
    delay = serializers.CharField()
    category = CodedSerializer(allow_null=True)
    service = NamedSerializer(allow_null=True)
    entity = NamedSerializer(allow_null=True)
    team = NamedSerializer(allow_null=True)
    fields = AskedFieldSerializer(many=True, source="asked")  # type: ignore[assignment]
    steps = FormStepSerializer(many=True)

    class Meta:
        model = RequestType
        fields = (
            "id", "code", "name", "sentence", "delay", "name_fr", "name_en", "sentence_fr", "sentence_en", "delay_fr",
            "delay_en", "icon", "category", "service", "entity", "team", "checklist_fr", "checklist_en", "position",
            "is_active", "fields", "steps", "version",
        )  # fmt: skip


class AskedFieldInput(serializers.Serializer[Any]):
    """A field to ask, by its code."""

    code = RowField(CustomField.objects.in_use(), names=("slug",))
    is_required = serializers.BooleanField(required=False)


class FormStepInput(serializers.Serializer[Any]):
    """A step to ask for."""

    name_fr = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120, required=False, allow_blank=True)
    asks_manager = serializers.BooleanField(required=False)
    people = serializers.ListField(
        child=RowField(User.objects, names=("email",)), required=False, max_length=MAX_PEOPLE
    )
    teams = serializers.ListField(child=RowField(Team.objects), required=False, max_length=MAX_PEOPLE)
    quorum = serializers.ChoiceField(choices=Quorum.choices, required=False)
    percent = serializers.IntegerField(min_value=1, max_value=100, required=False)


class RequestTypeChange(serializers.Serializer[Any]):
    """A form to write. `fields` and `steps` replace those there are."""

    name_fr = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120, required=False, allow_blank=True)
    code = serializers.SlugField(max_length=60, required=False, source="slug")
    sentence_fr = serializers.CharField(max_length=250, required=False, allow_blank=True)
    sentence_en = serializers.CharField(max_length=250, required=False, allow_blank=True)
    delay_fr = serializers.CharField(max_length=120, required=False, allow_blank=True)
    delay_en = serializers.CharField(max_length=120, required=False, allow_blank=True)
    icon = serializers.ChoiceField(choices=ICONS, required=False)
    category = RowField(Category.objects, names=("slug", "name"), required=False, allow_null=True)
    service = RowField(Service.objects, names=("code", "name"), required=False, allow_null=True)
    entity = RowField(Entity.objects, names=("code", "name"), required=False, allow_null=True)
    team = RowField(Team.objects, required=False, allow_null=True)
    checklist_fr = Words(max_length=5000)
    checklist_en = Words(max_length=5000)
    position = serializers.IntegerField(min_value=0, max_value=32767, required=False)
    is_active = serializers.BooleanField(required=False)
    fields = serializers.ListField(  # type: ignore[assignment]
        child=AskedFieldInput(), required=False, max_length=MAX_FIELDS
    )
    steps = serializers.ListField(child=FormStepInput(), required=False, max_length=MAX_STEPS)


class RequestTypeResource(Resource):
    """What can be asked for."""

    queryset = RequestType.objects.select_related("category", "service", "entity", "team").prefetch_related(
        "asked__field", "steps__people", "steps__teams"
    )
    serializer_class = RequestTypeSerializer
    input_classes = {"create": RequestTypeChange, "partial_update": RequestTypeChange}
    filterset_class = TypeFilter
    http_method_names = ["get", "head", "options", "post", "patch"]
    ordering = "position"
    ordering_fields = {"position": "position", "id": "pk"}
    lookup_field = "slug"
    lookup_url_kwarg = "code"
    lookup_value_regex = "[-a-zA-Z0-9_]+"

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add a form."""
        data = self.read_input()
        parts = _parts(data)
        made = actions.create_type(by=person_of(request), **parts, **data)
        return self.respond(self.row(made), status.HTTP_201_CREATED)

    @transaction.atomic
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change a form; what is not named stays."""
        data, by, version = self.read_input(), person_of(request), etags.expected_version(request)
        row, parts = self.get_object(), _parts(data)
        row = actions.edit_type(row, data, by=by, version=version)
        if "fields" in parts:
            row = actions.set_fields(row, parts["fields"], by=by)
        if "steps" in parts:
            row = actions.set_steps(row, parts["steps"], by=by)
        return self.respond(self.row(row))

    def row(self, request_type: RequestType) -> RequestType:
        """The form with all that is said of it."""
        rows: QuerySet[RequestType] = self.queryset.all()
        return rows.get(pk=request_type.pk)


def _parts(data: dict[str, Any]) -> dict[str, Any]:
    """Take the fields and the steps out of the input, as the actions read them."""
    parts: dict[str, Any] = {}
    if "fields" in data:
        parts["fields"] = [
            RequestedField(asked["code"], asked.get("is_required", False)) for asked in data.pop("fields")
        ]
    if "steps" in data:
        parts["steps"] = [Step(**step) for step in data.pop("steps")]
    return parts
