"""Acts on many tickets over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import person_of
from core.api.fields import RowField
from core.api.serializers import OutputModelSerializer, OutputSerializer
from core.api.viewsets import Resource
from core.exceptions import Refused
from services.models import Category
from tickets import actions
from tickets.actions.many import LIMIT
from tickets.api.inputs import TEXT, AssignInput, MoveInput, NothingInput, Words
from tickets.api.relations import ReferenceField
from tickets.choices import BulkAct, BulkState, CommentKind
from tickets.filters import TicketFilter
from tickets.models import BulkItem, BulkJob, Ticket
from tickets.models.ticket import TicketQuerySet
from tickets.references import find_all

_REPORTED = 500


class FailureSerializer(OutputSerializer):
    """A ticket that was not done, and why."""

    reference = serializers.CharField(source="ticket.reference")
    reason = serializers.CharField()


class BulkJobRowSerializer(OutputModelSerializer):
    """An act on many tickets: of `total`, so many are done and so many failed; the rest waits."""

    done = serializers.IntegerField()
    failed = serializers.IntegerField()

    class Meta:
        model = BulkJob
        fields: tuple[str, ...] = ("id", "act", "total", "done", "failed", "created_at", "finished_at")


class BulkJobSerializer(BulkJobRowSerializer):
    """With the tickets that were not done, the first 500 of them."""

    failures = FailureSerializer(many=True)

    class Meta(BulkJobRowSerializer.Meta):
        fields = (*BulkJobRowSerializer.Meta.fields, "failures")


class CommentValues(serializers.Serializer[Any]):
    """A message."""

    body = serializers.CharField(max_length=TEXT, trim_whitespace=False)
    kind = serializers.ChoiceField(choices=CommentKind.choices, default=CommentKind.INTERNAL)


class PriorityValues(serializers.Serializer[Any]):
    """A priority and why."""

    priority = serializers.IntegerField(min_value=1, max_value=5)
    reason = Words(max_length=250)


class CategoryValues(serializers.Serializer[Any]):
    """A category; null for none."""

    category = RowField(Category.objects, allow_null=True)


class ParentValues(serializers.Serializer[Any]):
    """The whole that the tickets become part of."""

    parent = ReferenceField()  # type: ignore[assignment]


class IntoValues(serializers.Serializer[Any]):
    """The ticket that goes on."""

    into = ReferenceField()


VALUES: Mapping[str, type[serializers.Serializer[Any]]] = {
    BulkAct.ASSIGN: AssignInput,
    BulkAct.MOVE: MoveInput,
    BulkAct.COMMENT: CommentValues,
    BulkAct.PRIORITY: PriorityValues,
    BulkAct.CATEGORY: CategoryValues,
    BulkAct.FOLLOW: NothingInput,
    BulkAct.CLOSE: NothingInput,
    BulkAct.PARENT: ParentValues,
    BulkAct.MERGE: IntoValues,
}


class BulkJobInput(serializers.Serializer[Any]):
    """An act, the tickets by reference or by the filters of the list, and what the act needs."""

    act = serializers.ChoiceField(choices=BulkAct.choices)
    tickets = serializers.ListField(
        child=serializers.CharField(max_length=120), required=False, min_length=1, max_length=LIMIT
    )
    filter = serializers.DictField(
        child=serializers.CharField(max_length=500),
        required=False,
        help_text="As in the query of `/tickets/`; several values of one filter are separated by commas.",
    )
    values = serializers.DictField(child=serializers.JSONField(allow_null=True), required=False)


class BulkJobResource(Resource):
    """One's own acts on many tickets. A worker does them; read one again to see how far it is."""

    queryset = BulkJob.objects.all()
    serializer_class = BulkJobSerializer
    input_classes = {"create": BulkJobInput}
    http_method_names = ["get", "head", "options", "post"]
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Any]:
        """One's own, counted."""
        return super().get_queryset().counted()  # type: ignore[no-any-return, attr-defined]

    def get_object(self) -> Any:
        """One act with what failed."""
        return with_failures(super().get_object())

    @extend_schema(responses=BulkJobRowSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """One's acts on many tickets."""
        return self.page(self.filter_queryset(self.get_queryset()), BulkJobRowSerializer)

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Ask for an act; which tickets it is done to is settled now."""
        data = self.read_input()
        values = self._values(data["act"], data.get("values") or {})
        job = actions.start_bulk_act(data["act"], self._tickets(data), by=person_of(request), values=values)
        return self.respond(with_failures(BulkJob.objects.counted().get(pk=job.pk)), status.HTTP_202_ACCEPTED)

    def _values(self, act: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """What the act needs, checked."""
        serializer = VALUES[act](data=given, context=self.get_serializer_context())
        if not serializer.is_valid():
            raise Refused(
                {f"values.{name}": [str(text) for text in texts] for name, texts in serializer.errors.items()}
            )
        values: dict[str, Any] = serializer.validated_data
        return values

    def _tickets(self, data: Mapping[str, Any]) -> TicketQuerySet:
        """The tickets named, or those that the filters find."""
        person = person_of(self.request)
        visible: TicketQuerySet = Ticket.objects.visible_to(person)
        if "tickets" in data:
            named = find_all(data["tickets"], user=person, field="tickets")
            return visible.filter(pk__in=[ticket.pk for ticket in named])
        if "filter" not in data:
            raise Refused({"tickets": _("Name tickets, or a filter.")})
        query = QueryDict(mutable=True)
        query.update(data["filter"])
        every: Any = visible
        filters = TicketFilter(query, queryset=every, request=self.request)
        unknown = sorted(query.keys() - filters.filters.keys())
        wrong = {name: [_("Unknown field.")] for name in unknown} if unknown else dict(filters.errors)
        if wrong:
            raise Refused({f"filter.{name}": [str(text) for text in texts] for name, texts in wrong.items()})
        return cast("TicketQuerySet", filters.qs)


def with_failures(job: Any) -> Any:
    """An act with the tickets that were not done."""
    rows = BulkItem.objects.filter(job=job, state=BulkState.FAILED).select_related("ticket").order_by("pk")
    job.failures = list(rows.only("reason", "ticket__kind")[:_REPORTED])
    return job
