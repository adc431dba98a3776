"""What hangs on a ticket over HTTP: comments, events, files, followers."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet, Value
from django.http import FileResponse, Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import person_of
from accounts.models import User
from core.api import etags
from core.api.parsers import FilesParser
from core.api.serializers import write
from core.api.viewsets import Resource
from core.exceptions import Refused
from tickets import actions, references
from tickets.api.answers import AttachmentSerializer, CommentSerializer, EventSerializer, FollowerSerializer
from tickets.api.inputs import AttachmentInput, CommentChange, CommentInput, FollowerChange, FollowerInput
from tickets.choices import Channel, CommentKind
from tickets.family import OfFamily
from tickets.models import Attachment, Comment, Event, Follower, Ticket
from tickets.permissions import sees_internal
from tickets.trail import note_file_read, note_read

_LONG = ("description", "solution", "search")


def prefetched(row: Model, **relations: list[Model]) -> None:
    """Say that rows hanging on a row just written are known, so that the answer does not ask for them."""
    row._prefetched_objects_cache = relations  # type: ignore[attr-defined]


class TicketPart(Resource):
    """Rows of one ticket, whose reference is in the address."""

    @cached_property
    def ticket(self) -> Ticket:
        """The ticket; `Http404` where it is not visible."""
        rows = Ticket.objects.defer(*_LONG)
        ticket = references.find(self.kwargs["reference"], user=self.person, queryset=rows)
        note_read(ticket, by=self.person)
        return ticket

    @property
    def person(self) -> User:
        """Who asks."""
        return person_of(self.request)

    def get_queryset(self) -> QuerySet[Any]:
        """The rows of the ticket that the person may see."""
        if getattr(self, "swagger_fake_view", False):
            return cast("QuerySet[Any]", self.queryset).none()
        return self.of_ticket()

    def of_ticket(self) -> QuerySet[Any]:
        """The rows of `self.ticket` that the person may see."""
        raise NotImplementedError


class CommentResource(TicketPart):
    """Answers, internal notes and supplier exchanges of a ticket."""

    queryset = Comment.objects.all()
    serializer_class = CommentSerializer
    input_classes = {"create": CommentInput, "partial_update": CommentChange}
    lookup_value_regex = "[0-9]{1,18}"
    ordering_fields = {"id": "pk", "created_at": "created_at"}

    def of_ticket(self) -> QuerySet[Comment]:
        """The comments the person reads."""
        rows = Comment.objects.filter(OfFamily("ticket_id", self.ticket.pk)).readable_by(self.person)
        rows = rows.select_related("author", "ticket").prefetch_related("attachments__uploaded_by")
        return rows.defer("search", *(f"ticket__{name}" for name in _LONG))

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Write on the ticket. The answer's `ticket` is another one where this one has been closed for too long."""
        data = self.read_input()
        kind = data.get("kind") or (CommentKind.PUBLIC if data["public"] else CommentKind.INTERNAL)
        version = etags.expected_version(request)
        written = actions.comment(
            self.ticket, by=self.person, body=data["body"], kind=kind, channel=Channel.API, version=version
        )
        prefetched(written, attachments=[])
        return self.respond(written, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change one's own words for a while, or let the requester read a note."""
        data = self.read_input()
        written = self.get_object()
        if data.get("public") is False and written.is_public:
            raise Refused({"public": _("What was public cannot become internal again.")})
        if "body" in data:
            actions.edit_comment(written, data["body"], by=self.person)
        if data.get("public"):
            actions.publish_comment(written, by=self.person)
        return self.respond(self.get_object())

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Take back an answer that was not sent yet."""
        actions.withdraw_comment(self.get_object(), by=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)


class EventResource(TicketPart):
    """The timeline of a ticket, oldest first, as far as the person reads it."""

    queryset = Event.objects.all()
    serializer_class = EventSerializer
    http_method_names = ["get", "head", "options"]
    ordering = "at"
    ordering_fields = {"at": "at"}

    def of_ticket(self) -> QuerySet[Event]:
        """The events the person reads."""
        rows = Event.objects.filter(OfFamily("ticket_id", self.ticket.pk)).filter(
            Q(comment=None) | Q(comment__withdrawn_at=None)
        )
        internal = sees_internal(self.person, self.ticket)
        rows = rows.readable_by(self.person, timezone.now())
        rows = rows.annotate(for_staff=Value(internal))
        rows = rows.select_related("actor", "comment__author").prefetch_related(
            "comment__attachments__uploaded_by"
        )
        return rows.defer("comment__search")


class AttachmentResource(TicketPart):
    """The files of a ticket; their content is at their `url`."""

    queryset = Attachment.objects.all()
    serializer_class = AttachmentSerializer
    input_classes = {"create": AttachmentInput}
    parser_classes = [FilesParser]
    http_method_names = ["get", "head", "options", "post"]
    lookup_field = "token"
    lookup_url_kwarg = "id"
    lookup_value_regex = "[0-9a-f-]{36}"

    def of_ticket(self) -> QuerySet[Attachment]:
        """The files the person may read."""
        rows = Attachment.objects.filter(OfFamily("ticket_id", self.ticket.pk)).visible_to(self.person)
        return rows.select_related("uploaded_by")

    @extend_schema(responses={201: AttachmentSerializer(many=True)})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add files."""
        data = self.read_input()
        kept = actions.attach(self.ticket, data["files"], by=self.person, is_public=data["public"])
        return Response(
            {"next": None, "results": [write(AttachmentSerializer, file) for file in kept]},
            status=status.HTTP_201_CREATED,
        )


class AnyFormat(DefaultContentNegotiation):
    """A file has the format it has, whatever is asked for."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """The first renderer, which only writes errors."""
        return renderers[0], renderers[0].media_type


class AttachmentContentResource(Resource):
    """The content of files."""

    queryset = Attachment.objects.select_related("ticket")
    serializer_class = AttachmentSerializer
    content_negotiation_class = AnyFormat
    http_method_names = ["get", "head", "options"]
    filter_backends = []
    lookup_field = "token"

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def retrieve(self, request: Request, **kwargs: Any) -> Any:
        """The content, always as a download: nothing a stranger sent is opened in the portal's name."""
        file: Attachment = self.get_object()
        try:
            content = file.file.open("rb")
        except OSError as error:
            raise Http404 from error
        note_file_read(file, by=person_of(self.request))
        response = FileResponse(
            content, as_attachment=True, filename=file.name, content_type=file.content_type
        )
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return response


class FollowerResource(TicketPart):
    """Who is told of what happens on a ticket."""

    queryset = Follower.objects.all()
    serializer_class = FollowerSerializer
    input_classes = {"create": FollowerInput, "partial_update": FollowerChange}
    lookup_field = "user_id"
    lookup_url_kwarg = "id"
    lookup_value_regex = "me|[0-9]{1,18}"

    def of_ticket(self) -> QuerySet[Follower]:
        """All followers for staff, those of the public side for the requester; for others, themselves."""
        rows = Follower.objects.filter(ticket=self.ticket).select_related("user")
        if sees_internal(self.person, self.ticket):
            return rows
        if self.ticket.requester_id == self.person.pk:
            return rows.filter(is_internal=False)
        return rows.filter(user=self.person)

    def get_object(self) -> Follower:
        """The follower of the address; `me` is oneself."""
        if self.kwargs["id"] == "me":
            self.kwargs["id"] = str(self.person.pk)
        follower: Follower = super().get_object()
        return follower

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add a follower, oneself where nobody is named."""
        data = self.read_input()
        if "email" in data:
            added = actions.add_colleague(self.ticket, data["email"], by=self.person)
            return self.respond(added, status.HTTP_201_CREATED)
        user = data.get("user") or self.person
        return self.respond(actions.follow(self.ticket, user, by=self.person), status.HTTP_201_CREATED)

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Be told nothing of the ticket, or be told again; oneself only."""
        follower = self.get_object()
        if follower.user_id != self.person.pk:
            raise PermissionDenied
        muted = self.read_input().get("muted", follower.is_muted)
        return self.respond(actions.mute(self.ticket, by=self.person, muted=muted))

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Remove a follower; `me` is oneself."""
        actions.unfollow(self.ticket, self.get_object().user, by=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)
