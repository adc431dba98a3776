"""The administration of how long tickets keep their words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from core import times
from core.tables import Column, Table
from tickets.actions.retention import COUNT_LIMIT, count_due, save_rule
from tickets.models import RetentionRule
from tickets.views.people import reader
from tickets.views.setup import SetupForm, SetupList, yes_no


class RetentionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rule."""

    class Meta:
        model = RetentionRule
        fields = ("kind", "what", "months", "is_active")


class RetentionTable(Table):
    """Rules, each with how many tickets it would empty if it ran now."""

    kind = Column(gettext_lazy("Kind"), lambda row: row.get_kind_display())
    what = Column(gettext_lazy("What goes"), lambda row: row.get_what_display(), css="grow wide")
    months = Column(gettext_lazy("Months after closing"), "months", css="num shrink")
    due = Column(
        gettext_lazy("Would be emptied now"),
        lambda row: times.bounded(count_due(row), COUNT_LIMIT),
        css="num shrink",
    )
    is_active = Column(gettext_lazy("In force"), lambda row: yes_no(row.is_active), css="shrink")

    def address(self, row: Any) -> str:
        """The form of the rule."""
        return reverse("tickets:retention_rule", args=[row.pk])


class RetentionRules(SetupList):
    """How long words are kept, by kind."""

    model = RetentionRule
    table_class = RetentionTable
    title = gettext_lazy("Retention")
    sentence = gettext_lazy(
        "When closed tickets lose their personal data or all their texts. Each night, by itself."
    )
    create_name, create_label = "tickets:new_retention_rule", gettext_lazy("New rule")
    empty_title = gettext_lazy("Everything is kept")
    empty_text = gettext_lazy("Without a rule, closed tickets keep their words for ever.")

    def get_queryset(self) -> QuerySet[RetentionRule]:
        return RetentionRule.objects.order_by("kind", "months")


class EditRetention(SetupForm):
    """A rule, with what it would do now."""

    model = RetentionRule
    form_class = RetentionForm
    template_name = "tickets/retention.html"
    list_name, list_title = "tickets:retention", gettext_lazy("Retention")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        count = times.bounded(count_due(self.stored()), COUNT_LIMIT) if self.row.pk else ""
        return {**super().get_context_data(**kwargs), "due": count}

    def act(self, form: Any) -> str:
        save_rule(self.stored(), form.cleaned_data, by=reader(self.request))
        return reverse(self.list_name)

    def get_title(self) -> Any:
        return str(self.stored()) if self.row.pk else _("New rule")
