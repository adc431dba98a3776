"""Filters of people and teams, for page and API alike."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Entity, Role, Team, User
from core.choices import Level
from core.text import fold


def named(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Rows whose name holds every word, accents and case aside."""
    for word in fold(text).split():
        rows = rows.filter(sort_name__contains=word)
    return rows


def people_named(rows: QuerySet[User], text: str) -> QuerySet[User]:
    """People whose name holds every word, or whose address begins so."""
    clean = text.replace("\0", "").strip()
    by_name = named(User.objects.all(), clean).values("pk")
    return rows.filter(Q(pk__in=by_name) | Q(email__startswith=clean)) if clean else rows


def _entities(request: Any) -> QuerySet[Entity]:
    return Entity.objects.visible_to(request.user).in_tree_order() if request else Entity.objects.none()


class EntityFilter(django_filters.ModelChoiceFilter):
    """Rows of an entity and of everything below it."""

    def filter(self, qs: QuerySet[Any], value: Entity | None) -> QuerySet[Any]:
        """Keep the rows of the entity and its heirs."""
        return qs.filter(entity__path__contains=[value.pk]) if value else qs


class PeopleFilter(django_filters.FilterSet):
    """People by name, entity, role, state."""

    q = django_filters.CharFilter(label=_("Name or address"), method="search")
    entity = EntityFilter(label=_("Entity and below"), queryset=_entities)  # type: ignore[arg-type]
    role = django_filters.ModelChoiceFilter(label=_("Role"), queryset=Role.objects.all(), method="holding")
    is_active = django_filters.BooleanFilter(label=_("Active"))

    class Meta:
        model = User
        fields = ("q", "entity", "role", "is_active")

    def search(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """Every word in the name, or the beginning of the address."""
        return people_named(rows, value)

    def holding(self, rows: QuerySet[User], name: str, value: Role) -> QuerySet[User]:
        """People to whom the role was granted, themselves or by a team."""
        held = value.grants.all()
        return rows.filter(
            Q(pk__in=held.values("user_id")) | Q(pk__in=held.values("team__memberships__user_id"))
        )


class TeamFilter(django_filters.FilterSet):
    """Teams by name, level, entity."""

    q = django_filters.CharFilter(label=_("Name"), method="search")
    level = django_filters.ChoiceFilter(label=_("Level"), choices=Level.choices)
    entity = EntityFilter(label=_("Entity and below"), queryset=_entities)  # type: ignore[arg-type]
    is_active = django_filters.BooleanFilter(label=_("Active"))

    class Meta:
        model = Team
        fields = ("q", "level", "entity", "is_active")

    def search(self, rows: QuerySet[Team], name: str, value: str) -> QuerySet[Team]:
        """Every word in the name."""
        return named(rows, value)
