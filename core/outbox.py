"""The outbox: effects outside the database, written with their cause and done by a relay.

A sender may be killed at any moment, and several relays run at once. Messages are leased in a short
transaction, each is marked as begun, sent outside any transaction, and its result recorded; the number of the
try fences off a relay whose lease has run out. A message is therefore sent at least once, and its receiver
knows a repeat by the key in it.
"""

import logging
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from core.db import locked
from core.exceptions import Refused
from core.models import OutboxAttempt, OutboxMessage, OutboxState
from core.nudge import nudge_on_commit
from core.personal import Erasure

logger = logging.getLogger(__name__)

Sender = Callable[[OutboxMessage], None]
Outcome = OutboxAttempt.Outcome

RELAY_TASK = "core.relay_outbox"
# Longer than any sender may take: a message is taken over when its relay is silent for this long.
LEASE = timedelta(seconds=45)
BATCH = 20
MAX_STRIKES = 5
MAX_AGE = timedelta(days=3)
_FIRST_DELAY = 15.0
_LONGEST_DELAY = 3600.0
_ERROR_LENGTH = 2000

senders: dict[str, Sender] = {}


class Unavailable(Exception):
    """Raised by a sender: the other end is away or busy. Not the message's fault, so it is tried for three
    days.
    """


class Rejected(Exception):
    """Raised by a sender: the other end refuses this message for good. It is shown to a person at once."""


@dataclass(frozen=True)
class Letter:
    """A message to enqueue. `key` makes it unique for ever."""

    topic: str
    payload: dict[str, Any]
    key: str
    not_before: datetime | None = None


def sender(topic: str) -> Callable[[Sender], Sender]:
    """Register the function that sends the messages of a topic. It takes less than 30 s and may be called
    again.
    """

    def register(function: Sender) -> Sender:
        senders[topic] = function
        return function

    return register


def enqueue(topic: str, payload: dict[str, Any], *, key: str, not_before: datetime | None = None) -> None:
    """Write a message in the current transaction; a second one with the same key changes nothing."""
    enqueue_many([Letter(topic, payload, key, not_before)])


def enqueue_many(letters: Iterable[Letter]) -> None:
    """Write many messages in the current transaction; those whose key is known are left as they are."""
    now = timezone.now()
    rows = [
        OutboxMessage(
            topic=letter.topic,
            payload=letter.payload,
            key=letter.key,
            created_at=now,
            waiting_since=now,
            not_before=max(letter.not_before or now, now),
        )
        for letter in letters
    ]
    OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    for topic in {row.topic for row in rows}:
        wait = min(row.not_before for row in rows if row.topic == topic) - now
        if wait <= timedelta(seconds=60):
            nudge_on_commit(RELAY_TASK, topic, countdown=wait.total_seconds())


def forget(erasure: Erasure) -> None:
    """Delete the messages that name a person who is erased: letters to them, on their way or sent."""
    text = Cast("payload", TextField())
    OutboxMessage.objects.annotate(text=text).filter(text__icontains=erasure.person.email).delete()


def due_topics() -> list[str]:
    """The topics that have something to send now."""
    return [topic for topic in senders if _due(topic).exists()]


def relay(topic: str | None = None, *, limit: int = 500) -> int:
    """Send what is due, of one topic or of all, at most `limit` messages each. Returns how many were sent.

    A topic whose other end is away is left at its first failure, so that it never holds a worker.
    """
    topics = [topic] if topic else list(senders)
    return sum(_relay_topic(name, limit) for name in topics if name in senders)


def send_again(messages: QuerySet[OutboxMessage]) -> int:
    """Put failed messages back in the queue, their tries kept. Raises `Refused` where none of them has
    failed.
    """
    now = timezone.now()
    count = messages.filter(state=OutboxState.PARKED).update(
        state=OutboxState.WAITING,
        strikes=0,
        not_before=now,
        waiting_since=now,
        leased_until=None,
        finished_at=None,
    )
    if not count:
        raise Refused(_("None of these deliveries has failed."))
    nudge_on_commit(RELAY_TASK)
    return count


def _relay_topic(topic: str, limit: int) -> int:
    sent = taken = 0
    while taken < limit and (batch := _lease(topic, min(BATCH, limit - taken))):
        taken += len(batch)
        for position, message in enumerate(batch):
            outcome = _deliver(message)
            sent += outcome == Outcome.SENT
            if outcome == Outcome.UNAVAILABLE:
                _release(batch[position + 1 :])
                return sent
    return sent


def _due(topic: str) -> QuerySet[OutboxMessage]:
    now = timezone.now()
    return OutboxMessage.objects.filter(
        Q(leased_until=None) | Q(leased_until__lte=now),
        topic=topic,
        state=OutboxState.WAITING,
        not_before__lte=now,
    )


def _lease(topic: str, size: int) -> list[OutboxMessage]:
    """Take messages for this relay alone, oldest due first."""
    with transaction.atomic():
        batch = list(locked(_due(topic), skip_locked=True).order_by("not_before", "id")[:size])
        keys = [message.pk for message in batch]
        OutboxMessage.objects.filter(pk__in=keys).update(
            attempts=F("attempts") + 1, leased_until=timezone.now() + LEASE
        )
    for message in batch:
        message.attempts += 1
    return batch


def _release(batch: list[OutboxMessage]) -> None:
    """Give back messages that were taken and not begun; they wait a little, for their other end is away."""
    until = timezone.now() + timedelta(seconds=_back_off(1))
    for message in batch:
        _mine(message).update(leased_until=None, not_before=until)


def _deliver(message: OutboxMessage) -> str | None:
    """Send one leased message and record the result; None where it was no longer ours to send."""
    attempt = _begin(message)
    if attempt is None:
        return None
    started = time.monotonic()
    error = ""
    try:
        senders[message.topic](message)
        outcome = Outcome.SENT
    except Unavailable as problem:
        outcome, error = Outcome.UNAVAILABLE, str(problem)
    except Rejected as problem:
        outcome, error = Outcome.REJECTED, str(problem)
    except Exception as problem:  # any fault of one message must not stop the others
        logger.exception("Delivery %s of topic %s failed", message.pk, message.topic)
        outcome, error = Outcome.FAILED, f"{problem.__class__.__name__}: {problem}"
    attempt.seconds = time.monotonic() - started
    attempt.outcome, attempt.error = outcome, error.replace("\x00", "")[:_ERROR_LENGTH]
    _record(message, attempt)
    return outcome


def _begin(message: OutboxMessage) -> OutboxAttempt | None:
    """Renew the lease and note that a try begins; a try that never reports back stays as lost and is a
    strike.
    """
    with transaction.atomic():
        if message.strikes >= MAX_STRIKES:
            _mine(message).update(
                state=OutboxState.PARKED,
                leased_until=None,
                last_error=Outcome.LOST.label,
                finished_at=timezone.now(),
            )
            return None
        if not _mine(message).update(strikes=F("strikes") + 1, leased_until=timezone.now() + LEASE):
            return None
        message.strikes += 1
        return OutboxAttempt.objects.create(message=message, number=message.attempts, outcome=Outcome.LOST)


def _mine(message: OutboxMessage) -> QuerySet[OutboxMessage]:
    """The row, unless another relay has taken it since."""
    return OutboxMessage.objects.filter(pk=message.pk, attempts=message.attempts, state=OutboxState.WAITING)


def _record(message: OutboxMessage, attempt: OutboxAttempt) -> None:
    now = timezone.now()
    with transaction.atomic():
        attempt.save(update_fields=["outcome", "error", "seconds"])
        if attempt.outcome == Outcome.SENT:
            # What is sent is sent, even by a relay that was too slow.
            OutboxMessage.objects.filter(pk=message.pk).exclude(state=OutboxState.SENT).update(
                state=OutboxState.SENT, leased_until=None, finished_at=now, last_error=""
            )
        elif _is_hopeless(message, attempt.outcome):
            _mine(message).update(
                state=OutboxState.PARKED, leased_until=None, finished_at=now, last_error=attempt.error
            )
        else:
            forgiven = 1 if attempt.outcome == Outcome.UNAVAILABLE else 0
            _mine(message).update(
                strikes=F("strikes") - forgiven,
                not_before=now + timedelta(seconds=_back_off(message.attempts)),
                leased_until=None,
                last_error=attempt.error,
            )


def _is_hopeless(message: OutboxMessage, outcome: str) -> bool:
    if outcome == Outcome.UNAVAILABLE:
        return timezone.now() - message.waiting_since > MAX_AGE
    return outcome == Outcome.REJECTED or message.strikes >= MAX_STRIKES


def _back_off(attempt: int) -> float:
    """Seconds until the next try: doubling from 15 s to an hour, spread so that many do not come back
    together.
    """
    longest: float = min(_FIRST_DELAY * 2 ** min(attempt - 1, 20), _LONGEST_DELAY)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
