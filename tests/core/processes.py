"""Work in processes of its own, on the database of the test, so that it can be killed."""

import multiprocessing
import os
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

from django.db import connections

_FORKING = multiprocessing.get_context("fork")


@contextmanager
def running(*works: Callable[[], object]) -> Iterator[list[BaseProcess]]:
    """Each piece of work in a forked process; what still runs at the end is killed."""
    # A connection shared by a fork would be ended for both.
    connections.close_all()
    children: list[BaseProcess] = [
        _FORKING.Process(target=_alone, args=(work,), daemon=False) for work in works
    ]
    for child in children:
        child.start()
    try:
        yield children
    finally:
        for child in children:
            kill(child)


def kill(child: BaseProcess) -> None:
    """End a process and its group as a power cut would."""
    if child.is_alive() and child.pid:
        os.killpg(child.pid, signal.SIGKILL)
    child.join(10)


def _alone(work: Callable[[], object]) -> None:
    os.setsid()
    # The warnings of what runs here are not the test's.
    warnings.resetwarnings()
    warnings.simplefilter("ignore")
    # After a browser test the parent counts as asynchronous and keeps two sets of connections: it closed one, and we
    # would go on speaking over the other, all children at once.
    for connection in connections.all(initialized_only=True):
        connection.connection = None
    work()
    connections.close_all()
