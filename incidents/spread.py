"""From one public entry of the log to everybody it touches: rows first, once each; mails by the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.db import locked
from core.models import OutboxMessage
from core.outbox import Letter, enqueue_many, sender
from incidents.choices import MAIL_TOPIC, UPDATE_TOPIC, Act
from incidents.facts import children_of, people_of_entities
from incidents.models import Concerned, MajorEntry, MajorIncident
from notifications.actions import forget_watermarks, preferences_of
from notifications.choices import About, Channel
from notifications.models import Notification
from tickets.choices import Verb
from tickets.events import announce
from tickets.models import Event, Follower, Ticket

# Person → the ticket on which they read it, None for who has none of their own.
Touched = dict[int, int | None]


@sender(UPDATE_TOPIC)
def spread(message: OutboxMessage) -> None:
    """Tell everybody of a public entry."""
    spread_entry(message.payload["entry"])


@transaction.atomic
def spread_entry(key: int, *, at: datetime | None = None) -> int:
    """Write for each person touched what tells them; returns how many. A second time, also at once, tells nobody.

    The entry is locked and marked in the transaction that writes all the rest.
    """
    now = at or timezone.now()
    rows = MajorEntry.objects.select_related("major__incident", "author")
    entry = locked(rows.filter(pk=key, is_public=True, spread_at=None)).first()
    if entry is None:
        return 0
    entry.spread_at = now
    entry.save(update_fields=["spread_at"])
    events = _note_on_children(entry, at=now)
    touched = touched_by(entry.major)
    touched.pop(entry.author_id, None)
    people = list(User.objects.active().filter(pk__in=touched).select_related("entity"))
    channels = preferences_of(people)
    wants = {person.pk: channels[person.pk][About.MAJOR] for person in people}
    Notification.objects.bulk_create(
        [
            Notification(
                user=person, event_id=events[ticket], ticket_id=ticket, about=About.MAJOR, created_at=now
            )
            for person in people
            if Channel.IN_APP in wants[person.pk]
            and (ticket := touched[person.pk]) is not None
            and ticket in events
        ],
        ignore_conflicts=True,
    )
    enqueue_many(_letters(entry, (person for person in people if Channel.MAIL in wants[person.pk])))
    forget_watermarks([person.pk for person in people])
    return len(people)


def touched_by(major: MajorIncident) -> Touched:
    """Everybody it touches, each once: by a ticket of their own, by following, by their word, by their entity."""
    tickets = [major.incident, *children_of(major.incident)]
    found: Touched = {}
    for ticket in tickets:
        found.setdefault(ticket.requester_id, ticket.pk)
    for user, ticket_id in (
        Follower.objects.filter(ticket__in=tickets).order_by("pk").values_list("user", "ticket")
    ):
        found.setdefault(user, ticket_id)
    for user in Concerned.objects.filter(major=major).values_list("user", flat=True):
        found.setdefault(user, None)
    for user in people_of_entities(major).values_list("pk", flat=True):
        found.setdefault(user, None)
    return found


def _note_on_children(entry: MajorEntry, *, at: datetime) -> dict[int | None, int]:
    """The event of the entry by ticket: that of the master is there, those of open children are made."""
    master = entry.major.incident
    own = Event.objects.filter(ticket=master, verb=Verb.DECLARED, data__major_entry=entry.pk).first()
    children: Iterable[Ticket] = children_of(master).open()  # type: ignore[attr-defined]
    made = Event.objects.bulk_create(
        Event(
            ticket=child, verb=Verb.DECLARED, actor=entry.author, at=at, is_public=True,
            data={"act": Act.UPDATE, "major_entry": entry.pk},
        )
        for child in children
    )  # fmt: skip
    announce(made, notify=False)
    events: dict[int | None, int] = {event.ticket_id: event.pk for event in made}
    return {**events, **({master.pk: own.pk} if own else {})}


def _letters(entry: MajorEntry, people: Iterable[User]) -> Iterable[Letter]:
    for person in people:
        if person.email:
            yield Letter(
                MAIL_TOPIC, {"entry": entry.pk, "user": person.pk}, key=f"{MAIL_TOPIC}:{entry.pk}:{person.pk}"
            )
