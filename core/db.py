"""Locking, and membership in a set of keys, always in one way."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.sql import InsertQuery

RowT = TypeVar("RowT", bound=models.Model)
_KEYS: ArrayField[Any, Any] = ArrayField(models.BigIntegerField())


def locked(queryset: models.QuerySet[RowT], *, skip_locked: bool = False) -> models.QuerySet[RowT]:
    """Lock the rows of the queryset itself until the end of the transaction; `skip_locked` leaves out those taken.

    Plain `FOR UPDATE` on a ticket would block inserts of its children, and fails on nullable joins.
    """
    return queryset.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked)


def insert_together(*rows: models.Model) -> None:
    """Insert rows of different tables in one statement, and give each its key: one trip instead of several.

    They know nothing of each other's keys, and no `save` signals are sent.
    """
    parts = [_insert(row) for row in rows]
    names = [f"row{place}" for place in range(len(rows))]
    written = ", ".join(
        f"{name} AS ({sql} RETURNING id)" for name, (sql, _params) in zip(names, parts, strict=True)
    )
    keys = ", ".join(f"(SELECT id FROM {name})" for name in names)  # noqa: S608 - names of ours
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {written} SELECT {keys}", [value for _sql, params in parts for value in params])
        for row, key in zip(rows, cursor.fetchone(), strict=True):
            row.pk = key
            row._state.adding, row._state.db = False, connection.alias


def _insert(row: models.Model) -> tuple[str, Sequence[Any]]:
    """The statement that inserts a row whose key the database gives."""
    query = InsertQuery(type(row))
    fields = [field for field in row._meta.concrete_fields if not field.generated and not field.primary_key]
    query.insert_values(fields, [row])
    [(sql, params)] = query.get_compiler(connection=connection).as_sql()
    return sql, params


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
