"""Locks that are not rows: on the attributes of a type, on the graph of relations, on the tree of places.

Each is held until the end of the transaction. What is read after taking one is as committed.
"""

from collections.abc import Iterable

from django.db import connection

_TYPES, _GRAPH, _PLACES = 0x5653_0001, 0x5653_0002, 0x5653_0003


def share_types(keys: Iterable[int]) -> None:
    """Keep the attributes of these types as they are while items are written; many may do so at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, key) FROM unnest(%s::int[]) AS keys(key) ORDER BY key",
            [_TYPES, sorted(set(keys))],
        )


def hold_type(key: int) -> None:
    """Let nobody write items of the type meanwhile."""
    _hold(_TYPES, key)


def hold_graph() -> None:
    """Let nobody else add relations meanwhile: two at once could close a circle that neither sees."""
    _hold(_GRAPH, 0)


def hold_places() -> None:
    """Let nobody else move places meanwhile."""
    _hold(_PLACES, 0)


def _hold(kind: int, key: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [kind, key])
