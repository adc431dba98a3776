"""Pages of a list by key set: the next page starts after the last row seen, whatever came or went meanwhile.

Rows are ordered by (key, id), both in one direction, an empty key counting as infinity, which is how PostgreSQL
orders by default; so each page is one walk along an index that matches. DRF's own cursor pages lose rows with empty
keys and repeat ties.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan  # type: ignore[import-untyped]
from django.utils.translation import gettext as _, gettext_lazy
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.exceptions import Refused

DEFAULT_SIZE = 25
MAX_SIZE = 100
COUNT_LIMIT = 1000

_signer = signing.Signer(salt="core.api.pagination")


class Ordered(Protocol):
    """A view whose rows have an order."""

    ordering: str
    ordering_fields: Mapping[str, str]


@dataclass(frozen=True)
class Order:
    """An order of rows: its public name (`-created_at`), the column of the model and the direction."""

    name: str
    column: str
    descending: bool

    @classmethod
    def of(cls, view: Ordered, name: str) -> "Order":
        """The order of that name; raises `Refused` where the view does not offer it."""
        column = view.ordering_fields.get(name.removeprefix("-"))
        if column is None:
            offered = ", ".join(view.ordering_fields)
            raise Refused({"ordering": _("Choose one of: %(names)s.") % {"names": offered}})
        return cls(name, column, name.startswith("-"))

    @property
    def names(self) -> list[str]:
        """The arguments of `order_by`."""
        sign = "-" if self.descending else ""
        return [sign + "pk"] if self.column == "pk" else [sign + self.column, sign + "pk"]


@dataclass(frozen=True)
class Place:
    """Where a page ended: the key and the id of its last row."""

    key: Any
    pk: int


class KeysetPagination(BasePagination):
    """`{"next", "results"}`, and `count` (at most 1,000, then `count_exact` is false) where `?count=1` asks for it."""

    page: "Page"

    def paginate_queryset(
        self, queryset: models.QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        """The rows of the page asked for; raises `Refused` naming `cursor`, `ordering` or `page_size`."""
        ordered = cast("Ordered", view)
        order = Order.of(ordered, request.query_params.get("ordering") or ordered.ordering)
        self.request = request
        self.page = Page.read(queryset, order, _size(request), request.query_params.get("cursor"))
        self.count = _bounded_count(queryset) if request.query_params.get("count") in ("1", "true") else None
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        """The page with the address of the next one."""
        body: dict[str, Any] = {"next": self._next_address(), "results": data}
        if self.count is not None:
            body["count"] = min(self.count, COUNT_LIMIT)
            body["count_exact"] = self.count <= COUNT_LIMIT
        return Response(body)

    def _next_address(self) -> str | None:
        if self.page.next_cursor is None:
            return None
        query = self.request.query_params.copy()
        query["cursor"] = self.page.next_cursor
        return self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The answer, for the OpenAPI document."""
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": "Address of the next page.",
                },
                "results": schema,
                "count": {"type": "integer", "maximum": COUNT_LIMIT, "description": "Only with `count=1`."},
                "count_exact": {"type": "boolean", "description": "False where there are more than `count`."},
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The query parameters, for the OpenAPI document."""
        ordered = cast("Ordered", view)
        names = [sign + name for name in ordered.ordering_fields for sign in ("", "-")]
        return [
            _parameter(
                "cursor", {"type": "string"}, "Where the page starts: follow `next`, do not build it."
            ),
            _parameter(
                "page_size", {"type": "integer", "minimum": 1, "maximum": MAX_SIZE}, "Rows on a page."
            ),
            _parameter(
                "ordering", {"type": "string", "enum": names, "default": ordered.ordering}, "Order of rows."
            ),
            _parameter(
                "count", {"type": "string", "enum": ["0", "1"]}, "Ask for the number of rows, up to 1,000."
            ),
        ]


@dataclass(frozen=True)
class Page:
    """Rows of one page and the cursor of the next, None on the last."""

    rows: list[Any]
    next_cursor: str | None

    @classmethod
    def read(cls, queryset: models.QuerySet[Any], order: Order, size: int, cursor: str | None) -> "Page":
        """Read one page. Costs one statement, two where the page crosses from filled to empty keys."""
        place = _place(queryset.model, order, cursor) if cursor else None
        rows: list[Any] = []
        for part in _parts(queryset, order, place):
            rows += part[: size + 1 - len(rows)]
            if len(rows) > size:
                return cls(rows[:size], _cursor(order, queryset.model, rows[size - 1]))
        return cls(rows, None)


def _parts(
    queryset: models.QuerySet[Any], order: Order, place: Place | None
) -> Iterator[models.QuerySet[Any]]:
    """What follows the place, as row sets to be read one after the other, each along its index."""
    if place is None:
        yield queryset.order_by(*order.names)
    elif order.column == "pk":
        yield queryset.order_by(*order.names).filter(**{_side("pk", order): place.pk})
    elif not _nullable(queryset.model, order.column):
        yield _after(queryset, order, place)
    else:
        yield from _parts_with_empty_keys(queryset, order, place)


def _parts_with_empty_keys(
    queryset: models.QuerySet[Any], order: Order, place: Place
) -> Iterator[models.QuerySet[Any]]:
    """As `_parts`, the rows with an empty key apart: last when ascending, first when descending."""
    empty = queryset.filter(**{f"{order.column}__isnull": True}).order_by("-pk" if order.descending else "pk")
    filled = queryset.filter(**{f"{order.column}__isnull": False})
    if place.key is None:
        yield empty.filter(**{_side("pk", order): place.pk})
        if order.descending:
            yield filled.order_by(*order.names)
    else:
        yield _after(filled, order, place)
        if not order.descending:
            yield empty


def _after(queryset: models.QuerySet[Any], order: Order, place: Place) -> models.QuerySet[Any]:
    lookup = TupleLessThan if order.descending else TupleGreaterThan
    return queryset.filter(lookup(Tuple(F(order.column), F("pk")), (place.key, place.pk))).order_by(
        *order.names
    )


def _side(column: str, order: Order) -> str:
    return f"{column}__lt" if order.descending else f"{column}__gt"


def _nullable(model: type[models.Model], column: str) -> bool:
    field = model._meta.get_field(column)
    return isinstance(field, models.Field) and field.null


def _cursor(order: Order, model: type[models.Model], row: Any) -> str:
    """The place of a row, which is an object or a mapping of columns."""
    pk, key = (row["pk"], row.get(order.column)) if isinstance(row, Mapping) else (row.pk, _key(order, row))
    if key is not None and order.column != "pk":
        field: Any = model._meta.get_field(order.column)
        key = field.value_to_string(model(**{order.column: key}))
    return _signer.sign_object([order.name, key, pk])


def _key(order: Order, row: models.Model) -> Any:
    return None if order.column == "pk" else getattr(row, order.column)


def _place(model: type[models.Model], order: Order, cursor: str) -> Place:
    """The place a cursor names; raises `Refused` where it is not ours or belongs to another order."""
    try:
        name, key, pk = _signer.unsign_object(cursor)
        if name != order.name:
            raise Refused({"cursor": _("This cursor belongs to another order.")})
        return Place(
            key if key is None else cast("Any", model._meta.get_field(order.column)).to_python(key), pk
        )
    except (signing.BadSignature, ValueError, TypeError, ValidationError) as error:
        raise Refused({"cursor": _("This cursor is not valid.")}) from error


def _size(request: Request) -> int:
    text = request.query_params.get("page_size")
    if not text:
        return DEFAULT_SIZE
    if text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MAX_SIZE:
        return int(text)
    raise Refused({"page_size": _SIZE_ERROR % {"limit": MAX_SIZE}})


_SIZE_ERROR = gettext_lazy("Give a number from 1 to %(limit)d.")


def _bounded_count(queryset: models.QuerySet[Any]) -> int:
    """The number of rows, or one more than the limit: an exact count of a large table costs more than the page."""
    return len(queryset.order_by().values_list("pk", flat=True)[: COUNT_LIMIT + 1])


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def listed(rows: Sequence[Any]) -> Response:
    """A short list that is always whole, in the shape of a page."""
    return Response({"next": None, "results": rows})
