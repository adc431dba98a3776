"""Services and categories over HTTP."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import PersonNameSerializer
from accounts.models import Entity, Team, User
from calendars.models import Calendar
from core.api import etags
from core.api.fields import RowField
from core.api.serializers import CodedSerializer, NamedSerializer, OutputModelSerializer, OutputSerializer
from core.api.viewsets import Resource
from core.choices import Criticality, Kind, Level
from services import actions
from services.api.items import WALK, ReachSerializer, walked
from services.filters import CategoryFilter, ServiceFilter
from services.models import Category, Service, ServiceStatus


class SupportSerializer(OutputSerializer):
    """The team of one level."""

    level = serializers.ChoiceField(choices=Level.choices)
    team = NamedSerializer()


class ServiceSerializer(OutputModelSerializer):
    """A service."""

    entity = NamedSerializer()
    owner = PersonNameSerializer(allow_null=True)
    calendar = CodedSerializer(allow_null=True)
    support = SupportSerializer(many=True)

    class Meta:
        model = Service
        fields = (
            "id", "code", "name", "entity", "owner", "criticality", "calendar", "description",
            "documentation_url", "status", "support", "version",
        )  # fmt: skip


class CategorySerializer(OutputModelSerializer):
    """A category; `kinds` is empty for all kinds."""

    code = serializers.CharField(source="slug")
    parent = CodedSerializer(allow_null=True)
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=Kind.choices))
    default_service = NamedSerializer(allow_null=True)

    class Meta:
        model = Category
        fields = ("id", "code", "name", "name_en", "parent", "kinds", "default_service", "is_active")


class ServiceChange(serializers.Serializer[Any]):
    """A service to write. Rows are given by number or by name; `support` holds a team, or null, per level."""

    name = serializers.CharField(max_length=120)
    code = serializers.SlugField(max_length=60, required=False)
    entity = RowField(Entity.objects, names=("code", "name"))
    owner = RowField(User.objects, names=("email",), required=False, allow_null=True)
    criticality = serializers.ChoiceField(choices=Criticality.choices, required=False)
    calendar = RowField(Calendar.objects, names=("slug", "name"), required=False, allow_null=True)
    description = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    documentation_url = serializers.URLField(max_length=500, required=False, allow_blank=True)
    status = serializers.ChoiceField(choices=ServiceStatus.choices, required=False)
    n1 = RowField(Team.objects, required=False, allow_null=True, help_text="Team of level N1.")
    n2 = RowField(Team.objects, required=False, allow_null=True, help_text="Team of level N2.")
    n3 = RowField(Team.objects, required=False, allow_null=True, help_text="Team of level N3.")
    supplier = RowField(Team.objects, required=False, allow_null=True, help_text="Supplier.")


class CategoryChange(serializers.Serializer[Any]):
    """A category to write; `kinds` empty for all kinds."""

    name = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120, required=False, allow_blank=True)
    code = serializers.SlugField(max_length=80, required=False, source="slug")
    parent = RowField(  # type: ignore[assignment]
        Category.objects, names=("slug", "name"), required=False, allow_null=True
    )
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=Kind.choices), required=False, max_length=10
    )
    default_service = RowField(Service.objects, names=("code", "name"), required=False, allow_null=True)
    is_active = serializers.BooleanField(required=False)


class ServiceResource(Resource):
    """The catalogue."""

    queryset = Service.objects.select_related("entity", "owner", "calendar").prefetch_related("support__team")
    serializer_class = ServiceSerializer
    input_classes = {"create": ServiceChange, "partial_update": ServiceChange}
    filterset_class = ServiceFilter
    ordering = "name"
    ordering_fields = {"name": "sort_name", "id": "pk", "criticality": "criticality"}
    lookup_value_regex = "[0-9]{1,18}"

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add a service."""
        data = self.read_input()
        support = _support(data)
        service = actions.create_service(**data, support=support, by=_person(request))
        return self.respond(self.get_queryset().get(pk=service.pk), status.HTTP_201_CREATED)

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change a service; what is not named stays."""
        data = self.read_input()
        support = _support(data)
        service = self.get_object()
        actions.edit_service(
            service,
            data,
            support=support or None,
            version=etags.expected_version(request),
            by=_person(request),
        )
        return self.respond(self.get_queryset().get(pk=service.pk))

    @extend_schema(responses=ReachSerializer, parameters=WALK)
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def dependents(self, request: Request, **kwargs: Any) -> Response:
        """What breaks if the service stops, or with `direction=foundations` what it stands on."""
        return walked(request, self.get_object())


class CategoryResource(Resource):
    """What tickets are about."""

    queryset = Category.objects.select_related("parent", "default_service")
    serializer_class = CategorySerializer
    input_classes = {"create": CategoryChange, "partial_update": CategoryChange}
    filterset_class = CategoryFilter
    ordering = "name"
    ordering_fields = {"name": "sort_name", "id": "pk"}
    lookup_value_regex = "[0-9]{1,18}"

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add a category."""
        category = actions.create_category(**self.read_input(), by=_person(request))
        return self.respond(category, status.HTTP_201_CREATED)

    @transaction.atomic
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change a category; what is not named stays."""
        data = self.read_input()
        return self.respond(actions.edit_category(self.as_read(), data, by=_person(request)))


def _person(request: Request) -> User:
    """Who asks; permissions let nobody else through."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def _support(data: dict[str, Any]) -> dict[Level, Team | None]:
    """Take the teams per level out of the input."""
    return {level: data.pop(level.value) for level in Level if level.value in data}
