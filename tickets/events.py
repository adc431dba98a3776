"""Recording what happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from accounts.models import User
from core.db import insert_together
from tickets.choices import Verb
from tickets.models import Comment, Event, Ticket
from tickets.signals import event_recorded
from tickets.trail import entry_of, record_events

_telling = ContextVar("telling", default=True)
_gathering: ContextVar[list[Event] | None] = ContextVar("gathering", default=None)


@contextmanager
def untold() -> Iterator[None]:
    """Acts within record their events and tell nobody of them: for a past that is written afterwards."""
    before = _telling.set(False)
    try:
        yield
    finally:
        _telling.reset(before)


@contextmanager
def gathered() -> Iterator[list[Event]]:
    """Like `untold`, and the events recorded within are in the list: who is told of them is up to the caller."""
    events: list[Event] = []
    before = _gathering.set(events)
    try:
        with untold():
            yield events
    finally:
        _gathering.reset(before)


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
    event = Event(ticket=ticket, verb=verb, actor=by, at=at, is_public=is_public, comment=comment, data=data)
    insert_together(event, entry_of(event))
    _tell([event], notify=notify)
    return event


def announce(events: Iterable[Event], *, notify: bool = True) -> None:
    """Tell the other parts of events just written, the audit trail first."""
    written = list(events)
    record_events(written)
    _tell(written, notify=notify)


def _tell(events: list[Event], *, notify: bool) -> None:
    told = notify and _telling.get()
    gathering = _gathering.get()
    if gathering is not None and notify:
        gathering.extend(events)
    for event in events:
        event_recorded.send(sender=Event, event=event, notify=told)
