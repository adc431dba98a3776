"""The administration of the ledger: activities and hourly rates."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy

from core import markup
from core.tables import Column, Table
from core.views import Crumb, FormPage
from tickets.actions.ledger import save_activity
from tickets.actions.rates import set_rate, void_rate
from tickets.actions.setup import MANAGE
from tickets.ledger_forms import ActivityForm, RateForm, VoidForm
from tickets.ledger_tables import euros
from tickets.models import Activity, Rate
from tickets.views.people import reader
from tickets.views.setup import FRAME, SetupForm, SetupList, WordTable


class ActivityTable(WordTable):
    """Activities."""

    def address(self, row: Any) -> str:
        return reverse("tickets:activity", args=[row.pk])


class Activities(SetupList):
    """What time is spent on."""

    model = Activity
    table_class = ActivityTable
    title = gettext_lazy("Activities")
    sentence = gettext_lazy("What time is spent on, in the words that the ledger is split by.")
    create_name, create_label = "tickets:new_activity", gettext_lazy("New activity")


class EditActivity(SetupForm):
    """One activity."""

    model = Activity
    form_class = ActivityForm
    list_name, list_title = "tickets:activities", gettext_lazy("Activities")

    def act(self, form: Any) -> str:
        save_activity(self.stored(), form.cleaned_data, by=reader(self.request))
        return reverse(self.list_name)


def short(day: date | None) -> Any:
    """A day in figures."""
    return date_format(day, "SHORT_DATE_FORMAT") if day else markup.EMPTY


def _state(rate: Rate) -> Any:
    if rate.is_void:
        return markup.tag(_("Voided"), "neutral")
    today = timezone.localdate()
    if rate.valid_from > today:
        return markup.tag(_("To come"), "information")
    if rate.valid_to and rate.valid_to < today:
        return markup.tag(_("Ended"), "neutral")
    return markup.tag(_("In force"), "good")


class RateTable(Table):
    """Rates, the newest first."""

    caption = gettext_lazy("Hourly rates")
    holder = Column(gettext_lazy("Of whom"), lambda rate: str(rate.holder))
    amount = Column(gettext_lazy("Euros per hour"), lambda rate: euros(rate.amount), css="num shrink")
    valid_from = Column(gettext_lazy("First day"), lambda rate: short(rate.valid_from), css="shrink")
    valid_to = Column(gettext_lazy("Last day"), lambda rate: short(rate.valid_to), css="shrink soon-out")
    state = Column(gettext_lazy("State"), _state, css="shrink")

    def address(self, row: Any) -> str:
        return "" if row.is_void else reverse("tickets:void_rate", args=[row.pk])


class Rates(SetupList):
    """What an hour costs."""

    model = Rate
    table_class = RateTable
    title = gettext_lazy("Hourly rates")
    sentence = gettext_lazy(
        "What an hour costs: the rate of the person, else of the team, else everybody’s, as it was on the day."
    )
    create_name, create_label = "tickets:new_rate", gettext_lazy("New rate")
    empty_title = gettext_lazy("No rate is set")
    empty_text = gettext_lazy("Without a rate, time has no cost.")

    def get_queryset(self) -> QuerySet[Any]:
        rows = Rate.objects.visible_to(reader(self.request)).select_related("person", "team")
        return rows.order_by("person__sort_name", "team__sort_name", "-valid_from", "-pk")


class NewRate(FormPage):
    """Set a rate."""

    form_class: Any = RateForm
    frame = FRAME
    verb = MANAGE
    title = gettext_lazy("New rate")
    success_message = gettext_lazy("Saved.")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Hourly rates"), reverse("tickets:rates"))]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}

    def get_initial(self) -> dict[str, Any]:
        return {"valid_from": timezone.localdate()}

    def act(self, form: Any) -> str:
        set_rate(by=reader(self.request), **form.cleaned_data)
        return reverse("tickets:rates")


class VoidRate(NewRate):
    """Take a wrong rate out of the count."""

    form_class = VoidForm
    title = gettext_lazy("Void this rate")
    submit_label = gettext_lazy("Void")

    @cached_property
    def rate(self) -> Rate:
        """The rate, among those the person may see."""
        return get_object_or_404(Rate.objects.visible_to(reader(self.request)), pk=self.kwargs["pk"])

    def get_title(self) -> Any:
        return f"{_('Void this rate')}: {self.rate.holder}"

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        kwargs.pop("user")
        return kwargs

    def get_initial(self) -> dict[str, Any]:
        return {}

    def act(self, form: Any) -> str:
        void_rate(self.rate, by=reader(self.request), reason=form.cleaned_data["reason"])
        return reverse("tickets:rates")
