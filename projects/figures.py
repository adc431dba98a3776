"""How far projects are: progress weighted by effort, what is late, time spent beside time planned."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Sum, Value, When
from django.utils import timezone

from core.choices import Kind
from projects.choices import ProjectStatus
from projects.models import Project, TaskDetails
from projects.models.task import FINISHED
from tickets.choices import Status
from tickets.models import TimeEntry

# What is due within so many days is due soon.
SOON = timedelta(days=7)


@dataclass(frozen=True)
class Summary:
    """The sums of a project or phase over its tasks, without cancelled ones and without those that have parts.

    Minutes are planned effort and logged time.
    """

    tasks: int = 0
    done: int = 0
    late: int = 0
    soon: int = 0
    without_effort: int = 0
    effort: int = 0
    earned: int = 0
    percents: int = 0
    spent: int = 0

    @property
    def progress(self) -> int:
        """Percent of the planned effort that is done; of the tasks, where none has an effort."""
        if self.effort:
            return _percent(self.earned, self.effort)
        return _percent(self.percents, self.tasks)

    @property
    def open(self) -> int:
        """Tasks that are not done."""
        return self.tasks - self.done


def _percent(parts: int, whole: int) -> int:
    """Percent, rounded down: only what is done whole is at a hundred."""
    return parts // whole if whole else 0


def counted() -> QuerySet[TaskDetails]:
    """The tasks that count: not cancelled, and without parts of their own, which count instead."""
    parts = TaskDetails.objects.filter(parent_id=OuterRef("pk"), ticket__kind=Kind.TASK).exclude(
        ticket__status=Status.CANCELLED
    )
    rows = TaskDetails.objects.filter(ticket__kind=Kind.TASK).exclude(ticket__status=Status.CANCELLED)
    return rows.filter(~Exists(parts))


def percent_done() -> Case:
    """How much of a task counts as done."""
    return Case(
        When(ticket__status__in=FINISHED, then=Value(100)), default=F("progress"), output_field=IntegerField()
    )


def summaries(projects: Collection[int], *, by: str = "project_id") -> dict[Any, Summary]:
    """The sums of projects by key, or of their phases with `by="phase_id"`; two statements however many."""
    today = timezone.localdate()
    is_open = Q(ticket__is_open=True)
    rows = counted().filter(project_id__in=projects).annotate(percent=percent_done())
    sums = rows.values(key=F(by)).annotate(
        count_tasks=Count("pk"),
        count_done=Count("pk", filter=Q(ticket__status__in=FINISHED)),
        count_late=Count("pk", filter=is_open & Q(planned_end__lt=today)),
        count_soon=Count("pk", filter=is_open & Q(planned_end__range=(today, today + SOON))),
        count_bare=Count("pk", filter=Q(effort_minutes=None)),
        sum_effort=Sum("effort_minutes"),
        sum_earned=Sum(F("effort_minutes") * F("percent")),
        sum_percents=Sum("percent"),
    )
    spent = spent_by(projects, by)
    found = {
        row["key"]: Summary(
            tasks=row["count_tasks"], done=row["count_done"], late=row["count_late"], soon=row["count_soon"],
            without_effort=row["count_bare"], effort=row["sum_effort"] or 0, earned=row["sum_earned"] or 0,
            percents=row["sum_percents"] or 0, spent=spent.get(row["key"], 0),
        )
        for row in sums
    }  # fmt: skip
    return found | {key: Summary(spent=minutes) for key, minutes in spent.items() if key not in found}


def spent_by(projects: Collection[int], by: str) -> dict[Any, int]:
    """Minutes logged on the tasks of projects: by project, by phase, by task (`ticket_id`) or by person."""
    rows = TimeEntry.objects.standing().filter(
        ticket__task_details__project_id__in=projects, ticket__kind=Kind.TASK
    )
    column = by if by in ("ticket_id", "person_id") else f"ticket__task_details__{by}"
    sums = rows.values(key=F(column)).annotate(total=Sum("minutes"))
    return {row["key"]: row["total"] for row in sums}


def project_state(project: Project, summary: Summary, today: date) -> str:
    """ "late" or "soon", or nothing: its end, or that of one of its tasks."""
    if project.status == ProjectStatus.CLOSED:
        return ""
    if summary.late or (project.ends_on and project.ends_on < today):
        return "late"
    return "soon" if summary.soon or (project.ends_on and project.ends_on <= today + SOON) else ""


def task_state(details: TaskDetails, status: str, today: date) -> str:
    """ "late" where the end is past or the beginning was missed, "soon" where the end is near, or nothing."""
    if status in (*FINISHED, Status.CANCELLED):
        return ""
    missed = details.actual_start is None and details.planned_start and details.planned_start < today
    if details.planned_end and details.planned_end < today:
        return "late"
    if missed:
        return "soon"
    return "soon" if details.planned_end and details.planned_end <= today + SOON else ""


def warnings(project: Project, tasks: Iterable[TaskDetails]) -> list[TaskDetails]:
    """The tasks planned outside the dates of their project: said, not refused."""
    return [task for task in tasks if _outside(project, task)]


def _outside(project: Project, task: TaskDetails) -> bool:
    days = [day for day in (task.planned_start, task.planned_end) if day]
    early = project.starts_on is not None and any(day < project.starts_on for day in days)
    late = project.ends_on is not None and any(day > project.ends_on for day in days)
    return early or late
