"""Filters shared by lists and API: `?status=new,assigned`, `?status=new&status=assigned`, `?assignee=me`."""

from collections.abc import Iterable, Mapping
from typing import Any

import django_filters
from django import forms
from django.db import models
from django.utils.datastructures import MultiValueDict


def names_asked(filterset: type[django_filters.FilterSet], query: Iterable[str]) -> set[str]:
    """The names in a query that filter: those of the set, and those it makes by their beginning (`prefixes`)."""
    prefixes: tuple[str, ...] = getattr(filterset, "prefixes", ())
    return {name for name in query if name in filterset.base_filters or name.startswith(prefixes)}


class CommaSelectMultiple(forms.SelectMultiple):
    """A choice of several that also reads values separated by commas, as people write addresses."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        """Every value sent under the name, each cut at its commas."""
        sent = data.getlist(name) if isinstance(data, MultiValueDict) else data.get(name) or []
        return [value.strip() for text in sent for value in str(text).split(",") if value.strip()]


class AnyOf(django_filters.MultipleChoiceFilter):
    """Rows whose column is one of the values: one `IN`, without joins and so without `DISTINCT`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"widget": CommaSelectMultiple, "distinct": False, **options})

    def filter(self, qs: models.QuerySet[Any], value: Any) -> models.QuerySet[Any]:
        """The rows that match; all of them where nothing is chosen."""
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class AnyRowOf(django_filters.ModelMultipleChoiceFilter):
    """Rows that point to one of the rows given by key, or to none with the word `none`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"widget": CommaSelectMultiple, "distinct": False, **options})

    def filter(self, qs: models.QuerySet[Any], value: Any) -> models.QuerySet[Any]:
        """The rows that match; all of them where nothing is chosen."""
        if not value:
            return qs
        keys = [row.pk for row in value if isinstance(row, models.Model)]
        found = models.Q(**{f"{self.field_name}__in": keys}) if keys else models.Q()
        if any(row == self.null_value for row in value):
            found |= models.Q(**{f"{self.field_name}__isnull": True})
        return qs.filter(found)
