"""The Celery application and the one table of periodic work."""

import os
from datetime import timedelta
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")

app = Celery("vigie")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Every periodic job is here and only here. Any number of beats may run: each job takes its slot in the database.
SCHEDULE: dict[str, tuple[str, timedelta]] = {}

app.conf.beat_schedule = {
    name: {"task": task, "schedule": every} for name, (task, every) in SCHEDULE.items()
}


def scheduled() -> dict[str, Any]:
    """The beat schedule as Celery reads it."""
    return dict(app.conf.beat_schedule)
