"""The forms of changes and of their set-up."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Entity, User
from changes.models import ChangeDetails, ChangePolicy, ChangeTemplate, ChangeType
from core.choices import Kind
from core.forms import DateTimeInput
from services.models import Service
from tickets.forms import TicketForm

DETAILS = (
    "change_type", "template", "justification", "effects", "risk_level", "risk_note", "plan", "test_plan",
    "backout_plan", "window_start", "window_end", "outage_expected",
)  # fmt: skip


class ChangeForm(TicketForm):
    """A change, drafted by hand or made from a template."""

    kind = Kind.CHANGE

    requester = channel = reported_at = None  # type: ignore[assignment]
    resolves = forms.CharField(
        label=_("Problems or incidents it resolves"), required=False, max_length=2000,
        widget=forms.TextInput({"placeholder": "PRB-12", "autocomplete": "off"}),
        help_text=_("Their numbers, separated by commas or spaces. Each is linked to the change."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["title"].required = False
        self.fields["title"].help_text = _("Left empty, that of the template or of the first problem.")
        for name in DETAILS:
            self.fields[name] = _field(name)
        fields: dict[str, Any] = self.fields
        fields["template"].queryset = ChangeTemplate.objects.filter(is_active=True)
        fields["template"].empty_label = _("None: a change of its own")
        fields["template"].help_text = _(
            "Why, effects, risks, steps and way back then come from it, and the change is approved at once."
        )
        fields["change_type"].choices = [
            (value, label) for value, label in ChangeType.choices if value != ChangeType.STANDARD
        ]

    def clean(self) -> dict[str, Any]:
        """A template makes the change standard, whatever type was left chosen."""
        clean = super().clean()
        if clean.get("template"):
            clean["change_type"] = ChangeType.STANDARD
        return clean


def _field(name: str) -> forms.Field:
    """The field of a column of changes."""
    column: Any = ChangeDetails._meta.get_field(name)
    options: dict[str, Any] = {}
    if name.startswith("window"):
        options["widget"] = DateTimeInput()
    elif column.get_internal_type() == "TextField":
        options["widget"] = forms.Textarea({"rows": 4 if name == "plan" else 2})
    field: forms.Field = column.formfield(**options)
    return field


class ChangeTemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A standard change, approved once for all."""

    class Meta:
        model = ChangeTemplate
        fields = (
            "name_fr", "name_en", "slug", "service", "risk_level", "outage_expected",
            *(f"{name}_{language}"
              for name in ("justification", "effects", "risk_note", "plan", "test_plan", "backout_plan")
              for language in ("fr", "en")),
            "position", "is_active",
        )  # fmt: skip
        widgets = {
            f"{name}_{language}": forms.Textarea({"rows": 3})
            for name in ("justification", "effects", "risk_note", "plan", "test_plan", "backout_plan")
            for language in ("fr", "en")
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["service"].queryset = Service.objects.visible_to(user)


class ChangePolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """How an entity decides on changes."""

    class Meta:
        model = ChangePolicy
        fields = ("entity", "quorum", "percent", "emergency_hours")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if self.instance.pk:
            del fields["entity"]
        else:
            fields["entity"].queryset = Entity.objects.visible_to(user)
            fields["entity"].required = True
