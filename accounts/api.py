"""People, teams and entities over HTTP."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import actions
from accounts.choices import EntityKind, Theme
from accounts.filters import PeopleFilter, TeamFilter, named
from accounts.models import Entity, Role, Team, User
from accounts.models.people import LANGUAGES
from accounts.personal_api import PERSONAL_INPUTS, PersonalDataActs
from calendars.models import Calendar
from core.api.fields import RowField
from core.api.serializers import CodedSerializer, NamedSerializer, OutputModelSerializer, OutputSerializer
from core.api.viewsets import Resource
from core.choices import Level
from core.filters import AnyOf, AnyRowOf

_BY_NAME = {"name": "sort_name", "id": "pk"}


def person_of(request: Request) -> User:
    """Who asks; the permissions let nobody else through."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


class PersonNameSerializer(OutputSerializer):
    """A person that another row points to."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    email = serializers.EmailField()


class PersonSerializer(OutputModelSerializer):
    """A person."""

    name = serializers.CharField()
    entity = NamedSerializer()
    manager = PersonNameSerializer(allow_null=True)

    class Meta:
        model = User
        fields: tuple[str, ...] = (
            "id", "email", "first_name", "last_name", "name", "entity", "job_title", "manager", "phone", "language",
            "timezone", "is_vip", "is_active", "created_at",
        )  # fmt: skip


class MeSerializer(PersonSerializer):
    """Oneself, with what one may do: for each right the entities where one has it."""

    teams = serializers.SerializerMethodField()
    rights = serializers.SerializerMethodField()

    class Meta(PersonSerializer.Meta):
        fields = (*PersonSerializer.Meta.fields, "theme", "uses_keys", "teams", "rights")

    @extend_schema_field({"type": "array", "items": {"type": "integer"}})
    def get_teams(self, user: User) -> list[int]:
        """The ids of one's teams."""
        return sorted(user.access.teams)

    @extend_schema_field(
        {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "integer"}}}
    )
    def get_rights(self, user: User) -> dict[str, list[int]]:
        """The ids of entities by right."""
        return {verb: sorted(entities) for verb, entities in sorted(user.access.by_verb.items())}


class MemberSerializer(OutputSerializer):
    """A person in a team."""

    id = serializers.IntegerField(source="user_id")
    name = serializers.CharField(source="user.name")
    is_lead = serializers.BooleanField()


class TeamSerializer(OutputModelSerializer):
    """A team with its members."""

    entity = NamedSerializer()
    calendar = CodedSerializer(allow_null=True)
    members = MemberSerializer(many=True, source="memberships")

    class Meta:
        model = Team
        fields = ("id", "name", "level", "entity", "email", "calendar", "is_active", "members")


class EntitySerializer(OutputModelSerializer):
    """A part of the organisation; `path` holds the ids from the top down to itself."""

    parent = NamedSerializer(allow_null=True)
    path = serializers.ListField(child=serializers.IntegerField())

    class Meta:
        model = Entity
        fields = ("id", "name", "code", "kind", "parent", "path")


class OwnProfileInput(serializers.Serializer[Any]):
    """What everyone decides for themselves."""

    first_name = serializers.CharField(max_length=80, allow_blank=True, required=False)
    last_name = serializers.CharField(max_length=80, allow_blank=True, required=False)
    phone = serializers.CharField(max_length=40, allow_blank=True, required=False)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    timezone = serializers.CharField(max_length=64, required=False)
    theme = serializers.ChoiceField(choices=Theme.choices, required=False)
    uses_keys = serializers.BooleanField(required=False)


class PersonChange(serializers.Serializer[Any]):
    """A person's record. `is_active: false` closes the account and ends its sessions and tokens."""

    email = serializers.EmailField(max_length=254)
    entity = RowField(Entity.objects, names=("code", "name"))
    first_name = serializers.CharField(max_length=80, allow_blank=True, required=False)
    last_name = serializers.CharField(max_length=80, allow_blank=True, required=False)
    job_title = serializers.CharField(max_length=120, allow_blank=True, required=False)
    manager = RowField(User.objects, names=("email",), required=False, allow_null=True)
    phone = serializers.CharField(max_length=40, allow_blank=True, required=False)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    timezone = serializers.CharField(max_length=64, required=False)
    is_vip = serializers.BooleanField(required=False)
    is_active = serializers.BooleanField(required=False)


class PersonCreation(PersonChange):
    """A new person, who cannot sign in until invited."""

    is_active = None  # type: ignore[assignment]
    role = RowField(Role.objects, names=("slug", "name"), required=False)


class TeamInput(serializers.Serializer[Any]):
    """A team. `members` and `leads` replace those there are."""

    name = serializers.CharField(max_length=120)
    level = serializers.ChoiceField(choices=Level.choices)
    entity = RowField(Entity.objects, names=("code", "name"))
    email = serializers.EmailField(allow_blank=True, required=False)
    calendar = RowField(Calendar.objects, names=("slug", "name"), required=False, allow_null=True)
    is_active = serializers.BooleanField(required=False)
    members = serializers.ListField(
        child=RowField(User.objects, names=("email",)), required=False, max_length=500
    )
    leads = serializers.ListField(
        child=RowField(User.objects, names=("email",)), required=False, max_length=500
    )


class EntityInput(serializers.Serializer[Any]):
    """A part of the organisation; another `parent` moves it with all below it."""

    name = serializers.CharField(max_length=120)
    code = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(choices=EntityKind.choices, default=EntityKind.DEPARTMENT)
    parent = RowField(Entity.objects, names=("code", "name"), required=False, allow_null=True)  # type: ignore[assignment]


def _entities(request: Any) -> Any:
    return Entity.objects.visible_to(request.user) if request else Entity.objects.none()


class TreeFilter(django_filters.FilterSet):
    """What the list of entities can be narrowed by; pages show the whole tree."""

    q = django_filters.CharFilter(label=_("Name"), method="search", max_length=200)
    kind = AnyOf(choices=EntityKind)
    parent = AnyRowOf(label=_("Belongs to"), queryset=_entities)

    class Meta:
        model = Entity
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Entity], name: str, value: str) -> QuerySet[Entity]:
        """Every word in the name, or the code."""
        return named(rows, value) | rows.filter(code__iexact=value)


class NothingInput(serializers.Serializer[Any]):
    """An act that needs no words."""


class PersonResource(PersonalDataActs, Resource):
    """People, as far as one may see them."""

    queryset = User.objects.select_related("entity", "manager")
    serializer_class = PersonSerializer
    input_classes = {
        "create": PersonCreation,
        "partial_update": PersonChange,
        "invite": NothingInput,
    } | PERSONAL_INPUTS
    filterset_class = PeopleFilter
    ordering = "name"
    ordering_fields = _BY_NAME
    lookup_value_regex = "[0-9]{1,18}"

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Create a person, with a role in the entity where one is given."""
        return self.respond(
            actions.create_person(by=person_of(request), **self.read_input()), status.HTTP_201_CREATED
        )

    @transaction.atomic
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change a person's record."""
        data = self.read_input()
        person = self.as_read()
        is_active = data.pop("is_active", person.is_active)
        person = actions.edit_person(person, data, by=person_of(request))
        if is_active != person.is_active:
            act = actions.reactivate if is_active else actions.deactivate
            person = act(person, by=person_of(request))
        return self.respond(person)

    @extend_schema(responses={204: None})
    @action(detail=True, methods=["post"])
    def invite(self, request: Request, **kwargs: Any) -> Response:
        """Mail the person a link to choose a password. The link itself is never told here."""
        actions.invite(self.get_object(), by=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeResource(Resource):
    """Oneself."""

    queryset = User.objects.select_related("entity", "manager")
    serializer_class = MeSerializer
    input_classes = {"partial_update": OwnProfileInput}
    filter_backends = []
    pagination_class = None

    def get_object(self) -> User:
        """Who asks, with the rights of this very request: those of the token where it is limited."""
        return person_of(self.request)

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change one's own profile."""
        return self.respond(
            actions.edit_own_profile(self.as_read(), self.read_input(), by=person_of(request))
        )


class TeamResource(Resource):
    """Teams with their level."""

    queryset = Team.objects.select_related("entity", "calendar").prefetch_related("memberships__user")
    serializer_class = TeamSerializer
    input_classes = {"create": TeamInput, "partial_update": TeamInput}
    filterset_class = TeamFilter
    ordering = "name"
    ordering_fields = _BY_NAME
    lookup_value_regex = "[0-9]{1,18}"

    @transaction.atomic
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Create a team, with its members where they are given."""
        data = self.read_input()
        members, leads = data.pop("members", []), data.pop("leads", [])
        team = actions.create_team(by=person_of(request), **data)
        if members or leads:
            actions.set_members(team, members, leads=leads, by=person_of(request))
        return self.respond(team, status.HTTP_201_CREATED)

    @transaction.atomic
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change a team and who is in it."""
        data = self.read_input()
        team = self.as_read()
        present = {each.user: each.is_lead for each in team.memberships.all()}
        named = "members" in data or "leads" in data
        members = data.pop("members", list(present))
        leads = data.pop("leads", [user for user, is_lead in present.items() if is_lead and user in members])
        actions.edit_team(team, data, by=person_of(request))
        if named:
            actions.set_members(team, members, leads=leads, by=person_of(request))
        return self.respond(TeamResource.queryset.get(pk=team.pk))

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Delete a team that nothing mentions."""
        actions.delete_team(self.as_read(), by=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class EntityResource(Resource):
    """The tree of the organisation."""

    queryset = Entity.objects.select_related("parent")
    serializer_class = EntitySerializer
    input_classes = {"create": EntityInput, "partial_update": EntityInput}
    filterset_class = TreeFilter
    ordering = "name"
    ordering_fields = _BY_NAME
    lookup_value_regex = "[0-9]{1,18}"

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add an entity under a parent, or at the top."""
        return self.respond(
            actions.create_entity(by=person_of(request), **self.read_input()), status.HTTP_201_CREATED
        )

    @transaction.atomic
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change an entity, or hang it elsewhere."""
        data = self.read_input()
        entity = self.as_read()
        if "parent" in data and (parent := data.pop("parent")) != entity.parent:
            entity = actions.move_entity(entity, parent, by=person_of(request))
        return self.respond(actions.edit_entity(entity, data, by=person_of(request)))

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Delete an entity to which nothing belongs."""
        actions.delete_entity(self.as_read(), by=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
