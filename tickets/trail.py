"""What of tickets goes into the audit trail: every event, loads, and reads of confidential tickets.

The trail keeps no text that people wrote, which could not be erased there: an entry has the moment of its event, and
the timeline has the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import wording
from audit.actions import Act, entries_of, record, record_many, record_read
from audit.models import AuditEntry
from tickets.choices import Verb
from tickets.models import Attachment, Event, Ticket

READ, FILE_READ, LOADED = "ticket.read", "ticket.file_read", "ticket.loaded"
# Columns whose values are words of ours and not of people.
_WORDS = frozenset({"status", "kind", "channel", "level"})
_HIDDEN = "…"

wording.register(
    {
        **{f"ticket.{verb.value}": format_lazy(_("Ticket: {what}"), what=verb.label) for verb in Verb},
        READ: _("Confidential ticket read"),
        FILE_READ: _("File of a confidential ticket read"),
        LOADED: _("Tickets imported"),
    }
)


def record_events(events: Iterable[Event]) -> None:
    """Write events of tickets into the trail, in one statement."""
    record_many(_act(event) for event in events)


def entry_of(event: Event) -> AuditEntry:
    """The entry of an event, to be written with it."""
    return entries_of([_act(event)])[0]


def _act(event: Event) -> Act:
    return Act(
        action=f"ticket.{event.verb}",
        by=event.actor,
        target=event.ticket,
        label=event.ticket.reference,
        data=_changes(event.data),
        at=event.at,
    )


def _changes(data: Mapping[str, Any]) -> dict[str, Any]:
    changes = data.get("changes")
    if not isinstance(changes, Mapping):
        return {}
    return {"changes": {name: _pair(name, pair) for name, pair in changes.items()}}


def _pair(name: str, pair: Any) -> Any:
    if name in _WORDS or not isinstance(pair, list):
        return pair if name in _WORDS else _HIDDEN
    return [value if value is None or isinstance(value, int) else _HIDDEN for value in pair]


def record_load(keys: Sequence[int], events: int) -> None:
    """Write a load of tickets with their histories as one entry: the histories are those of another system."""
    if keys:
        record(LOADED, data={"tickets": len(keys), "first": min(keys), "last": max(keys), "events": events})


def note_read(ticket: Ticket, *, by: User) -> None:
    """Write down that someone opened a confidential ticket, once an hour; others leave no trace."""
    if ticket.is_confidential:
        record_read(READ, by=by, target=ticket, label=ticket.reference, entity=ticket.entity_id)


def note_file_read(file: Attachment, *, by: User) -> None:
    """Write down that someone fetched a file of a confidential ticket, each time."""
    if file.ticket and file.ticket.is_confidential:
        data = {"file": file.pk, "sha256": file.sha256}
        record(FILE_READ, by=by, target=file.ticket, label=file.ticket.reference, data=data)
