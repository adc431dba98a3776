"""Running the import as an administrator does: the command on a file."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

ROW = {"id": "T1", "title": "No mail", "created": "2026-01-05T09:00:00Z", "requester": "rosa@example.org"}

Import = Callable[..., str]


@pytest.fixture
def import_file(words: None) -> Import:
    """Import a file and return what was printed."""

    def run(path: Path, *options: str) -> str:
        output = io.StringIO()
        call_command("import_tickets", str(path), *options, stdout=output)
        return output.getvalue()

    return run


@pytest.fixture
def import_rows(import_file: Import, tmp_path: Path) -> Import:
    """Import rows as JSON lines, each the usual row with what is named; bytes and texts stand as they are."""

    def run(*rows: Any, options: tuple[str, ...] = (), name: str = "rows.jsonl") -> str:
        path = tmp_path / name
        path.write_bytes(b"".join(_line(row) + b"\n" for row in rows))
        return import_file(path, *options)

    return run


def _line(row: Any) -> bytes:
    if isinstance(row, bytes):
        return row
    whole = {**ROW, **row}
    try:
        return json.dumps(whole, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(whole).encode()
