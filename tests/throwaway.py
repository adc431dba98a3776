"""Early pytest plugin: throw-away engines for the session, started before Django reads its settings.

It is loaded by `-p tests.throwaway`, because settings are read before any conftest. Under xdist only the
controller starts engines; the workers inherit its environment and find them there.
"""

import atexit
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from itsm.engines import Engines, Lock, needed
from itsm.places import places
from itsm.translations import compile_all

STARTED_MARK = "VIGIE_TEST_ENGINES"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Start the engines in a folder of their own, without durability."""
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        # Each worker empties its cache between tests, so each has one of its own.
        cache = places(Path(os.environ["VIGIE_VAR"])).socket_url("cache")
        os.environ["CACHE_URL"] = f"{cache}?db={int(worker.removeprefix('gw')) + 1}"
    if STARTED_MARK in os.environ:
        return
    var = Path(tempfile.mkdtemp(prefix="vigie-test-"))
    var.chmod(0o711)
    # The web server would collect the static files here; a missing folder is a warning, so an error.
    (var / "static").mkdir()
    os.environ |= {"VIGIE_VAR": str(var), STARTED_MARK: "1", "PUBLIC_URL": "http://127.0.0.1:8000"}
    compile_all()
    lock = Lock(places(var))
    lock.take()
    engines = Engines(places(var), lock, durable=False)
    # A session that is told to end clears up as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    atexit.register(_clear, engines, lock, var, owner=os.getpid())
    if needed():
        engines.start_all()


def _clear(engines: Engines, lock: Lock, var: Path, *, owner: int) -> None:
    """Stop what this process started and remove its folder; processes forked by tests only pass by."""
    if os.getpid() == owner:
        engines.stop_all()
        lock.release()
        shutil.rmtree(var, ignore_errors=True)
