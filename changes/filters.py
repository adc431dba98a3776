"""What lists of changes can be narrowed by besides what all tickets have."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changes.models import ChangeType
from core.choices import Scale
from core.filters import AnyOf
from core.forms import DateInput
from tickets.filters import TicketFilter
from tickets.models import Ticket


class ChangeFilter(TicketFilter):
    """Changes."""

    change_type = AnyOf(label=_("Type"), field_name="change_details__change_type", choices=ChangeType)
    risk_level = AnyOf(label=_("Risk"), field_name="change_details__risk_level", choices=Scale)
    window_after = django_filters.IsoDateTimeFilter(
        label=_("Window ends after"),
        field_name="change_details__window_end",
        lookup_expr="gt",
        widget=DateInput,
    )
    window_before = django_filters.IsoDateTimeFilter(
        label=_("Window begins before"),
        field_name="change_details__window_start",
        lookup_expr="lt",
        widget=DateInput,
    )
    undecided = django_filters.BooleanFilter(label=_("Decision overdue"), method="overdue_decision")

    def overdue_decision(self, queryset: QuerySet[Ticket], _name: str, value: bool) -> QuerySet[Ticket]:  # noqa: FBT001 (the filter's signature)
        """Emergencies begun on which nobody has decided in time, or all others."""
        late = Q(change_details__decision="", change_details__approval_due_at__lt=timezone.now())
        return queryset.filter(late) if value else queryset.exclude(late)
