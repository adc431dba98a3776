"""Item types, their attributes, places and suppliers over HTTP."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import person_of
from accounts.models import Entity
from core.api.fields import RowField
from core.api.serializers import CodedSerializer, NamedSerializer, OutputModelSerializer
from core.api.viewsets import Resource
from services.actions.setup import delete_attribute, save_attribute, save_place, save_supplier, save_type
from services.choices import AttributeType
from services.models import Attribute, ItemType, Place, Supplier


class OwnAttributeSerializer(OutputModelSerializer):
    """An attribute, told with its type."""

    code = serializers.CharField(source="slug")

    class Meta:
        model = Attribute
        fields: tuple[str, ...] = (
            "id", "code", "label_fr", "label_en", "attribute_type", "options", "unit", "is_required", "position",
        )  # fmt: skip


class AttributeSerializer(OwnAttributeSerializer):
    """An attribute of a type."""

    item_type = CodedSerializer()

    class Meta(OwnAttributeSerializer.Meta):
        fields = (*OwnAttributeSerializer.Meta.fields, "item_type")


class ItemTypeSerializer(OutputModelSerializer):
    """A type of items with its own attributes; it has those of its parents as well."""

    code = serializers.CharField(source="slug")
    parent = CodedSerializer(allow_null=True)
    attributes = OwnAttributeSerializer(many=True)

    class Meta:
        model = ItemType
        fields = ("id", "code", "name_fr", "name_en", "parent", "icon", "position", "is_active", "attributes")


class ItemTypeChange(serializers.Serializer[Any]):
    """A type to write."""

    code = serializers.SlugField(max_length=60, source="slug")
    name_fr = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120, required=False, allow_blank=True)
    parent = RowField(ItemType.objects, names=("slug",), required=False, allow_null=True)  # type: ignore[assignment]
    icon = serializers.CharField(max_length=40, required=False, allow_blank=True)
    position = serializers.IntegerField(min_value=0, max_value=30_000, required=False)
    is_active = serializers.BooleanField(required=False)


class AttributeChange(serializers.Serializer[Any]):
    """An attribute to write; its item type is given once and stays."""

    item_type = RowField(ItemType.objects, names=("slug",))
    code = serializers.CharField(max_length=40, source="slug")
    label_fr = serializers.CharField(max_length=120)
    label_en = serializers.CharField(max_length=120, required=False, allow_blank=True)
    attribute_type = serializers.ChoiceField(choices=AttributeType.choices, required=False)
    options = serializers.ListField(
        child=serializers.CharField(max_length=120), required=False, max_length=200
    )
    unit = serializers.CharField(max_length=20, required=False, allow_blank=True)
    is_required = serializers.BooleanField(required=False)
    position = serializers.IntegerField(min_value=0, max_value=30_000, required=False)


class PlaceSerializer(OutputModelSerializer):
    """A place; `full_name` names those it lies within."""

    entity = NamedSerializer()
    parent = NamedSerializer(allow_null=True)

    class Meta:
        model = Place
        fields = ("id", "name", "full_name", "entity", "parent", "address", "is_active")


class PlaceChange(serializers.Serializer[Any]):
    """A place to write."""

    name = serializers.CharField(max_length=120)
    entity = RowField(Entity.objects, names=("code", "name"))
    parent = RowField(  # type: ignore[assignment]
        Place.objects, names=("full_name",), required=False, allow_null=True
    )
    address = serializers.CharField(max_length=250, required=False, allow_blank=True)
    is_active = serializers.BooleanField(required=False)


class SupplierSerializer(OutputModelSerializer):
    """A supplier."""

    class Meta:
        model = Supplier
        fields = ("id", "name", "contact", "phone", "email", "contract_ref", "is_active")


class SupplierChange(serializers.Serializer[Any]):
    """A supplier to write."""

    name = serializers.CharField(max_length=120)
    contact = serializers.CharField(max_length=120, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)
    contract_ref = serializers.CharField(max_length=120, required=False, allow_blank=True)
    is_active = serializers.BooleanField(required=False)


class SetupResource(Resource):
    """Words of the set-up of items: read by who works with items, written by who manages services."""

    save: ClassVar[Any]
    lookup_value_regex = "[0-9]{1,18}"

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add one."""
        data = self.read_input()
        saved = type(self).save(self.fresh(data), data, by=person_of(request))
        return self.respond(saved, status.HTTP_201_CREATED)

    def fresh(self, data: dict[str, Any]) -> Any:
        """A new row."""
        return self.get_queryset().model()

    @transaction.atomic
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change one; what is not named stays."""
        data = self.read_input()
        return self.respond(type(self).save(self.as_read(), data, by=person_of(request)))


class ItemTypeResource(SetupResource):
    """What items can be."""

    queryset = ItemType.objects.select_related("parent").prefetch_related("attributes")
    serializer_class = ItemTypeSerializer
    input_classes = {"create": ItemTypeChange, "partial_update": ItemTypeChange}
    save = staticmethod(save_type)
    lookup_field = "slug"
    lookup_url_kwarg = "code"
    lookup_value_regex = "[-a-zA-Z0-9_]+"


class AttributeResource(SetupResource):
    """What is known of items, type by type."""

    queryset = Attribute.objects.select_related("item_type")
    serializer_class = AttributeSerializer
    input_classes = {"create": AttributeChange, "partial_update": AttributeChange}
    save = staticmethod(save_attribute)

    def fresh(self, data: dict[str, Any]) -> Attribute:
        """A new attribute of the type named."""
        return Attribute(item_type=data.pop("item_type"))

    def read_input(self) -> dict[str, Any]:
        """The input; an attribute never goes to another type."""
        data = super().read_input()
        if self.action == "partial_update":
            data.pop("item_type", None)
        return data

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Remove one that no item holds a value of."""
        delete_attribute(self.get_object(), by=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PlaceResource(SetupResource):
    """Where items stand."""

    queryset = Place.objects.select_related("entity", "parent")
    serializer_class = PlaceSerializer
    input_classes = {"create": PlaceChange, "partial_update": PlaceChange}
    save = staticmethod(save_place)
    ordering = "name"
    ordering_fields = {"name": "sort_name", "id": "pk"}


class SupplierResource(SetupResource):
    """Who sells and maintains."""

    queryset = Supplier.objects.all()
    serializer_class = SupplierSerializer
    input_classes = {"create": SupplierChange, "partial_update": SupplierChange}
    save = staticmethod(save_supplier)
    ordering = "name"
    ordering_fields = {"name": "sort_name", "id": "pk"}
