"""The Celery application and the one table of periodic work."""

import logging
import os
import sys
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init, worker_process_init, worker_ready

from core.slots import beat_entry
from itsm.broker import broker_problem
from itsm.processes import die_with_parent

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
    "notifications.delete_old": timedelta(hours=1),
    "services.sweep_imports": timedelta(minutes=1),
    "tickets.close_silent": timedelta(minutes=1),
    "tickets.resume_due": timedelta(minutes=1),
    "tickets.open_recurring": timedelta(minutes=1),
    "tickets.remind_approvers": timedelta(minutes=10),
    "tickets.sweep_bulk_acts": timedelta(minutes=1),
    "tickets.delete_orphan_files": timedelta(hours=1),
    "accounts.sweep_exports": timedelta(minutes=1),
    "accounts.delete_exports": timedelta(hours=1),
    "tickets.apply_retention": timedelta(days=1),
    "audit.seal": timedelta(seconds=5),
    "audit.seal_late": timedelta(minutes=10),
    "audit.anchor": timedelta(minutes=1),
    "audit.sweep_checks": timedelta(minutes=1),
    "audit.verify": timedelta(days=1),
}

app.conf.beat_scheduler = "celery.beat:Scheduler"
app.conf.beat_schedule = {task: beat_entry(task, every) for task, every in SCHEDULE.items()}


def scheduled() -> dict[str, Any]:
    """The beat schedule as Celery reads it."""
    return dict(app.conf.beat_schedule)


@celeryd_init.connect
@beat_init.connect
def _refuse_forgetful_broker(**_facts: Any) -> None:
    """A broker that evicts keys under pressure would lose tasks without a word: do not even start."""
    if problem := broker_problem(app.conf.broker_url):
        sys.exit(problem)


@worker_process_init.connect
def _follow_parent(**_facts: Any) -> None:
    """A pool process whose worker was killed must not go on alone."""
    die_with_parent()


@worker_ready.connect
def _say_worker_ready(**_facts: Any) -> None:
    logging.getLogger("vigie").info("Worker ready")


@beat_init.connect
def _say_beat_ready(**_facts: Any) -> None:
    logging.getLogger("vigie").info("Beat ready")
