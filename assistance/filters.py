"""The filters over requests, and over the catalogue."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from assistance.catalogue import named
from assistance.models import AssistanceRequest, RequestType
from core.filters import AnyRowOf
from tickets.filters import TicketFilter


def _forms(request: Any) -> QuerySet[RequestType]:
    user = getattr(request, "user", None)
    return RequestType.objects.visible_to(user) if user is not None else RequestType.objects.none()


class RequestFilter(TicketFilter):
    """What the list of requests can be narrowed by."""

    request_type = AnyRowOf(
        queryset=_forms, field_name="assistance_details__request_type", label=_("Request form")
    )

    class Meta(TicketFilter.Meta):
        model = AssistanceRequest


class TypeFilter(django_filters.FilterSet):
    """What the catalogue can be narrowed by."""

    q = django_filters.CharFilter(label=_("Search"), method="search", max_length=200)
    is_active = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = RequestType
        fields: tuple[str, ...] = ()
        form = forms.Form

    def search(self, queryset: QuerySet[RequestType], _name: str, value: str) -> QuerySet[RequestType]:
        """By words of the name, the sentence or the category."""
        return named(queryset, value)
