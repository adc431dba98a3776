"""Items of tickets over HTTP: how they are given, and how they are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.serializers import OutputSerializer
from services.models import Item
from tickets.actions.items import MOST
from tickets.choices import ItemRole

_CODE = 60


@extend_schema_field(
    {
        "type": "array",
        "maxItems": MOST,
        "items": {
            "oneOf": [
                {"type": "string", "maxLength": _CODE},
                {
                    "type": "object",
                    "required": ["code"],
                    "properties": {
                        "code": {"type": "string", "maxLength": _CODE},
                        "role": {"type": "string", "enum": list(ItemRole.values)},
                    },
                },
            ]
        },
    }
)
class ItemsInput(serializers.Field[Any, Any, Any, Any]):
    """Items by code: `["PC-12", {"code": "SRV-3", "role": "cause"}]`; the list replaces the one before."""

    default_error_messages = {
        "not_a_list": _("Give a list of codes."),
        "too_many": _("At most %(limit)d items at once."),
        "role": _("Unknown role."),
        "unknown": _("No item known to you has this code: %(names)s."),
    }

    def to_internal_value(self, data: Any) -> list[tuple[Item, str]]:
        """Items with their role, empty where none is given. Raises `ValidationError`."""
        if not isinstance(data, list):
            raise self._refusal("not_a_list")
        if len(data) > MOST:
            raise self._refusal("too_many", limit=MOST)
        roles = dict(self._entry(entry) for entry in data)
        user = self.context["request"].user
        rows = Item.objects.nameable_by(user).annotate(upper=Upper("code")).filter(upper__in=list(roles))
        found = {item.code.upper(): item for item in rows}
        if missing := [code for code in roles if code not in found]:
            raise self._refusal("unknown", names=", ".join(missing)[:300])
        return [(found[code], role) for code, role in roles.items()]

    def _entry(self, entry: Any) -> tuple[str, str]:
        code, role = (
            (entry.get("code"), entry.get("role") or "") if isinstance(entry, Mapping) else (entry, "")
        )
        if not isinstance(code, str) or not 0 < len(code.strip()) <= _CODE or "\x00" in code:
            raise self._refusal("not_a_list")
        if role and role not in ItemRole.values:
            raise self._refusal("role")
        return code.strip().upper(), role

    def to_representation(self, value: Any) -> Any:
        """Never asked: items are told by `ToldItemSerializer`."""
        return value

    def _refusal(self, code: str, **words: Any) -> serializers.ValidationError:
        return serializers.ValidationError(str(self.error_messages[code]) % words, code=code)


class ToldItemSerializer(OutputSerializer):
    """An item of a ticket."""

    code = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=ItemRole.choices)
