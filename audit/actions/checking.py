"""Verifications that a person asked for, or the night's: run by a worker, their results kept."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.actions.recording import record
from audit.actions.sealing import seal
from audit.actions.verifying import verify
from audit.models import AuditCheck
from core.db import locked
from core.nudge import nudge_on_commit

RUN_TASK = "audit.run_checks"
# A worker that was killed in the middle leaves its check running: another takes it over after this long.
_GIVEN_UP = timedelta(minutes=15)
State = AuditCheck.State


@transaction.atomic
def ask_check(*, by: Any = None) -> AuditCheck:
    """Have the trail verified by a worker; one that waits already serves both who asked."""
    waiting = AuditCheck.objects.filter(state=State.WAITING).first()
    if waiting:
        return waiting
    check = AuditCheck.objects.create(asked_by=by.pk if by else None)
    record("audit.verified", by=by, target=check, label=str(check.pk))
    nudge_on_commit(RUN_TASK)
    return check


def run_checks() -> int:
    """Run the verifications that wait; returns how many."""
    done = 0
    while check := _take():
        _run(check)
        done += 1
    return done


@transaction.atomic
def _take() -> AuditCheck | None:
    now = timezone.now()
    stuck = AuditCheck.objects.filter(state=State.RUNNING, started_at__lt=now - _GIVEN_UP)
    waiting = AuditCheck.objects.filter(state=State.WAITING)
    check = locked((waiting | stuck).order_by("pk"), skip_locked=True).first()
    if check:
        check.state, check.started_at = State.RUNNING, now
        check.save(update_fields=["state", "started_at"])
    return check


def _run(check: AuditCheck) -> None:
    try:
        seal(whole=True)
        report = verify()
        check.state, check.report = State.WHOLE if report.is_whole else State.BROKEN, report.told()
    except Exception:
        check.state, check.finished_at = State.FAILED, timezone.now()
        check.save(update_fields=["state", "finished_at"])
        raise
    check.finished_at = timezone.now()
    check.save(update_fields=["state", "report", "finished_at"])
