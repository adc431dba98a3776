"""The forms of the portal: few fields, plain words."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.choices import Kind, Scale
from core.forms import FilesField, MarkdownInput
from services.fields import ItemsField
from services.models import Item, Service, ServiceStatus
from tickets.field_forms import WithCustomFields
from tickets.fields import fields_for, open_to

# What a requester says in words, and the value it means. The technician can refine it later.
URGENCY = (
    (Scale.LOW, _("It can wait")),
    (Scale.MEDIUM, _("It slows me down")),
    (Scale.HIGH, _("I cannot work")),
)
IMPACT = (
    (Scale.LOW, _("Only me")),
    (Scale.MEDIUM, _("Several of us")),
    (Scale.HIGH, _("A whole department or site")),
)


class ReportForm(WithCustomFields):
    """A first report: what is wrong, where, how bad."""

    title = forms.CharField(
        label=_("What is going wrong?"),
        max_length=250,
        widget=forms.TextInput(
            {"autofocus": True, "placeholder": _("For example: I can no longer print"), "autocomplete": "off"}
        ),
    )  # fmt: skip
    description = forms.CharField(
        label=_("Tell us more"), required=False, max_length=200_000,
        help_text=_("What did you do, what did you see? You can paste a picture of the screen."),
        widget=MarkdownInput({"rows": 5}, draft="report-description", files="files"),
    )  # fmt: skip
    service = forms.ModelChoiceField(
        label=_("What is it about?"),
        queryset=Service.objects.none(),
        required=False,
        empty_label=_("I do not know"),
    )
    items = ItemsField(label=_("Number on the label"))
    urgency = forms.TypedChoiceField(
        label=_("How much does it hinder you?"),
        choices=URGENCY,
        coerce=int,
        initial=Scale.MEDIUM,
        widget=forms.RadioSelect,
    )
    impact = forms.TypedChoiceField(
        label=_("Whom does it touch?"),
        choices=IMPACT,
        coerce=int,
        initial=Scale.LOW,
        widget=forms.RadioSelect,
    )
    files = FilesField(label=_("Add files"))  # type: ignore[assignment]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = Service.objects.visible_to(user).filter(status=ServiceStatus.LIVE)
        fields: dict[str, Any] = self.fields
        fields["service"].queryset = services
        asked = fields_for(Kind.INCIDENT, service=self.chosen("service"))
        self.ask(open_to(asked, staff=False), user=user)
        self._offer_items(user)

    def _offer_items(self, user: User) -> None:
        """The items that a label names, with what they are; nobody else is asked for a code."""
        field: Any = self.fields["items"]
        if not (self.data.get("items") or self.initial.get("items")):
            del self.fields["items"]
            return
        field.limit_to(user)
        codes = [code.strip() for code in str(self.initial.get("items", "")).split(",")]
        named = Item.objects.nameable_by(user).filter(code__in=codes[:10])
        field.help_text = ", ".join(item.name for item in named) or field.help_text


class AnswerForm(forms.Form):
    """A word to the technicians."""

    body = forms.CharField(label=_("Your message"), required=False, max_length=200_000)
    files = FilesField(label=_("Add files"))  # type: ignore[assignment]
    last_read = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, draft: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].widget = MarkdownInput({"rows": 4}, draft=draft, files="files")


class ColleagueForm(forms.Form):
    """A colleague who is to follow one's request."""

    person = forms.EmailField(label=_("E-mail address of a colleague"), max_length=254)


class ReasonForm(forms.Form):
    """Why a solution is refused, a ticket reopened or withdrawn."""

    reason = forms.CharField(
        label=_("What is still wrong?"), max_length=20_000, widget=forms.Textarea({"rows": 3})
    )
