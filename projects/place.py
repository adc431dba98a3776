"""Where projects appear: in the rail, on the page of a task, in the ledger, in the timeline."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import registry
from core.choices import Kind
from projects.figures import task_state
from projects.filters import project_filter
from projects.models import Dependency, Phase, Project, Task, TaskDetails
from projects.models.task import FINISHED
from tickets import durations, ledger, ledger_filters, timeline
from tickets.models import Ticket, TimeEntry
from tickets.models.ticket import named_on


def register() -> None:
    """Fill the registries; `AppConfig.ready` calls it."""
    _register_shell()
    _register_ticket_page()
    _register_words()
    ledger_filters.add_filter("project", project_filter("ticket__task_details__project"))
    ledger.GROUPS["project"] = ledger.Group(
        _("Project"), "ticket__task_details__project_id", ledger.rows_named(Project)
    )
    if _of_own_projects not in named_on:
        named_on.append(_of_own_projects)


def _register_shell() -> None:
    registry.nav.register(
        registry.NavEntry(
            slug="projects", label=_("Projects"), icon="rocket", url_name="projects:list", order=50
        ),
        registry.NavEntry(
            slug="tasks", label=_("Tasks"), icon="checklist", url_name="projects:tasks", order=52
        ),
    )
    registry.create_entries.register(
        registry.CreateEntry(
            slug="task", label=_("Task"), icon="checklist", url_name="projects:create_task", order=50,
            verb="tickets.open_for_others",
        )
    )  # fmt: skip


def _register_ticket_page() -> None:
    kinds = (Kind.TASK,)
    registry.ticket_blocks.register(
        registry.TicketBlock(
            slug="task-plan", template="projects/block.html", context=_plan, kinds=kinds, order=10
        )
    )
    registry.ticket_panels.register(
        registry.TicketPanel(
            slug="task-project", title=_("Project"), template="projects/panel.html", context=_place, order=10
        )
    )
    registry.ticket_acts.register(
        registry.TicketAct(
            slug="task-plan", label=_("Plan and progress"), icon="calendar-event", url_name="projects:plan",
            verb="tickets.work", kinds=kinds, order=5, keys="p",
        ),
        registry.TicketAct(
            slug="task-dependency", label=_("Add a dependency"), icon="link", url_name="projects:add_dependency",
            verb="tickets.work", kinds=kinds, order=6,
        ),
    )  # fmt: skip


def _register_words() -> None:
    timeline.ROWS["details.project"] = Project
    timeline.ROWS["details.phase"] = Phase
    timeline.LABELS["details.parent"] = lambda key: f"{Task.prefix}-{key}"
    timeline.LABELS["details.effort_minutes"] = durations.hours
    timeline.LABELS["details.progress"] = lambda percent: f"{percent} %"


def _of_own_projects(user: User) -> QuerySet[Any, Any]:
    """The tasks of the projects one manages or sponsors, which one sees as a requester does."""
    own = Project.objects.filter(Q(manager_id=user.pk) | Q(sponsor_id=user.pk)).values("pk")
    return TaskDetails.objects.filter(project__in=own).values("ticket_id")


def _plan(ticket: Ticket, user: User) -> dict[str, Any] | None:
    """Dates, effort and progress of a task, read with the ticket itself."""
    held = ticket.details
    if held is None:
        return None
    return {
        "held": held,
        "state": task_state(held, ticket.status, timezone.localdate()),
        "percent": 100 if ticket.status in FINISHED else held.progress,
    }


def _place(ticket: Ticket, user: User) -> dict[str, Any] | None:
    """Project, phase, what the task waits for and what waits for it, time spent."""
    if ticket.kind != Kind.TASK:
        return None
    held = TaskDetails.objects.select_related("project", "phase", "parent").filter(pk=ticket.pk).first()
    if held is None or held.project is None:
        return None
    rows = list(Dependency.objects.filter(Q(predecessor=ticket) | Q(successor=ticket)))
    keys = {key for row in rows for key in (row.predecessor_id, row.successor_id)} | {held.parent_id or 0}
    seen = Ticket.objects.visible_to(user).in_bulk(keys)
    spent = TimeEntry.objects.standing().filter(ticket=ticket).values_list("minutes", flat=True)
    return {
        "held": held,
        "sees_project": Project.objects.visible_to(user).filter(pk=held.project.pk).exists(),
        "may": user.has_perm("projects.manage", held.project),
        "parent": seen.get(held.parent_id or 0),
        "before": [(row, seen.get(row.predecessor_id)) for row in rows if row.successor_id == ticket.pk],
        "after": [(row, seen.get(row.successor_id)) for row in rows if row.predecessor_id == ticket.pk],
        "spent": sum(spent),
    }
