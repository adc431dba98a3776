"""The forms of requests and of their catalogue."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import PersonField
from accounts.models import Entity, Team, User
from assistance.actions import RequestedField, Step
from assistance.actions.opening import fields_of
from assistance.models import MANAGE, RequestType, RequestTypeStep
from core.choices import Kind
from core.forms import FilesField, MarkdownInput
from services.models import Category, Service
from tickets.choices import Channel
from tickets.field_forms import WithCustomFields
from tickets.forms import TicketForm, teams_of
from tickets.models import CustomField
from tickets.people_forms import PeopleField


class FreeRequestForm(TicketForm):
    """A request that no form of the catalogue fits, taken by a technician."""

    kind = Kind.REQUEST


class RequestForm(WithCustomFields):
    """What a form of the catalogue asks: its own fields, a word, files; for someone else where one may."""

    requester = PersonField(label=_("For whom"), required=False, help_text=_("Empty for yourself."))
    channel = forms.ChoiceField(label=_("How did it reach us"), choices=Channel, initial=Channel.PHONE)
    description = forms.CharField(label=_("Anything we should know?"), required=False, max_length=200_000)
    files = FilesField(label=_("Add files"))  # type: ignore[assignment]

    offered_channels = (Channel.PHONE, Channel.COUNTER, Channel.EMAIL, Channel.PORTAL)

    def __init__(
        self, *args: Any, user: User, request_type: RequestType, by_staff: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.request_type = request_type
        fields: dict[str, Any] = self.fields
        fields["description"].widget = MarkdownInput(
            {"rows": 4}, draft=f"request-{request_type.pk}", files="files"
        )
        fields["channel"].choices = [(value, value.label) for value in self.offered_channels]
        fields["requester"].limit_to(user)
        if not user.access.can("tickets.open_for_others"):
            del self.fields["requester"]
        if not by_staff:
            del self.fields["channel"]
        self.ask(fields_of(request_type), user=user)
        first = ["requester", "channel"]
        self.order_fields([*first, *(name for name in self.fields if name.startswith("fields."))])

    @property
    def values(self) -> dict[str, Any]:
        """What was asked, as `open_request` reads it; files apart."""
        return {name: value for name, value in self.cleaned_data.items() if name != "files"}


class PreviewForm(WithCustomFields):
    """The fields of a form as people will see them, to be looked at only."""

    def __init__(self, *, user: User, request_type: RequestType) -> None:
        super().__init__(auto_id="preview_%s")
        self.ask(fields_of(request_type), user=user)
        for field in self.fields.values():
            field.disabled = True


class TypeForm(forms.ModelForm[RequestType]):
    """A form of the catalogue: what it says, where it leads."""

    class Meta:
        model = RequestType
        fields = (
            "name_fr", "name_en", "sentence_fr", "sentence_en", "icon", "category", "service", "entity", "team",
            "delay_fr", "delay_en", "checklist_fr", "checklist_en", "position", "is_active", "slug",
        )  # fmt: skip
        widgets = {
            "checklist_fr": forms.Textarea({"rows": 4}),
            "checklist_en": forms.Textarea({"rows": 4}),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        categories = Category.objects.filter(is_active=True).filter(kinds=[])
        fields["category"].queryset = categories | Category.objects.filter(
            is_active=True, kinds__contains=[Kind.REQUEST]
        )
        fields["service"].queryset = Service.objects.visible_to(user)
        fields["entity"].queryset = Entity.objects.filter(pk__in=user.access.entities(MANAGE))
        fields["entity"].empty_label = _("Everyone")
        fields["team"].queryset = teams_of(user) | Team.objects.filter(pk=self.instance.team_id or 0)
        fields["slug"].required = False
        fields["slug"].help_text = _("Made from the name where it is left empty.")

    def clean_slug(self) -> str:
        """The present code stays where none is typed."""
        slug: str = self.cleaned_data["slug"] or self.initial.get("slug", "")
        return slug

    @property
    def values(self) -> dict[str, Any]:
        """The columns of the form."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def _post_clean(self) -> None:
        """The action checks the row, under its lock; the form only reads what was typed."""


class FieldsForm(forms.Form):
    """Which fields a form asks: each with its place and whether it is required; one more can be added."""

    added = forms.ModelChoiceField(
        label=_("Add a field"), queryset=CustomField.objects.none(), required=False, empty_label=_("None")
    )
    added_is_required = forms.BooleanField(label=_("The added field is required"), required=False)

    def __init__(self, *args: Any, request_type: RequestType, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = list(request_type.asked.select_related("field").order_by("position", "pk"))
        for place, row in enumerate(self.asked, 1):
            key = row.field_id
            self.fields[f"place-{key}"] = forms.IntegerField(
                label=_("Place"), min_value=1, max_value=999, initial=place
            )
            self.fields[f"required-{key}"] = forms.BooleanField(
                label=_("Required"), required=False, initial=row.is_required
            )
            self.fields[f"out-{key}"] = forms.BooleanField(label=_("Take it off"), required=False)
        free = CustomField.objects.in_use().exclude(pk__in=[row.field_id for row in self.asked])
        fields: dict[str, Any] = self.fields
        fields["added"].queryset = free.filter(kinds=[]) | free.filter(kinds__contains=[Kind.REQUEST])

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The fields asked now, each with its inputs."""
        return [
            {
                "field": row.field,
                "place": self[f"place-{row.field_id}"],
                "required": self[f"required-{row.field_id}"],
                "out": self[f"out-{row.field_id}"],
            }
            for row in self.asked
        ]

    @property
    def chosen(self) -> list[RequestedField]:
        """What the form is to ask, in its order."""
        clean = self.cleaned_data
        kept = [row for row in self.asked if not clean[f"out-{row.field_id}"]]
        kept.sort(key=lambda row: (clean[f"place-{row.field_id}"], row.position))
        chosen = [RequestedField(row.field, clean[f"required-{row.field_id}"]) for row in kept]
        if clean["added"]:
            chosen.append(RequestedField(clean["added"], clean["added_is_required"]))
        return chosen


class StepForm(forms.ModelForm[RequestTypeStep]):
    """A step of the approval of a form."""

    people = PeopleField(label=_("People"), required=False)

    class Meta:
        model = RequestTypeStep
        fields = ("name_fr", "name_en", "asks_manager", "people", "teams", "quorum", "percent")
        widgets = {"teams": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["people"].limit_to(user)
        fields["teams"].queryset = teams_of(user)

    @property
    def step(self) -> Step:
        """The step as the action reads it."""
        clean = self.cleaned_data
        return Step(**{**clean, "people": list(clean["people"]), "teams": list(clean["teams"])})

    def _post_clean(self) -> None:
        """The action writes all steps together; the form only reads what was typed."""
