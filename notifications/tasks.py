"""Periodic work of notifications."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from core.jobs import job
from notifications.models import Notification

KEEP_READ = timedelta(days=90)


@shared_task(name="notifications.delete_old")
@job("notifications.delete_old", every=timedelta(hours=1))
def delete_old() -> None:
    """Delete notifications read long ago; the timeline of the ticket keeps the event."""
    Notification.objects.filter(read_at__lt=timezone.now() - KEEP_READ).delete()
