"""People, teams and entities over HTTP."""

from __future__ import annotations

from rest_framework import serializers

from accounts.models import Entity, Team, User
from core.api.serializers import NamedSerializer, OutputModelSerializer, OutputSerializer
from core.api.viewsets import Resource


class PersonNameSerializer(OutputSerializer):
    """A person that another row points to."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    email = serializers.EmailField()


class PersonSerializer(OutputModelSerializer):
    """A person."""

    name = serializers.CharField()
    entity = NamedSerializer()

    class Meta:
        model = User
        fields = (
            "id", "email", "first_name", "last_name", "name", "entity", "job_title", "phone", "language", "timezone",
            "is_vip", "is_active", "created_at",
        )  # fmt: skip


class MemberSerializer(OutputSerializer):
    """A person in a team."""

    id = serializers.IntegerField(source="user_id")
    name = serializers.CharField(source="user.name")
    is_lead = serializers.BooleanField()


class TeamSerializer(OutputModelSerializer):
    """A team."""

    entity = NamedSerializer()

    class Meta:
        model = Team
        fields = ("id", "name", "level", "entity", "email", "is_active")


class EntitySerializer(OutputModelSerializer):
    """A part of the organisation; `path` holds the ids from the top down to itself."""

    parent = NamedSerializer(allow_null=True)
    path = serializers.ListField(child=serializers.IntegerField())

    class Meta:
        model = Entity
        fields = ("id", "name", "code", "kind", "parent", "path")


class PersonResource(Resource):
    """People, as far as one may see them."""

    queryset = User.objects.select_related("entity")
    serializer_class = PersonSerializer
    ordering = "name"
    ordering_fields = {"name": "sort_name", "id": "pk"}


class TeamResource(Resource):
    """Teams with their level."""

    queryset = Team.objects.select_related("entity")
    serializer_class = TeamSerializer
    ordering = "name"
    ordering_fields = {"name": "sort_name", "id": "pk"}


class EntityResource(Resource):
    """The tree of the organisation."""

    queryset = Entity.objects.select_related("parent")
    serializer_class = EntitySerializer
    ordering = "name"
    ordering_fields = {"name": "sort_name", "id": "pk"}
