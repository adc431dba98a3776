"""Which task waits for which."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.saving import save
from accounts.models import User
from core.choices import Kind
from core.exceptions import Refused
from projects.actions.projects import lock_project, touch
from projects.choices import DependencyType, ProjectStatus
from projects.models import Dependency, Project, Task, TaskDetails
from projects.models.task import explain
from projects.schedule import conflict, leads_to
from tickets.actions.base import lock, moment, save as save_ticket
from tickets.choices import LinkType, Verb
from tickets.events import record
from tickets.models import Ticket


@transaction.atomic
def add_dependency(
    predecessor: Ticket,
    successor: Ticket,
    *,
    by: User | None,
    type: str = DependencyType.FS,  # noqa: A002 - the column's name
    lag_days: int = 0,
    at: datetime | None = None,
) -> Dependency:
    """Let a task wait for another of its project.

    Refused where it would make a circle, and where the planned dates of both already break it, which are named. Both
    tasks, then the project are locked: two dependencies at once cannot close a circle.
    """
    if predecessor.pk == successor.pk:
        raise Refused({"predecessor": _("A task cannot wait for itself.")})
    tasks = {key: lock(key) for key in sorted((predecessor.pk, successor.pk))}
    before, after = _details(tasks[predecessor.pk]), _details(tasks[successor.pk])
    project = _common_project(before, after, by=by)
    if type not in DependencyType.values:
        raise Refused({"type": _("Choose a type.")})
    if _waits_already(project, predecessor.pk, successor.pk):
        raise Refused({"predecessor": _("This would make a circle: that task already waits for this one.")})
    made = Dependency(predecessor=predecessor, successor=successor, type=type, lag_days=lag_days)
    broken = conflict(type, lag_days, before.span, after.span)
    if broken:
        raise Refused({"predecessor": explain(made, broken, successor.pk)[1]})
    save(made)
    _tell(made, tasks, Verb.LINKED, by=by, at=moment(at))
    touch(project)
    return made


@transaction.atomic
def remove_dependency(dependency: Dependency, *, by: User | None, at: datetime | None = None) -> None:
    """Let a task wait no longer."""
    keys = (dependency.predecessor_id, dependency.successor_id)
    tasks = {key: lock(key) for key in sorted(keys)}
    project = Project.objects.get(tasks__ticket=dependency.successor_id)
    row = lock_project(project, by=by)
    deleted, _kinds = Dependency.objects.filter(pk=dependency.pk).delete()
    if deleted:
        _tell(dependency, tasks, Verb.UNLINKED, by=by, at=moment(at))
        touch(row)


def _details(ticket: Ticket) -> TaskDetails:
    """The plan of a task. Raises `Refused` for what is none."""
    if ticket.kind != Kind.TASK:
        raise Refused({"predecessor": _("%(reference)s is no task.") % {"reference": ticket.reference}})
    return TaskDetails.objects.select_related("project").get(pk=ticket.pk)


def _common_project(before: TaskDetails, after: TaskDetails, *, by: User | None) -> Project:
    if before.project is None or before.project_id != after.project_id:
        raise Refused({"predecessor": _("Both tasks must be of the same project.")})
    project = lock_project(before.project, by=by)
    if project.status == ProjectStatus.CLOSED:
        raise Refused({"predecessor": _("This project is ended.")})
    return project


def _waits_already(project: Project, predecessor: int, successor: int) -> bool:
    """Whether the predecessor waits for the successor, at however many removes."""
    edges: dict[int, list[int]] = defaultdict(list)
    rows = Dependency.objects.filter(successor__task_details__project=project)
    for before, after in rows.values_list("predecessor_id", "successor_id"):
        edges[before].append(after)
    return leads_to(edges, successor, predecessor)


def _tell(made: Dependency, tasks: dict[int, Ticket], verb: Verb, *, by: User | None, at: datetime) -> None:
    """Tell it on both tasks: one follows the other."""
    for key, other, inverse in (
        (made.successor_id, made.predecessor_id, False),
        (made.predecessor_id, made.successor_id, True),
    ):
        facts: dict[str, Any] = {"dependency": made.type, "lag_days": made.lag_days}
        record(
            tasks[key], verb, by=by, at=at, notify=False, link_type=LinkType.FOLLOWS, inverse=inverse, other=other,
            other_reference=f"{Task.prefix}-{other}", **facts,
        )  # fmt: skip
        save_ticket(tasks[key], [], at=at)
