"""Locking, and membership in a set of keys, always in one way."""

from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models

RowT = TypeVar("RowT", bound=models.Model)
_KEYS: ArrayField[Any, Any] = ArrayField(models.BigIntegerField())


def locked(queryset: models.QuerySet[RowT], *, skip_locked: bool = False) -> models.QuerySet[RowT]:
    """Lock the rows of the queryset itself until the end of the transaction; `skip_locked` leaves out those taken.

    Plain `FOR UPDATE` on a ticket would block inserts of its children, and fails on nullable joins.
    """
    return queryset.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked)


class Among(models.Func):
    """Whether a column is among keys, those of a queryset or known ones: `filter(Among("pk", keys))`.

    `IN (SELECT …)` becomes a join, and in a long chain of joins the planner then reads the whole table first. An
    array is made once, before anything else, and its keys are looked up in the index.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()

    def __init__(self, column: str, keys: models.QuerySet[Any, Any] | list[int]) -> None:
        known = models.Value(keys, _KEYS) if isinstance(keys, list) else ArraySubquery(keys)
        super().__init__(models.F(column), known)
