"""Locking, always in one way."""

from typing import TypeVar

from django.db import models

RowT = TypeVar("RowT", bound=models.Model)


def locked(queryset: models.QuerySet[RowT], *, skip_locked: bool = False) -> models.QuerySet[RowT]:
    """Lock the rows of the queryset itself until the end of the transaction; `skip_locked` leaves out those taken.

    Plain `FOR UPDATE` on a ticket would block inserts of its children, and fails on nullable joins.
    """
    return queryset.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked)
