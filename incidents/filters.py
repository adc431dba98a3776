"""The filters over major incidents, the same for page and API."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from incidents.models import MajorIncident
from tickets.kinds import key_of


class MajorFilter(django_filters.FilterSet):
    """What the list of major incidents can be narrowed by."""

    q = django_filters.CharFilter(label=_("Search"), method="search", max_length=200)
    under_way = django_filters.BooleanFilter(
        label=_("Under way"), field_name="ended_at", lookup_expr="isnull"
    )
    reviewed = django_filters.BooleanFilter(
        label=_("Reviewed"), field_name="reviewed_at", lookup_expr="isnull", exclude=True
    )

    class Meta:
        model = MajorIncident
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet[MajorIncident], name: str, value: str) -> QuerySet[MajorIncident]:
        """By words of the summary, or by reference."""
        return queryset.filter(Q(summary__icontains=value) | Q(incident_id=key_of(value) or 0))
