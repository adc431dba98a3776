"""The words of the set-up that moves need, to be read."""

from rest_framework import serializers

from core.api.serializers import CodedSerializer
from core.api.viewsets import Resource
from tickets.models import Activity, PendingReason, ResolutionCode


class PendingReasonSerializer(CodedSerializer):
    """Why a ticket waits."""

    waits_for = serializers.CharField()
    pauses_clock = serializers.BooleanField()
    needs_date = serializers.BooleanField()


class ResolutionCodeSerializer(CodedSerializer):
    """How a ticket was solved; `kinds` is empty for all kinds."""

    kinds = serializers.ListField(child=serializers.CharField())


class _Words(Resource):
    """Words in use, by position."""

    http_method_names = ["get", "head", "options"]
    filter_backends = []
    lookup_field = "slug"
    lookup_url_kwarg = "code"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,60}"
    ordering = "position"
    ordering_fields = {"position": "position"}


class PendingReasonResource(_Words):
    """The reasons for which a ticket can wait."""

    queryset = PendingReason.objects.filter(is_active=True)
    serializer_class = PendingReasonSerializer


class ResolutionCodeResource(_Words):
    """The ways a ticket can be solved."""

    queryset = ResolutionCode.objects.filter(is_active=True)
    serializer_class = ResolutionCodeSerializer


class ActivityResource(_Words):
    """What time is spent on."""

    queryset = Activity.objects.filter(is_active=True)
    serializer_class = CodedSerializer
