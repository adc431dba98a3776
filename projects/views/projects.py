"""Projects: the list, one of them, and its forms."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy

from accounts.models import User
from core.tables import Table
from core.views import Action, CreatePage, Crumb, DetailPage, ListPage, UpdatePage
from projects import actions
from projects.actions.projects import FIELDS, MANAGE
from projects.choices import ProjectStatus
from projects.figures import Summary, project_state, spent_by, summaries, task_state, warnings
from projects.filters import ProjectFilter
from projects.forms import ProjectForm
from projects.models import Phase, Project, Task
from projects.models.task import FINISHED
from projects.tables import ProjectTable
from tickets.ledger import totals
from tickets.models import LedgerLine, Ticket
from tickets.views.people import reader


def project_of(code: str, user: User) -> Project:
    """The project of a code; 404 where it is not visible."""
    rows = Project.objects.visible_to(user).select_related("entity", "manager", "sponsor")
    found = rows.filter(code=code.upper()[:20]).first()
    if found is None:
        raise Http404
    return found


def tasks_of(project: Project, user: User) -> list[Ticket]:
    """The tasks of a project that the person sees, in the order of their plan, with what rows show of them."""
    rows = Task.objects.visible_to(user).filter(task_details__project=project)
    rows = rows.select_related("task_details", "assignee", "team", "pending_reason")
    rows = rows.defer("description", "solution", "search")
    return list(rows.order_by("task_details__planned_start", "task_details__planned_end", "pk"))


class ProjectList(ListPage):
    """The projects one may see."""

    model = Project
    table_class = ProjectTable
    filterset_class = ProjectFilter
    template_name = "projects/list.html"
    title = gettext_lazy("Projects")
    sentence = gettext_lazy(
        "Work with an end of its own: how far it is, what is late, what it has taken so far."
    )
    default_sort = "name"
    search_label = gettext_lazy("Search projects")
    empty_title = gettext_lazy("No project yet")
    empty_text = gettext_lazy("Make the first, then give it phases and tasks.")
    empty_icon = "rocket"

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related("manager", "entity")

    def actions(self) -> list[Action]:
        if not self.request.user.has_perm(MANAGE):
            return []
        return [Action(_("New project"), reverse("projects:create"), "plus", primary=True)]

    def table(self) -> Table:
        shown = self.rows[: self.page_size]
        found = summaries([row.pk for row in shown])
        for row in shown:
            row.summary = found.get(row.pk, Summary())
        return super().table()


class ProjectPage(DetailPage):
    """One project: phases, milestones, tasks, people."""

    model = Project
    template_name = "projects/detail.html"

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Project:
        return project_of(self.kwargs["code"], reader(self.request))

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Projects"), reverse("projects:list"))]

    def actions(self) -> list[Action]:
        code = self.object.code
        acts = [
            Action(_("Board"), reverse("projects:board", args=[code]), "layout-sidebar-right"),
            Action(_("Gantt chart"), reverse("projects:gantt", args=[code]), "chart-bar"),
        ]
        if not self.request.user.has_perm(MANAGE, self.object):
            return acts
        edit = Action(_("Edit"), reverse("projects:edit", args=[code]), "pencil")
        if self.object.status == ProjectStatus.CLOSED:
            return [*acts, edit]
        new = f"{reverse('projects:create_task')}?project={self.object.pk}"
        return [*acts, edit, Action(_("New task"), new, "plus", primary=True)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        project, user, today = self.object, reader(self.request), timezone.localdate()
        tasks = tasks_of(project, user)
        summary = summaries([project.pk]).get(project.pk, Summary())
        spent = spent_by([project.pk], "ticket_id")
        for task in tasks:
            mark(task, today)
            task.spent = spent.get(task.pk, 0)  # type: ignore[attr-defined]
        milestones = list(project.milestones.select_related("phase"))
        return {
            **super().get_context_data(**kwargs),
            "project": project,
            "summary": summary,
            "state": project_state(project, summary, today),
            "phases": phases_of(project, tasks),
            "milestones": milestones,
            "people": people_of(tasks),
            "hidden": project.tasks.filter(ticket__kind=Task.kind_slug).count() - len(tasks),
            "outside": len(warnings(project, [task.details for task in tasks])),
            "today": today,
            "may": user.has_perm(MANAGE, project),
            "costs": costs_of(project) if user.access.can("tickets.costs", project.entity_id) else None,
        }


def mark(task: Any, today: Any) -> None:
    """Say of a task how it stands: what pages show beside it."""
    task.state = task_state(task.details, task.status, today)
    task.percent = 100 if task.status in FINISHED else task.details.progress


def phases_of(project: Project, tasks: list[Ticket]) -> list[dict[str, Any]]:
    """The phases with their tasks, then the tasks of none."""
    by_phase: dict[int | None, list[Ticket]] = defaultdict(list)
    for task in tasks:
        by_phase[task.details.phase_id].append(task)
    sums = summaries([project.pk], by="phase_id")
    rows: list[tuple[Phase | None, int | None]] = [(phase, phase.pk) for phase in project.phases.all()]
    if by_phase[None]:
        rows.append((None, None))
    return [
        {"phase": phase, "tasks": by_phase[key], "summary": sums.get(key, Summary())} for phase, key in rows
    ]


def people_of(tasks: list[Ticket]) -> list[dict[str, Any]]:
    """Who works on the project: their open tasks, effort planned and time spent on them."""
    people: dict[int, dict[str, Any]] = {}
    for task in tasks:
        if task.assignee is None:
            continue
        row = people.setdefault(
            task.assignee.pk, {"person": task.assignee, "open": 0, "tasks": 0, "effort": 0, "spent": 0}
        )
        row["tasks"] += 1
        row["open"] += task.is_open
        row["effort"] += task.details.effort_minutes or 0
        row["spent"] += getattr(task, "spent", 0)
    return sorted(people.values(), key=lambda row: (-row["open"], row["person"].sort_name))


def costs_of(project: Project) -> Any:
    """What the project has cost so far, by the ledger."""
    lines = LedgerLine.objects.filter(
        ticket__task_details__project=project, ticket__kind=Task.kind_slug
    ).standing()
    return totals(lines.with_all_money())


class ProjectFormMixin:
    """What making and editing a project share."""

    request: Any

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form asks what the person may choose."""
        return {**super().get_form_kwargs(), "user": reader(self.request)}  # type: ignore[misc]


class NewProject(ProjectFormMixin, CreatePage):
    """Make a project."""

    form_class = ProjectForm
    frame = "base_workspace.html"
    title = gettext_lazy("New project")
    verb = MANAGE
    success_message = gettext_lazy("The project is there. Give it phases, milestones and tasks.")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Projects"), reverse("projects:list"))]

    def get_initial(self) -> dict[str, Any]:
        user = reader(self.request)
        return {
            "manager": user,
            "entity": user.entity_id,
            "status": ProjectStatus.DRAFT,
            **super().get_initial(),
        }

    def act(self, form: Any) -> str:
        return actions.create_project(by=reader(self.request), **form.cleaned_data).get_absolute_url()


class OfProject(UpdatePage):
    """A form about a project that one plans."""

    model = Project

    @cached_property
    def object(self) -> Project:
        """The project: 404 unseen, 403 where it is another's to plan."""
        project = project_of(self.kwargs["code"], reader(self.request))
        if not self.request.user.has_perm(MANAGE, project):
            raise PermissionDenied
        return project

    def crumbs(self) -> list[Crumb]:
        return [
            Crumb(_("Projects"), reverse("projects:list")),
            Crumb(self.object.name, self.object.get_absolute_url()),
        ]


class EditProject(ProjectFormMixin, OfProject):
    """Change a project."""

    form_class = ProjectForm
    title = gettext_lazy("Edit the project")
    success_message = gettext_lazy("Saved.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "project": self.object}

    def get_initial(self) -> dict[str, Any]:
        values = {name: getattr(self.object, name) for name in FIELDS}
        return {**values, "entity": self.object.entity_id}

    def act(self, form: Any) -> str:
        row = actions.edit_project(
            self.object, form.cleaned_data, by=reader(self.request), version=self.sent_version
        )
        return row.get_absolute_url()
