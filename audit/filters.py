"""What the trail can be narrowed by, on its page, in exports and over the API."""

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import AuditEntry
from core.forms import DateInput
from core.text import fold

_MOST_PEOPLE = 50


class AuditFilter(django_filters.FilterSet):
    """Who, what, on what, when, and words."""

    q = django_filters.CharFilter(label=_("Search"), method="with_words", max_length=200)
    who = django_filters.CharFilter(
        label=_("Who"), method="by_person", max_length=200, help_text=_("Name, address or number.")
    )
    concerned = django_filters.CharFilter(
        label=_("Person concerned"),
        method="about_person",
        max_length=200,
        help_text=_("Name, address or number."),
    )
    action = django_filters.CharFilter(
        label=_("What"), method="of_action", max_length=80, help_text=_("Such as session or session.refused.")
    )
    target_type = django_filters.CharFilter(
        label=_("Kind of object"), field_name="target_type", lookup_expr="iexact", max_length=60
    )
    target = django_filters.CharFilter(
        label=_("Object"), method="of_target", max_length=200, help_text=_("Name, reference or number.")
    )
    after = django_filters.DateFilter(label=_("Since"), method="since", widget=DateInput())
    before = django_filters.DateFilter(label=_("Until"), method="until", widget=DateInput())
    request_id = django_filters.CharFilter(label=_("HTTP request"), field_name="request_id", max_length=64)

    class Meta:
        model = AuditEntry
        fields: tuple[str, ...] = ()

    def with_words(self, rows: Any, _name: str, value: str) -> Any:
        """Entries with these words."""
        return rows.containing(value)

    def by_person(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """What someone did."""
        return rows.filter(actor__in=people_called(value))

    def about_person(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """What was done to someone's account."""
        return rows.filter(subject__in=people_called(value))

    def of_action(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """One act, or all of a family: `session` finds `session.opened` too."""
        return rows.filter(Q(action=value) | Q(action__gte=f"{value}.", action__lt=f"{value}/"))

    def of_target(self, rows: Any, _name: str, value: str) -> QuerySet[Any]:
        """What was done to an object."""
        value = value.strip()
        is_number = value.isascii() and value.isdigit()
        found: QuerySet[Any] = (
            rows.filter(target_id=value)
            if is_number
            else rows.containing(value).filter(target_label__iexact=value)
        )
        return found

    def since(self, rows: QuerySet[Any], _name: str, value: date) -> QuerySet[Any]:
        """From the beginning of a day on, in the reader's time zone."""
        return rows.filter(at__gte=_midnight(value))

    def until(self, rows: QuerySet[Any], _name: str, value: date) -> QuerySet[Any]:
        """To the end of a day."""
        return rows.filter(at__lt=_midnight(value + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def people_called(text: str) -> list[int]:
    """The keys of the people of that number, or whose name or address holds the text."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 19:
        return [int(text)]
    rows = get_user_model()._default_manager.filter(
        Q(email__icontains=text) | Q(sort_name__contains=fold(text))
    )
    return list(rows.values_list("pk", flat=True)[:_MOST_PEOPLE])
