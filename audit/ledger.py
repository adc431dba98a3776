"""Small files outside the database that only grow: the heads of the chain, and the people who were erased.

Each line is JSON with our mark over it and over the mark of the line before, so that a line that is changed, put in or
taken out is noticed; only the end can be cut, and of that the log tells.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from audit.canonical import is_ours, sign

ANCHORS, ERASURES = "anchors.jsonl", "erasures.jsonl"
_LONGEST_LINE = 4096


@dataclass(frozen=True)
class Line:
    """A line of a ledger: its number from 1, what it says, and whether it is as we wrote it."""

    number: int
    content: dict[str, Any]
    is_ours: bool


def path_of(name: str) -> Path:
    """Where a ledger lies."""
    return Path(settings.AUDIT_DIR) / name


def append(name: str, content: dict[str, Any]) -> None:
    """Add a line, on the disk when this returns. One writer at a time, whatever the number of processes."""
    path = path_of(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        mark = sign(_signed(content, _last_mark(handle)), purpose=name)
        os.write(handle, (json.dumps({**content, "mark": mark}, sort_keys=True) + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _last_mark(handle: int) -> str:
    size = os.fstat(handle).st_size
    tail = os.pread(handle, _LONGEST_LINE, max(size - _LONGEST_LINE, 0)).splitlines()
    return _parsed(tail[-1]).get("mark", "") if tail else ""


def lines(name: str) -> Iterator[Line]:
    """The lines, oldest first; none where there is no such file."""
    path = path_of(name)
    if not path.exists():
        return
    before = ""
    with path.open("rb") as file:
        for number, text in enumerate(file, 1):
            content = _parsed(text)
            mark = str(content.pop("mark", ""))
            yield Line(number, content, is_ours(_signed(content, before), mark, purpose=name))
            before = mark


def last(name: str) -> dict[str, Any] | None:
    """What the newest line says, None where there is none."""
    newest = None
    for line in lines(name):
        newest = line.content
    return newest


def _signed(content: dict[str, Any], before: str) -> bytes:
    return f"{before}:{json.dumps(content, sort_keys=True)}".encode()


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
