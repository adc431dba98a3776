"""A ticket and those merged into it, directly or through others, as the database walks them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models


class OfFamily(models.Func):
    """Whether a column names a ticket or one merged into it: `filter(OfFamily("ticket_id", ticket.pk))`."""

    template = "%(expressions)s))"
    arg_joiner = " = ANY(tickets_family("
    output_field = models.BooleanField()

    def __init__(self, column: str, key: int) -> None:
        super().__init__(models.F(column), models.Value(key, models.BigIntegerField()))


class Survivor(models.Func):
    """The ticket that the one named by a column was merged into in the end; itself where it was not."""

    function = "tickets_survivor"
    output_field = models.BigIntegerField()


class Members(models.Func):
    """The keys of a ticket and of those merged into it."""

    function = "tickets_family"
    output_field: ArrayField[Any, Any] = ArrayField(models.BigIntegerField())


def family_of(key: int) -> set[int]:
    """The keys of a ticket and of all that were merged into it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(tickets_family(%s))", [key])
        return {row[0] for row in cursor.fetchall()}


def survivors_of(keys: Iterable[int]) -> set[int]:
    """The tickets that these were merged into in the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tickets_survivor(key) FROM unnest(%s::bigint[]) AS key", [list(keys)])
        return {row[0] for row in cursor.fetchall()}
