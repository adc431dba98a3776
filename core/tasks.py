"""Periodic work of the foundations: the relay of the outbox, the heartbeat, clean-ups."""

from datetime import timedelta
from importlib import import_module

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from core import outbox
from core.jobs import WORKER, beat_heart, job
from core.models import Draft, IdempotencyKey, JobRun, OutboxMessage, OutboxState
from core.nudge import publish

KEEP_KEYS = timedelta(hours=24)
KEEP_DRAFTS = timedelta(days=30)
KEEP_SENT = timedelta(days=30)
KEEP_RUNS = timedelta(days=7)
_LIMIT = 500


@shared_task(name=outbox.RELAY_TASK)
def relay_outbox(topic: str | None = None) -> None:
    """Send what is due; where more is left than one run takes, ask for another."""
    if outbox.relay(topic, limit=_LIMIT) >= _LIMIT:
        publish(outbox.RELAY_TASK, (topic,) if topic else ())


@shared_task(name="core.sweep_outbox")
@job("core.sweep_outbox", every=timedelta(seconds=15))
def sweep_outbox() -> None:
    """Find what no nudge announced. Each topic gets its own task, so that a slow one holds back no other."""
    for topic in outbox.due_topics():
        publish(outbox.RELAY_TASK, (topic,))


@shared_task(name="core.beat_worker_heart")
@job("core.beat_worker_heart", every=timedelta(seconds=15))
def beat_worker_heart() -> None:
    """Prove that beat, broker, worker and database work together."""
    beat_heart(WORKER)


@shared_task(name="core.delete_outdated")
@job("core.delete_outdated", every=timedelta(hours=1))
def delete_outdated() -> None:
    """Delete what is kept for a time only: answers to retries, drafts, sent deliveries, job runs."""
    now = timezone.now()
    IdempotencyKey.objects.filter(created_at__lt=now - KEEP_KEYS).delete()
    Draft.objects.filter(updated_at__lt=now - KEEP_DRAFTS).delete()
    OutboxMessage.objects.filter(state=OutboxState.SENT, finished_at__lt=now - KEEP_SENT).delete()
    JobRun.objects.filter(started_at__lt=now - KEEP_RUNS).delete()


@shared_task(name="core.delete_expired_sessions")
@job("core.delete_expired_sessions", every=timedelta(hours=1))
def delete_expired_sessions() -> None:
    """Delete the sessions whose time is over."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
