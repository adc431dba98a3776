"""Recording what happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from accounts.models import User
from tickets.choices import Verb
from tickets.models import Comment, Event, Ticket
from tickets.signals import event_recorded

_telling = ContextVar("telling", default=True)


@contextmanager
def untold() -> Iterator[None]:
    """Acts within record their events and tell nobody of them: for a past that is written afterwards."""
    before = _telling.set(False)
    try:
        yield
    finally:
        _telling.reset(before)


def record(
    ticket: Ticket,
    verb: Verb,
    *,
    by: User | None,
    at: datetime,
    is_public: bool = False,
    comment: Comment | None = None,
    notify: bool = True,
    **data: Any,
) -> Event:
    """Add an event to the timeline and tell the other parts, inside the current transaction.

    `data` holds plain values and keys of rows; a change of a field is `field=[before, after]`.
    """
    event = Event.objects.create(
        ticket=ticket, verb=verb, actor=by, at=at, is_public=is_public, comment=comment, data=data
    )
    announce([event], notify=notify)
    return event


def announce(events: Iterable[Event], *, notify: bool = True) -> None:
    """Tell the other parts of events just written."""
    told = notify and _telling.get()
    for event in events:
        event_recorded.send(sender=Event, event=event, notify=told)
