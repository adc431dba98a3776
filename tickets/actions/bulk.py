"""The set form of loading: tickets that come with their past, written by COPY with the times of their source.

Nothing is asked and nobody is told: no right is checked, no `event_recorded` sent. What a single act would
have done to the columns is done here by `Past`, so that replaying the events gives the row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from core.copying import copy_rows, take_keys
from tickets import kinds
from tickets.choices import ENDED, Channel, CommentKind, Status, Verb
from tickets.models import Alias, Comment, Event, FieldValues, Ticket
from tickets.trail import record_load

# From so many tickets on, the planner's figures are brought up to date after a load.
WORTH_ANALYSING = 1_000
_TABLES = (Ticket, Comment, Event, Alias)


class Past:
    """A ticket and its history, made act by act in memory, oldest first; people and rows by key."""

    def __init__(self, kind: str, *, by: int | None, at: datetime, **columns: Any) -> None:
        """Open a ticket of a registered kind; `columns` are those of `Ticket`, relations by their `…_id`.

        `by` is who opened it, its requester where unknown. Raises `KeyError` for a kind that no app owns.
        """
        model = kinds.registry.get(kind)
        if model is None:
            raise KeyError(kind)
        columns = {"channel": str(Channel.IMPORT), "reported_at": at, **columns}
        columns.setdefault("opened_by_id", by or columns["requester_id"])
        self.ticket: Ticket = model(
            kind=kind, status=str(model.workflow.initial), created_at=at, updated_at=at, **columns
        )
        self.details: dict[str, str] = {}
        # Values of custom fields by code, cleaned by `tickets.fields.clean_values`.
        self.fields: dict[str, Any] = {}
        self.aliases: list[tuple[str, str]] = []
        self.events: list[Event] = []
        self.comments: list[tuple[Event, Comment]] = []
        self._record(Verb.OPENED, by=by, at=at, is_public=True, channel=self.ticket.channel)

    def comment(self, body: str, *, by: int, at: datetime, kind: str = CommentKind.PUBLIC) -> None:
        """Write on it; sent at once."""
        written = Comment(author_id=by, kind=str(kind), body=body, created_at=at, visible_at=at)
        public = kind == CommentKind.PUBLIC
        event = self._record(Verb.COMMENTED, by=by, at=at, is_public=public, kind=str(kind))
        self.comments.append((event, written))

    def assign(
        self, *, by: int | None, at: datetime, team: int | None = None, assignee: int | None = None
    ) -> None:
        """Give it to a team and a person (None for nobody) without moving it."""
        handed = self.ticket.team_id is not None and team != self.ticket.team_id
        changes = self._change(team_id=team, assignee_id=assignee)
        if changes:
            self._record(Verb.PASSED_ON if handed else Verb.ASSIGNED, by=by, at=at, changes=changes)

    def edit(
        self, *, by: int | None, at: datetime, other: dict[str, list[Any]] | None = None, **columns: Any
    ) -> None:
        """Change columns; `other` are changes of what only the source knows, kept in the event alone.

        Leaves an event even where nothing changed: something was touched in the source.
        """
        self._record(Verb.EDITED, by=by, at=at, changes={**self._change(**columns), **(other or {})})

    def move(
        self, to: str, *, by: int | None, at: datetime, closes_at: datetime | None = None, **columns: Any
    ) -> None:
        """Move it to another status, whatever the table of moves says: history is as it was.

        `columns` go with it: `pending_reason_id` (needed for pending), `resolution_code_id`, `solution`.
        """
        row, left = self.ticket, self.ticket.status
        changes = self._change(status=str(to))
        if to != Status.PENDING:
            row.pending_reason_id = row.pending_until = None
        for name, value in columns.items():
            setattr(row, name, value)
        if to == Status.RESOLVED:
            row.resolved_at, row.closes_at = at, closes_at
        if to in (Status.CLOSED, Status.CANCELLED):
            row.closed_at, row.closes_at = at, None
        if left in ENDED and to not in ENDED:
            row.resolved_at = row.closed_at = row.closes_at = None
            row.reopened += 1
        said = {_plain(name): value for name, value in columns.items() if value not in (None, "")}
        self._record(Verb.MOVED, by=by, at=at, is_public=True, changes=changes, **said)

    def _change(self, **columns: Any) -> dict[str, list[Any]]:
        """Set columns and return what changed, as an event tells it."""
        changes: dict[str, list[Any]] = {}
        values = self.ticket.__dict__
        for name, value in columns.items():
            if values[name] != value:
                changes[_plain(name)] = [values[name], value]
                setattr(self.ticket, name, value)
        return changes

    def _record(
        self, verb: Verb, *, by: int | None, at: datetime, is_public: bool = False, **data: Any
    ) -> Event:
        event = Event(verb=str(verb), actor_id=by, at=at, is_public=is_public, data=data)
        self.events.append(event)
        self.ticket.updated_at = max(self.ticket.updated_at, at)
        return event


def _plain(name: str) -> str:
    """The name of a column as events write it."""
    return name.removesuffix("_id")


@transaction.atomic
def load(pasts: Sequence[Past]) -> list[int]:
    """Write tickets with their histories and aliases; returns their keys, in the order given.

    Raises `IntegrityError` where an alias is taken, and then nothing is written.
    """
    keys = take_keys(Ticket, len(pasts))
    for past, key in zip(pasts, keys, strict=True):
        past.ticket.pk = key
    copy_rows(Ticket, [past.ticket for past in pasts])
    _load_details(pasts)
    _load_fields(pasts)
    _copy_new(
        Alias, [Alias(ticket_id=past.ticket.pk, source=s, value=v) for past in pasts for s, v in past.aliases]
    )
    _load_timelines(pasts)
    record_load(keys, sum(len(past.events) for past in pasts))
    return keys


def _load_details(pasts: Iterable[Past]) -> None:
    """Each ticket gets the row of its kind's own columns."""
    rows: dict[type[models.Model], list[models.Model]] = {}
    for past in pasts:
        if past.ticket.details_name:
            model: Any = Ticket._meta.get_field(past.ticket.details_name).related_model
            rows.setdefault(model, []).append(model(ticket_id=past.ticket.pk, **past.details))
    for model, details in rows.items():
        copy_rows(model, details)


def _load_fields(pasts: Iterable[Past]) -> None:
    """The values of custom fields of those that have some."""
    filled = (
        (past, {slug: value for slug, value in past.fields.items() if value is not None}) for past in pasts
    )
    rows = [FieldValues(ticket_id=past.ticket.pk, data=data) for past, data in filled if data]
    if rows:
        copy_rows(FieldValues, rows)


def _load_timelines(pasts: Iterable[Past]) -> None:
    comments, events = [], []
    for past in pasts:
        key = past.ticket.pk
        for event in past.events:
            event.ticket_id = key
            events.append(event)
        for _event, comment in past.comments:
            comment.ticket_id = key
            comments.append(comment)
    _copy_new(Comment, comments)
    for past in pasts:
        for event, comment in past.comments:
            event.comment_id = comment.pk
    _copy_new(Event, events)


def _copy_new(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Give rows their keys and write them."""
    if rows:
        for row, key in zip(rows, take_keys(model, len(rows)), strict=True):
            row.pk = key
        copy_rows(model, rows)


def refresh_statistics() -> None:
    """Tell the planner of a large load, and, outside a transaction, make index-only scans possible again."""
    names = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in _TABLES)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}" if connection.in_atomic_block else f"VACUUM (ANALYZE) {names}")
