"""The filters over tickets, the same for pages and API."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Entity, Team, User
from core.choices import Kind, Priority
from core.db import Among
from core.filters import AnyOf, AnyRowOf
from core.forms import DateInput
from services.models import Category, Item, Service
from tickets.choices import Channel, Status
from tickets.field_filters import PREFIX, filters_named, filters_offered
from tickets.models import Ticket, TicketItem
from tickets.queries import search


def _visible(model: Any) -> Any:
    """Choices of a filter: the rows the reader may see."""

    def rows(request: Any) -> QuerySet[Any]:
        every: QuerySet[Any] = model.objects.all()
        return every.visible_to(request.user) if request is not None else every.none()  # type: ignore[attr-defined]

    return rows


def _reader(filters: Any) -> User:
    """Who looks; a list without a reader shows nothing, so it is never asked."""
    user: User = filters.request.user
    return user


class PersonFilter(django_filters.CharFilter):
    """A person by key or e-mail, oneself as `me`, nobody as `none`. No list of all people is ever made."""

    parent: Any

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows that match; none for a person that is not there."""
        if not value:
            return qs
        name = str(self.field_name)
        if value == "none":
            return qs.filter(**{f"{name}__isnull": True})
        if value == "me":
            return qs.filter(**{f"{name}_id": _reader(self.parent).pk})
        if value.isascii() and value.isdigit():
            return qs.filter(**{f"{name}_id": int(value)}) if len(value) < 19 else qs.none()
        return qs.filter(Among(name, User.objects.filter(email=value.lower()).values("pk")))


class TicketFilter(django_filters.FilterSet):
    """What a list of tickets can be narrowed by. A kind subclasses and adds its own.

    Custom fields filter as `field.<code>`; a list with its panel of filters open (`?filters`) offers them all.
    """

    prefixes = (PREFIX,)

    is_open = django_filters.BooleanFilter(label=_("Open"))
    status = AnyOf(choices=Status)
    kind = AnyOf(choices=Kind)
    priority = AnyOf(choices=Priority)
    team = AnyRowOf(queryset=_visible(Team), null_label=_("No team"), null_value="none")
    assignee = PersonFilter(max_length=254, help_text=_("A number, an e-mail, “me” or “none”."))
    requester = PersonFilter(max_length=254, help_text=_("A number, an e-mail or “me”."))
    follower = django_filters.CharFilter(label=_("Followed by"), method="followed", max_length=2)
    service = AnyRowOf(queryset=_visible(Service), null_label=_("No service"), null_value="none")
    category = AnyRowOf(queryset=Category.objects.all(), null_label=_("No category"), null_value="none")
    entity = AnyRowOf(queryset=_visible(Entity))
    item = django_filters.CharFilter(
        label=_("Item"), method="about", max_length=600, help_text=_("Codes, separated by commas.")
    )
    channel = AnyOf(choices=Channel)
    overdue = django_filters.BooleanFilter(label=_("Overdue"), method="late")
    created_after = django_filters.IsoDateTimeFilter(
        label=_("Created after"), field_name="created_at", lookup_expr="gt", widget=DateInput
    )
    created_before = django_filters.IsoDateTimeFilter(
        label=_("Created before"), field_name="created_at", lookup_expr="lt", widget=DateInput
    )
    updated_after = django_filters.IsoDateTimeFilter(
        label=_("Changed after"), field_name="updated_at", lookup_expr="gt", widget=DateInput
    )
    updated_before = django_filters.IsoDateTimeFilter(
        label=_("Changed before"), field_name="updated_at", lookup_expr="lt", widget=DateInput
    )
    # The last one: it keeps the newest hits among the rows that pass all others.
    q = django_filters.CharFilter(label=_("Search"), method="search", max_length=500)

    class Meta:
        model = Ticket
        fields: list[str] = []
        form = forms.Form

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = set(self.data or ())
        offered = dict(filters_offered()) if "filters" in asked else {}
        for name, every in {**offered, **dict(filters_named(sorted(asked)))}.items():
            every.parent = self
            self.filters[name] = every
        if "q" in self.filters:  # it stays the last one
            self.filters["q"] = self.filters.pop("q")

    def search(self, queryset: QuerySet[Ticket], _name: str, value: str) -> QuerySet[Ticket]:
        """By words, reference or alias."""
        return search(queryset, value, user=_reader(self))

    def about(self, queryset: QuerySet[Ticket], _name: str, value: str) -> QuerySet[Ticket]:
        """Those about one of the items given by code, as far as the reader sees these."""
        codes = [code.strip().upper() for code in value.split(",") if code.strip()]
        items = Item.objects.visible_to(_reader(self)).annotate(upper=Upper("code")).filter(upper__in=codes)
        rows = TicketItem.objects.filter(item__in=list(items.values_list("pk", flat=True)[:100]))
        return queryset.filter(Among("pk", rows.values("ticket_id")))

    def followed(self, queryset: QuerySet[Ticket], _name: str, value: str) -> QuerySet[Ticket]:
        """Those the reader follows, with `me`; nobody sees what others follow."""
        return queryset.filter(followers__user=_reader(self)) if value == "me" else queryset.none()

    def late(self, queryset: QuerySet[Ticket], _name: str, value: bool) -> QuerySet[Ticket]:  # noqa: FBT001 (the filter's signature)
        """Open work past its due time, or everything else."""
        past = Q(is_open=True, due_at__lt=timezone.now())
        return queryset.filter(past) if value else queryset.exclude(past)
