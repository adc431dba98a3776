"""A task may be delivered again: run three times, it leaves what one run leaves."""

from inspect import signature
from typing import Any

import pytest
from django.apps import apps
from django.core import mail

from accounts.models import User
from core.models import Heartbeat, JobRun, OutboxAttempt
from core.outbox import RELAY_TASK
from itsm.celery import app
from tickets.actions import comment, move, take
from tickets.choices import Status
from tickets.models import PendingReason, ResolutionCode, Ticket

app.loader.import_default_modules()
TASKS = sorted(name for name in app.tasks if not name.startswith(("celery.", "tests.")))
# What counts runs is meant to.
_COUNTERS = {JobRun, OutboxAttempt, Heartbeat}


def counts() -> dict[str, int]:
    """How many rows each table has."""
    return {
        str(model._meta.label): model._default_manager.count()
        for model in apps.get_models()
        if model not in _COUNTERS and not model._meta.proxy
    }


def run(name: str) -> None:
    """Run a task; one that works on a row is given the key of one that is gone."""
    task = app.tasks[name].run
    needed = [part for part in signature(task).parameters.values() if part.default is part.empty]
    task(*(0 for _part in needed))


@pytest.mark.parametrize("name", TASKS)
def test_task_run_again_changes_nothing(
    name: str, incident: Ticket, agent: User, waiting: PendingReason, fixed: ResolutionCode, monkeypatch: Any
) -> None:
    monkeypatch.setattr("core.tasks.publish", lambda *_args, **_more: True)
    take(incident, by=agent)
    comment(incident, by=agent, body="Look")
    values = {"cause": "x", "solution": "y", "resolution_code": fixed}
    move(incident, Status.RESOLVED, by=agent, values=values)
    Ticket.objects.update(closes_at=incident.created_at)
    run(name)
    if name == RELAY_TASK:
        # Its first run spreads the events, which makes mails for the next.
        run(name)
    after_one, mails = counts(), len(mail.outbox)
    for _turn in range(2):
        # The guard of the slot would hide what a repeat does.
        JobRun.objects.all().delete()
        run(name)
    assert counts() == after_one
    assert len(mail.outbox) == mails
