"""Phases and milestones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.saving import change, save
from accounts.models import User
from audit.actions import record_deleted
from core.exceptions import Refused
from projects.actions.projects import lock_project, touch
from projects.models import Milestone, Phase, Project

_PHASE_FIELDS = frozenset({"name", "position", "starts_on", "ends_on"})
_MILESTONE_FIELDS = frozenset({"name", "phase", "due_on"})


@transaction.atomic
def save_phase(
    project: Project, values: Mapping[str, Any], *, by: User | None, phase: Phase | None = None
) -> Phase:
    """Add a phase, at the end unless told where, or change one."""
    row = lock_project(project, by=by)
    part = Phase.objects.get(pk=phase.pk, project=row) if phase else Phase(project=row, position=_end(row))
    changed = change(part, values, allowed=_PHASE_FIELDS)
    if changed or phase is None:
        save(part, by=by)
        touch(row)
    return part


@transaction.atomic
def remove_phase(phase: Phase, *, by: User | None) -> None:
    """Take an empty phase away; its milestones stay with the project."""
    row = lock_project(phase.project, by=by)
    if phase.tasks.exists():
        raise Refused(_("This phase still has tasks; give them another one first."))
    record_deleted(phase, by=by)
    phase.delete()
    touch(row)


@transaction.atomic
def save_milestone(
    project: Project, values: Mapping[str, Any], *, by: User | None, milestone: Milestone | None = None
) -> Milestone:
    """Add a milestone, or change one."""
    row = lock_project(project, by=by)
    mark = Milestone.objects.get(pk=milestone.pk, project=row) if milestone else Milestone(project=row)
    changed = change(mark, values, allowed=_MILESTONE_FIELDS)
    if changed or milestone is None:
        save(mark, by=by)
        touch(row)
    return mark


@transaction.atomic
def reach_milestone(
    milestone: Milestone, *, by: User | None, reached: bool = True, at: datetime | None = None
) -> Milestone:
    """Say that a milestone is reached, or that it is not after all."""
    row = lock_project(milestone.project, by=by)
    mark = Milestone.objects.get(pk=milestone.pk)
    if (mark.reached_at is not None) == reached:
        return mark
    mark.reached_at = (at or timezone.now()) if reached else None
    save(mark, fields=["reached_at"], by=by)
    touch(row)
    return mark


@transaction.atomic
def remove_milestone(milestone: Milestone, *, by: User | None) -> None:
    """Take a milestone away that is not reached."""
    row = lock_project(milestone.project, by=by)
    if Milestone.objects.filter(pk=milestone.pk, reached_at__isnull=False).exists():
        raise Refused(_("A milestone that was reached stays."))
    record_deleted(milestone, by=by)
    milestone.delete()
    touch(row)


def _end(project: Project) -> int:
    last = project.phases.order_by("-position").values_list("position", flat=True).first()
    return 0 if last is None else min(last + 1, 32767)
