"""The trail over HTTP: read, exported, verified, never written."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from audit import actions
from audit.filters import AuditFilter
from audit.models import VIEW, AuditCheck, AuditEntry, AuditSeal
from audit.telling import tell
from audit.views import export_response
from core.api.serializers import OutputModelSerializer, OutputSerializer
from core.api.viewsets import Resource


class AuditEntrySerializer(OutputSerializer):
    """An entry. What was personal and has been erased is empty, and `is_erased` says so."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    action = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    actor = serializers.IntegerField(allow_null=True)
    actor_name = serializers.CharField()
    ip = serializers.CharField()
    target_type = serializers.CharField()
    target_id = serializers.CharField()
    target = serializers.CharField()
    entity = serializers.IntegerField(allow_null=True)
    request_id = serializers.CharField()
    subject = serializers.IntegerField(allow_null=True)
    data = serializers.DictField()  # type: ignore[assignment]
    is_erased = serializers.BooleanField()


class AuditCheckSerializer(OutputModelSerializer):
    """A verification and its result."""

    report = serializers.DictField()

    class Meta:
        model = AuditCheck
        fields = ("id", "state", "asked_at", "started_at", "finished_at", "report")


class VerificationSerializer(OutputSerializer):
    """The head of the chain and the last verifications."""

    head_seq = serializers.IntegerField(allow_null=True)
    head_hash = serializers.CharField()
    checks = AuditCheckSerializer(many=True)


class NothingInput(serializers.Serializer[Any]):
    """Nothing is read."""


class AuditResource(Resource):
    """Entries of the audit trail, newest first."""

    queryset = AuditEntry.objects.all()
    serializer_class = AuditEntrySerializer
    input_classes = {"verification": NothingInput}
    filterset_class = AuditFilter
    ordering = "-at"
    ordering_fields = {"at": "at"}
    lookup_value_regex = "[0-9]{1,18}"
    http_method_names = ["get", "head", "options", "post"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """The usual checks, and the right to read the trail."""
        super().initial(request, *args, **kwargs)
        if not request.user.has_perm(VIEW):
            raise PermissionDenied

    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of entries."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response([told.as_json() for told in tell(rows)])

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """One entry."""
        return Response(tell([self.get_object()])[0].as_json())

    @extend_schema(responses={(200, "application/x-ndjson"): OpenApiTypes.STR})
    @action(detail=False, pagination_class=None)
    def export(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        """The entries of the filters in force as JSON lines, or CSV with `format=csv`; written down as any export."""
        return export_response(request._request, request.user, request.query_params)

    @extend_schema(methods=["GET"], request=None, responses=VerificationSerializer)
    @extend_schema(methods=["POST"], request=NothingInput, responses={201: VerificationSerializer})
    @action(detail=False, methods=["get", "post"], filterset_class=None, pagination_class=None)
    def verification(self, request: Request, **kwargs: Any) -> Response:
        """Whether the trail is whole; POST has it verified by a worker."""
        code: int = status.HTTP_200_OK
        if request.method == "POST":
            self.read_input()
            actions.ask_check(by=request.user)
            code = status.HTTP_201_CREATED
        head = AuditSeal.objects.order_by("-seq").first()
        checks = AuditCheck.objects.order_by("-pk")[:10]
        return Response(
            {
                "head_seq": head.seq if head else None,
                "head_hash": head.hash if head else "",
                "checks": AuditCheckSerializer(checks, many=True).data,
            },
            status=code,
        )
