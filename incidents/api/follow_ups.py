"""Actions to take, in reports and reviews."""

from typing import Any

from rest_framework import serializers

from accounts.api import PersonNameSerializer
from accounts.models import User
from core.api.fields import RowField
from core.api.serializers import OutputModelSerializer
from incidents.models import FollowUp


class FollowUpSerializer(OutputModelSerializer):
    """An action to take."""

    owner = PersonNameSerializer(allow_null=True)

    class Meta:
        model = FollowUp
        fields = ("text", "owner", "due_on", "is_done")


class FollowUpInput(serializers.Serializer[Any]):
    """An action to take."""

    text = serializers.CharField(max_length=300)
    owner = RowField(User.objects, names=("email",), required=False, allow_null=True)
    due_on = serializers.DateField(required=False, allow_null=True)
    is_done = serializers.BooleanField(default=False)
