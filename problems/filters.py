"""What lists of problems can be narrowed by besides what all tickets have."""

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from tickets.filters import TicketFilter
from tickets.models import Ticket


class ProblemFilter(TicketFilter):
    """Problems."""

    known_error = django_filters.BooleanFilter(
        label=_("Known error"),
        field_name="problem_details__known_error_at",
        lookup_expr="isnull",
        exclude=True,
    )
    workaround = django_filters.BooleanFilter(label=_("With a workaround"), method="with_workaround")

    def with_workaround(self, queryset: QuerySet[Ticket], _name: str, value: bool) -> QuerySet[Ticket]:  # noqa: FBT001 (the filter's signature)
        """Those that say what helps meanwhile, or those that do not."""
        empty = {"problem_details__workaround": ""}
        return queryset.exclude(**empty) if value else queryset.filter(**empty)
