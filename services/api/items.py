"""Items, their relations and what breaks if they stop, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import PersonNameSerializer, person_of
from accounts.models import Entity, User
from core.api import etags
from core.api.fields import RowField
from core.api.serializers import (
    CodedSerializer,
    NamedSerializer,
    OutputModelSerializer,
    OutputSerializer,
    write,
)
from core.api.viewsets import Resource
from services import graph
from services.actions.items import create_item, edit_item
from services.actions.relations import relate, unrelate
from services.choices import ItemStatus, RelationType
from services.filters import ItemFilter, RelationFilter
from services.models import Item, ItemType, Place, Relation, Service, Supplier, Thing

_DEEPEST = 12


class ItemSerializer(OutputModelSerializer):
    """An item; `attributes` are those its type has, by code."""

    item_type = CodedSerializer()
    entity = NamedSerializer()
    service = NamedSerializer(allow_null=True)
    place = NamedSerializer(allow_null=True)
    owner = PersonNameSerializer(allow_null=True)
    user = PersonNameSerializer(allow_null=True)
    supplier = NamedSerializer(allow_null=True)

    class Meta:
        model = Item
        fields = (
            "id", "code", "name", "item_type", "entity", "service", "status", "status_since", "place", "place_note",
            "owner", "user", "supplier", "serial", "acquired_on", "warranty_until", "contract_ref", "contract_until",
            "note", "attributes", "created_at", "updated_at", "version",
        )  # fmt: skip


class ItemChange(serializers.Serializer[Any]):
    """An item to write. Rows are given by number or by name; attributes not named stay, null takes one away."""

    code = serializers.CharField(max_length=60)
    name = serializers.CharField(max_length=120)
    item_type = RowField(ItemType.objects, names=("slug", "name_fr", "name_en"))
    entity = RowField(Entity.objects, names=("code", "name"))
    service = RowField(Service.objects, names=("code", "name"), required=False, allow_null=True)
    place = RowField(Place.objects, names=("full_name", "name"), required=False, allow_null=True)
    place_note = serializers.CharField(max_length=120, required=False, allow_blank=True)
    owner = RowField(User.objects, names=("email",), required=False, allow_null=True)
    user = RowField(User.objects, names=("email",), required=False, allow_null=True)
    supplier = RowField(Supplier.objects, required=False, allow_null=True)
    serial = serializers.CharField(max_length=120, required=False, allow_blank=True)
    acquired_on = serializers.DateField(required=False, allow_null=True)
    warranty_until = serializers.DateField(required=False, allow_null=True)
    contract_ref = serializers.CharField(max_length=120, required=False, allow_blank=True)
    contract_until = serializers.DateField(required=False, allow_null=True)
    status = serializers.ChoiceField(choices=ItemStatus.choices, required=False)
    note = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    attributes = serializers.DictField(child=serializers.JSONField(allow_null=True), required=False)


class ReachedSerializer(OutputSerializer):
    """A service or item that a walk over the relations reached."""

    kind = serializers.SerializerMethodField()
    id = serializers.IntegerField(source="thing.pk")
    code = serializers.CharField(source="thing.code")
    name = serializers.CharField(source="thing.name")
    depth = serializers.IntegerField(help_text="How many relations away.")
    relation_type = serializers.CharField(source="kind", help_text="The last relation of the way.")
    through = serializers.SerializerMethodField()

    @extend_schema_field({"type": "string", "enum": ["service", "item"]})
    def get_kind(self, reached: graph.Reached) -> str:
        """Which of the two it is."""
        return "service" if reached.is_service else "item"

    @extend_schema_field({"type": "array", "items": {"type": ["string", "null"]}})
    def get_through(self, reached: graph.Reached) -> list[str | None]:
        """The codes of what lies between, null for what one may not see."""
        return [thing.code if thing else None for thing in reached.between]


class ReachSerializer(OutputSerializer):
    """What a walk over the relations reached, services first, nearest first."""

    results = ReachedSerializer(many=True, source="all")
    hidden = serializers.IntegerField(help_text="How many things were reached that one may not see.")
    is_cut = serializers.BooleanField(help_text="Whether there is more than is told.")


WALK = [
    OpenApiParameter("depth", int, description=f"How far to walk, 1 to {_DEEPEST}."),
    OpenApiParameter(
        "direction", str, enum=["dependents", "foundations"], description="What breaks, or what it stands on."
    ),
]


def walked(request: Request, thing: Thing) -> Response:
    """The answer to a walk from a service or item."""
    asked = request.query_params.get("depth", "")
    depth = (
        min(max(int(asked), 1), _DEEPEST)
        if asked.isascii() and asked.isdigit() and len(asked) < 4
        else graph.DEPTH
    )
    down = request.query_params.get("direction") == graph.Direction.FOUNDATIONS.value
    direction = graph.Direction.FOUNDATIONS if down else graph.Direction.DEPENDENTS
    user = person_of(request)
    if not user.has_perm("services.view_items"):
        raise PermissionDenied
    found = graph.reach(user, [thing], direction, depth=depth)
    return Response(write(ReachSerializer, found))


class ItemResource(Resource):
    """Items, addressed by code."""

    queryset = Item.objects.select_related(
        "item_type", "entity", "service", "place", "owner", "user", "supplier"
    )
    serializer_class = ItemSerializer
    input_classes = {"create": ItemChange, "partial_update": ItemChange}
    filterset_class = ItemFilter
    ordering = "name"
    ordering_fields = {"name": "sort_name", "id": "pk", "code": "code", "warranty_until": "warranty_until"}
    lookup_field = "code"
    lookup_value_regex = "[^/]+"

    def get_object(self) -> Item:
        """The item of the address, whatever the case of its code."""
        found: Item | None = self.get_queryset().filter(code__iexact=self.kwargs["code"]).first()
        if found is None:
            raise Http404
        self.check_object_permissions(self.request, found)
        return found

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add an item."""
        item = create_item(**self.read_input(), by=person_of(request))
        return self.respond(self.get_queryset().get(pk=item.pk), status.HTTP_201_CREATED)

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change an item; what is not named stays. A change of status follows the table of its life."""
        data = self.read_input()
        item = edit_item(
            self.get_object(), data, version=etags.expected_version(request), by=person_of(request)
        )
        return self.respond(self.whole(item))

    def whole(self, item: Item) -> Item:
        """The item as it is now: it may have gone out of sight, which is no error."""
        rows: QuerySet[Item] = type(self).queryset.all()
        return rows.get(pk=item.pk)

    @extend_schema(responses=ReachSerializer, parameters=WALK)
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def impact(self, request: Request, **kwargs: Any) -> Response:
        """What breaks if the item stops, or with `direction=foundations` what it stands on."""
        return walked(request, self.get_object())


class EndSerializer(OutputSerializer):
    """One end of a relation."""

    kind = serializers.SerializerMethodField()
    id = serializers.IntegerField(source="thing.pk")
    code = serializers.CharField(source="thing.code")
    name = serializers.CharField(source="thing.name")

    @extend_schema_field({"type": "string", "enum": ["service", "item"]})
    def get_kind(self, node: Any) -> str:
        """Which of the two it is."""
        return "service" if node.service_id else "item"


class RelationSerializer(OutputModelSerializer):
    """Two services or items that belong together, read from source to target."""

    source = EndSerializer()  # type: ignore[assignment]
    target = EndSerializer()

    class Meta:
        model = Relation
        fields = ("id", "source", "relation_type", "target", "created_at")


@extend_schema_field(
    {
        "type": "object",
        "properties": {
            "item": {"type": "string", "maxLength": 60},
            "service": {"type": ["integer", "string"]},
        },
        "example": {"item": "SRV-12"},
    }
)
class EndField(serializers.Field[Any, Any, Any, Any]):
    """A service or an item: `{"item": code}` or `{"service": number or code}`."""

    default_error_messages = {
        "unreadable": _("Give an object with item or service."),
        "unknown": _("Nothing of this name is known to you."),
    }

    def to_internal_value(self, data: Any) -> Thing:
        """The service or item. Raises `ValidationError`."""
        if not isinstance(data, Mapping) or len(data) != 1:
            raise self._refusal("unreadable")
        user = self.context["request"].user
        [(kind, name)] = data.items()
        if kind == "item" and isinstance(name, str) and "\x00" not in name:
            found: Thing | None = Item.objects.visible_to(user).filter(code__iexact=name.strip()).first()
        elif kind == "service" and not isinstance(name, bool) and isinstance(name, int | str):
            text = str(name)
            known = Service.objects.visible_to(user)
            number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
            found = (
                known.filter(pk=number).first() if number else known.filter(code__iexact=text[:60]).first()
            )
        else:
            raise self._refusal("unreadable")
        if found is None:
            raise self._refusal("unknown")
        return found

    def to_representation(self, value: Any) -> Any:
        """Never asked: ends are told by `EndSerializer`."""
        return value

    def _refusal(self, code: str) -> serializers.ValidationError:
        return serializers.ValidationError(str(self.error_messages[code]), code=code)


class RelationCreation(serializers.Serializer[Any]):
    """A relation to make."""

    source = EndField()  # type: ignore[assignment]
    target = EndField()
    relation_type = serializers.ChoiceField(choices=RelationType.choices)


class RelationResource(Resource):
    """What stands on what."""

    queryset = Relation.objects.with_ends()
    serializer_class = RelationSerializer
    input_classes = {"create": RelationCreation}
    filterset_class = RelationFilter
    lookup_value_regex = "[0-9]{1,18}"

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Relate two services or items; one of them must be the person's to change."""
        data = self.read_input()
        made = relate(data["source"], data["target"], data["relation_type"], by=person_of(request))
        return self.respond(Relation.objects.with_ends().get(pk=made.pk), status.HTTP_201_CREATED)

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Take a relation away."""
        unrelate(self.get_object(), by=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
