"""Running acts at the same time, each on a connection of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

# Longer than any wait for a lock that ends by itself; a deadlock is found by PostgreSQL after one second.
PATIENCE = 60


def together(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Start every job at once; their results in order, an exception where one was raised."""
    start = threading.Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            start.wait(PATIENCE)
            results[place] = job()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, job), daemon=True) for place, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "an act still waits for a lock"
    return results


def failures(results: Sequence[Any], *expected: type[Exception]) -> list[Exception]:
    """The exceptions among the results; any of another type is raised, a deadlock before all."""
    found = [result for result in results if isinstance(result, Exception)]
    for error in found:
        if not isinstance(error, expected):
            raise error
    return found
