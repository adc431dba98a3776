"""The forms of problems."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.choices import Kind
from core.forms import DateTimeInput, MarkdownInput
from problems.models import Cause, CauseState, ProblemDetails
from tickets.forms import ReaderForm, TicketForm
from tickets.models import Ticket

DETAILS = ("context", "environment", "first_seen_at", "urgency_reason", "impact_reason")


class ProblemForm(TicketForm):
    """A problem opened by a technician, from incidents where some are named."""

    kind = Kind.PROBLEM

    requester = channel = reported_at = None  # type: ignore[assignment]
    incidents = forms.CharField(
        label=_("Incidents it explains"), required=False, max_length=4000,
        widget=forms.TextInput({"placeholder": "INC-12, INC-34", "autocomplete": "off"}),
        help_text=_("Their numbers, separated by commas or spaces. Each is linked to the problem."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["title"].required = False
        self.fields["title"].help_text = _("Left empty, that of the first incident.")
        for name in DETAILS:
            column: Any = ProblemDetails._meta.get_field(name)
            widget = DateTimeInput() if name == "first_seen_at" else forms.Textarea({"rows": 2})
            field: Any = column.formfield(widget=widget)
            self.fields[name] = field


class CauseForm(forms.ModelForm):  # type: ignore[type-arg]
    """One line of the analysis."""

    class Meta:
        model = Cause
        fields = ("method", "text", "test", "result", "state")
        widgets = {
            "text": forms.Textarea({"rows": 2}),
            "test": forms.Textarea({"rows": 2}),
            "result": forms.Textarea({"rows": 2}),
        }

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["method"]
        if self.instance.pk is None:
            self.fields["state"].initial = CauseState.SUSPECTED


class WorkaroundForm(ReaderForm):
    """The words in which a workaround is given."""

    public = forms.TypedChoiceField(
        label=_("To whom"),
        choices=((0, _("Internal note, for colleagues")), (1, _("Answer to who reported it"))),
        coerce=lambda value: value == "1",
        initial=0,
        widget=forms.RadioSelect,
    )
    body = forms.CharField(label=_("Text"), max_length=200_000)

    def __init__(self, *args: Any, user: User, ticket: Ticket, problem: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["body"].widget = MarkdownInput({"rows": 6}, draft=f"workaround-{ticket.pk}-{problem.pk}")
        self.fields["body"].initial = problem.details.workaround
        if not user.has_perm("tickets.answer", ticket):
            del self.fields["public"]
