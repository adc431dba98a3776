"""An import that is killed or interrupted goes on where it stopped."""

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from itsm.places import BASE_DIR
from tests.faults.portal import environment, free_port, manage

pytestmark = pytest.mark.faults

TICKETS = 12_000
COUNT = (
    "from tickets.models import *; from accounts.models import User; "
    "print(Ticket.objects.count(), Alias.objects.count(), Event.objects.count(), Comment.objects.count(), "
    "User.objects.count())"
)


@pytest.fixture
def var() -> Iterator[Path]:
    """The folder of a portal of its own, ready to import into."""
    with tempfile.TemporaryDirectory(prefix="vigie-import-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        made = manage(folder, "migrate", "-v0")
        assert made.returncode == 0, made.stderr
        yield folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Tickets, each with a comment."""
    path = tmp_path / "tickets.jsonl"
    with path.open("w") as out:
        for number in range(TICKETS):
            said = {
                "author": f"agent{number % 20}",
                "created": "2026-01-06T09:00:00Z",
                "body": f"Seen {number}.",
            }
            row = {
                "id": f"T{number}", "title": f"Printer {number} does not print", "body": "It blinks. " * 20,
                "created": "2026-01-05T09:00:00Z", "requester": f"user{number % 500}", "comments": [said],
            }  # fmt: skip
            out.write(json.dumps(row) + "\n")
    return path


def counts(var: Path) -> list[int]:
    printed = manage(var, "shell", "-v0", "-c", COUNT)
    assert printed.returncode == 0, printed.stderr
    return [int(word) for word in printed.stdout.split()]


def start_and_wait_for_batches(var: Path, file: Path) -> "subprocess.Popen[bytes]":
    """Start an import and return when its bar has shown some batches."""
    child = subprocess.Popen(
        [sys.executable, "manage.py", "import_tickets", str(file), "--progress"],
        cwd=BASE_DIR,
        env=environment(var, free_port()),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    shown = b""
    deadline = time.monotonic() + 60
    while b"3,000 tickets" not in shown:
        assert time.monotonic() < deadline, shown
        shown += child.stderr.read(20)  # type: ignore[union-attr] # it is a pipe
    return child


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_import_stopped_in_the_middle_adds_nothing_twice(
    var: Path, file: Path, number: signal.Signals
) -> None:
    child = start_and_wait_for_batches(var, file)
    child.send_signal(number)
    printed, told = child.communicate(timeout=60)
    if number == signal.SIGINT:
        assert child.returncode == 130
        assert b"tickets imported" in printed
        assert b"Start it again" in told
    tickets, aliases, *_ = counts(var)
    assert 3000 <= tickets < TICKETS
    assert aliases == tickets
    again = manage(var, "import_tickets", str(file))
    assert again.returncode == 0, again.stderr
    assert f"{TICKETS - tickets} tickets imported, {tickets} already there, 0 rows refused." in again.stdout
    assert "tickets/s" not in again.stderr
    assert counts(var) == [TICKETS, TICKETS, 2 * TICKETS, TICKETS, 520]
