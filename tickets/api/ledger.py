"""Time and costs over HTTP: of a ticket, and over all of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import PersonNameSerializer, person_of
from accounts.models import Team, User
from core.api.fields import RowField
from core.api.pagination import listed
from core.api.serializers import (
    CodedSerializer,
    NamedSerializer,
    OutputModelSerializer,
    OutputSerializer,
    write,
)
from core.api.viewsets import Resource
from core.exceptions import Refused
from tickets import ledger
from tickets.actions.ledger import add_cost, log_time, set_budget, void_cost, void_time
from tickets.actions.rates import set_rate, void_rate
from tickets.api.inputs import Words
from tickets.api.parts import TicketPart
from tickets.choices import CostNature, LineType
from tickets.ledger_filters import LedgerFilter
from tickets.models import Activity, CostLine, LedgerLine, Rate, TicketBudget, TimeEntry
from tickets.models.lines import LedgerQuerySet

MONEY = "Euros, computed at the rate of the day; null where there is no rate or you may not see money."


class _VoidableSerializer(OutputModelSerializer):
    """What lines of both sorts say."""

    id = serializers.IntegerField(source="source")
    amount = serializers.DecimalField(
        source="money", max_digits=14, decimal_places=2, allow_null=True, help_text=MONEY
    )
    entered_by = PersonNameSerializer()


class TimeSerializer(_VoidableSerializer):
    """Time that a person spent on the ticket on a day."""

    person = PersonNameSerializer()
    team = NamedSerializer(allow_null=True)
    activity = CodedSerializer(allow_null=True)
    note = serializers.CharField(source="label")

    class Meta:
        model = LedgerLine
        fields = (
            "id", "person", "team", "day", "minutes", "activity", "note", "is_billable", "amount", "entered_by",
            "created_at", "voided_at", "void_reason",
        )  # fmt: skip


class CostSerializer(_VoidableSerializer):
    """Money spent on the ticket."""

    class Meta:
        model = LedgerLine
        fields = (
            "id", "nature", "label", "amount", "day", "supplier", "entered_by", "created_at", "voided_at",
            "void_reason",
        )  # fmt: skip


class LedgerSerializer(_VoidableSerializer):
    """A line of the ledger, of whichever ticket."""

    ticket = serializers.CharField(source="ticket.reference")
    title = serializers.CharField(source="ticket.title")
    kind = serializers.CharField(source="ticket.kind")
    person = PersonNameSerializer()
    team = NamedSerializer(allow_null=True)
    activity = CodedSerializer(allow_null=True)
    note = serializers.CharField(source="label")

    class Meta:
        model = LedgerLine
        fields = (
            "type", "id", "ticket", "title", "kind", "person", "team", "day", "minutes", "activity", "nature", "note",
            "supplier", "is_billable", "amount", "created_at",
        )  # fmt: skip


class TotalsSerializer(OutputSerializer):
    """Sums of lines. Money is that of the tickets whose money you may see."""

    name = serializers.CharField(help_text="The value of the group, empty for the whole.")
    minutes = serializers.IntegerField(source="sums.minutes")
    billable_minutes = serializers.IntegerField(source="sums.billable_minutes")
    unrated_minutes = serializers.IntegerField(
        source="sums.unrated_minutes", help_text="Minutes without a rate, so without a cost."
    )
    time_cost = serializers.DecimalField(source="sums.time_cost", max_digits=16, decimal_places=2)
    other_cost = serializers.DecimalField(source="sums.other_cost", max_digits=16, decimal_places=2)
    cost = serializers.DecimalField(source="sums.cost", max_digits=16, decimal_places=2)


class BudgetSerializer(OutputSerializer):
    """What may be spent on a ticket, and what is."""

    amount = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    spent = serializers.DecimalField(max_digits=16, decimal_places=2)


class RateSerializer(OutputModelSerializer):
    """What an hour costs, in euros; of everybody else where neither person nor team is named."""

    person = PersonNameSerializer(allow_null=True)
    team = NamedSerializer(allow_null=True)

    class Meta:
        model = Rate
        fields = (
            "id",
            "person",
            "team",
            "amount",
            "valid_from",
            "valid_to",
            "created_at",
            "voided_at",
            "void_reason",
        )


class TimeInput(serializers.Serializer[Any]):
    """Time spent: yours and today's unless said otherwise."""

    minutes = serializers.IntegerField(help_text="1 to 1,440.")
    day = serializers.DateField(required=False)
    person = RowField(User.objects, names=("email",), required=False)
    activity = RowField(Activity.objects, names=("slug",), required=False, allow_null=True)
    note = Words(max_length=500)
    is_billable = serializers.BooleanField(required=False)


class CostInput(serializers.Serializer[Any]):
    """Money spent."""

    nature = serializers.ChoiceField(choices=CostNature.choices)
    label = serializers.CharField(max_length=200)  # type: ignore[assignment]
    amount = serializers.DecimalField(max_digits=12, decimal_places=2, help_text="Euros.")
    day = serializers.DateField(required=False)
    supplier = Words(max_length=120)


class VoidInput(serializers.Serializer[Any]):
    """Why a line counts no more."""

    reason = serializers.CharField(max_length=250)


class BudgetInput(serializers.Serializer[Any]):
    """What may be spent, null for no limit."""

    amount = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)


class RateInput(serializers.Serializer[Any]):
    """What an hour costs."""

    amount = serializers.DecimalField(max_digits=8, decimal_places=2, help_text="Euros per hour.")
    person = RowField(User.objects, names=("email",), required=False, allow_null=True)
    team = RowField(Team.objects, required=False, allow_null=True)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(required=False, allow_null=True)


class LinesResource(TicketPart):
    """Lines of one sort of one ticket; those of tickets merged into it are told with it."""

    queryset = LedgerLine.objects.all()
    lookup_field = "source"
    lookup_url_kwarg = "id"
    lookup_value_regex = "[0-9]{1,18}"
    http_method_names = ["get", "head", "options", "post"]
    ordering = "-day"
    ordering_fields = {"day": "day", "created_at": "created_at"}
    filter_backends = []
    type = LineType.TIME

    def of_ticket(self) -> QuerySet[LedgerLine]:
        """The lines the person may see."""
        rows = LedgerLine.objects.visible_to(self.person).of(self.ticket).filter(type=self.type)
        return rows.select_related("ticket", "person", "team", "activity", "entered_by")

    def written(self, source: int, code: int = status.HTTP_200_OK) -> Response:
        """The line as it is now, with its cost."""
        return self.respond(self.of_ticket().get(source=source), code)

    def void_row(self, rows: QuerySet[Any], void: Any) -> Response:
        """Void the row behind a line."""
        row = rows.select_related("ticket").get(pk=self.get_object().source)
        void(row, by=self.person, reason=self.read_input()["reason"])
        return self.written(row.pk)


class TimeResource(LinesResource):
    """Time spent on a ticket."""

    serializer_class = TimeSerializer
    input_classes = {"create": TimeInput, "void": VoidInput}

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Log time, for others with the right to."""
        entry = log_time(self.ticket, by=self.person, **self.read_input())
        return self.written(entry.pk, status.HTTP_201_CREATED)

    @action(detail=True, methods=["post"])
    def void(self, request: Request, **kwargs: Any) -> Response:
        """Take an entry out of the count, with the reason."""
        return self.void_row(TimeEntry.objects.all(), void_time)


class CostResource(LinesResource):
    """Money spent on a ticket."""

    serializer_class = CostSerializer
    input_classes = {"create": CostInput, "void": VoidInput}
    type = LineType.COST

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Enter a cost."""
        line = add_cost(self.ticket, by=self.person, **self.read_input())
        return self.written(line.pk, status.HTTP_201_CREATED)

    @action(detail=True, methods=["post"])
    def void(self, request: Request, **kwargs: Any) -> Response:
        """Take a line out of the count, with the reason."""
        return self.void_row(CostLine.objects.all(), void_cost)


class BudgetResource(TicketPart):
    """What may be spent on a ticket."""

    queryset = TicketBudget.objects.all()
    serializer_class = BudgetSerializer
    input_classes = {"partial_update": BudgetInput}
    filter_backends = []

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """The budget and what is spent, time and costs together."""
        if not self.person.has_perm("tickets.costs", self.ticket):
            raise PermissionDenied
        return self.told()

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Set the budget, or take it away with null."""
        set_budget(self.ticket, self.read_input().get("amount"), by=self.person)
        return self.told()

    def told(self) -> Response:
        """Budget and sum."""
        budget = TicketBudget.objects.filter(ticket=self.ticket).first()
        lines = LedgerLine.objects.visible_to(self.person).of(self.ticket).standing()
        told = _Spent(budget.amount if budget else None, ledger.totals(lines).cost)
        return Response(write(BudgetSerializer, told))


class LedgerResource(Resource):
    """The ledger of all tickets one works on, without what is voided."""

    queryset = LedgerLine.objects.all()
    serializer_class = LedgerSerializer
    filterset_class = LedgerFilter
    ordering = "-day"
    ordering_fields = {"day": "day", "created_at": "created_at"}

    def get_queryset(self) -> QuerySet[Any]:
        """The lines that count."""
        rows: LedgerQuerySet = super().get_queryset()  # type: ignore[assignment]
        return rows.standing().for_lists()

    @extend_schema(
        parameters=[OpenApiParameter("by", str, enum=list(ledger.GROUPS), description="Split the sums.")],
        responses=TotalsSerializer(many=True),
    )
    def totals(self, request: Request, **kwargs: Any) -> Response:
        """Sums of the lines that match, whole or split."""
        lines: Any = self.filter_queryset(self.get_queryset())
        asked = request.query_params.get("by", "")
        if asked and asked not in ledger.GROUPS:
            raise Refused({"by": _("Choose one of: %(names)s.") % {"names": ", ".join(ledger.GROUPS)}})
        parts = ledger.split(lines, asked) if asked else [("", ledger.totals(lines))]
        return listed([write(TotalsSerializer, _Part(name, sums)) for name, sums in parts])


@dataclass(frozen=True)
class _Part:
    """The sums of one group."""

    name: str
    sums: ledger.Totals


@dataclass(frozen=True)
class _Spent:
    """A budget, if there is one, beside what is spent of it."""

    amount: Decimal | None
    spent: Decimal


class RateResource(Resource):
    """Hourly rates, those voided too."""

    queryset = Rate.objects.select_related("person", "team")
    serializer_class = RateSerializer
    input_classes = {"create": RateInput, "void": VoidInput}
    http_method_names = ["get", "head", "options", "post"]
    filter_backends = []
    ordering = "-valid_from"
    ordering_fields = {"valid_from": "valid_from", "id": "pk"}
    lookup_value_regex = "[0-9]{1,18}"

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Set a rate: the one that held without end until then ends the day before."""
        rate = set_rate(by=person_of(request), **self.read_input())
        return Response(write(RateSerializer, rate), status=status.HTTP_201_CREATED)

    @action(detail=True, methods=["post"])
    def void(self, request: Request, **kwargs: Any) -> Response:
        """Take a wrong rate out of the count."""
        rate = void_rate(self.get_object(), by=person_of(request), reason=self.read_input()["reason"])
        return Response(write(RateSerializer, rate))
