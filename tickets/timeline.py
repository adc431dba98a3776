"""The timeline as a reader sees it: events turned into sentences in the reader's language.

Events hold verbs and keys; the names of all rows they speak of are read once for the whole timeline.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Entity, Team, User
from core.choices import Level, Priority, Scale
from services.models import Category, Service
from tickets import kinds
from tickets.choices import Channel, CommentKind, LinkType, Status, Verb
from tickets.family import OfFamily
from tickets.field_types import words
from tickets.models import Attachment, Comment, Event, PendingReason, ResolutionCode, Ticket
from tickets.models.fields import PREFIX, FieldType, field_of
from tickets.permissions import sees_internal

# Rows that events name by key, and the words of plain values; a part with fields of its own adds them in `ready`.
ROWS: dict[str, type[models.Model]] = {
    "service": Service,
    "category": Category,
    "entity": Entity,
    "team": Team,
    "assignee": User,
    "requester": User,
    "user": User,
    "users": User,
    "instead_of": User,
    "pending_reason": PendingReason,
    "resolution_code": ResolutionCode,
}
LABELS: dict[str, Callable[[Any], Any]] = {
    "status": lambda value: Status(value).label,
    "priority": lambda value: Priority(value).label,
    "urgency": lambda value: Scale(value).label,
    "impact": lambda value: Scale(value).label,
    "level": lambda value: Level(value).label,
}


@dataclass
class Change:
    """One field before and after, in words."""

    label: str
    before: str
    after: str


@dataclass
class Entry:
    """One line of the timeline."""

    event: Event
    sentence: str
    changes: list[Change] = field(default_factory=list)
    reason: str = ""
    comment: Comment | None = None
    origin: Ticket | None = None
    attachments: list[Attachment] = field(default_factory=list)
    can_edit: bool = False

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.event.at

    @property
    def actor(self) -> User | None:
        """Who did it, None for the portal itself."""
        return self.event.actor

    @property
    def is_report(self) -> bool:
        """Whether it opened the ticket: its words are those of the description."""
        return self.event.verb == Verb.OPENED

    @property
    def seconds_left(self) -> int:
        """How long its author can still take an answer back, in seconds."""
        left = (self.comment.visible_at - timezone.now()).total_seconds() if self.comment else 0
        return max(0, int(left))

    @property
    def can_withdraw(self) -> bool:
        """Whether the answer is not sent yet."""
        return self.seconds_left > 0

    @property
    def tone(self) -> str:
        """How the line looks: public, internal, supplier, or a change."""
        return self.comment.kind if self.comment else "change"


def entries(
    ticket: Ticket, user: User, *, limit: int | None = None, known: Iterable[models.Model] = ()
) -> list[Entry]:
    """The timeline of a ticket and of those merged into it, for one reader, oldest first; `limit` keeps the newest.

    Requesters get public events only, and no answer that its author can still take back. Rows that the caller has
    read already, and of which the timeline may speak, are `known`.
    """
    events = Event.objects.filter(OfFamily("ticket_id", ticket.pk)).readable_by(user, timezone.now())
    events = events.select_related("actor", "comment__author")
    newest = list(events.order_by("-at", "-id")[: limit or 2000])
    newest.reverse()
    family = _family_of(ticket, newest)
    worked_on = {key for key, row in family.items() if sees_internal(user, row)}
    files = _files_of(ticket, worked_on)
    names = Names(newest, [*_at_hand(newest, ticket), *known])
    return [
        _entry(event, names, files, origin=family[event.ticket_id], internal=event.ticket_id in worked_on)
        for event in newest
        if not (event.comment and event.comment.withdrawn_at)
        # Where both are read as one, the survivor says that they were merged.
        and not (event.verb == Verb.MERGED and event.ticket_id != ticket.pk)
    ]


def _family_of(ticket: Ticket, events: Iterable[Event]) -> dict[int, Ticket]:
    """The tickets whose events these are; those merged into this one are read only where there are any."""
    others = {event.ticket_id for event in events} - {ticket.pk}
    rows: dict[int, Ticket] = Ticket.objects.defer("search").in_bulk(others) if others else {}
    return {ticket.pk: ticket, **rows}


def _files_of(ticket: Ticket, worked_on: Collection[int]) -> dict[int | None, list[Attachment]]:
    """The files by the comment they belong to; those of notes where the reader works on the ticket."""
    rows = Attachment.objects.filter(OfFamily("ticket_id", ticket.pk)).order_by("pk")
    by_comment: dict[int | None, list[Attachment]] = defaultdict(list)
    for row in rows:
        if row.is_public or row.ticket_id in worked_on:
            by_comment[row.comment_id].append(row)
    return by_comment


def _at_hand(events: Iterable[Event], ticket: Ticket) -> Iterator[models.Model]:
    """Rows that were read with the ticket and its events."""
    for event in events:
        yield from (row for row in (event.actor, event.comment and event.comment.author) if row)
    related = (ticket._state.fields_cache.get(name) for name in ROWS)
    yield from (row for row in related if row)


class Names:
    """The names of the rows that events speak of, read one table at a time and only where not at hand already."""

    def __init__(self, events: Iterable[Event], known: Iterable[models.Model]) -> None:
        wanted: dict[type[models.Model], set[int]] = defaultdict(set)
        for event in events:
            for name, values in event.data.get("changes", {}).items():
                if model := _rows_named(name):
                    wanted[model].update(value for value in values if isinstance(value, int))
            for name in ROWS.keys() & event.data.keys():
                values = event.data[name] if isinstance(event.data[name], list) else [event.data[name]]
                wanted[ROWS[name]].update(value for value in values if isinstance(value, int))
        self._rows: dict[type[models.Model], dict[int, models.Model]] = defaultdict(dict)
        for row in known:
            self._rows[type(row)][row.pk] = row
        for model, keys in wanted.items():
            if missing := keys - self._rows[model].keys():
                self._rows[model] |= model._default_manager.in_bulk(missing)

    def of(self, name: str, value: Any) -> str:
        """The words for one value of a field."""
        if value in (None, ""):
            return _("nothing")
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if model := _rows_named(name):
            row = self._rows.get(model, {}).get(value)
            return str(row) if row else _("something that no longer exists")
        if custom := field_of(name):
            return words(custom, value, {})
        try:
            return str(LABELS[name](value)) if name in LABELS else _plain(name, value)
        except ValueError:
            return str(value)


def _rows_named(name: str) -> type[models.Model] | None:
    """The model whose keys are the values of a field, None where they are plain."""
    custom = field_of(name)
    return User if custom and custom.field_type == FieldType.PERSON else ROWS.get(name)


def _plain(name: str, value: Any) -> str:
    """A value of one of our columns: by its choices where it has some, a time in the reader's way."""
    column = _column(name)
    choices = dict(column.flatchoices) if column is not None else {}
    if value in choices:
        return str(choices[value])
    if isinstance(column, models.DateTimeField):
        return date_format(timezone.localtime(datetime.fromisoformat(str(value))), "SHORT_DATETIME_FORMAT")
    if isinstance(column, models.DateField):
        return date_format(date.fromisoformat(str(value)), "SHORT_DATE_FORMAT")
    return str(value)


def _column(name: str) -> models.Field[Any, Any] | None:
    """The column of tickets, or of some kind, that has this name."""
    own = name.removeprefix("details.")
    for model in (Ticket, *(kind.details_model() for kind in kinds.registry.all() if kind.details_name)):
        for column in model._meta.concrete_fields:
            if column.name == own:
                return cast("models.Field[Any, Any]", column)
    return None


def _entry(
    event: Event,
    names: Names,
    files: dict[int | None, list[Attachment]],
    *,
    origin: Ticket,
    internal: bool,
) -> Entry:
    data = event.told(internal=internal)
    changes = [
        Change(_label(name), names.of(name, pair[0]), names.of(name, pair[1]))
        for name, pair in data.get("changes", {}).items()
    ]
    # Who reads notes has seen a published one where it was written.
    written = None if internal and event.verb == Verb.PUBLISHED else event.comment
    entry = Entry(event, _sentence(event, names), changes, str(data.get("reason") or ""), written, origin)
    if written:
        entry.attachments = files.get(written.pk, [])
    elif data.get("files"):
        entry.attachments = [file for file in files.get(None, []) if file.pk in data["files"]]
    return entry


def _label(name: str) -> str:
    """The label of a column, as the model words it."""
    if custom := field_of(name):
        return custom.label
    column = _column(name)
    return str(column.verbose_name).capitalize() if column is not None else name.removeprefix(PREFIX)


def _sentence(event: Event, names: Names) -> str:
    """What happened, in one sentence without its author."""
    say = SENTENCES.get(event.verb)
    return say(event, names) if say else _("changed the ticket")


def _after(event: Event, name: str) -> Any:
    """The value that a field was given."""
    return event.data.get("changes", {}).get(name, [None, None])[1]


def _opened(event: Event, names: Names) -> str:
    channel = event.data.get("channel", "")
    label = Channel(channel).label if channel in Channel.values else channel
    return _("opened the ticket (%(channel)s)") % {"channel": label}


def _commented(event: Event, names: Names) -> str:
    match event.data.get("kind"):
        case CommentKind.INTERNAL:
            return _("wrote an internal note")
        case CommentKind.SUPPLIER:
            return _("noted an exchange with a supplier")
        case _:
            return _("answered")


def _moved(event: Event, names: Names) -> str:
    text = _("changed the status to “%(status)s”") % {"status": names.of("status", _after(event, "status"))}
    said = [
        names.of(name, event.data[name])
        for name in ("pending_reason", "resolution_code")
        if event.data.get(name)
    ]
    return f"{text} ({', '.join(said)})" if said else text


def _assigned(event: Event, names: Names) -> str:
    person = _after(event, "assignee")
    if person and person == event.actor_id:
        return _("took the ticket")
    if person and event.data.get("instead_of"):
        away = names.of("instead_of", event.data["instead_of"])
        said = _("assigned the ticket to %(person)s, who stands in for %(away)s")
        return said % {"person": names.of("assignee", person), "away": away}
    if person:
        return _("assigned the ticket to %(person)s") % {"person": names.of("assignee", person)}
    return _("assigned the ticket to %(team)s") % {"team": names.of("team", _after(event, "team"))}


def _passed_on(event: Event, names: Names) -> str:
    return _("passed the ticket on to %(team)s") % {"team": names.of("team", _after(event, "team"))}


def _prioritised(event: Event, names: Names) -> str:
    priority = names.of("priority", _after(event, "priority"))
    if event.data.get("reason"):
        return _("set the priority to %(priority)s") % {"priority": priority}
    return _("gave the priority back to the matrix: %(priority)s") % {"priority": priority}


def _followed(event: Event, names: Names) -> str:
    return _("added %(person)s as a follower") % {"person": names.of("user", event.data.get("user"))}


def _unfollowed(event: Event, names: Names) -> str:
    return _("removed %(person)s from the followers") % {"person": names.of("user", event.data.get("user"))}


def _mentioned(event: Event, names: Names) -> str:
    called = ", ".join(names.of("users", key) for key in event.data.get("users", []))
    return _("called on %(people)s") % {"people": called}


def _linked(event: Event, names: Names) -> str:
    return _("linked the ticket: %(link)s %(other)s") % {"link": link_label(event), "other": other(event)}


def link_label(event: Event) -> str:
    """The link that an event speaks of, read from its ticket."""
    link = event.data.get("link_type", "")
    if link not in LinkType.values:
        return str(link)
    return str(LinkType(link).inverse if event.data.get("inverse") else LinkType(link).label)


def other(event: Event) -> str:
    """The other ticket that an event speaks of, by reference."""
    return event.data.get("other_reference") or f"{kinds.NEUTRAL_PREFIX}-{event.data.get('other')}"


# The sentence of each verb; a part with verbs of its own adds them in `ready`.
SENTENCES: dict[str, Callable[[Event, Names], str]] = {
    Verb.OPENED: _opened,
    Verb.COMMENTED: _commented,
    Verb.MOVED: _moved,
    Verb.ASSIGNED: _assigned,
    Verb.PASSED_ON: _passed_on,
    Verb.PRIORITISED: _prioritised,
    Verb.ATTACHED: lambda event, names: _("added files"),
    Verb.FOLLOWED: _followed,
    Verb.MENTIONED: _mentioned,
    Verb.UNFOLLOWED: _unfollowed,
    Verb.PUBLISHED: lambda event, names: _("made a note public"),
    Verb.LINKED: _linked,
}
