"""The Celery application and the one table of periodic work."""

import os
from datetime import timedelta
from typing import Any

from celery import Celery

from core.slots import beat_entry

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")

app = Celery("vigie")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Every periodic job is here and only here. Any number of beats may run: each job takes its slot in the database.
SCHEDULE: dict[str, timedelta] = {
    "core.sweep_outbox": timedelta(seconds=15),
    "core.beat_worker_heart": timedelta(seconds=15),
    "core.delete_outdated": timedelta(hours=1),
    "core.delete_expired_sessions": timedelta(hours=1),
}

app.conf.beat_scheduler = "celery.beat:Scheduler"
app.conf.beat_schedule = {task: beat_entry(task, every) for task, every in SCHEDULE.items()}


def scheduled() -> dict[str, Any]:
    """The beat schedule as Celery reads it."""
    return dict(app.conf.beat_schedule)
