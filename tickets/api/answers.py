"""What the API says of tickets and what hangs on them."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api import PersonNameSerializer
from core.api.serializers import CodedSerializer, NamedSerializer, OutputModelSerializer, OutputSerializer
from tickets import kinds
from tickets.api.items import ToldItemSerializer
from tickets.api.rows import NAMES
from tickets.choices import ENDED
from tickets.fields import open_to
from tickets.items import told_of, with_items
from tickets.models import Attachment, Comment, CustomField, Event, Follower, Ticket
from tickets.models.fields import held
from tickets.models.ticket import TicketQuerySet
from tickets.workflow import Move

# What the endpoint says of the reader on the row it answers with: whether they work on the ticket.
READ_BY_STAFF = "read_by_staff"
RELATIONS = (
    "service",
    "category",
    "team",
    "assignee",
    "requester",
    "entity",
    "pending_reason",
    "resolution_code",
)


def for_whole(queryset: TicketQuerySet) -> TicketQuerySet:
    """With all that one ticket says, in one statement, and of the rows it points to their names only."""
    details = [model.details_name for model in kinds.registry.all() if model.details_name]
    details.append("field_values")
    own = [field.attname for field in Ticket._meta.concrete_fields if field.name != "search"]
    people = ("opened_by__first_name", "opened_by__last_name", "opened_by__email")
    words = ("resolution_code__slug", "resolution_code__name_fr", "resolution_code__name_en")
    return with_items(
        queryset.select_related(*RELATIONS, "opened_by", *details).only(
            *own, *NAMES, *people, *words, *details
        )
    )


class TicketRowSerializer(OutputModelSerializer):
    """A ticket in a list."""

    reference = serializers.CharField()
    is_open = serializers.SerializerMethodField()
    service = NamedSerializer(allow_null=True)
    category = NamedSerializer(allow_null=True)
    team = NamedSerializer(allow_null=True)
    assignee = PersonNameSerializer(allow_null=True)
    requester = PersonNameSerializer()
    entity = NamedSerializer()
    pending_reason = CodedSerializer(allow_null=True)

    class Meta:
        model = Ticket
        fields: tuple[str, ...] = (
            "reference", "kind", "title", "status", "is_open", "priority", "urgency", "impact", "service",
            "category", "team", "assignee", "requester", "entity", "channel", "is_confidential",
            "pending_reason", "pending_until", "reported_at", "created_at", "updated_at", "due_at",
            "resolved_at", "closed_at", "version",
        )  # fmt: skip

    @extend_schema_field(bool)
    def get_is_open(self, ticket: Ticket) -> bool:
        """As the database computes it; a row just moved still holds the value before."""
        return ticket.status not in ENDED


class TicketSerializer(TicketRowSerializer):
    """A whole ticket. `details` are the columns of its kind."""

    opened_by = PersonNameSerializer()
    resolution_code = CodedSerializer(allow_null=True)
    details = serializers.SerializerMethodField()
    items = serializers.SerializerMethodField()
    fields = serializers.SerializerMethodField(method_name="custom_fields")  # type: ignore[assignment]

    class Meta(TicketRowSerializer.Meta):
        fields = (
            *TicketRowSerializer.Meta.fields, "description", "language", "priority_is_set",
            "priority_reason", "solution", "resolution_code", "closes_at", "reopened", "opened_by",
            "items", "details", "fields",
        )  # fmt: skip

    @extend_schema_field({"type": "object", "additionalProperties": {}})
    def get_details(self, ticket: Ticket) -> dict[str, Any]:
        """The kind's own columns by name, empty where it has none."""
        row = ticket.details
        if row is None:
            return {}
        return {
            field.name: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if not field.primary_key
        }

    @extend_schema_field(ToldItemSerializer(many=True))
    def get_items(self, ticket: Ticket) -> list[dict[str, str]]:
        """The items it is about, for those who work on it."""
        return told_of(ticket) if getattr(ticket, READ_BY_STAFF, False) else []

    @extend_schema_field({"type": "object", "additionalProperties": {}})
    def custom_fields(self, ticket: Ticket) -> dict[str, Any]:
        """Values of the custom fields by code, as far as the reader is shown them; people by number."""
        values = held(ticket)
        known = CustomField.objects.known() if values else {}
        shown = open_to(known.values(), staff=getattr(ticket, READ_BY_STAFF, False))
        return {field.slug: values[field.slug] for field in shown if field.is_active and field.slug in values}


class MoveSerializer(OutputSerializer):
    """A change of status that the person may make now."""

    to = serializers.CharField(help_text="The status after it.")
    verb = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    requires = serializers.ListField(
        child=serializers.CharField(), help_text="Fields that must be given with it."
    )
    accepts = serializers.ListField(
        child=serializers.CharField(), help_text="Fields that may be given with it."
    )


def move_words(moves: list[Move]) -> list[dict[str, Any]]:
    """Moves as plain values."""
    return [
        {
            "to": str(move.to),
            "verb": move.verb,
            "label": str(move.label),
            "requires": move.requires,
            "accepts": move.accepts,
        }
        for move in moves
    ]


class AttachmentSerializer(OutputModelSerializer):
    """A file on a ticket."""

    id = serializers.UUIDField(source="token")
    uploaded_by = PersonNameSerializer()
    url = serializers.SerializerMethodField()

    class Meta:
        model = Attachment
        fields = (
            "id",
            "name",
            "content_type",
            "size",
            "sha256",
            "is_public",
            "uploaded_by",
            "created_at",
            "url",
        )

    @extend_schema_field(str)
    def get_url(self, file: Attachment) -> str:
        """The path the content is downloaded from, with the same rights as the ticket."""
        return reverse("api:attachment-content", args=[file.token])


class WrittenSerializer(OutputModelSerializer):
    """An answer, a note or a supplier exchange, within the timeline of its ticket."""

    author = PersonNameSerializer()
    public = serializers.BooleanField(source="is_public")
    attachments = AttachmentSerializer(many=True)

    class Meta:
        model = Comment
        fields: tuple[str, ...] = (
            "id",
            "author",
            "kind",
            "public",
            "body",
            "created_at",
            "edited_at",
            "attachments",
        )


class CommentSerializer(WrittenSerializer):
    """An answer, a note or a supplier exchange."""

    ticket = serializers.CharField(
        source="ticket.reference", help_text="Where it stands, which may be a new ticket."
    )

    class Meta(WrittenSerializer.Meta):
        fields = ("ticket", *WrittenSerializer.Meta.fields)


class EventSerializer(OutputModelSerializer):
    """One fact of the timeline: a verb, and in `data` what changed (`{"changes": {"field": [before, after]}}`)."""

    actor = PersonNameSerializer(allow_null=True)
    public = serializers.BooleanField(source="is_public")
    comment = WrittenSerializer(allow_null=True)
    data = serializers.SerializerMethodField()  # type: ignore[assignment]

    class Meta:
        model = Event
        fields = ("id", "at", "actor", "verb", "public", "data", "comment")

    @extend_schema_field({"type": "object", "additionalProperties": {}})
    def get_data(self, event: Event) -> dict[str, Any]:
        """What changed, as far as the reader is told; the endpoint says whether the reader works on the ticket."""
        return event.told(internal=event.for_staff)  # type: ignore[attr-defined]


class FollowerSerializer(OutputModelSerializer):
    """A person who is told of what happens."""

    id = serializers.IntegerField(source="user_id")
    user = PersonNameSerializer()
    muted = serializers.BooleanField(source="is_muted")

    class Meta:
        model = Follower
        fields = ("id", "user", "created_at", "muted")
