"""The filters over services and categories, the same for pages and API."""

from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Entity
from core.choices import Criticality, Kind
from core.filters import AnyOf, AnyRowOf
from core.forms import DateInput
from core.text import sort_name
from services.choices import ItemStatus, RelationType
from services.models import Category, Item, ItemType, Place, Relation, Service, ServiceStatus, Supplier


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


def _visible(model: Any) -> Any:
    """Choices of a filter: the rows the reader may see."""

    def rows(request: Any) -> QuerySet[Any]:
        every: Any = model.objects.all()
        found: QuerySet[Any] = every.visible_to(request.user) if request is not None else every.none()
        return found

    return rows


class ItemFilter(django_filters.FilterSet):
    """What the list of items can be narrowed by."""

    q = django_filters.CharFilter(label=_("Search"), method="search", max_length=200)
    item_type = AnyRowOf(queryset=_visible(ItemType), label=_("Type"))
    status = AnyOf(choices=ItemStatus, label=_("Status"))
    entity = AnyRowOf(queryset=_entities, label=_("Entity"))
    service = AnyRowOf(
        queryset=_visible(Service), label=_("Service"), null_label=_("No service"), null_value="none"
    )
    place = django_filters.ModelChoiceFilter(queryset=_visible(Place), label=_("Place"), method="within")
    supplier = AnyRowOf(queryset=_visible(Supplier), label=_("Supplier"))
    user = django_filters.CharFilter(
        label=_("User or owner"), method="of_person", max_length=254, help_text=_("An e-mail, or “me”.")
    )
    warranty_before = django_filters.DateFilter(
        label=_("Warranty ends before"), field_name="warranty_until", lookup_expr="lt", widget=DateInput
    )

    class Meta:
        model = Item
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet[Item], name: str, value: str) -> QuerySet[Item]:
        """By a part of the name, whatever its accents, of the code or of the serial number."""
        words = Q(sort_name__contains=sort_name(value))
        return queryset.filter(words | Q(code__icontains=value.strip()) | Q(serial__icontains=value.strip()))

    def within(self, queryset: QuerySet[Item], name: str, value: Place) -> QuerySet[Item]:
        """Those in a place or anywhere within it."""
        return queryset.filter(place__path__contains=[value.pk])

    def of_person(self, queryset: QuerySet[Item], name: str, value: str) -> QuerySet[Item]:
        """Those that a person owns or uses."""
        reader = getattr(self.request, "user", None)
        if value == "me":
            return queryset.filter(Q(user=reader) | Q(owner=reader)) if reader else queryset.none()
        address = value.strip().lower()
        return queryset.filter(Q(user__email=address) | Q(owner__email=address))


class RelationFilter(django_filters.FilterSet):
    """What relations can be narrowed by."""

    item = django_filters.CharFilter(
        label=_("Item"), method="of_item", max_length=60, help_text=_("Its code.")
    )
    service = django_filters.NumberFilter(label=_("Service"), method="of_service")
    relation_type = AnyOf(choices=RelationType, label=_("Relation"))

    class Meta:
        model = Relation
        fields: tuple[str, ...] = ()

    def of_item(self, queryset: QuerySet[Relation], name: str, value: str) -> QuerySet[Relation]:
        """Those with the item at one end."""
        return queryset.filter(Q(source__item__code__iexact=value) | Q(target__item__code__iexact=value))

    def of_service(self, queryset: QuerySet[Relation], name: str, value: Decimal) -> QuerySet[Relation]:
        """Those with the service at one end."""
        key = int(value) if 0 < value < 2**63 else 0
        return queryset.filter(Q(source__service=key) | Q(target__service=key))
