"""The trail as a file: JSON lines or CSV, read a thousand entries at a time."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet

from audit.models import AuditEntry
from audit.telling import Told, tell

FORMATS = {"jsonl": "application/x-ndjson", "csv": "text/csv"}
MOST_ROWS = 200_000
_CHUNK = 1_000
_COLUMNS = (
    "id", "at", "recorded_at", "action", "label", "actor", "actor_name", "ip", "target_type", "target_id", "target",
    "entity", "request_id", "subject", "data",
)  # fmt: skip
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def lines(rows: QuerySet[AuditEntry], form: str) -> Iterator[str]:
    """The lines of a file, newest entry first, at most `MOST_ROWS` of them."""
    if form == "csv":
        yield _csv_line(_COLUMNS)
    for told in _told(rows):
        values = told.as_json()
        if form == "csv":
            yield _csv_line([_cell(values[name]) for name in _COLUMNS])
        else:
            yield json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False) + "\n"


def _told(rows: QuerySet[AuditEntry]) -> Iterator[Told]:
    """Chunk by chunk by key, so that no cursor stays open while the reader fetches."""
    ordered = rows.order_by("-at", "-pk")
    last: AuditEntry | None = None
    for _chunk in range(MOST_ROWS // _CHUNK):
        beyond = (
            ordered if last is None else ordered.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))
        )
        chunk = list(beyond[:_CHUNK])
        yield from tell(chunk)
        if len(chunk) < _CHUNK:
            return
        last = chunk[-1]


def _cell(value: Any) -> str:
    """A value as a spreadsheet may open it: what looks like a formula is text."""
    if value is None:
        return ""
    text = (
        json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
        if isinstance(value, dict)
        else str(value)
    )
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _csv_line(values: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()
