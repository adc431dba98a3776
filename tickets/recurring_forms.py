"""The forms of recurring tickets and of checklists."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import EntityField, PersonField
from accounts.models import User
from core.choices import Kind
from core.forms import DateInput, MarkdownInput
from tickets import kinds
from tickets.forms import live_services, teams_of, technicians
from tickets.models import ChecklistTemplate, Recurrence

# Usual rules in words; the last choice is what is typed.
_EVERY_DAY = "FREQ=DAILY"
USUAL = (
    (_EVERY_DAY, _("Every day")),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", _("Every weekday")),
    ("FREQ=WEEKLY", _("Every week, on the weekday of the first one")),
    ("FREQ=WEEKLY;INTERVAL=2", _("Every two weeks")),
    ("FREQ=MONTHLY", _("Every month, on the day of the first one")),
    ("FREQ=MONTHLY;BYDAY=1MO", _("The first Monday of each month")),
    ("FREQ=MONTHLY;BYMONTHDAY=-1", _("The last day of each month")),
    ("FREQ=MONTHLY;INTERVAL=3", _("Every quarter")),
    ("FREQ=MONTHLY;INTERVAL=6", _("Every half-year")),
    ("FREQ=YEARLY", _("Every year")),
    ("", _("Another rule")),
)


class RecurrenceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A recurring ticket."""

    usual = forms.ChoiceField(label=_("How often"), choices=USUAL, required=False)
    requester = PersonField(label=_("In whose name"))
    entity = EntityField(label=_("Entity"))

    class Meta:
        model = Recurrence
        fields = (
            "name", "usual", "rule", "starts_on", "at_time", "timezone", "calendar", "on_closed", "kind", "title",
            "description", "requester", "entity", "service", "category", "team", "assignee", "urgency", "impact",
            "checklist", "is_active",
        )  # fmt: skip
        widgets = {
            "starts_on": DateInput,
            "at_time": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "description": MarkdownInput({"rows": 5}),
        }

    field_order = Meta.fields

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["rule"].required = False
        fields["kind"].choices = [(slug, Kind(slug).label) for slug in kinds.registry.slugs]
        fields["requester"].limit_to(user)
        fields["requester"].keep(self.instance.requester_id)
        fields["entity"].limit_to(user, "tickets.recurring")
        fields["service"].queryset = live_services(user)
        fields["team"].queryset = teams_of(user)
        fields["assignee"].queryset = technicians(user)
        fields["checklist"].queryset = ChecklistTemplate.objects.filter(is_active=True)
        if self.instance.pk:
            known = [rule for rule, _label in USUAL]
            self.initial["usual"] = self.instance.rule if self.instance.rule in known else ""
        else:
            self.initial.setdefault("starts_on", date.today())  # noqa: DTZ011 - a suggestion in the person's own day
            self.initial.setdefault("requester", user)
            self.initial.setdefault("entity", user.entity_id)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        values["rule"] = values.get("usual") or values.get("rule") or ""
        if not values["rule"]:
            self.add_error("rule", _("Choose how often, or write a rule."))
        return values

    def _post_clean(self) -> None:
        """The action checks the row: what the form has is not written here."""

    @property
    def values(self) -> dict[str, Any]:
        """What the action is given."""
        return {name: value for name, value in self.cleaned_data.items() if name != "usual"}


class ChecklistForm(forms.ModelForm):  # type: ignore[type-arg]
    """A ready checklist."""

    kinds = forms.MultipleChoiceField(
        label=_("kinds"),
        choices=Kind,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Empty for all kinds."),
    )

    class Meta:
        model = ChecklistTemplate
        fields = ("name_fr", "name_en", "slug", "points_fr", "points_en", "kinds", "position", "is_active")


class PointsForm(forms.Form):
    """Points to add to a ticket's checklist: typed, or from a ready list."""

    checklist = forms.ModelChoiceField(
        label=_("Ready checklist"), queryset=ChecklistTemplate.objects.none(), required=False
    )
    points = forms.CharField(
        label=_("Or points"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("One a line. “!” before a point: the ticket cannot be resolved without it."),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fitting = ChecklistTemplate.objects.filter(is_active=True)
        field: Any = self.fields["checklist"]
        field.queryset = fitting.filter(kinds=[]) | fitting.filter(kinds__contains=[kind])

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not values.get("checklist") and not values.get("points", "").strip():
            raise forms.ValidationError(_("Choose a checklist or write at least one point."))
        return values
