"""The filters over the ledger, the same for page, export and API."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Entity, Team
from core.choices import Kind
from core.filters import AnyOf, AnyRowOf
from core.forms import DateInput
from services.models import Service
from tickets.choices import CostNature, LineType
from tickets.filters import PersonFilter, _visible
from tickets.models import Activity, LedgerLine


class LedgerFilter(django_filters.FilterSet):
    """What the ledger can be narrowed by; higher parts add their own with `add_filter`."""

    type = AnyOf(choices=LineType, label=_("Time or costs"))
    day_from = django_filters.DateFilter(
        label=_("From"), field_name="day", lookup_expr="gte", widget=DateInput
    )
    day_to = django_filters.DateFilter(
        label=_("Up to"), field_name="day", lookup_expr="lte", widget=DateInput
    )
    person = PersonFilter(label=_("Person"), max_length=254, help_text=_("A number, an e-mail or “me”."))
    team = AnyRowOf(queryset=_visible(Team), label=_("Team"), null_label=_("No team"), null_value="none")
    activity = AnyRowOf(queryset=Activity.objects.all(), label=_("Activity"))
    nature = AnyOf(choices=CostNature, label=_("Nature"))
    kind = AnyOf(choices=Kind, field_name="ticket__kind", label=_("Kind"))
    service = AnyRowOf(
        queryset=_visible(Service),
        field_name="ticket__service",
        label=_("Service"),
        null_label=_("No service"),
        null_value="none",
    )
    entity = AnyRowOf(queryset=_visible(Entity), field_name="ticket__entity", label=_("Entity"))
    is_billable = django_filters.BooleanFilter(label=_("Billable"))

    class Meta:
        model = LedgerLine
        fields: list[str] = []
        form = forms.Form


def add_filter(name: str, narrowing: django_filters.Filter) -> None:
    """Let the ledger be narrowed by what a higher part knows of its tickets."""
    if not narrowing.field_name:
        narrowing.field_name = name
    filters: Any = LedgerFilter.base_filters
    filters[name] = narrowing
