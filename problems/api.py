"""Problems over HTTP, their analysis, and the workarounds given on incidents."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.serializers import OutputModelSerializer
from core.choices import Kind
from problems import actions
from problems.filters import ProblemFilter
from problems.models import Cause, CauseMethod, CauseState, Problem, ProblemDetails, Telling
from tickets import references
from tickets.api.answers import TicketRowSerializer, TicketSerializer
from tickets.api.inputs import SHORT, TEXT, TicketChange, TicketCreation, Words
from tickets.api.parts import TicketPart
from tickets.api.views import TicketResource
from tickets.models import Ticket
from tickets.permissions import sees_internal


class ProblemDetailsSerializer(OutputModelSerializer):
    """What only a problem has."""

    is_known_error = serializers.BooleanField()

    class Meta:
        model = ProblemDetails
        fields = (
            "context", "environment", "first_seen_at", "urgency_reason", "impact_reason", "root_cause",
            "consequences", "workaround", "is_public_workaround", "tell_incidents", "known_error_at",
            "is_known_error",
        )  # fmt: skip


class ProblemSerializer(TicketSerializer):
    """A whole problem."""

    details = ProblemDetailsSerializer(allow_null=True)  # type: ignore[assignment]


class ProblemDetailsInput(serializers.Serializer[Any]):
    """What only a problem has."""

    context = Words(max_length=SHORT)  # type: ignore[assignment]
    environment = Words(max_length=SHORT)
    first_seen_at = serializers.DateTimeField(required=False, allow_null=True)
    urgency_reason = Words(max_length=2000)
    impact_reason = Words(max_length=2000)
    root_cause = Words(max_length=SHORT)
    consequences = Words(max_length=SHORT)
    workaround = Words(max_length=SHORT)
    is_public_workaround = serializers.BooleanField(required=False)
    tell_incidents = serializers.ChoiceField(choices=Telling.choices, required=False)


class ProblemCreation(TicketCreation):
    """A new problem. With `incidents`, what is not said comes from them; without, a title is needed."""

    kind = None  # type: ignore[assignment]
    title = serializers.CharField(max_length=250, required=False, allow_blank=True)
    incidents = serializers.ListField(
        child=serializers.CharField(max_length=120), required=False, max_length=actions.MAX_INCIDENTS,
        help_text="References of the incidents it explains; each is linked as caused by it.",
    )  # fmt: skip
    details = ProblemDetailsInput(required=False)  # type: ignore[assignment]


class ProblemChange(TicketChange):
    """Fields of a problem to change."""

    details = ProblemDetailsInput(required=False)  # type: ignore[assignment]


class WorkaroundUseInput(serializers.Serializer[Any]):
    """An incident on which the workaround is given, in the problem's words unless `body` says it otherwise."""

    incident = serializers.CharField(max_length=120, help_text="Its reference.")
    body = Words(max_length=TEXT, help_text="Markdown.")
    public = serializers.BooleanField(
        default=False, help_text="An answer to the requester, not an internal note."
    )


class ProblemResource(TicketResource):
    """Problems."""

    queryset = Problem.objects.all()
    serializer_class = ProblemSerializer
    input_classes = {
        **TicketResource.input_classes,
        "create": ProblemCreation,
        "partial_update": ProblemChange,
        "uses": WorkaroundUseInput,
    }
    filterset_class = ProblemFilter
    kind = Kind.PROBLEM

    @extend_schema(responses=TicketRowSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Problems, newest first, without their long texts."""
        return super().list(request, **kwargs)

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Open a problem, from incidents where some are named."""
        data = {"fields": {}, **self.read_input()}
        incidents = references.find_all(data.pop("incidents", []), user=self.person, field="incidents")
        given = {name: value for name, value in data.items() if name != "title" or value}
        ticket = actions.open_problem(by=self.person, incidents=incidents, **given)
        location = request.build_absolute_uri(f"/api/v1/tickets/{ticket.reference}/")
        return self.respond(ticket, status.HTTP_201_CREATED, headers={"Location": location})

    @extend_schema(request=WorkaroundUseInput, responses=ProblemSerializer)
    @action(detail=True, methods=["post"])
    def uses(self, request: Request, **kwargs: Any) -> Response:
        """Give the workaround on an incident, and link the incident to the problem."""
        data = self.read_input()
        problem = self.ticket()
        [incident] = references.find_all([data.pop("incident")], user=self.person, field="incident")
        actions.use_workaround(problem, incident, by=self.person, **data)
        return self.changed(problem)


class CauseSerializer(OutputModelSerializer):
    """A line of the analysis: a hypothesis, or a link of the chain of whys."""

    class Meta:
        model = Cause
        fields = ("id", "method", "position", "text", "test", "result", "state")


class CauseChange(serializers.Serializer[Any]):
    """A line of the analysis to write."""

    text = serializers.CharField(max_length=actions.CAUSE_LIMIT)
    test = Words(max_length=actions.CAUSE_LIMIT)
    result = Words(max_length=actions.CAUSE_LIMIT)
    state = serializers.ChoiceField(choices=CauseState.choices, required=False)


class CauseCreation(CauseChange):
    """A new line, at the end of its list."""

    method = serializers.ChoiceField(choices=CauseMethod.choices, required=False)


class CauseResource(TicketPart):
    """The analysis of a problem."""

    queryset = Cause.objects.all()
    serializer_class = CauseSerializer
    input_classes = {"create": CauseCreation, "partial_update": CauseChange}
    ordering = "id"
    ordering_fields = {"id": "pk", "position": "position"}
    lookup_value_regex = "[0-9]{1,18}"

    @cached_property
    def ticket(self) -> Ticket:
        """The problem; `Http404` where it is not visible, or the person sees its public side only."""
        found = references.find(self.kwargs["reference"], user=self.person, queryset=Problem.objects.all())
        if not sees_internal(self.person, found):
            raise Http404
        return found

    def of_ticket(self) -> QuerySet[Cause]:
        """The lines of the problem."""
        return Cause.objects.filter(problem=self.ticket)

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add a line."""
        cause = actions.add_cause(self.ticket, by=self.person, **self.read_input())
        return self.respond(cause, status.HTTP_201_CREATED)

    @transaction.atomic
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change a line; what is not named stays."""
        data = self.read_input()
        return self.respond(actions.edit_cause(self.as_read(), data, by=self.person))

    @transaction.atomic
    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Take a line out."""
        actions.remove_cause(self.as_read(), by=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)
