"""The incident report over HTTP: its facts, its written part, and the document."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import etags
from core.api.serializers import OutputSerializer, write
from incidents import actions
from incidents.api.follow_ups import FollowUpInput, FollowUpSerializer
from incidents.facts import facts_of
from incidents.report import report_pdf
from tickets.api.inputs import NothingInput, Words
from tickets.api.views import TicketResource
from tickets.models import Ticket
from tickets.permissions import sees_internal


class LineSerializer(OutputSerializer):
    """A line of the digest of the timeline."""

    at = serializers.DateTimeField()
    text = serializers.CharField()
    who = serializers.CharField()


class CostsSerializer(OutputSerializer):
    """Money, in euros, where it may be seen."""

    time_cost = serializers.DecimalField(max_digits=14, decimal_places=2)
    other_cost = serializers.DecimalField(max_digits=14, decimal_places=2)
    cost = serializers.DecimalField(max_digits=14, decimal_places=2)


class ReportSerializer(OutputSerializer):
    """What the report of an incident says. Lengths of time are in seconds."""

    reference = serializers.CharField(source="ticket.reference")
    summary = serializers.SerializerMethodField()
    learnt = serializers.SerializerMethodField()
    follow_ups = FollowUpSerializer(many=True)
    began_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    wall_seconds = serializers.FloatField()
    open_seconds = serializers.FloatField()
    people = serializers.IntegerField()
    services = serializers.ListField(child=serializers.CharField())
    children_count = serializers.IntegerField()
    symptoms = serializers.CharField()
    cause = serializers.CharField()
    workaround = serializers.CharField()
    solution = serializers.CharField(source="ticket.solution")
    minutes = serializers.IntegerField()
    costs = CostsSerializer(allow_null=True)
    lines = LineSerializer(many=True)
    document = serializers.SerializerMethodField()
    finalised_at = serializers.DateTimeField(source="report.finalised_at", allow_null=True)
    version = serializers.SerializerMethodField()

    def get_summary(self, told: Any) -> str:
        """For who reads nothing else."""
        return told.report.summary if told.report else ""

    def get_learnt(self, told: Any) -> str:
        """What was learnt."""
        return told.report.learnt if told.report else ""

    def get_document(self, told: Any) -> str | None:
        """Where the finalised document is."""
        document = told.report.document if told.report else None
        return document.get_absolute_url() if document else None

    def get_version(self, told: Any) -> int:
        """The version of the written part."""
        return told.report.version if told.report else 0


class ReportInput(serializers.Serializer[Any]):
    """The written part; what is not named stays. `follow_ups` replaces the actions to take."""

    summary = Words(max_length=10_000)
    learnt = Words(max_length=20_000)
    follow_ups = FollowUpInput(many=True, required=False)


class ReportActs(TicketResource):
    """What the endpoint of incidents adds: the report of one."""

    @extend_schema(methods=["GET"], request=None, responses=ReportSerializer)
    @extend_schema(methods=["PATCH"], request=ReportInput, responses=ReportSerializer)
    @action(detail=True, methods=["get", "patch"], filterset_class=None)
    def report(self, request: Request, **kwargs: Any) -> Response:
        """The facts and the written part; or a change of the latter."""
        ticket = self._worked_on()
        if request.method == "PATCH":
            actions.write_report(ticket, by=self.person, version=self.version, **self.read_input())
        return self._told(ticket)

    @extend_schema(request=None, responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], url_path="report.pdf", url_name="report-pdf", filterset_class=None)
    def report_document(self, request: Request, **kwargs: Any) -> HttpResponse:
        """The report as tagged PDF, in the caller's language."""
        content = report_pdf(self._worked_on(), self.person, language=get_language() or "fr")
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = 'attachment; filename="report.pdf"'
        return response

    @extend_schema(request=NothingInput, responses={201: ReportSerializer})
    @action(detail=True, methods=["post"], url_path="report/finalise", url_name="finalise-report")
    def finalise_report(self, request: Request, **kwargs: Any) -> Response:
        """Keep the report as an internal file of the incident."""
        ticket = self._worked_on()
        actions.finalise_report(ticket, by=self.person, language=get_language() or "fr")
        return self._told(ticket, status.HTTP_201_CREATED)

    def _worked_on(self) -> Ticket:
        """The incident, for who works on it: its requester reads no report."""
        ticket = self.get_object()
        if not sees_internal(self.person, ticket):
            raise PermissionDenied
        return ticket

    def _told(self, ticket: Ticket, code: int = status.HTTP_200_OK) -> Response:
        data = write(ReportSerializer, facts_of(ticket, self.person))
        return Response(data, status=code, headers={"ETag": etags.tag(data["version"])})
