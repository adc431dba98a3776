"""Interventions over HTTP: the appointments of a ticket, their sheets and signatures."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, Value
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import PersonNameSerializer
from accounts.models import User
from core.api import etags
from core.api.fields import RowField
from core.api.serializers import OutputModelSerializer
from core.signatures import LIMIT, from_data_url
from tickets.actions import interventions as acts
from tickets.api.inputs import NothingInput, Words
from tickets.api.parts import TicketPart
from tickets.models import Intervention, InterventionPart, Mode
from tickets.permissions import sees_internal


class PartSerializer(OutputModelSerializer):
    """A part used."""

    class Meta:
        model = InterventionPart
        fields = ("name", "reference", "quantity")


class InterventionSerializer(OutputModelSerializer):
    """An intervention; `purpose` is for those who work on the ticket."""

    technician = PersonNameSerializer()
    planned_by = PersonNameSerializer()
    parts = PartSerializer(many=True)
    purpose = serializers.SerializerMethodField()
    sheet = serializers.SerializerMethodField()
    overlaps = serializers.SerializerMethodField()

    class Meta:
        model = Intervention
        fields = (
            "id", "mode", "state", "technician", "starts_at", "ends_at", "place", "travel_minutes", "purpose",
            "started_at", "ended_at", "work_done", "parts", "remaining", "signer_name", "signed_at", "sheet", "reason",
            "planned_by", "created_at", "overlaps", "version",
        )  # fmt: skip

    def get_purpose(self, row: Intervention) -> str:
        """What the technician is to do, for staff."""
        return row.purpose if getattr(row, "for_staff", False) else ""

    def get_sheet(self, row: Intervention) -> str | None:
        """Where the signed sheet is."""
        return row.sheet.get_absolute_url() if row.sheet else None

    def get_overlaps(self, row: Intervention) -> list[str]:
        """The tickets of the technician's other appointments at that time, on the answer to planning only."""
        return [other.ticket.reference for other in getattr(row, "found_overlaps", ())]


class PlanInput(serializers.Serializer[Any]):
    """An appointment; the technician may be left out where it is oneself."""

    technician = RowField(User.objects, names=("email",), required=False)
    mode = serializers.ChoiceField(choices=Mode.choices, required=False)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    place = Words(max_length=250)
    travel_minutes = serializers.IntegerField(min_value=0, max_value=1440, required=False)
    purpose = Words(max_length=5000)


class PartInput(serializers.Serializer[Any]):
    """A part used."""

    name = serializers.CharField(max_length=150)
    reference = Words(max_length=80)
    quantity = serializers.DecimalField(max_digits=9, decimal_places=2, min_value=0, required=False)


class SheetInput(serializers.Serializer[Any]):
    """What was done; times are those of the appointment and of now unless told."""

    work_done = serializers.CharField(max_length=20_000, trim_whitespace=False)
    parts = PartInput(many=True, required=False)
    remaining = Words(max_length=5000)
    started_at = serializers.DateTimeField(required=False)
    ended_at = serializers.DateTimeField(required=False)
    travel_minutes = serializers.IntegerField(min_value=0, max_value=1440, required=False)


class SignInput(serializers.Serializer[Any]):
    """Who signs, and how: a PNG in base64, or `agreed`."""

    signer_name = serializers.CharField(max_length=150)
    signature = Words(max_length=LIMIT * 2, help_text="PNG in base64, or as a data address.")
    agreed = serializers.BooleanField(default=False)


class CancelInput(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=250)


class InterventionResource(TicketPart):
    """The interventions of a ticket."""

    queryset = Intervention.objects.all()
    serializer_class = InterventionSerializer
    input_classes = {
        "create": PlanInput,
        "partial_update": PlanInput,
        "start": NothingInput,
        "sheet": SheetInput,
        "sign": SignInput,
        "cancel": CancelInput,
    }
    http_method_names = ["get", "head", "options", "post", "patch"]
    lookup_value_regex = "[0-9]{1,18}"
    ordering_fields = {"id": "pk", "starts_at": "starts_at"}

    def of_ticket(self) -> QuerySet[Intervention]:
        """The interventions of the ticket, all of which its reader may see."""
        rows = Intervention.objects.filter(ticket=self.ticket).select_related(
            "technician", "planned_by", "sheet"
        )
        internal = sees_internal(self.person, self.ticket)
        return rows.prefetch_related("parts").annotate(for_staff=Value(internal))

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Plan an intervention; `overlaps` names the technician's other appointments then, and forbids nothing."""
        data = self.read_input()
        data.setdefault("technician", self.person)
        made = acts.plan_intervention(self.ticket, by=self.person, **data)
        return self.changed(made, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change the appointment; what is not named stays."""
        row = self.get_object()
        return self.changed(
            acts.change_intervention(row, self.read_input(), by=self.person, version=self.version)
        )

    @action(detail=True, methods=["post"])
    def start(self, request: Request, **kwargs: Any) -> Response:
        """Begin."""
        return self.changed(acts.start_intervention(self.get_object(), by=self.person, version=self.version))

    @action(detail=True, methods=["post"])
    def sheet(self, request: Request, **kwargs: Any) -> Response:
        """Write the sheet; again until it is signed."""
        data = self.read_input()
        return self.changed(
            acts.finish_intervention(self.get_object(), by=self.person, version=self.version, **data)
        )

    @action(detail=True, methods=["post"])
    def sign(self, request: Request, **kwargs: Any) -> Response:
        """Have the sheet signed; it becomes a public file of the ticket."""
        data = self.read_input()
        drawn = from_data_url(data.pop("signature")) if data.get("signature") else None
        data.pop("signature", None)
        row = acts.sign_intervention(
            self.get_object(), by=self.person, signature=drawn, version=self.version, **data
        )
        return self.changed(row)

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        """Call the appointment off, with the reason."""
        data = self.read_input()
        return self.changed(
            acts.cancel_intervention(self.get_object(), by=self.person, version=self.version, **data)
        )

    @property
    def version(self) -> int | None:
        """The version the caller read, None where any will do."""
        return etags.expected_version(self.request)

    def changed(self, row: Intervention, code: int = status.HTTP_200_OK) -> Response:
        """The intervention after an act, with what else the technician has at that time."""
        fresh = self.of_ticket().get(pk=row.pk)
        fresh.found_overlaps = acts.overlapping(fresh)  # type: ignore[attr-defined]
        return self.respond(fresh, code)
