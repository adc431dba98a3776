"""The forms of incidents."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.choices import Kind
from tickets.forms import TicketForm


class IncidentForm(TicketForm):
    """An incident declared by a technician."""

    kind = Kind.INCIDENT

    symptoms = forms.CharField(
        label=_("Symptoms"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 2}),
        help_text=_("What is seen, word for word: messages, codes, since when."),
    )  # fmt: skip
