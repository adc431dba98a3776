"""The outbox within one process: what becomes of a message."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core import nudge, outbox
from core.exceptions import Refused
from core.models import OutboxAttempt, OutboxMessage, OutboxState
from core.outbox import Letter, Rejected, Unavailable, enqueue, enqueue_many, relay, send_again

TOPIC = "test.topic"


class Sink:
    """A sender that keeps what it is given, after failing as it is told."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.failures: list[Exception] = []

    def __call__(self, message: OutboxMessage) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(message.key)


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Sink:
    kept = Sink()
    monkeypatch.setitem(outbox.senders, TOPIC, kept)
    return kept


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[object, ...]]]:
    """The nudges, instead of a broker."""
    calls: list[tuple[str, tuple[object, ...]]] = []
    monkeypatch.setattr(nudge, "publish", lambda task, args=(), **_more: calls.append((task, args)))
    return calls


def put(key: str, **more: object) -> OutboxMessage:
    enqueue(TOPIC, {}, key=key, **more)  # type: ignore[arg-type]
    return OutboxMessage.objects.get(key=key)


def again(message: OutboxMessage) -> OutboxMessage:
    """Make the next try due now."""
    OutboxMessage.objects.filter(pk=message.pk).update(not_before=timezone.now())
    relay(TOPIC)
    message.refresh_from_db()
    return message


def test_message_is_sent_once(db: None, sink: Sink) -> None:
    message = put("a")
    assert relay(TOPIC) == 1
    assert relay(TOPIC) == 0
    message.refresh_from_db()
    assert (sink.sent, message.state, message.attempts) == (["a"], OutboxState.SENT, 1)
    assert [attempt.outcome for attempt in message.tries.all()] == [OutboxAttempt.Outcome.SENT]


def test_same_key_is_one_message(db: None, sink: Sink) -> None:
    put("a")
    enqueue_many([Letter(TOPIC, {"other": True}, "a"), Letter(TOPIC, {}, "b")])
    assert relay() == 2
    assert sorted(sink.sent) == ["a", "b"]


def test_message_of_a_rolled_back_act_does_not_exist(db: None, sink: Sink) -> None:
    def failing_act() -> None:
        with transaction.atomic():
            enqueue(TOPIC, {}, key="a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing_act()
    assert relay() == 0


def test_message_waits_for_its_time(db: None, sink: Sink) -> None:
    put("a", not_before=timezone.now() + timedelta(seconds=15))
    assert relay(TOPIC) == 0
    with time_machine.travel(timezone.now() + timedelta(seconds=16)):
        assert relay(TOPIC) == 1


def test_fault_is_retried_later_and_later_and_parked_at_last(db: None, sink: Sink) -> None:
    sink.failures = [ValueError(f"no {number}") for number in range(9)]
    message, waits = put("a"), []
    for _number in range(outbox.MAX_STRIKES):
        before = timezone.now()
        again(message)
        waits.append((message.not_before - before).total_seconds())
    assert message.state == OutboxState.PARKED
    assert message.last_error == "ValueError: no 4"
    assert message.tries.count() == outbox.MAX_STRIKES
    assert waits[0] <= 16
    assert waits[3] > 45


def test_poison_does_not_hold_back_the_others(db: None, sink: Sink) -> None:
    sink.failures = [ValueError("poison")]
    put("a")
    put("b")
    assert relay(TOPIC) == 1
    assert sink.sent == ["b"]


def test_other_end_away_stops_the_topic_and_costs_no_strike(db: None, sink: Sink) -> None:
    sink.failures = [Unavailable("down")]
    first, second = put("a"), put("b")
    assert relay(TOPIC) == 0
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.strikes, first.attempts, second.strikes) == (0, 1, 0)
    assert second.leased_until is None
    assert second.not_before > timezone.now()
    assert second.tries.count() == 0


def test_other_end_away_for_days_is_given_up(db: None, sink: Sink) -> None:
    message = put("a")
    with time_machine.travel(timezone.now() + outbox.MAX_AGE + timedelta(minutes=1)):
        sink.failures = [Unavailable("down")]
        again(message)
    assert message.state == OutboxState.PARKED


def test_refused_for_good_is_parked_at_once_and_can_be_sent_again(db: None, sink: Sink) -> None:
    sink.failures = [Rejected("550 no such mailbox")]
    message = again(put("a"))
    assert (message.state, message.last_error) == (OutboxState.PARKED, "550 no such mailbox")
    assert send_again(OutboxMessage.objects.all()) == 1
    relay(TOPIC)
    message.refresh_from_db()
    assert (message.state, sink.sent) == (OutboxState.SENT, ["a"])
    with pytest.raises(Refused):
        send_again(OutboxMessage.objects.all())


def test_relay_that_dies_each_time_is_a_strike_each_time(db: None, sink: Sink) -> None:
    sink.failures = [KeyboardInterrupt()] * 9  # type: ignore[list-item]
    message = put("a")
    for _number in range(outbox.MAX_STRIKES):
        with pytest.raises(KeyboardInterrupt):
            relay(TOPIC)
        OutboxMessage.objects.update(leased_until=timezone.now())
    relay(TOPIC)
    message.refresh_from_db()
    assert message.state == OutboxState.PARKED
    assert {attempt.outcome for attempt in message.tries.all()} == {OutboxAttempt.Outcome.LOST}


def test_leased_message_is_left_to_its_relay_until_the_lease_ends(db: None, sink: Sink) -> None:
    put("a")
    OutboxMessage.objects.update(leased_until=timezone.now() + outbox.LEASE, attempts=1)
    assert relay(TOPIC) == 0
    with time_machine.travel(timezone.now() + outbox.LEASE + timedelta(seconds=1)):
        assert relay(TOPIC) == 1


def test_slow_relay_whose_message_was_taken_over_does_not_undo_what_was_sent(db: None, sink: Sink) -> None:
    message = put("a")

    def slow(_message: OutboxMessage) -> None:
        OutboxMessage.objects.update(state=OutboxState.SENT, attempts=2, leased_until=None)
        raise ValueError("too late")

    outbox.senders[TOPIC] = slow
    relay(TOPIC)
    message.refresh_from_db()
    assert message.state == OutboxState.SENT


def test_one_nudge_a_topic_and_transaction(
    db: None,
    sink: Sink,
    published: list[tuple[str, tuple[object, ...]]],
    django_capture_on_commit_callbacks: object,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        for number in range(5):
            enqueue(TOPIC, {}, key=str(number))
    assert published == [(outbox.RELAY_TASK, (TOPIC,))]


def test_nothing_is_announced_that_waits_for_long(
    db: None,
    sink: Sink,
    published: list[tuple[str, tuple[object, ...]]],
    django_capture_on_commit_callbacks: object,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        enqueue(TOPIC, {}, key="a", not_before=timezone.now() + timedelta(hours=1))
    assert published == []


def test_administrator_sees_what_failed_and_sends_it_again(
    sink: Sink, administrator: User, agent: User, client: Client
) -> None:
    sink.failures = [Rejected("550 <b>no</b> such mailbox")]
    message = again(put("mail:12:7"))
    client.force_login(administrator)
    assert "mail:12:7" in client.get("/manage/deliveries/?state=parked").content.decode()
    page = client.get(f"/manage/deliveries/{message.pk}/").content.decode()
    assert "550 &lt;b&gt;no&lt;/b&gt; such mailbox" in page
    assert client.post("/manage/deliveries/again/", {"delivery": message.pk}).status_code == 302
    message.refresh_from_db()
    assert message.state == OutboxState.WAITING
    assert client.post("/manage/deliveries/again/", {"delivery": "nonsense"}).status_code == 302
    client.force_login(agent)
    assert client.get("/manage/deliveries/").status_code == 403
    assert client.get(f"/manage/deliveries/{message.pk}/").status_code == 403
    assert client.post("/manage/deliveries/again/").status_code == 403
