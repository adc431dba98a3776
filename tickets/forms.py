"""The forms of tickets. The fields of a move come from the kind's table of moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forms import PersonField
from accounts.models import Entity, Team, User
from core.choices import Level, Priority, Scale
from core.forms import DateInput, DateTimeInput, FilesField, MarkdownInput
from services.fields import ItemsField
from services.models import Category, Service, ServiceStatus
from tickets.choices import Channel, CommentKind
from tickets.details import columns
from tickets.field_forms import WithCustomFields
from tickets.fields import fields_for, held_fields
from tickets.models import PendingReason, ResolutionCode, Ticket
from tickets.models.fields import held
from tickets.workflow import Move


class ReaderForm(forms.Form):
    """A form whose choices depend on who reads it."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        for field in self.fields.values():
            if isinstance(field, PersonField | ItemsField):
                field.limit_to(user)


def live_services(user: User) -> QuerySet[Service]:
    """The services one may choose."""
    return Service.objects.visible_to(user).filter(status=ServiceStatus.LIVE)


def teams_of(user: User) -> QuerySet[Team]:
    """The teams one may give work to."""
    return Team.objects.visible_to(user).filter(is_active=True)


def technicians(user: User) -> QuerySet[User]:
    """The people one may give work to: members of those teams."""
    members = teams_of(user).values("memberships__user")
    return User.objects.filter(is_active=True, pk__in=members).order_by("sort_name", "pk")


class TicketForm(WithCustomFields, ReaderForm):
    """What every kind asks for when a technician opens it; a kind subclasses and adds its own.

    Values of custom fields come out as `cleaned_data["fields"]`.
    """

    requester = PersonField(label=_("For whom"), required=False)
    channel = forms.ChoiceField(label=_("How did it reach us"), choices=Channel, initial=Channel.PHONE)
    title = forms.CharField(label=_("Title"), max_length=250)
    description = forms.CharField(label=_("Description"), required=False, max_length=200_000)
    service = forms.ModelChoiceField(label=_("Service"), queryset=Service.objects.none(), required=False)
    category = forms.ModelChoiceField(label=_("Category"), queryset=Category.objects.none(), required=False)
    items = ItemsField()
    urgency = forms.TypedChoiceField(label=_("Urgency"), choices=Scale, coerce=int, initial=Scale.MEDIUM)
    impact = forms.TypedChoiceField(label=_("Impact"), choices=Scale, coerce=int, initial=Scale.MEDIUM)
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.none(),
        required=False,
        empty_label=_("The service’s first level"),
    )
    reported_at = forms.DateTimeField(
        label=_("Reported at"),
        required=False,
        widget=DateTimeInput,
        help_text=_("When the call came in, if that was earlier."),
    )
    is_confidential = forms.BooleanField(
        label=_("Confidential: for its team and the people named on it only"), required=False
    )
    files = FilesField()  # type: ignore[assignment]

    kind = ""
    offered_channels = (Channel.PHONE, Channel.COUNTER, Channel.EMAIL, Channel.PORTAL)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["description"].widget = MarkdownInput({"rows": 7}, draft=f"new-{self.kind}", files="files")
        if "channel" in fields:
            fields["channel"].choices = [(value, value.label) for value in self.offered_channels]
        fields["service"].queryset = live_services(user)
        fields["category"].queryset = Category.objects.filter(is_active=True)
        fields["team"].queryset = teams_of(user)
        if not user.has_perm("tickets.confidential"):
            del self.fields["is_confidential"]
        self.ask(fields_for(self.kind, self.chosen("category"), self.chosen("service")), user=user)


class EditForm(WithCustomFields, ReaderForm):
    """The columns a technician may change, and the custom fields."""

    title = forms.CharField(label=_("Title"), max_length=250)
    description = forms.CharField(label=_("Description"), required=False, max_length=200_000)
    requester = PersonField(label=_("Requester"))
    entity = forms.ModelChoiceField(label=_("Entity"), queryset=Entity.objects.none())
    service = forms.ModelChoiceField(label=_("Service"), queryset=Service.objects.none(), required=False)
    category = forms.ModelChoiceField(label=_("Category"), queryset=Category.objects.none(), required=False)
    items = ItemsField()
    urgency = forms.TypedChoiceField(label=_("Urgency"), choices=Scale, coerce=int)
    impact = forms.TypedChoiceField(label=_("Impact"), choices=Scale, coerce=int)
    is_confidential = forms.BooleanField(
        label=_("Confidential: for its team and the people named on it only"), required=False
    )

    def __init__(self, *args: Any, user: User, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["description"].widget = MarkdownInput({"rows": 8}, draft=f"edit-{ticket.pk}")
        fields["entity"].queryset = Entity.objects.visible_to(user) | Entity.objects.filter(
            pk=ticket.entity_id
        )
        fields["service"].queryset = live_services(user) | Service.objects.filter(pk=ticket.service_id or 0)
        fields["category"].queryset = Category.objects.filter(is_active=True) | Category.objects.filter(
            pk=ticket.category_id or 0
        )
        if not user.has_perm("tickets.confidential", ticket):
            del self.fields["is_confidential"]
        values = held(ticket)
        fitting = fields_for(ticket.kind, self.chosen("category"), self.chosen("service"))
        self.ask(
            {field.pk: field for field in (*fitting, *held_fields(values))}.values(), user=user, values=values
        )


class PriorityForm(forms.Form):
    """A priority against the matrix, with the reason."""

    priority = forms.TypedChoiceField(label=_("Priority"), choices=Priority, coerce=int)
    reason = forms.CharField(label=_("Why"), max_length=250)


class AssignForm(ReaderForm):
    """A team, a person, or both."""

    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), required=False)
    assignee = forms.ModelChoiceField(
        label=_("Person"), queryset=User.objects.none(), required=False, empty_label=_("Whoever takes it")
    )
    reason = forms.CharField(
        label=_("A word to them"), required=False, max_length=2000, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["team"].queryset = teams_of(user)
        fields["assignee"].queryset = technicians(user)


class PassOnForm(ReaderForm):
    """Another level, or a team, and why."""

    level = forms.ChoiceField(
        label=_("Level"), required=False, help_text=_("The team of that level for the service takes it.")
    )
    team = forms.ModelChoiceField(
        label=_("Or a team"),
        queryset=Team.objects.none(),
        required=False,
        empty_label=_("The service’s team of that level"),
    )
    reason = forms.CharField(
        label=_("Why is another level needed?"), max_length=2000, widget=forms.Textarea({"rows": 3}),
        help_text=_("What was tried, what was found."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, levels: list[Level], **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["level"].choices = [
            ("", _("Choose a level")),
            *((level.value, level.label) for level in levels),
        ]
        fields["team"].queryset = teams_of(user)


def _reasons(user: User, ticket: Ticket) -> forms.Field:
    return forms.ModelChoiceField(
        label=_("Why does it wait?"), queryset=PendingReason.objects.filter(is_active=True)
    )


def _until(user: User, ticket: Ticket) -> forms.Field:
    return forms.DateTimeField(
        label=_("Until"), widget=DateTimeInput, help_text=_("The ticket resumes by itself then.")
    )


def _codes(user: User, ticket: Ticket) -> forms.Field:
    codes = ResolutionCode.objects.filter(is_active=True)
    fitting = (
        codes.filter(kinds__len=0) | codes.filter(kinds=[]) | codes.filter(kinds__contains=[ticket.kind])
    )
    return forms.ModelChoiceField(label=_("How was it solved?"), queryset=fitting)


def _cause(user: User, ticket: Ticket) -> forms.Field:
    return forms.CharField(label=_("Cause"), max_length=20_000, widget=forms.Textarea({"rows": 2}))


def _solution(user: User, ticket: Ticket) -> forms.Field:
    widget = MarkdownInput({"rows": 5}, draft=f"solution-{ticket.pk}")
    return forms.CharField(
        label=_("Solution"), max_length=200_000, widget=widget, help_text=_("The requester reads this.")
    )


def _reason(user: User, ticket: Ticket) -> forms.Field:
    return forms.CharField(label=_("Reason"), max_length=20_000, widget=forms.Textarea({"rows": 3}))


def _team(user: User, ticket: Ticket) -> forms.Field:
    return forms.ModelChoiceField(label=_("Team"), queryset=teams_of(user), initial=ticket.team_id)


def _assignee(user: User, ticket: Ticket) -> forms.Field:
    return forms.ModelChoiceField(
        label=_("Person"), queryset=technicians(user), empty_label=_("Whoever takes it")
    )


# The field of each value that a move can need; a kind with values of its own adds them in its `ready`.
MOVE_FIELDS: dict[str, Callable[[User, Ticket], forms.Field]] = {
    "pending_reason": _reasons,
    "pending_until": _until,
    "resolution_code": _codes,
    "cause": _cause,
    "solution": _solution,
    "reason": _reason,
    "team": _team,
    "assignee": _assignee,
}


class MoveForm(ReaderForm):
    """The fields that one move needs or accepts, from the kind's table."""

    def __init__(self, *args: Any, user: User, ticket: Ticket, step: Move, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        for name in step.fields:
            self.fields[name] = (
                MOVE_FIELDS[name](user, ticket) if name in MOVE_FIELDS else own_field(ticket, name)
            )
            self.fields[name].required = name in step.requires


class DetailsForm(ReaderForm):
    """The kind's own columns that are named, without those that are fixed as the ticket stands."""

    def __init__(self, *args: Any, user: User, ticket: Ticket, columns: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        for name in columns:
            if name not in ticket.frozen:
                self.fields[name] = own_field(ticket, name)


def own_field(ticket: Ticket, name: str) -> forms.Field:
    """The form field of one of the kind's own columns, with what it holds now."""
    return column_field(ticket.details_model(), name, initial=getattr(ticket.details, name, None))


def column_field(model: Any, name: str, *, user: User | None = None, initial: Any = None) -> forms.Field:
    """The form field of a column of a details model; rows are offered as far as the person sees them."""
    column: Any = columns(model)[name]
    options: dict[str, Any] = {"initial": initial}
    if isinstance(column, models.ForeignKey) and user is not None:
        related: Any = column.related_model
        rows = related._default_manager.all()
        options["queryset"] = rows.visible_to(user) if hasattr(rows, "visible_to") else rows
    if isinstance(column, models.DateTimeField):
        options["widget"] = DateTimeInput
    elif isinstance(column, models.DateField):
        options["widget"] = DateInput
    elif isinstance(column, models.TextField):
        options["widget"] = forms.Textarea({"rows": 3})
    field: forms.Field = column.formfield(**options)
    return field


class CommentForm(forms.Form):
    """An answer, a note, or an exchange with a supplier.

    `last_read` is the newest comment on the page it was written on, `canned` the answers that were inserted.
    """

    kind = forms.ChoiceField(
        label=_("To whom"), choices=CommentKind, initial=CommentKind.PUBLIC, widget=forms.RadioSelect
    )
    body = forms.CharField(label=_("Text"), required=False, max_length=200_000)
    files = FilesField()  # type: ignore[assignment]
    last_read = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput)
    canned = forms.RegexField(
        r"\A[0-9]{1,18}(,[0-9]{1,18}){0,19}\Z", required=False, widget=forms.HiddenInput, max_length=400
    )

    def __init__(
        self,
        *args: Any,
        draft: str = "",
        kinds: Sequence[str] | None = None,
        names: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        attrs = {"rows": 4, **({"data-names": names} if names else {})}
        fields["body"].widget = MarkdownInput(attrs, draft=draft, files="files")
        if kinds is not None:
            fields["kind"].choices = [
                (value, label) for value, label in CommentKind.choices if value in kinds
            ]

    def clean_canned(self) -> list[int]:
        """The keys of the answers inserted."""
        return [int(key) for key in self.cleaned_data["canned"].split(",") if key]


class BodyForm(forms.Form):
    """The new wording of a comment."""

    body = forms.CharField(label=_("Text"), max_length=200_000)

    def __init__(self, *args: Any, draft: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].widget = MarkdownInput({"rows": 6}, draft=draft)


class FollowForm(ReaderForm):
    """Someone to tell."""

    person = PersonField(label=_("Add a follower"))
