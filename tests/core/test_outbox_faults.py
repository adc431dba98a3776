"""The outbox with real processes and a real broker, killed and frozen."""

import random
import socket
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from core import nudge, outbox
from core.models import OutboxMessage, OutboxState
from core.outbox import Letter, enqueue_many, relay
from tests.core.processes import kill, running

TOPIC = "test.sink"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


class FileSink:
    """A sender that appends the key to a file, as a mail server that has taken the message."""

    def __init__(self, path: Path, *, pause: float) -> None:
        self.path, self.pause = path, pause

    def __call__(self, message: OutboxMessage) -> None:
        with self.path.open("a") as file:
            file.write(f"{message.key}\n")
        time.sleep(self.pause)

    def taken(self) -> Counter[str]:
        """How often each message was taken."""
        return Counter(self.path.read_text().split()) if self.path.exists() else Counter()


def fill(count: int) -> set[str]:
    keys = {f"message-{number}" for number in range(count)}
    enqueue_many([Letter(TOPIC, {}, key) for key in keys])
    return keys


def test_two_relays_at_once_send_each_message_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = FileSink(tmp_path / "sink", pause=0.001)
    monkeypatch.setitem(outbox.senders, TOPIC, sink)
    keys = fill(200)
    with running(relay, relay, relay) as children:
        for child in children:
            child.join(60)
    assert sink.taken() == dict.fromkeys(keys, 1)
    assert OutboxMessage.objects.filter(state=OutboxState.SENT).count() == len(keys)


def test_killed_relays_lose_nothing_and_repeat_at_most_what_was_in_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = FileSink(tmp_path / "sink", pause=0.03)
    monkeypatch.setitem(outbox.senders, TOPIC, sink)
    monkeypatch.setattr(outbox, "LEASE", timedelta(seconds=1))
    keys = fill(120)
    kills = 0
    chance = random.Random(1)
    deadline = time.monotonic() + 60
    while OutboxMessage.objects.filter(state=OutboxState.WAITING).exists():
        assert time.monotonic() < deadline
        with running(relay, relay) as children:
            time.sleep(chance.uniform(0.2, 0.6))
            for child in children:
                kills += child.is_alive()
                kill(child)
        if kills > 8:
            time.sleep(1.1)
            relay()
    taken = sink.taken()
    assert kills > 4
    assert set(taken) == keys
    assert sum(taken.values()) - len(keys) <= kills
    assert not OutboxMessage.objects.exclude(state=OutboxState.SENT).exists()


def test_broker_that_is_there_takes_the_nudge() -> None:
    nudge.breaker.reset()
    assert nudge.publish("tests.nothing")
    assert not nudge.breaker.is_open


def test_broker_that_is_away_costs_the_first_request_little_and_the_others_nothing(
    settings: Any,
) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    nudge.breaker.reset()
    started = time.monotonic()
    fill(3)
    assert nudge.breaker.is_open
    assert time.monotonic() - started < 1
    started = time.monotonic()
    for number in range(20):
        enqueue_many([Letter(TOPIC, {}, f"more-{number}")])
    assert time.monotonic() - started < 1
    assert OutboxMessage.objects.count() == 23
    nudge.breaker.reset()


def test_broker_that_takes_the_connection_and_never_answers_is_left_alone(
    settings: Any,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{frozen.getsockname()[1]}/0"
        nudge.breaker.reset()
        started = time.monotonic()
        fill(1)
        assert time.monotonic() - started < 1.5
        assert nudge.breaker.is_open
    nudge.breaker.reset()


def test_message_is_never_due_before_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(outbox.senders, TOPIC, FileSink(tmp_path / "sink", pause=0))
    enqueue_many([Letter(TOPIC, {}, "later", timezone.now() + timedelta(minutes=5))])
    assert relay() == 0
    assert outbox.due_topics() == []
