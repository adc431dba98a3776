"""Task: a ticket of a project, with its plan and what it waits for."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from accounts.models import User
from core.choices import Kind
from core.db import locked
from core.exceptions import Refused
from projects.choices import DependencyType, ProjectStatus
from projects.models.project import Phase, Project
from projects.schedule import Conflict, Span, conflict, leads_to
from projects.workflow import TASK_WORKFLOW
from tickets import kinds
from tickets.choices import Status
from tickets.models import Ticket

# What is there to show for: the work is done, whatever was said of its progress before.
FINISHED = (Status.RESOLVED, Status.CLOSED)
MOST_EFFORT = 10_000 * 60
_PLANNED = ("project_id", "phase_id", "parent_id", "effort_minutes", "planned_start", "planned_end")


@kinds.register
class Task(Ticket):
    """A ticket of kind task."""

    kind_slug = Kind.TASK
    prefix = "TSK"
    details_name = "task_details"
    workflow = TASK_WORKFLOW

    class Meta:
        proxy = True
        verbose_name = gettext_lazy("task")
        verbose_name_plural = gettext_lazy("tasks")


class TaskDetails(models.Model):
    """What only a task has; the actual dates are those of its moves."""

    computed = ("actual_start", "actual_end")

    ticket = models.OneToOneField(
        Ticket,
        models.CASCADE,
        primary_key=True,
        related_name="task_details",
        verbose_name=gettext_lazy("ticket"),
    )
    project = models.ForeignKey(
        Project,
        models.PROTECT,
        verbose_name=gettext_lazy("project"),
        related_name="tasks",
        null=True,
        blank=True,
    )
    phase = models.ForeignKey(
        Phase, models.PROTECT, verbose_name=gettext_lazy("phase"), related_name="tasks", null=True, blank=True
    )
    parent = models.ForeignKey(
        Ticket,
        models.PROTECT,
        verbose_name=gettext_lazy("part of"),
        related_name="subtasks",
        null=True,
        blank=True,
    )
    effort_minutes = models.PositiveIntegerField(
        gettext_lazy("planned effort"), null=True, blank=True, validators=[MaxValueValidator(MOST_EFFORT)]
    )
    planned_start = models.DateField(gettext_lazy("planned start"), null=True, blank=True)
    planned_end = models.DateField(gettext_lazy("planned end"), null=True, blank=True)
    actual_start = models.DateField(gettext_lazy("began on"), null=True, blank=True)
    actual_end = models.DateField(gettext_lazy("ended on"), null=True, blank=True)
    progress = models.PositiveSmallIntegerField(
        gettext_lazy("progress"), default=0, validators=[MaxValueValidator(100)],
        help_text=gettext_lazy("Percent of the work. A task that is done counts whole."),
    )  # fmt: skip

    class Meta:
        verbose_name = gettext_lazy("details of a task")
        verbose_name_plural = gettext_lazy("details of tasks")
        constraints = [
            models.CheckConstraint(condition=Q(progress__range=(0, 100)), name="task_progress"),
            models.CheckConstraint(
                condition=Q(planned_start=None)
                | Q(planned_end=None)
                | Q(planned_end__gte=F("planned_start")),
                name="task_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(phase=None) | Q(project__isnull=False), name="task_phase"),
            models.CheckConstraint(condition=~Q(parent=F("ticket")), name="task_not_own_part"),
        ]

    def __str__(self) -> str:
        return str(self.ticket_id)

    @property
    def span(self) -> Span:
        """From which day to which it is planned."""
        return Span(self.planned_start, self.planned_end)

    def clean(self) -> None:
        """The columns fit each other."""
        super().clean()
        wrong: dict[str, Any] = {}
        if self.planned_start and self.planned_end and self.planned_end < self.planned_start:
            wrong["planned_end"] = _("The end is before the start.")
        if self.phase and self.phase.project_id != self.project_id:
            wrong["phase"] = _("This phase is of another project.")
        if wrong:
            raise ValidationError(wrong)

    def check_by(self, by: User | None) -> None:
        """Refuse a plan that is not the person's to make, or that breaks what is planned around it.

        Locks the projects concerned, so that two plans at once cannot break each other.
        """
        known = TaskDetails.objects.filter(pk=self.pk).values(*_PLANNED).first() or dict.fromkeys(_PLANNED)
        if all(known[name] == getattr(self, name) for name in _PLANNED):
            return
        keys = {key for key in (known["project_id"], self.project_id) if key}
        projects = {row.pk: row for row in locked(Project.objects.filter(pk__in=keys).order_by("pk"))}
        for project in projects.values():
            _check_may_plan(project, by)
        if known["project_id"] != self.project_id and _dependencies(self.pk).exists():
            raise Refused({"details.project": _("Take its dependencies away first.")})
        if known["project_id"] != self.project_id and TaskDetails.objects.filter(parent_id=self.pk).exists():
            raise Refused({"details.project": _("Take its parts away first.")})
        self._check_parent()
        check_dates(self)

    def _check_parent(self) -> None:
        """A part is of the same project as its whole, and no circle."""
        if self.parent_id is None:
            return
        whole = TaskDetails.objects.filter(pk=self.parent_id, ticket__kind=Kind.TASK).first()
        if whole is None or self.project_id is None or whole.project_id != self.project_id:
            raise Refused({"details.parent": _("This is no task of the same project.")})
        parts = TaskDetails.objects.filter(project_id=self.project_id, parent__isnull=False)
        edges = {part: [above] for part, above in parts.values_list("pk", "parent_id") if part != self.pk}
        if leads_to(edges, self.parent_id, self.pk):
            raise Refused({"details.parent": _("A task cannot be a part of itself.")})


class Dependency(models.Model):
    """A task that waits for another of the same project."""

    predecessor = models.ForeignKey(
        Ticket, models.CASCADE, verbose_name=gettext_lazy("waits for"), related_name="followed_by"
    )
    successor = models.ForeignKey(
        Ticket, models.CASCADE, verbose_name=gettext_lazy("task"), related_name="preceded_by", db_index=False
    )
    type = models.CharField(
        gettext_lazy("type"), max_length=2, choices=DependencyType, default=DependencyType.FS
    )
    lag_days = models.SmallIntegerField(
        gettext_lazy("lag in days"), default=0, validators=[MinValueValidator(-365), MaxValueValidator(365)],
        help_text=gettext_lazy("Calendar days between them; negative to overlap."),
    )  # fmt: skip

    class Meta:
        verbose_name = gettext_lazy("dependency")
        verbose_name_plural = gettext_lazy("dependencies")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["successor", "predecessor"], name="dependency_once"),
            models.CheckConstraint(condition=~Q(predecessor=F("successor")), name="dependency_not_itself"),
            models.CheckConstraint(condition=Q(lag_days__range=(-365, 365)), name="dependency_lag"),
        ]

    def __str__(self) -> str:
        lag = f" {self.lag_days:+d}" if self.lag_days else ""
        return f"{self.predecessor_id} → {self.successor_id} {self.type}{lag}"


def _check_may_plan(project: Project, by: User | None) -> None:
    """404 in the words of a field where it is not seen, 403 where it is another's to plan."""
    if by is None:
        return
    if not Project.objects.visible_to(by).filter(pk=project.pk).exists():
        raise Refused({"details.project": _("Unknown.")})
    if not by.has_perm("projects.manage", project):
        raise PermissionDenied
    if project.status == ProjectStatus.CLOSED:
        raise Refused({"details.project": _("This project is ended.")})


def _dependencies(key: int | None) -> models.QuerySet[Dependency]:
    return Dependency.objects.filter(Q(predecessor_id=key) | Q(successor_id=key))


def check_dates(row: TaskDetails) -> None:
    """Refuse dates of a task that break one of its dependencies, naming both dates. The project is locked."""
    found = list(_dependencies(row.pk))
    keys = {key for each in found for key in (each.predecessor_id, each.successor_id)}
    spans = {other.pk: other.span for other in TaskDetails.objects.filter(pk__in=keys)}
    spans[row.pk] = row.span
    wrong: dict[str, Any] = defaultdict(list)
    for each in found:
        broken = conflict(each.type, each.lag_days, spans[each.predecessor_id], spans[each.successor_id])
        if broken:
            column, message = explain(each, broken, row.pk)
            wrong[f"details.{column}"].append(message)
    if wrong:
        raise Refused(dict(wrong))


def explain(dependency: Dependency, broken: Conflict, task: int) -> tuple[str, str]:
    """Which date of the task breaks a dependency, and why, with the dates."""
    prefix = Task.prefix
    facts = {
        "task": f"{prefix}-{dependency.successor_id}",
        "other": f"{prefix}-{dependency.predecessor_id}",
        "planned": _day(broken.planned),
        "earliest": _day(broken.earliest),
        "type": DependencyType(dependency.type).label,
    }
    if broken.ends == "start":
        message = _(
            "%(task)s would begin on %(planned)s, but waits for %(other)s until %(earliest)s (%(type)s)."
        )
    else:
        message = _(
            "%(task)s would end on %(planned)s, but waits for %(other)s until %(earliest)s (%(type)s)."
        )
    if task == dependency.successor_id:
        return f"planned_{broken.ends}", message % facts
    begins = dependency.type in (DependencyType.SS, DependencyType.SF)
    return ("planned_start" if begins else "planned_end"), message % facts


def _day(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")
