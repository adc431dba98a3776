"""Incidents over HTTP: the endpoint of all tickets, narrowed to the kind, with its details named."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.serializers import OutputModelSerializer
from core.choices import Kind
from incidents.api.reports import ReportActs, ReportInput
from incidents.models import Incident, IncidentDetails
from tickets.api.answers import TicketRowSerializer, TicketSerializer
from tickets.api.inputs import SHORT, NothingInput, TicketChange, TicketCreation, Words
from tickets.api.views import TicketResource


class IncidentDetailsSerializer(OutputModelSerializer):
    """What only an incident has."""

    class Meta:
        model = IncidentDetails
        fields = ("symptoms", "cause", "workaround")


class IncidentSerializer(TicketSerializer):
    """A whole incident."""

    details = IncidentDetailsSerializer(allow_null=True)  # type: ignore[assignment]


class IncidentDetailsInput(serializers.Serializer[Any]):
    """What only an incident has."""

    symptoms = Words(max_length=SHORT)
    cause = Words(max_length=SHORT)
    workaround = Words(max_length=SHORT)


class IncidentCreation(TicketCreation):
    """A new incident: only its title is needed."""

    kind = None  # type: ignore[assignment]
    details = IncidentDetailsInput(required=False)  # type: ignore[assignment]


class IncidentChange(TicketChange):
    """Fields of an incident to change."""

    details = IncidentDetailsInput(required=False)  # type: ignore[assignment]


class IncidentResource(ReportActs):
    """Incidents."""

    queryset = Incident.objects.all()
    serializer_class = IncidentSerializer
    input_classes = {
        **TicketResource.input_classes,
        "create": IncidentCreation,
        "partial_update": IncidentChange,
        "report": ReportInput,
        "finalise_report": NothingInput,
    }
    kind = Kind.INCIDENT

    @extend_schema(responses=TicketRowSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Incidents, newest first, without their long texts."""
        return super().list(request, **kwargs)
