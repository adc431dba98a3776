"""A portal of its own for a test: `manage.py serve` in a folder and on a port of its own, and what is left of it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from itsm.places import BASE_DIR
from itsm.processes import spawn

READY = "Ready: "


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(var: Path, port: int, **more: str) -> dict[str, str]:
    """The variables of a portal of its own; those that lead to the engines of the test session are left out."""
    unwanted = (
        "DATABASE_URL",
        "REDIS_URL",
        "CACHE_URL",
        "VIGIE_TEST_ENGINES",
        "PUBLIC_URL",
        "DJANGO_",
        "PYTEST_",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return {**kept, "VIGIE_VAR": str(var), "PORT": str(port), "PYTHONUNBUFFERED": "1", **more}


def manage(var: Path, *argv: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run a management command to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *argv],
        cwd=BASE_DIR,
        env=environment(var, free_port(), **more),
        capture_output=True,
        text=True,
        timeout=120 * slowness(),
        check=False,
    )


def belongings(var: Path) -> list[str]:
    """The processes that work in a portal's folder, by their command line or environment."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            words = process.cmdline()
            if any(str(var) in word for word in [*words, process.environ().get("VIGIE_VAR", "")]):
                found.append(f"{process.pid} {' '.join(words)}")
    return found


def slowness() -> float:
    """How much slower this machine is just now than two idle cores: tests of time run beside others."""
    return max(1.0, 2 * os.getloadavg()[0] / (os.cpu_count() or 1))


def wait_for(condition: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Wait until something holds; AssertionError with `what` otherwise. A busy machine gets more time."""
    deadline = time.monotonic() + seconds * slowness()
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


class Portal:
    """A running `manage.py serve` whose output is read as it comes."""

    def __init__(self, var: Path, *, port: int | None = None, **more: str) -> None:
        self.var = var
        self.port = port or free_port()
        self.began = time.monotonic()
        self.lines: list[str] = []
        # It ends with the tests, whatever ends them.
        self.process = spawn(
            [sys.executable, "manage.py", "serve", "--no-demo"],
            env=environment(var, self.port, **more),
            output=subprocess.PIPE,
            cwd=BASE_DIR,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def output(self) -> str:
        """All that was printed so far."""
        return "\n".join(self.lines)

    def said(self, text: str) -> bool:
        """Whether some line holds `text`."""
        return any(text in line for line in list(self.lines))

    def wait_ready(self, *, seconds: float = 120) -> float:
        """Wait for the Ready line; the seconds since the start."""
        wait_for(
            lambda: self.said(READY) or self.process.poll() is not None, seconds=seconds, what=self.output
        )
        assert self.said(READY), self.output
        return time.monotonic() - self.began

    def wait_end(self, *, seconds: float = 60) -> int:
        """Wait until it ended; its exit code."""
        code = self.process.wait(seconds * slowness())
        self._reader.join(5)
        return code

    def stop(self) -> int:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.wait_end()

    def answers(self) -> bool:
        """Whether the web server answers."""
        with (
            suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as page,
        ):
            return bool(page.status == 200)
        return False

    def is_ready(self) -> bool:
        """Whether everything works together: database, broker, worker."""
        with (
            suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=4) as page,
        ):
            return bool(page.status == 200)
        return False

    def child(self, *words: str) -> psutil.Process:
        """The direct child of the supervisor whose command line holds these words."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if all(word in " ".join(child.cmdline()) for word in words))

    def kill_child(self, *words: str) -> None:
        """kill -9 of a direct child."""
        self.child(*words).kill()

    def close(self) -> None:
        """End it whatever the test left."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(40)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as output:
            for line in output:
                self.lines.append(line.decode(errors="replace").rstrip("\n"))
