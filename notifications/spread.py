"""From an event to the people: one outbox row per event, spread by a worker into notifications and mails."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from accounts.models import User
from core.models import OutboxMessage
from core.outbox import Letter, enqueue, enqueue_many, sender
from notifications import mail
from notifications.actions import forget_watermarks, mark_ticket_read, preferences_of
from notifications.choices import Channel
from notifications.models import Notification
from notifications.recipients import recipients
from tickets.choices import Verb
from tickets.models import Event, Ticket
from tickets.signals import event_recorded, ticket_opened

TOPIC = "tickets.event"
# What is entered this late is history: it is written down, and nobody is told.
HISTORY = timedelta(days=1)
_SILENT = {Verb.EDITED, Verb.UNFOLLOWED, Verb.LINKED}


@receiver(event_recorded, dispatch_uid="notifications.spread")
def queue_event(*, event: Event, notify: bool = True, **_more: Any) -> None:
    """Write the one outbox row of an event, in the transaction of its act."""
    if not notify or event.verb in _SILENT or event.at < timezone.now() - HISTORY:
        return
    # An answer that can still be taken back is told when it is sent.
    not_before = event.comment.visible_at if event.comment_id and event.comment else _sent_at(event)
    enqueue(TOPIC, {"event": event.pk}, key=f"{TOPIC}:{event.pk}", not_before=not_before)


@receiver(ticket_opened, dispatch_uid="notifications.seen")
def note_seen(*, ticket: Ticket, user: User, **_more: Any) -> None:
    """What a ticket told its reader is no news any more."""
    mark_ticket_read(user, ticket.pk)


def _sent_at(event: Event) -> datetime | None:
    """When the answer that calls on somebody can no longer be taken back."""
    sent = event.data.get("sent_at") if event.verb == Verb.MENTIONED else None
    return datetime.fromisoformat(sent) if sent else None


@sender(TOPIC)
def spread(message: OutboxMessage) -> None:
    """Tell those whom the event concerns. Repeating it changes nothing: both kinds of row are unique."""
    event = _read(message.payload["event"])
    if event is None:
        return
    told = recipients(event)
    channels = preferences_of([person for person, _about in told])
    now = timezone.now()
    with transaction.atomic():
        Notification.objects.bulk_create(
            [
                Notification(user=person, event=event, ticket_id=event.ticket_id, about=about, created_at=now)
                for person, about in told
                if Channel.IN_APP in channels[person.pk][about]
            ],
            ignore_conflicts=True,
        )
        enqueue_many(
            [
                Letter(
                    mail.TOPIC, mail.payload(event, person, about), key=f"{mail.TOPIC}:{event.pk}:{person.pk}"
                )
                for person, about in told
                if Channel.MAIL in channels[person.pk][about] and person.email
            ]
        )
        forget_watermarks([person.pk for person, _about in told])


def _read(event_id: int) -> Event | None:
    rows = Event.objects.select_related("actor", "comment", "ticket__team", "ticket__pending_reason")
    return rows.filter(pk=event_id).first()
