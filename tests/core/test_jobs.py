"""Periodic jobs: each slot once, with what came of it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core import jobs
from core.jobs import beat_heart, job, worker_is_alive
from core.models import Draft, IdempotencyKey, JobRun, OutboxMessage, OutboxState
from core.slots import Slots, slot_of
from core.tasks import beat_worker_heart, delete_expired_sessions, delete_outdated
from itsm.celery import SCHEDULE, app

EVERY = timedelta(minutes=5)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    monkeypatch.setattr(jobs, "registered", {})
    return []


def test_slots_lie_on_a_grid() -> None:
    at = datetime(2026, 11, 23, 10, 7, 30, tzinfo=UTC)
    assert slot_of(at, EVERY) == datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
    assert slot_of(at, timedelta(days=1)) == datetime(2026, 11, 23, tzinfo=UTC)


def test_schedule_fires_once_a_slot_and_at_once_after_a_start() -> None:
    schedule = Slots(EVERY)
    with time_machine.travel(datetime(2026, 11, 23, 10, 7, tzinfo=UTC), tick=False):
        assert schedule.is_due(datetime(1970, 1, 1, tzinfo=UTC)) == (True, 180)
        assert schedule.is_due(datetime(2026, 11, 23, 10, 6, tzinfo=UTC)) == (False, 180)
        assert schedule.is_due(datetime(2026, 11, 23, 10, 4, 59, tzinfo=UTC)) == (True, 180)


def test_job_runs_once_a_slot(db: None, ran: list[int]) -> None:
    count = job("tests.count", every=EVERY)(lambda: ran.append(1))
    start = datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
    for minutes in (0, 1, 4, 5, 9, 12):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            count()
    assert len(ran) == 3
    assert list(JobRun.objects.order_by("slot").values_list("outcome", flat=True)) == ["done"] * 3


def test_failed_job_is_on_record(db: None, ran: list[int]) -> None:
    def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        job("tests.fail", every=EVERY)(fail)()
    run = JobRun.objects.get()
    assert (run.outcome, run.error) == ("failed", "ValueError: broken")


def test_every_scheduled_job_exists_and_is_guarded() -> None:
    app.loader.import_default_modules()
    assert set(SCHEDULE) <= set(app.tasks)
    assert {name: jobs.registered.get(name) for name in SCHEDULE} == SCHEDULE


def test_worker_is_alive_for_90_seconds_after_its_last_beat(db: None) -> None:
    assert not worker_is_alive()
    beat_worker_heart()
    assert worker_is_alive()
    with time_machine.travel(timezone.now() + timedelta(seconds=91)):
        assert not worker_is_alive()
        beat_heart(jobs.WORKER)
        assert worker_is_alive()


def test_what_is_kept_for_a_time_is_deleted_after_it(requester: User) -> None:
    now = timezone.now()
    for days, name in ((0, "new"), (31, "old")):
        at = now - timedelta(days=days)
        IdempotencyKey.objects.create(user=requester, key=name, body_hash="", created_at=at)
        Draft.objects.create(user=requester, key=name, updated_at=at)
        JobRun.objects.create(job=name, slot=at, started_at=at)
        for state in (OutboxState.SENT, OutboxState.PARKED):
            OutboxMessage.objects.create(
                topic="t", key=f"{name}-{state}", payload={}, state=state, finished_at=at, created_at=at
            )
    delete_outdated()
    assert [row.key for row in IdempotencyKey.objects.all()] == ["new"]
    assert [row.key for row in Draft.objects.all()] == ["new"]
    assert "old" not in JobRun.objects.values_list("job", flat=True)
    # What failed stays until a person has looked at it.
    assert sorted(OutboxMessage.objects.values_list("key", flat=True)) == [
        "new-parked",
        "new-sent",
        "old-parked",
    ]


def test_expired_sessions_are_deleted(requester: User, client: Client) -> None:
    client.force_login(requester)
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(days=1))
    delete_expired_sessions()
    assert Session.objects.count() == 1


def test_administrator_sees_the_jobs(administrator: User, agent: User, client: Client) -> None:
    client.force_login(administrator)
    page = client.get("/manage/jobs/").content.decode()
    assert "No worker answers" in page
    beat_worker_heart()
    page = client.get("/manage/jobs/").content.decode()
    assert "No worker answers" not in page
    assert "core.sweep_outbox" in page
    client.force_login(agent)
    assert client.get("/manage/jobs/").status_code == 403
