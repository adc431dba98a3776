"""The forms of the set-up of tickets."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Entity, User
from core.choices import Kind, Priority, Scale
from tickets.models import PendingReason, Policy, ResolutionCode
from tickets.priority import matrix


class PendingReasonForm(forms.ModelForm):  # type: ignore[type-arg]
    """A pending reason."""

    class Meta:
        model = PendingReason
        fields = (
            "name_fr",
            "name_en",
            "slug",
            "waits_for",
            "pauses_clock",
            "needs_date",
            "position",
            "is_active",
        )


class ResolutionCodeForm(forms.ModelForm):  # type: ignore[type-arg]
    """A resolution code."""

    kinds = forms.MultipleChoiceField(
        label=_("kinds"),
        choices=Kind,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Empty for all kinds."),
    )

    class Meta:
        model = ResolutionCode
        fields = ("name_fr", "name_en", "slug", "kinds", "position", "is_active")


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The delays of an entity."""

    class Meta:
        model = Policy
        fields = (
            "entity",
            "close_after_days",
            "reopen_within_days",
            "edit_minutes",
            "approval_reminder_days",
        )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if self.instance.pk:
            del fields["entity"]
        else:
            fields["entity"].queryset = Entity.objects.visible_to(user)
            fields["entity"].required = True


class MatrixForm(forms.Form):
    """The priority matrix: one field for each cell."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for (urgency, impact), priority in matrix().items():
            label = _("Urgency %(urgency)s, impact %(impact)s") % {
                "urgency": Scale(urgency).label,
                "impact": Scale(impact).label,
            }
            self.fields[f"cell_{urgency}_{impact}"] = forms.TypedChoiceField(
                label=label,
                choices=[(value, f"P{value}") for value in Priority.values],
                coerce=int,
                initial=priority,
            )

    @property
    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields row by row, the most urgent first."""
        return [
            (str(Scale(urgency).label), [self[f"cell_{urgency}_{impact}"] for impact in Scale.values])
            for urgency in reversed(Scale.values)
        ]

    @property
    def heads(self) -> list[str]:
        """The impacts, over the columns."""
        return [str(Scale(impact).label) for impact in Scale.values]

    @property
    def cells(self) -> dict[tuple[int, int], int]:
        """What was chosen, by (urgency, impact)."""
        return {
            (int(name.split("_")[1]), int(name.split("_")[2])): value
            for name, value in self.cleaned_data.items()
        }
