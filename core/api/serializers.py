"""Answers: declared as DRF serializers, for the schema and the labels; written by readers compiled once per class.

DRF builds its fields anew for each answer and asks each of them for each value: for a list of 25 rows that costs
several times the query. The reader of a field is made once, from the same declaration.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from core.exceptions import Refused

Reader = Callable[[Any], Any]


class OutputSerializer(serializers.Serializer[Any]):
    """What an endpoint answers with. Fields are simple ones, nested `OutputSerializer`s, or methods without context."""


class OutputModelSerializer(OutputSerializer, serializers.ModelSerializer[Any]):
    """An answer whose fields take type, label and help from the columns of a model."""


class NamedSerializer(OutputSerializer):
    """A row that another one points to."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="__str__")


class CodedSerializer(OutputSerializer):
    """A word of the set-up that a ticket points to: its lasting code, and its name in the reader's language."""

    code = serializers.CharField(source="slug")
    name = serializers.CharField(source="__str__")


@lru_cache
def readers(kind: type[OutputSerializer]) -> Mapping[str, Reader]:
    """How to read each field of an answer from a row, in order of declaration."""
    serializer = kind()
    return {
        name: _reader(serializer, field) for name, field in serializer.fields.items() if not field.write_only
    }


def write(kind: type[OutputSerializer], row: Any, only: Iterable[str] | None = None) -> dict[str, Any]:
    """One row as the plain values of its answer."""
    every = readers(kind)
    return {name: every[name](row) for name in (every if only is None else only)}


def chosen_fields(kind: type[OutputSerializer], request: Request) -> list[str] | None:
    """The names in `?fields=a,b`; None for all. Raises `Refused` naming what is unknown."""
    asked = request.query_params.get("fields")
    if not asked:
        return None
    names = list(dict.fromkeys(name.strip() for name in asked.split(",") if name.strip()))
    unknown = [name for name in names if name not in readers(kind)]
    if unknown:
        raise Refused({"fields": _("Unknown: %(names)s.") % {"names": ", ".join(unknown)[:200]}})
    return names


def _reader(serializer: OutputSerializer, field: Any) -> Reader:
    if isinstance(field, serializers.SerializerMethodField):
        method: Reader = getattr(serializer, field.method_name or "")
        return method
    take = _take(field.source)
    if isinstance(field, OutputSerializer):
        return _nested(type(field), take)
    if isinstance(field, serializers.ListSerializer) and isinstance(field.child, OutputSerializer):
        return _nested_many(type(field.child), take)
    if isinstance(field, serializers.DecimalField):
        return _exact(field, take)
    return take


def _take(source: str) -> Reader:
    """The value at a dotted source; None where something on the way is None."""
    if source == "__str__":
        return str
    if "." not in source:
        return attrgetter(source)
    names = source.split(".")

    def walk(row: Any) -> Any:
        for name in names:
            if row is None:
                return None
            row = getattr(row, name)
        return row

    return walk


def _exact(field: serializers.DecimalField, take: Reader) -> Reader:
    """A decimal number as text with its places, as the schema promises it."""

    def read(row: Any) -> Any:
        value = take(row)
        return None if value is None else field.to_representation(value)

    return read


def _nested(kind: type[OutputSerializer], take: Reader) -> Reader:
    def read(row: Any) -> dict[str, Any] | None:
        value = take(row)
        return None if value is None else write(kind, value)

    return read


def _nested_many(kind: type[OutputSerializer], take: Reader) -> Reader:
    def read(row: Any) -> list[dict[str, Any]]:
        values = take(row)
        return [write(kind, value) for value in (values.all() if hasattr(values, "all") else values)]

    return read
