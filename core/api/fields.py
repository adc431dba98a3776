"""Fields of inputs that DRF does not have."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

_MAX_ID = 2**63 - 1
_MAX_NAME = 250


@extend_schema_field(
    {"oneOf": [{"type": "integer", "minimum": 1}, {"type": "string", "maxLength": _MAX_NAME}]}
)
class RowField(serializers.Field[Any, Any, Any, Any]):
    """A row given by its id or by a name that is its own, among the rows the person may see.

    A row that is not visible and one that is not there are refused alike. An answer's `{"id": …}` is read as well.
    """

    default_error_messages = {
        "unreadable": _("Give a number or a name."),
        "unknown": _("Nothing of this name is known to you."),
        "ambiguous": _("Several have this name: give the number."),
    }

    def __init__(
        self, manager: models.Manager[Any], *, names: tuple[str, ...] = ("name",), **options: Any
    ) -> None:
        super().__init__(**options)
        self.manager = manager
        self.names = names

    def to_internal_value(self, data: Any) -> models.Model:
        """The row; raises `ValidationError` where there is not exactly one."""
        if isinstance(data, Mapping):
            data = data.get("id")
        rows = list(self._visible().filter(self._condition(data))[:2])
        if len(rows) == 1:
            row: models.Model = rows[0]
            return row
        raise self._refusal("ambiguous" if rows else "unknown")

    def to_representation(self, value: models.Model) -> Any:
        """The id."""
        return value.pk

    def _visible(self) -> models.QuerySet[Any]:
        """The rows the person may see; the words of the set-up are everybody's."""
        rows: Any = self.manager.all()
        visible: models.QuerySet[Any] = (
            rows.visible_to(self.context["request"].user) if hasattr(rows, "visible_to") else rows
        )
        return visible

    def _condition(self, data: Any) -> Q:
        if isinstance(data, bool) or not isinstance(data, int | str):
            raise self._refusal("unreadable")
        text = str(data).strip()
        if text.isascii() and text.isdigit():
            number = int(text) if len(text) < 20 else 0
            return Q(pk=number) if 0 < number <= _MAX_ID else Q(pk__in=[])
        if isinstance(data, int) or not text or len(text) > _MAX_NAME:
            raise self._refusal("unknown")
        condition = Q()
        for name in self.names:
            condition |= Q(**{f"{name}__iexact": text})
        return condition

    def _refusal(self, code: str) -> serializers.ValidationError:
        return serializers.ValidationError(str(self.error_messages[code]), code=code)
