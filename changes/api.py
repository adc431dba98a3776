"""Changes over HTTP, and the templates of standard ones."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from changes import actions
from changes.filters import ChangeFilter
from changes.models import (
    TEMPLATE_TEXTS,
    Change,
    ChangeDetails,
    ChangeTemplate,
    ChangeType,
    ReviewResult,
    overlapping,
)
from core.api.fields import RowField
from core.api.pagination import listed
from core.api.serializers import (
    CodedSerializer,
    NamedSerializer,
    OutputModelSerializer,
    OutputSerializer,
)
from core.api.viewsets import Resource
from core.choices import Kind
from tickets import references
from tickets.api.answers import TicketRowSerializer, TicketSerializer
from tickets.api.inputs import SHORT, TicketChange, TicketCreation, Words
from tickets.api.rows import bare, tell
from tickets.api.views import TicketResource

# More than this at one time are not told.
LISTED = 100


class ChangeDetailsSerializer(OutputModelSerializer):
    """What only a change has."""

    template = CodedSerializer(allow_null=True)

    class Meta:
        model = ChangeDetails
        fields = (
            "change_type", "template", "justification", "effects", "risk_level", "risk_note", "plan",
            "test_plan", "backout_plan", "window_start", "window_end", "outage_expected", "implemented_at",
            "ended_at", "decision", "decided_at", "approval_due_at", "review_result", "review_note",
        )  # fmt: skip


class ChangeSerializer(TicketSerializer):
    """A whole change."""

    details = ChangeDetailsSerializer(allow_null=True)  # type: ignore[assignment]


class ChangeDetailsInput(serializers.Serializer[Any]):
    """What only a change has. A template is given by number or code and makes the change standard."""

    change_type = serializers.ChoiceField(choices=ChangeType.choices, required=False)
    template = RowField(ChangeTemplate.objects, names=("slug",), required=False, allow_null=True)
    justification = Words(max_length=SHORT)
    effects = Words(max_length=SHORT)
    risk_level = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True)
    risk_note = Words(max_length=SHORT)
    plan = Words(max_length=SHORT)
    test_plan = Words(max_length=SHORT)
    backout_plan = Words(max_length=SHORT)
    window_start = serializers.DateTimeField(required=False, allow_null=True)
    window_end = serializers.DateTimeField(required=False, allow_null=True)
    outage_expected = serializers.IntegerField(
        min_value=0, max_value=100_000, required=False, allow_null=True, help_text="Minutes."
    )
    review_result = serializers.ChoiceField(choices=ReviewResult.choices, required=False)
    review_note = Words(max_length=SHORT)


class ChangeCreation(TicketCreation):
    """A new change. What is not said of title and service comes from what it resolves, or from its template."""

    kind = None  # type: ignore[assignment]
    title = serializers.CharField(max_length=250, required=False, allow_blank=True)
    resolves = serializers.ListField(
        child=serializers.CharField(max_length=120), required=False, max_length=actions.MAX_RESOLVED,
        help_text="References of the problems and incidents it resolves; each is linked to it.",
    )  # fmt: skip
    details = ChangeDetailsInput(required=False)  # type: ignore[assignment]


class ChangeChange(TicketChange):
    """Fields of a change to alter. What was decided on is refused until the change is reworked."""

    details = ChangeDetailsInput(required=False)  # type: ignore[assignment]


class ChangeResource(TicketResource):
    """Changes."""

    queryset = Change.objects.all()
    serializer_class = ChangeSerializer
    input_classes = {
        **TicketResource.input_classes,
        "create": ChangeCreation,
        "partial_update": ChangeChange,
    }
    filterset_class = ChangeFilter
    kind = Kind.CHANGE

    @extend_schema(responses=TicketRowSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Changes, newest first, without their long texts."""
        return super().list(request, **kwargs)

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Draft a change, or make a standard one from a template, which is approved at once."""
        data = {"fields": {}, **self.read_input()}
        resolves = references.find_all(data.pop("resolves", []), user=self.person, field="resolves")
        ticket = actions.open_change(by=self.person, resolves=resolves, **data)
        location = request.build_absolute_uri(f"/api/v1/tickets/{ticket.reference}/")
        return self.respond(ticket, status.HTTP_201_CREATED, headers={"Location": location})

    @extend_schema(responses=TicketRowSerializer(many=True))
    @action(detail=True, methods=["get"], filterset_class=None)
    def conflicts(self, request: Request, **kwargs: Any) -> Response:
        """Other changes, planned or under way, that touch the same service in an overlapping window."""
        rows = overlapping(self.ticket()).visible_to(self.person)  # type: ignore[attr-defined]
        return listed([tell(row) for row in bare(rows)[:LISTED]])


class ChangeTemplateSerializer(OutputModelSerializer):
    """A template of standard changes, its texts in the reader's language."""

    code = serializers.CharField(source="slug")
    name = serializers.CharField(source="__str__")
    service = NamedSerializer(allow_null=True)
    texts = serializers.SerializerMethodField()

    class Meta:
        model = ChangeTemplate
        fields = ("id", "code", "name", "service", "risk_level", "outage_expected", "texts")

    def get_texts(self, template: ChangeTemplate) -> dict[str, str]:
        """What it says of each change, by column."""
        return {name: template.text(name) for name in TEMPLATE_TEXTS}


class ChangeTemplateResource(Resource):
    """The templates in use."""

    queryset = ChangeTemplate.objects.filter(is_active=True).select_related("service")
    serializer_class: type[OutputSerializer] = ChangeTemplateSerializer
    http_method_names = ["get", "head", "options"]
    filter_backends = []
    lookup_field = "slug"
    lookup_url_kwarg = "code"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,60}"
    ordering = "position"
    ordering_fields = {"position": "position"}
