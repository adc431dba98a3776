"""Telling a worker that there is work, without ever making a request fail or wait.

A nudge is only a courtesy: the work is a row, and the sweep every 15 seconds finds it. So publishing has its
own connection with short time-outs and no retry, and after a failure nothing is published for half a minute.
"""

import logging
from dataclasses import dataclass
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from kombu import Connection
from kombu.pools import producers

from core.breaker import Breaker

logger = logging.getLogger(__name__)

_PAUSE_SECONDS = 30.0
_TIMEOUT_SECONDS = 0.3
# An older nudge says nothing that the sweep has not found.
_EXPIRES_SECONDS = 120
_TRANSPORT_OPTIONS = {
    "socket_timeout": _TIMEOUT_SECONDS,
    "socket_connect_timeout": _TIMEOUT_SECONDS,
    "max_retries": 0,
    "retry_on_timeout": False,
    "visibility_timeout": settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"],
}


breaker = Breaker(rest=_PAUSE_SECONDS)


@dataclass(frozen=True)
class _Nudge:
    """A message to publish after the commit; equal ones in one transaction are one."""

    task: str
    args: tuple[Any, ...]
    countdown: float

    def __call__(self) -> None:
        publish(self.task, self.args, countdown=self.countdown)


def nudge_on_commit(task: str, *args: Any, countdown: float = 0) -> None:
    """Ask a worker to run `task` once the current transaction is committed; `countdown` in seconds, at most
    60.
    """
    nudge = _Nudge(task, args, min(countdown, 60))
    if not any(waiting == nudge for _, waiting, *_ in connection.run_on_commit):
        transaction.on_commit(nudge, robust=True)


def _broker() -> Connection:
    """The broker's address with our patience; the pool keeps the open connections."""
    return Connection(settings.CELERY_BROKER_URL, transport_options=_TRANSPORT_OPTIONS)


def publish(task: str, args: tuple[Any, ...] = (), *, countdown: float = 0) -> bool:
    """Publish a task now. Returns whether the broker took it; never raises for a broker that is away or
    frozen.
    """
    if breaker.is_open:
        return False
    try:
        with producers[_broker()].acquire(block=True, timeout=_TIMEOUT_SECONDS) as producer:
            current_app.send_task(
                task,
                args,
                countdown=countdown or None,
                expires=_EXPIRES_SECONDS,
                producer=producer,
                retry=False,
            )
    except Exception as error:  # whatever the transport raises means the same here: not now
        breaker.trip()
        logger.warning("Broker away, %s waits for the sweep: %s", task, error.__class__.__name__)
        return False
    return True
