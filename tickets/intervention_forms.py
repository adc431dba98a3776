"""The forms of interventions, made for a phone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from accounts.models import User
from core.forms import DateTimeInput
from tickets.forms import ReaderForm, technicians
from tickets.models import Intervention, Mode

_TRAVEL = _("There and back.")


class PlanForm(ReaderForm):
    """An appointment."""

    technician = forms.ModelChoiceField(label=_("Technician"), queryset=User.objects.none())
    mode = forms.ChoiceField(label=_("How"), choices=Mode, initial=Mode.ON_SITE, widget=forms.RadioSelect)
    starts_at = forms.DateTimeField(label=_("From"), widget=DateTimeInput)
    ends_at = forms.DateTimeField(label=_("Until"), widget=DateTimeInput)
    place = forms.CharField(
        label=_("Place"), required=False, max_length=250, help_text=_("Building, floor, room: where to go.")
    )
    travel_minutes = forms.IntegerField(
        label=_("Travel, in minutes"), initial=0, min_value=0, max_value=1440, help_text=_TRAVEL
    )
    purpose = forms.CharField(
        label=_("To do"), required=False, max_length=5000, widget=forms.Textarea({"rows": 3}),
        help_text=_("For the technician: the requester does not read it."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["technician"].queryset = technicians(user) | User.objects.filter(pk=user.pk)


class SheetForm(ReaderForm):
    """What was done."""

    work_done = forms.CharField(
        label=_("Work done"), max_length=20_000, widget=forms.Textarea({"rows": 5}),
        help_text=_("The requester reads this and signs for it."),
    )  # fmt: skip
    started_at = forms.DateTimeField(label=_("Began at"), widget=DateTimeInput)
    ended_at = forms.DateTimeField(label=_("Ended at"), widget=DateTimeInput)
    travel_minutes = forms.IntegerField(
        label=_("Travel, in minutes"), min_value=0, max_value=1440, help_text=_TRAVEL
    )
    remaining = forms.CharField(
        label=_("Still to do"), required=False, max_length=5000, widget=forms.Textarea({"rows": 2}),
        help_text=_("Empty where everything is done."),
    )  # fmt: skip


class PartForm(forms.Form):
    """One part used."""

    name = forms.CharField(label=pgettext_lazy("spare part", "Part"), required=False, max_length=150)
    reference = forms.CharField(label=_("Reference"), required=False, max_length=80)
    quantity = forms.DecimalField(
        label=_("Quantity"), required=False, min_value=0, max_digits=9, decimal_places=2, initial=1
    )


class Parts(forms.BaseFormSet[PartForm]):
    """The parts of a sheet: those there are, and room for a few more."""

    def rows(self) -> list[dict[str, Any]]:
        """The filled rows as the act takes them."""
        return [form.cleaned_data for form in self.forms if form.cleaned_data.get("name")]

    @classmethod
    def of(cls, intervention: Intervention, data: Any = None) -> Any:
        """The rows of an intervention, as sent or as they are."""
        made: Any = forms.formset_factory(PartForm, formset=cls, extra=2, max_num=50)
        initial = [
            {"name": part.name, "reference": part.reference, "quantity": part.quantity.normalize()}
            for part in intervention.parts.all()
        ]
        return made(data, prefix="parts", initial=initial)


class SignForm(ReaderForm):
    """The signature of who was there: drawn, or by name and agreement."""

    signer_name = forms.CharField(label=_("Name of who signs"), max_length=150)
    signature = forms.CharField(required=False, max_length=500_000, widget=forms.HiddenInput)
    agreed = forms.BooleanField(
        label=_("I agree with this sheet"), required=False, help_text=_("Instead of a drawn signature.")
    )


class CancelForm(ReaderForm):
    """Why an appointment is called off."""

    reason = forms.CharField(
        label=_("Why?"), max_length=250, help_text=_("The requester reads this."),
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip
