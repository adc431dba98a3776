"""Filters of a list, built only as far as the query names them."""

from functools import lru_cache
from typing import Any

from django.db import models
from django_filters import FilterSet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.views import APIView

from core.filters import names_asked


class AskedFilters(DjangoFilterBackend):
    """As django-filter's, without the filters nobody asked for: building a form of twenty costs more than the query."""

    def filter_queryset(self, request: Any, queryset: models.QuerySet[Any], view: APIView) -> Any:
        """The rows that match; `ValidationError` naming each filter that makes no sense."""
        whole = getattr(view, "filterset_class", None)
        if whole is None or not names_asked(whole, request.query_params):
            return queryset
        return super().filter_queryset(request, queryset, view)

    def get_filterset_class(self, view: APIView, queryset: Any = None) -> Any:
        """The filter set of the view, narrowed to what the query names; whole where there is no query."""
        whole = super().get_filterset_class(view, queryset)
        request = getattr(view, "request", None)
        if whole is None or request is None:
            return whole
        return narrowed(whole, frozenset(whole.base_filters.keys() & request.query_params.keys()))


@lru_cache(maxsize=256)
def narrowed(whole: type[FilterSet], names: frozenset[str]) -> type[FilterSet]:
    """A filter set of these filters only."""
    kept = {name: every for name, every in whole.base_filters.items() if name in names}
    made: type[FilterSet] = type(whole.__name__, (whole,), {})
    made.base_filters = kept  # type: ignore[assignment]
    return made
