"""What the API reads for each act on tickets. Types only: the rules are those of the actions."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from accounts.models import Entity, Team, User
from core.api.fields import RowField
from core.choices import Kind, Level
from services.models import Category, Service
from tickets.api.items import ItemsInput
from tickets.choices import Channel, CommentKind, Status
from tickets.models import PendingReason, ResolutionCode

TITLE = 250
TEXT = 200_000
SHORT = 20_000


class Words(serializers.CharField):
    """A text kept as it was typed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "allow_blank": True, "trim_whitespace": False, **options})


class TicketInput(serializers.Serializer[Any]):
    """The fields of a ticket that its editors write. Rows are given by number or by name."""

    title = serializers.CharField(max_length=TITLE)
    description = Words(max_length=TEXT, help_text="Markdown.")
    urgency = serializers.IntegerField(
        min_value=1, max_value=5, required=False, help_text="1 very low … 5 very high."
    )
    impact = serializers.IntegerField(
        min_value=1, max_value=5, required=False, help_text="1 very low … 5 very high."
    )
    service = RowField(Service.objects, names=("code", "name"), required=False, allow_null=True)
    category = RowField(Category.objects, required=False, allow_null=True)
    entity = RowField(Entity.objects, names=("code", "name"), required=False)
    requester = RowField(User.objects, names=("email",), required=False)
    team = RowField(Team.objects, required=False, allow_null=True)
    assignee = RowField(User.objects, names=("email",), required=False, allow_null=True)
    is_confidential = serializers.BooleanField(required=False)
    items = ItemsInput(required=False, help_text="Codes of items, or objects with `code` and `role`.")
    details = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        required=False,
        help_text="Columns of the kind.",
    )
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.JSONField(allow_null=True),
        required=False,
        help_text="Custom fields by code; dates as ISO 8601, choices by code, people by number or e-mail.",
    )


class TicketCreation(TicketInput):
    """A new ticket: only its title is needed."""

    kind = serializers.ChoiceField(choices=Kind.choices, default=Kind.INCIDENT)
    channel = serializers.ChoiceField(choices=Channel.choices, default=Channel.API)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    reported_at = serializers.DateTimeField(
        required=False, help_text="When the call came in, where it is entered late."
    )


class TicketChange(TicketInput):
    """Fields to change. A priority set by hand needs its reason; null gives it back to the matrix."""

    priority = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True)
    priority_reason = Words(max_length=TITLE, help_text="Why the priority is set by hand.")
    status = serializers.CharField(
        required=False, help_text="Refused where it differs: a status changes by a move."
    )


class MoveInput(serializers.Serializer[Any]):
    """A move: the status to reach and, beside it, the fields the move asks for."""

    to = serializers.ChoiceField(choices=Status.choices)
    reason = Words(max_length=SHORT)
    cause = Words(max_length=SHORT)
    solution = Words(max_length=TEXT)
    resolution_code = RowField(ResolutionCode.objects, names=("slug",), required=False)
    pending_reason = RowField(PendingReason.objects, names=("slug",), required=False)
    pending_until = serializers.DateTimeField(required=False, allow_null=True)
    team = RowField(Team.objects, required=False)
    assignee = RowField(User.objects, names=("email",), required=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The fields above, checked; those of the kind's own columns as they came, for the act to check."""
        known: dict[str, Any] = super().to_internal_value(data)
        return {**{name: data[name] for name in data if name not in self.fields}, **known}


class AssignInput(serializers.Serializer[Any]):
    """To whom a ticket is given: a team, a person, or a person within a team."""

    team = RowField(Team.objects, required=False)
    assignee = RowField(User.objects, names=("email",), required=False)
    reason = Words(max_length=2000)


class PassOnInput(serializers.Serializer[Any]):
    """To which level, or to which team, a ticket is passed, and why."""

    level = serializers.ChoiceField(choices=Level.choices, required=False)
    team = RowField(Team.objects, required=False)
    reason = serializers.CharField(max_length=2000)


class NothingInput(serializers.Serializer[Any]):
    """An act that needs no words."""


class CommentInput(serializers.Serializer[Any]):
    """What is written: to the requester unless `public` is false; `kind` says it more exactly."""

    body = serializers.CharField(max_length=TEXT, trim_whitespace=False, help_text="Markdown.")
    public = serializers.BooleanField(default=True)
    kind = serializers.ChoiceField(choices=CommentKind.choices, required=False)


class CommentChange(serializers.Serializer[Any]):
    """The new wording, or `public: true` to let the requester read a note."""

    body = serializers.CharField(max_length=TEXT, trim_whitespace=False, required=False)
    public = serializers.BooleanField(required=False)


class AttachmentInput(serializers.Serializer[Any]):
    """Files to add, as `multipart/form-data`; several parts may be named `files`."""

    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True), min_length=1, max_length=20
    )
    public = serializers.BooleanField(default=True)


class FollowerInput(serializers.Serializer[Any]):
    """Who is to be told; oneself where nobody is named. A requester names a colleague by `email`."""

    user = RowField(User.objects, names=("email",), required=False)
    email = serializers.EmailField(required=False)


class FollowerChange(serializers.Serializer[Any]):
    """Whether one is told nothing of a ticket that one follows."""

    muted = serializers.BooleanField()
