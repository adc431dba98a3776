"""The filters over services and categories, the same for pages and API."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Entity
from core.choices import Criticality, Kind
from core.filters import AnyOf, AnyRowOf
from core.text import sort_name
from services.models import Category, Service, ServiceStatus


def _entities(request: object) -> QuerySet[Entity]:
    """The entities whose services the reader may look for."""
    user = getattr(request, "user", None)
    return Entity.objects.visible_to(user) if user is not None else Entity.objects.none()


class ServiceFilter(django_filters.FilterSet):
    """What the catalogue can be narrowed by."""

    q = django_filters.CharFilter(label=_("Search"), method="search", max_length=200)
    status = AnyOf(choices=ServiceStatus, label=_("Status"))
    criticality = AnyOf(choices=Criticality, label=_("Criticality"))
    entity = AnyRowOf(queryset=_entities, label=_("Entity"))

    class Meta:
        model = Service
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet[Service], name: str, value: str) -> QuerySet[Service]:
        """By a part of the name, whatever its accents, or of the code."""
        return queryset.filter(Q(sort_name__contains=sort_name(value)) | Q(code__icontains=value))


class CategoryFilter(django_filters.FilterSet):
    """What the list of categories can be narrowed by."""

    q = django_filters.CharFilter(label=_("Search"), method="search", max_length=200)
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label=_("Kind"), method="for_kind")
    is_active = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = Category
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet[Category], name: str, value: str) -> QuerySet[Category]:
        """By a part of the name in either language, or of the code."""
        words = sort_name(value)
        return queryset.filter(
            Q(sort_name__contains=words) | Q(name_en__icontains=value) | Q(slug__icontains=value)
        )

    def for_kind(self, queryset: QuerySet[Category], name: str, value: str) -> QuerySet[Category]:
        """Those offered on tickets of a kind."""
        return queryset.filter(Q(kinds=[]) | Q(kinds__contains=[value]))
