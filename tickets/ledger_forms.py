"""The forms of the ledger."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from accounts.forms import PersonField
from accounts.models import Team, User
from core.forms import DateInput
from tickets import durations
from tickets.choices import CostNature
from tickets.forms import ReaderForm
from tickets.models import Activity, Ticket


class DurationField(forms.CharField):
    """A length of time as one types it; gives minutes."""

    default_error_messages = {"unreadable": gettext_lazy("Write minutes (90) or hours (1h30, 1:30, 1.5h).")}

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", gettext_lazy("90, 1h30 or 1:30."))
        super().__init__(max_length=20, **options)

    def prepare_value(self, value: Any) -> Any:
        """Minutes as one reads them; what was typed as it was typed."""
        return durations.hours(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def clean(self, value: Any) -> Any:
        """Minutes, None where nothing was typed."""
        text = super().clean(value)
        if not text:
            return None
        minutes = durations.parse(text)
        if minutes is None:
            raise forms.ValidationError(self.error_messages["unreadable"], code="unreadable")
        return minutes


class EurosField(forms.DecimalField):
    """An amount of euros, with a comma or a point."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_digits=12, decimal_places=2, widget=forms.TextInput({"inputmode": "decimal"}), **options
        )

    def to_python(self, value: Any) -> Any:
        """The amount; spaces and the sign of the euro may be typed with it."""
        if isinstance(value, str):
            value = value.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace("€", "")
            value = value.replace(",", ".")
        return super().to_python(value)


class TimeForm(ReaderForm):
    """Time spent on a ticket."""

    minutes = DurationField(label=gettext_lazy("Time spent"))
    activity = forms.ModelChoiceField(
        label=gettext_lazy("Activity"), queryset=Activity.objects.none(), required=False
    )
    day = forms.DateField(label=gettext_lazy("Day"), widget=DateInput)
    person = PersonField(label=gettext_lazy("Who"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=500, widget=forms.Textarea({"rows": 2})
    )
    is_billable = forms.BooleanField(label=gettext_lazy("Billable"), required=False)

    def __init__(self, *args: Any, user: User, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["activity"].queryset = Activity.objects.filter(is_active=True)
        if not user.has_perm("tickets.log_for_others", ticket):
            del fields["person"]


class CostForm(forms.Form):
    """Money spent on a ticket."""

    nature = forms.ChoiceField(label=gettext_lazy("Nature"), choices=CostNature)
    label = forms.CharField(label=gettext_lazy("What for"), max_length=200)
    amount = EurosField(label=gettext_lazy("Amount in euros"))
    day = forms.DateField(label=gettext_lazy("Day"), widget=DateInput)
    supplier = forms.CharField(label=gettext_lazy("Supplier"), required=False, max_length=120)


class BudgetForm(forms.Form):
    """What may be spent on a ticket."""

    amount = EurosField(
        label=gettext_lazy("Budget in euros"),
        required=False,
        help_text=gettext_lazy("Time and costs together. Empty for no limit."),
    )


class VoidForm(forms.Form):
    """Why a line counts no more."""

    reason = forms.CharField(
        label=gettext_lazy("Why does this line no longer count?"), max_length=250,
        help_text=gettext_lazy("The line stays readable; enter the right one afterwards."),
    )  # fmt: skip


class ActivityForm(forms.ModelForm):  # type: ignore[type-arg]
    """A word for what time is spent on."""

    class Meta:
        model = Activity
        fields = ("name_fr", "name_en", "slug", "position", "is_active")


class RateForm(ReaderForm):
    """What an hour costs, of whom, from when."""

    person = PersonField(label=gettext_lazy("Person"), required=False)
    team = forms.ModelChoiceField(
        label=gettext_lazy("Or a team"),
        queryset=Team.objects.none(),
        required=False,
        empty_label=gettext_lazy("Everybody else"),
    )
    amount = EurosField(label=gettext_lazy("Euros per hour"))
    valid_from = forms.DateField(
        label=gettext_lazy("First day"), widget=DateInput,
        help_text=gettext_lazy("The rate that held until then ends the day before."),
    )  # fmt: skip
    valid_to = forms.DateField(
        label=gettext_lazy("Last day"), required=False, widget=DateInput,
        help_text=gettext_lazy("Empty as long as it holds."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["team"].queryset = Team.objects.visible_to(user).filter(is_active=True)

    def clean(self) -> dict[str, Any]:
        """A rate is of a person, or of a team."""
        values = super().clean() or {}
        if values.get("person") and values.get("team"):
            raise forms.ValidationError({"team": _("Choose a person or a team, not both.")})
        return values
