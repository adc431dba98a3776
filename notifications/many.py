"""Acts on many tickets: whoever is concerned is told once for all of them, at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.dispatch import receiver
from django.utils import timezone

from core.models import OutboxMessage
from core.outbox import Letter, enqueue, enqueue_many, sender
from notifications import mail
from notifications.actions import forget_watermarks, preferences_of
from notifications.choices import About, Channel
from notifications.models import Notification, ToTell
from notifications.recipients import recipients
from tickets.models import BulkJob, Event
from tickets.signals import bulk_act_done, bulk_act_finished

TOPIC = "tickets.bulk_act"


@receiver(bulk_act_done, dispatch_uid="notifications.note_concerned")
def note_concerned(*, job: BulkJob, events: Sequence[Event], **_more: Any) -> None:
    """Keep whom the act on one ticket concerns, in its transaction."""
    ToTell.objects.bulk_create(
        [
            ToTell(job=job, user=person, event=event, ticket_id=event.ticket_id, about=about)
            for event in events
            for person, about in recipients(event)
        ],
        ignore_conflicts=True,
    )


@receiver(bulk_act_finished, dispatch_uid="notifications.queue_job")
def queue_job(*, job: BulkJob, **_more: Any) -> None:
    """Write the one outbox row of an act on many tickets."""
    enqueue(TOPIC, {"job": job.pk}, key=f"{TOPIC}:{job.pk}")


@sender(TOPIC)
def tell(message: OutboxMessage) -> None:
    """Tell each person of the newest event that concerns them, and of how many other tickets. Safe to repeat."""
    waiting = ToTell.objects.filter(job_id=message.payload["job"])
    counted = waiting.values("user_id").annotate(newest=Max("pk"), tickets=Count("ticket_id", distinct=True))
    others = {row["newest"]: row["tickets"] - 1 for row in counted}
    told = list(ToTell.objects.filter(pk__in=others).select_related("user", "event").order_by("user_id"))
    channels = preferences_of([row.user for row in told])
    with transaction.atomic():
        Notification.objects.bulk_create(
            [
                Notification(
                    user=row.user, event=row.event, ticket_id=row.ticket_id, about=row.about,
                    others=others[row.pk], created_at=timezone.now(),
                )
                for row in told
                if Channel.IN_APP in channels[row.user_id][About(row.about)]
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        enqueue_many(
            [
                Letter(
                    mail.TOPIC,
                    {**mail.payload(row.event, row.user, row.about), "others": others[row.pk]},
                    key=f"{mail.TOPIC}:{row.event_id}:{row.user_id}",
                )
                for row in told
                if Channel.MAIL in channels[row.user_id][About(row.about)] and row.user.email
            ]
        )
        waiting.delete()
        forget_watermarks([row.user_id for row in told])
