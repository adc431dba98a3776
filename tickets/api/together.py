"""Custom fields and canned answers over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import person_of
from accounts.models import Team
from core.api import etags
from core.api.fields import RowField
from core.api.pagination import listed
from core.api.serializers import NamedSerializer, OutputModelSerializer, OutputSerializer
from core.api.viewsets import Resource
from core.choices import Kind
from services.models import Category, Service
from tickets.actions.canned import save_canned
from tickets.actions.fields import save_field
from tickets.api.inputs import Words
from tickets.api.parts import TicketPart
from tickets.canned import filled, offered
from tickets.models import CannedAnswer, CustomField
from tickets.models.fields import FieldType
from tickets.permissions import sees_internal


class CustomFieldSerializer(OutputModelSerializer):
    """A field added to tickets; `options` are the choices of a list."""

    label = serializers.CharField()  # type: ignore[assignment]
    help_text = serializers.CharField()  # type: ignore[assignment]
    category = NamedSerializer(allow_null=True)
    service = NamedSerializer(allow_null=True)

    class Meta:
        model = CustomField
        fields = (
            "slug", "label", "label_fr", "label_en", "help_text", "help_fr", "help_en", "field_type", "options",
            "kinds", "category", "service", "only_in_forms", "is_required", "is_public", "position",
            "is_active", "version",
        )  # fmt: skip


class OptionInput(serializers.Serializer[Any]):
    """One choice of a list."""

    value = serializers.CharField(max_length=60)
    fr = serializers.CharField(max_length=120)
    en = serializers.CharField(max_length=120, required=False, allow_blank=True)


class CustomFieldInput(serializers.Serializer[Any]):
    """A field to add or to change."""

    slug = serializers.CharField(max_length=40)
    label_fr = serializers.CharField(max_length=120)
    label_en = Words(max_length=120)
    help_fr = Words(max_length=300)
    help_en = Words(max_length=300)
    field_type = serializers.ChoiceField(choices=FieldType.choices, required=False)
    options = OptionInput(many=True, required=False)
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=Kind.choices), required=False)
    category = RowField(Category.objects, required=False, allow_null=True)
    service = RowField(Service.objects, names=("code", "name"), required=False, allow_null=True)
    only_in_forms = serializers.BooleanField(required=False)
    is_required = serializers.BooleanField(required=False)
    is_public = serializers.BooleanField(required=False)
    position = serializers.IntegerField(min_value=0, max_value=30_000, required=False)
    is_active = serializers.BooleanField(required=False)


class CustomFieldResource(Resource):
    """The fields added to tickets. Those that requesters are not shown are told to staff only."""

    queryset = CustomField.objects.select_related("category", "service")
    serializer_class = CustomFieldSerializer
    input_classes = {"create": CustomFieldInput, "partial_update": CustomFieldInput}
    http_method_names = ["get", "head", "options", "post", "patch"]
    filter_backends = []
    lookup_field = "slug"
    lookup_url_kwarg = "code"
    lookup_value_regex = "[a-z0-9_]{1,40}"
    ordering = "position"
    ordering_fields = {"position": "position"}

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add a field; `slug` and `label_fr` are needed."""
        field = save_field(CustomField(), self.read_input(), by=person_of(request))
        return self.respond(field, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change a field. Its code, its type and choices in use stay while tickets hold a value."""
        version = etags.expected_version(request)
        changed = save_field(self.get_object(), self.read_input(), by=person_of(request), version=version)
        return self.respond(changed)


class CannedAnswerSerializer(OutputModelSerializer):
    """A canned answer with its variables, such as `{{requester.first_name}}`."""

    team = NamedSerializer(allow_null=True)

    class Meta:
        model = CannedAnswer
        fields = ("id", "title", "folder", "team", "body_fr", "body_en", "is_active", "used", "version")


class CannedAnswerInput(serializers.Serializer[Any]):
    """A canned answer: a text in at least one language."""

    title = serializers.CharField(max_length=120)
    folder = Words(max_length=80)
    team = RowField(Team.objects, required=False, allow_null=True)
    body_fr = Words(max_length=20_000)
    body_en = Words(max_length=20_000)
    is_active = serializers.BooleanField(required=False)


class CannedAnswerResource(Resource):
    """The canned answers one is offered; all of them for who sets them up."""

    queryset = CannedAnswer.objects.select_related("team")
    serializer_class = CannedAnswerSerializer
    input_classes = {"create": CannedAnswerInput, "partial_update": CannedAnswerInput}
    http_method_names = ["get", "head", "options", "post", "patch"]
    filter_backends = []
    lookup_value_regex = "[0-9]{1,18}"

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add an answer."""
        answer = save_canned(CannedAnswer(), self.read_input(), by=person_of(request))
        return self.respond(answer, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change an answer."""
        version = etags.expected_version(request)
        changed = save_canned(self.get_object(), self.read_input(), by=person_of(request), version=version)
        return self.respond(changed)


class FilledSerializer(OutputSerializer):
    """A canned answer as it would be sent on one ticket."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    folder = serializers.CharField()
    text = serializers.CharField()


class FilledAnswerResource(TicketPart):
    """The canned answers filled in for a ticket, for who works on it: `?q=` searches them."""

    queryset = CannedAnswer.objects.all()
    serializer_class = FilledSerializer
    http_method_names = ["get", "head", "options"]
    filter_backends = []

    @extend_schema(responses=FilledSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """The answers that have all the words."""
        if not sees_internal(self.person, self.ticket):
            return listed([])
        found = offered(self.person, str(request.query_params.get("q", ""))[:100])
        return listed(
            [
                {"id": answer.pk, "title": answer.title, "folder": answer.folder, "text": self._text(answer)}
                for answer in found
            ]
        )

    def _text(self, answer: CannedAnswer) -> str:
        return filled(answer, self.ticket, by=self.person)
