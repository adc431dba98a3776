"""Relations between tickets over HTTP: links, merging, splitting, converting."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _, gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api import etags
from core.api.fields import RowField
from core.api.serializers import OutputModelSerializer, OutputSerializer, write
from core.choices import Kind
from core.exceptions import Refused
from tickets import actions, references
from tickets.api.answers import TicketSerializer, for_whole
from tickets.api.parts import TicketPart
from tickets.api.views import TicketResource
from tickets.choices import LinkType
from tickets.family import OfFamily, Survivor
from tickets.models import Comment, Link, Ticket

_SHORT = ("id", "kind", "title", "status")
_LONGEST = 120


@extend_schema_field({"type": "string", "maxLength": 120})
class ReferenceField(serializers.Field[Any, Any, Any, Any]):
    """A ticket by its reference, alias, or the number of one merged into it, among those the person sees."""

    default_error_messages = {"unknown": gettext_lazy("There is no such ticket.")}

    def to_internal_value(self, data: Any) -> Any:
        """The ticket; raises `ValidationError` where there is none."""
        if not isinstance(data, str) or "\x00" in data or len(data) > _LONGEST:
            self.fail("unknown")
        try:
            return references.find(data, user=self.context["request"].user)
        except Http404:
            self.fail("unknown")

    def to_representation(self, value: Any) -> Any:
        """The reference."""
        return value.reference


class LinkedSerializer(OutputSerializer):
    """The ticket at the other end."""

    reference = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    status = serializers.CharField()


class LinkSerializer(OutputModelSerializer):
    """A link as read from the ticket of the address; `inverse` where it is read from target to source."""

    type = serializers.CharField(source="link_type")
    inverse = serializers.SerializerMethodField()
    ticket = serializers.SerializerMethodField()

    class Meta:
        model = Link
        fields = ("id", "type", "inverse", "ticket", "created_at")

    @extend_schema_field(bool)
    def get_inverse(self, row: Link) -> bool:
        """Whether the ticket of the address is the target."""
        return not row.outward  # type: ignore[attr-defined]

    @extend_schema_field(LinkedSerializer)
    def get_ticket(self, row: Link) -> dict[str, Any]:
        """The other end."""
        other = row.target if row.outward else row.source  # type: ignore[attr-defined]
        return {
            "reference": other.reference,
            "kind": other.kind,
            "title": other.title,
            "status": other.status,
        }


class LinkInput(serializers.Serializer[Any]):
    """How this ticket and another one belong together, read from this one; with `inverse` from the other."""

    type = serializers.ChoiceField(choices=LinkType.choices)
    target = ReferenceField()
    inverse = serializers.BooleanField(default=False)


class MergeInput(serializers.Serializer[Any]):
    """The ticket that goes on. Nobody is told, and the requester does not follow it, unless asked for."""

    into = ReferenceField()
    requester_follows = serializers.BooleanField(default=False)
    notify = serializers.BooleanField(default=False)


class UnmergeInput(serializers.Serializer[Any]):
    """The number of the key of the merged ticket: its reference answers with this one."""

    ticket = serializers.IntegerField(min_value=1)


class SplitInput(serializers.Serializer[Any]):
    """The message that becomes a ticket."""

    comment = serializers.IntegerField(min_value=1)
    title = serializers.CharField(max_length=250)
    requester = RowField(User.objects, names=("email",), required=False)


class ConvertInput(serializers.Serializer[Any]):
    """The new kind, and the columns that it cannot do without."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    details = serializers.DictField(child=serializers.JSONField(allow_null=True), required=False)


class LinkResource(TicketPart):
    """The links of a ticket and of those merged into it, as far as the person sees the other end."""

    queryset = Link.objects.all()
    serializer_class = LinkSerializer
    input_classes = {"create": LinkInput}
    http_method_names = ["get", "head", "options", "post", "delete"]
    lookup_value_regex = "[0-9]{1,18}"

    def of_ticket(self) -> QuerySet[Link]:
        """The links with both ends."""
        seen = Ticket.objects.visible_to(self.person).values("pk")
        ours, key = (
            Link.objects.annotate(start=Survivor("source_id"), end=Survivor("target_id")),
            self.ticket.pk,
        )
        out = Q(OfFamily("source_id", key), end__in=seen) & ~Q(end=key)
        back = Q(OfFamily("target_id", key), start__in=seen) & ~Q(start=key)
        rows = ours.filter(out | back).annotate(outward=Q(OfFamily("source_id", key)))
        return rows.select_related("source", "target").only(
            "link_type", "created_at", *(f"{end}__{name}" for end in ("source", "target") for name in _SHORT)
        )

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Link the ticket; the same link again answers with the one there is."""
        data = self.read_input()
        source, target = self.ticket, data["target"]
        if data["inverse"]:
            source, target = target, source
        made = actions.link(source, target, data["type"], by=self.person)
        return self.respond(self.of_ticket().get(pk=made.pk), status.HTTP_201_CREATED)

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Remove a link."""
        actions.unlink(self.get_object(), by=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)


class EveryTicketResource(TicketResource):
    """Tickets of every kind, with what makes one of two, two of one, or one of another kind.

    Each of these acts answers with the ticket that goes on.
    """

    input_classes = {
        **TicketResource.input_classes,
        "merge": MergeInput,
        "unmerge": UnmergeInput,
        "split": SplitInput,
        "convert": ConvertInput,
    }

    @extend_schema(request=MergeInput, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, **kwargs: Any) -> Response:
        """Merge the ticket into another one."""
        data = self.read_input()
        return whole(actions.merge(self.ticket(), data.pop("into"), by=self.person, **data))

    @extend_schema(request=UnmergeInput, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def unmerge(self, request: Request, **kwargs: Any) -> Response:
        """Take a ticket that was merged into this one out again, within 30 days."""
        rows = Ticket.objects.filter(merged_into=self.ticket()).visible_to(self.person)
        gone = rows.filter(pk=self.read_input()["ticket"]).first()
        if gone is None:
            raise Refused({"ticket": _("There is no such ticket.")})
        return whole(actions.unmerge(gone, by=self.person))

    @extend_schema(request=SplitInput, responses={201: TicketSerializer})
    @action(detail=True, methods=["post"])
    def split(self, request: Request, **kwargs: Any) -> Response:
        """Make a ticket of a message; answers with the new one."""
        data, ticket = self.read_input(), self.ticket()
        readable = Comment.objects.filter(OfFamily("ticket_id", ticket.pk)).readable_by(self.person)
        message = readable.filter(pk=data.pop("comment")).first()
        if message is None:
            raise Refused({"comment": _("There is no such message.")})
        return whole(actions.split(message, by=self.person, **data), status.HTTP_201_CREATED)

    @extend_schema(request=ConvertInput, responses=TicketSerializer)
    @action(detail=True, methods=["post"])
    def convert(self, request: Request, **kwargs: Any) -> Response:
        """Make the ticket one of another kind; its old number still answers."""
        data = self.read_input()
        return whole(
            actions.convert(
                self.ticket(), data["kind"], details=data.get("details"), by=self.person, version=self.version
            )
        )


def whole(ticket: Ticket, code: int = status.HTTP_200_OK) -> Response:
    """A ticket of any kind as the answer, whatever the kind of the endpoint."""
    row = for_whole(Ticket.objects.all()).get(pk=ticket.pk)
    return Response(write(TicketSerializer, row), status=code, headers={"ETag": etags.tag(row.version)})
