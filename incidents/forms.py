"""The forms of incidents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import PersonField
from accounts.models import Entity, User
from core.choices import Kind
from core.forms import DateInput, DateTimeInput
from incidents.models import FollowUp, MajorIncident
from incidents.permissions import DECLARE
from services.models import Service
from tickets.forms import ReaderForm, TicketForm, live_services
from tickets.models import Ticket


class IncidentForm(TicketForm):
    """An incident declared by a technician."""

    kind = Kind.INCIDENT

    symptoms = forms.CharField(
        label=_("Symptoms"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 2}),
        help_text=_("What is seen, word for word: messages, codes, since when."),
    )  # fmt: skip


class DetailsForm(ReaderForm):
    """What only an incident says of itself."""

    symptoms = forms.CharField(
        label=_("Symptoms"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 3}),
        help_text=_("What is seen, word for word: messages, codes, since when."),
    )  # fmt: skip
    workaround = forms.CharField(
        label=_("Workaround"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 3}),
        help_text=_("What helps meanwhile, without solving it."),
    )  # fmt: skip
    cause = forms.CharField(
        label=_("Cause"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 2})
    )


class TouchedForm(ReaderForm):
    """What everybody reads of a major incident, and whom it touches."""

    summary = forms.CharField(
        label=_("What everybody reads"), max_length=300,
        help_text=_("One sentence for those it touches: what does not work, and since when."),
    )  # fmt: skip
    services = forms.ModelMultipleChoiceField(
        label=_("Services touched"), queryset=Service.objects.none(), required=False
    )
    entities = forms.ModelMultipleChoiceField(
        label=_("Entities touched"), queryset=Entity.objects.none(), required=False,
        help_text=_("With all that belongs to them. None: whoever is offered one of the services."),
    )  # fmt: skip
    coordinator = PersonField(label=_("Coordinator"), required=False)
    next_update_at = forms.DateTimeField(label=_("Next word at"), required=False, widget=DateTimeInput)

    def __init__(self, *args: Any, user: User, major: MajorIncident | None = None, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        fields: dict[str, Any] = self.fields
        services, places = live_services(user), Entity.objects.filter(pk__in=user.access.entities(DECLARE))
        if major is not None:
            services = services | Service.objects.filter(pk__in=major.services.values("pk"))
            places = places | Entity.objects.filter(pk__in=major.entities.values("pk"))
        fields["services"].queryset = services
        fields["entities"].queryset = places.in_tree_order()
        fields["entities"].label_from_instance = lambda entity: entity.indented


class DeclareForm(TouchedForm):
    """Why an incident is major, and what everybody is told of it."""

    reason = forms.CharField(
        label=_("Why is it major?"), max_length=2000, widget=forms.Textarea({"rows": 2}),
        help_text=_("For the log: what it stops, and for whom."),
    )  # fmt: skip
    field_order = ("reason", "summary")


class EntryForm(forms.Form):
    """A line of the log."""

    body = forms.CharField(label=_("What happened"), max_length=5000, widget=forms.Textarea({"rows": 3}))
    happened_at = forms.DateTimeField(label=_("When, if earlier"), required=False, widget=DateTimeInput)


class WordForm(forms.Form):
    """A word to everybody."""

    body = forms.CharField(
        label=_("What everybody is told"), max_length=5000, widget=forms.Textarea({"rows": 3}),
        help_text=_("In plain words: what works and what does not, what to do meanwhile."),
    )  # fmt: skip
    next_update_at = forms.DateTimeField(label=_("Next word at"), required=False, widget=DateTimeInput)


class ChildForm(forms.Form):
    """An incident to make part of a major one."""

    reference = forms.CharField(label=_("Number of the incident"), max_length=120)


class ReviewForm(ReaderForm):
    """The closing review."""

    what_happened = forms.CharField(
        label=_("What happened"), max_length=20_000, widget=forms.Textarea({"rows": 5}),
        help_text=_("The course of it and its root cause, for who was not there."),
    )  # fmt: skip
    went_well = forms.CharField(
        label=_("What went well"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 3})
    )
    to_improve = forms.CharField(
        label=_("What to improve"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 3})
    )


class ReportForm(ReaderForm):
    """What the facts do not say."""

    summary = forms.CharField(
        label=_("Summary"), required=False, max_length=10_000, widget=forms.Textarea({"rows": 4}),
        help_text=_("For who reads nothing else: what happened, whom it hindered, how it ended."),
    )  # fmt: skip
    learnt = forms.CharField(
        label=_("What was learnt"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 3})
    )


class FollowUpForm(ReaderForm):
    """One action to take."""

    text = forms.CharField(label=_("Action"), required=False, max_length=300)
    owner = PersonField(label=_("Who"), required=False, help_text="")
    due_on = forms.DateField(label=_("Until"), required=False, widget=DateInput)
    is_done = forms.BooleanField(label=_("Done"), required=False)


class FollowUps(forms.BaseFormSet[FollowUpForm]):
    """The actions to take: those there are, and room for a few more."""

    def rows(self) -> list[dict[str, Any]]:
        """The filled rows as the act takes them."""
        return [form.cleaned_data for form in self.forms if form.cleaned_data.get("text")]

    @classmethod
    def of(cls, ticket: Ticket, user: User, data: Any = None) -> Any:
        """The rows of an incident, as sent or as they are."""
        made: Any = forms.formset_factory(FollowUpForm, formset=cls, extra=2, max_num=50)
        initial = [
            {"text": row.text, "owner": row.owner_id, "due_on": row.due_on, "is_done": row.is_done}
            for row in FollowUp.objects.filter(ticket=ticket)
        ]
        return made(data, prefix="follow", initial=initial, form_kwargs={"user": user})
