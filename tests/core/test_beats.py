"""A real worker and two real beats: each slot once, and effects arrive without a nudge."""

import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from celery import shared_task

from core import outbox
from core.jobs import job
from core.models import JobRun, OutboxMessage, OutboxState
from core.slots import beat_entry
from itsm.celery import app
from tests.core.processes import running

EVERY = timedelta(seconds=2)
TICK = "tests.tick"
SWEEP = "tests.sweep"
TOPIC = "test.effect"
_ticks: list[Path] = []

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


@shared_task(name=TICK)
@job(TICK, every=EVERY)
def tick() -> None:
    with _ticks[0].open("a") as file:
        file.write("tick\n")


@shared_task(name=SWEEP)
@job(SWEEP, every=EVERY)
def sweep() -> None:
    outbox.relay()


def celery(queue: str, *argv: str) -> Callable[[], object]:
    """A Celery process with a queue of its own and a schedule of two quick jobs."""

    entries = {name: beat_entry(name, EVERY) for name in (TICK, SWEEP)}
    for entry in entries.values():
        entry["options"] = {"queue": queue}

    def start() -> None:
        app.conf.beat_schedule = entries
        app.start(["--quiet", *argv])

    return start


def test_two_beats_run_each_slot_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = tmp_path / "sent"
    _ticks[:] = [tmp_path / "ticks"]
    queue = f"tests-{uuid.uuid4()}"

    def send(message: OutboxMessage) -> None:
        with sent.open("a") as file:
            file.write(f"{message.key}\n")

    monkeypatch.setitem(outbox.senders, TOPIC, send)
    monkeypatch.setattr(outbox, "nudge_on_commit", lambda *_args, **_more: None)
    outbox.enqueue(TOPIC, {}, key="effect")
    beat = celery(queue, "beat", "--pidfile=", "--loglevel=ERROR")
    worker = celery(
        queue,
        "worker",
        "--queues",
        queue,
        "--pool=prefork",
        "--concurrency=2",
        "--loglevel=ERROR",
        "--without-mingle",
    )
    with running(worker, beat, beat):
        deadline = time.monotonic() + 60
        while JobRun.objects.filter(job=TICK, outcome="done").count() < 5:
            assert time.monotonic() < deadline, "the jobs do not run"
            time.sleep(0.2)
    slots = list(JobRun.objects.filter(job=TICK).order_by("slot").values_list("slot", flat=True))
    # A machine that stands still for two seconds misses a slot; it never runs one twice.
    missed = [later for earlier, later in pairwise(slots) if later - earlier != EVERY]
    assert len(missed) <= 1
    finished = JobRun.objects.filter(job=TICK, outcome="done").count()
    assert finished <= len((tmp_path / "ticks").read_text().split()) <= len(slots)
    assert sent.read_text().split() == ["effect"]
    assert OutboxMessage.objects.get().state == OutboxState.SENT
