"""System checks of the whole: what the engines must be."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

OLDEST_POSTGRES = 160_000


@register(Tags.database)
def check_postgres(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """PostgreSQL 16 or newer; run by `migrate` and by `check --database default`."""
    found = [_version(alias) for alias in databases or []]
    return [
        Error(
            f"The database is PostgreSQL {version // 10_000}; the portal needs 16 or newer.",
            hint="Upgrade that server, set DATABASE_URL to another, or leave it out to use the embedded one.",
            id="vigie.E001",
        )
        for version in found
        if version < OLDEST_POSTGRES
    ]


def _version(alias: str) -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0])
