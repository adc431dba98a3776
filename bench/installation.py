"""A throw-away installation for measuring: its own folder, real engines, the web server as `serve` starts it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from itsm.engines import Engines, Lock
from itsm.places import BASE_DIR, places
from itsm.processes import spawn, stop

READY_SECONDS = 60


class Installation:
    """Engines and server in one folder and on one port."""

    def __init__(self, var: Path, port: int) -> None:
        self.var, self.port = var, port
        metrics = var / "metrics"
        os.environ |= {
            "VIGIE_VAR": str(var),
            "PORT": str(port),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "PROMETHEUS_MULTIPROC_DIR": str(metrics),
            # One person asks more in a minute than a person does.
            "API_RATE": "1000000/min",
            "API_WRITE_RATE": "1000000/min",
        }
        for name in ("DATABASE_URL", "REDIS_URL", "CACHE_URL"):
            os.environ.pop(name, None)
        metrics.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def engines(self) -> Iterator[None]:
        """The engines, for as long as it lasts; with durable writes, as in use."""
        lock = Lock(places(self.var))
        if not lock.take():
            raise SystemExit(f"{self.var} is in use.")
        engines = Engines(places(self.var), lock)
        lock.note(role="command", ready=False)
        try:
            engines.start_all()
            lock.note(role="command", ready=True)
            yield
        finally:
            engines.stop_all()
            lock.release()

    def manage(self, *argv: str) -> str:
        """Run a management command; its output. Its bar of progress stays visible."""
        done = subprocess.run(
            [sys.executable, "manage.py", *argv], cwd=BASE_DIR, stdout=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"manage.py {argv[0]} failed.\n{done.stdout[-2000:]}")
        return done.stdout

    def prepare(self) -> None:
        """Tables and static files."""
        self.manage("migrate", "--noinput", "--verbosity", "0")
        self.manage("collectstatic", "--noinput", "--verbosity", "0", "--ignore", "vendor/icons/*")

    def fill(self, tickets: int) -> dict[str, Any]:
        """Grow the data; what may be asked for."""
        told: dict[str, Any] = json.loads(
            self.manage("bench_fill", "--tickets", str(tickets)).splitlines()[-1]
        )
        return told

    @contextmanager
    def server(self) -> Iterator[psutil.Process]:
        """The web server with two workers."""
        command = [sys.executable, "-m", "gunicorn", "itsm.wsgi", "-c", "python:itsm.web"]
        with (self.var / "web.log").open("wb") as log:
            child = spawn(command, output=log, cwd=BASE_DIR)
            try:
                self._wait(child)
                yield psutil.Process(child.pid)
            finally:
                stop(child, signal.SIGTERM, patience=20)

    def _wait(self, child: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and child.poll() is None:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz") as answer:
                if answer.status == 200:
                    return
            time.sleep(0.1)
        raise SystemExit("The web server does not answer:\n" + (self.var / "web.log").read_text()[-3000:])

    def remove(self) -> None:
        """Remove the folder, and the engines' data where these lie elsewhere."""
        shutil.rmtree(places(self.var).engines, ignore_errors=True)
        shutil.rmtree(self.var, ignore_errors=True)


def memory_of(process: psutil.Process) -> float:
    """MiB of a server and its workers, pages they share counted once."""
    family = [process, *process.children(recursive=True)]
    return float(sum(member.memory_full_info().pss for member in family)) / 2**20
