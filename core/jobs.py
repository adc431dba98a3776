"""Periodic jobs: any number of beats ask, each slot runs once, and what ran is on record."""

import functools
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import ParamSpec

from django.utils import timezone

from core.models import Heartbeat, JobRun
from core.slots import slot_of

logger = logging.getLogger(__name__)

P = ParamSpec("P")

WORKER = "worker"
registered: dict[str, timedelta] = {}


def job(name: str, *, every: timedelta) -> Callable[[Callable[P, None]], Callable[P, bool]]:
    """Make a task body a periodic job: it runs only where it wins the unique row of its current slot.

    The decorated function returns whether it ran. Its work must still be safe to repeat in the next slot: a
    worker may be killed in the middle.
    """
    registered[name] = every

    def decorate(body: Callable[P, None]) -> Callable[P, bool]:
        @functools.wraps(body)
        def run(*args: P.args, **kwargs: P.kwargs) -> bool:
            won = take_slot(name, every)
            if won is None:
                return False
            try:
                body(*args, **kwargs)
            except Exception as error:
                _finish(won, JobRun.Outcome.FAILED, f"{error.__class__.__name__}: {error}")
                raise
            _finish(won, JobRun.Outcome.DONE)
            return True

        return run

    return decorate


def take_slot(name: str, every: timedelta) -> JobRun | None:
    """The row of the current slot if we are the first to ask for it, else None."""
    now = timezone.now()
    slot = slot_of(now, every)
    row, created = JobRun.objects.get_or_create(job=name, slot=slot, defaults={"started_at": now})
    return row if created else None


def beat_heart(name: str) -> None:
    """Note that a process does its work."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now()})


def worker_is_alive() -> bool:
    """Whether a worker has done work in the last 90 seconds."""
    return any(heart.is_alive() for heart in Heartbeat.objects.filter(name=WORKER))


def _finish(run: JobRun, outcome: JobRun.Outcome, error: str = "") -> None:
    run.outcome, run.error, run.finished_at = outcome, error.replace("\x00", "")[:2000], timezone.now()
    run.save(update_fields=["outcome", "error", "finished_at"])
