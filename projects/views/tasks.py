"""Tasks: their list, a new one, its plan, what it waits for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from core.choices import Kind
from core.exceptions import Refused, StaleVersion
from core.views import Action, CreatePage, Crumb, refused_message
from projects import actions
from projects.actions.projects import MANAGE
from projects.filters import TaskFilter
from projects.forms import DependencyForm, PlanForm, TaskForm
from projects.models import Dependency, Project, Task
from projects.tables import TaskTable
from tickets.actions import edit, open_ticket, store_upload
from tickets.models import Ticket
from tickets.views.people import reader
from tickets.views.queue import TicketList
from tickets.views.ticket import Act, ticket_of

_PREFIX = "details."


def in_form(refused: Refused) -> Refused:
    """A refusal that names columns as the form has them."""
    return Refused({name.removeprefix(_PREFIX): list(texts) for name, texts in refused.errors.items()})


class TaskList(TicketList):
    """All tasks one may see."""

    model = Task
    table_class = TaskTable
    filterset_class = TaskFilter
    title = gettext_lazy("Tasks")
    sentence = gettext_lazy("The work of all projects, and what belongs to none yet.")
    panel_fields: Any = (
        "project", "status", "behind", "team", "assignee", "priority", "entity", "created_after", "created_before",
    )  # fmt: skip
    empty_text = gettext_lazy("Open the first from a project, or here.")

    def get_queryset(self) -> QuerySet[Any]:
        shown = ("project", "planned_start", "planned_end", "actual_start")
        rows = Task.objects.visible_to(self.request.user).for_lists(
            *(f"task_details__{name}" for name in shown)
        )
        found: QuerySet[Any] = rows.prefetch_related("task_details__project")
        return found

    def actions(self) -> list[Action]:
        return [Action(_("New task"), reverse("projects:create_task"), "plus", primary=True)]


class NewTask(CreatePage):
    """Open a task, in a project or in none."""

    form_class = TaskForm
    frame = "base_workspace.html"
    template_name = "projects/task_form.html"
    title = gettext_lazy("New task")
    submit_label = gettext_lazy("Create the task")
    verb = "tickets.open_for_others"

    def crumbs(self) -> list[Crumb]:
        if self.project is None:
            return [Crumb(_("Tasks"), reverse("projects:tasks"))]
        return [
            Crumb(_("Projects"), reverse("projects:list")),
            Crumb(self.project.name, self.project.get_absolute_url()),
        ]

    @cached_property
    def project(self) -> Project | None:
        """The project of the address, where it names one that the person sees."""
        key = self.request.GET.get("project", "")
        rows = Project.objects.visible_to(reader(self.request))
        return rows.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 19 else None

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}

    def act(self, form: Any) -> str:
        user, values = reader(self.request), dict(form.cleaned_data)
        kept = [store_upload(upload, by=user) for upload in values.pop("files")]
        details = {name: value for name in TaskForm.details if (value := values.pop(name)) not in (None, "")}
        project = details.get("project")
        try:
            task = open_ticket(
                Kind.TASK, by=user, attachments=kept, details=details, entity=project.entity if project else None,
                **values,
            )  # fmt: skip
        except Refused as refused:
            raise in_form(refused) from refused
        messages.success(self.request, _("%(reference)s is open.") % {"reference": task.reference})
        return task.get_absolute_url()


class OfTask(Act):
    """A form about a task."""

    object_verb = "tickets.work"

    @cached_property
    def object(self) -> Ticket:
        """The task; 404 where it is of another kind."""
        ticket: Ticket = super().object
        if ticket.kind != Kind.TASK or ticket.details is None:
            raise Http404
        return ticket


class PlanPage(OfTask):
    """The plan of a task and how far it is."""

    form_class: Any = PlanForm
    title = gettext_lazy("Plan and progress")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "held": self.object.details}

    def get_initial(self) -> dict[str, Any]:
        held = self.object.details
        return {
            "project": held.project_id,
            "phase": held.phase_id,
            "parent": f"{Task.prefix}-{held.parent_id}" if held.parent_id else "",
            "planned_start": held.planned_start,
            "planned_end": held.planned_end,
            "effort_minutes": held.effort_minutes,
            "progress": held.progress,
        }

    def act(self, form: Any) -> str:
        try:
            task = edit(
                self.object,
                {"details": form.cleaned_data},
                by=reader(self.request),
                version=self.sent_version,
            )
        except StaleVersion:
            raise
        except Refused as refused:
            raise in_form(refused) from refused
        return self.done(task, _("Saved."))


class AddDependency(OfTask):
    """Let the task wait for another."""

    form_class = DependencyForm
    title = gettext_lazy("Add a dependency")
    submit_label = gettext_lazy("Add")

    def act(self, form: Any) -> str:
        values = dict(form.cleaned_data)
        actions.add_dependency(values.pop("predecessor"), self.object, by=reader(self.request), **values)
        return self.done(self.object, _("Saved."))


@require_POST
def remove_dependency(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a task wait no longer."""
    row = Dependency.objects.select_related("successor").filter(pk=pk).first()
    if row is None:
        raise Http404
    task = ticket_of(request, row.successor.reference)
    refused_message(request, lambda: actions.remove_dependency(row, by=reader(request)))
    return redirect(task.get_absolute_url())


def may_plan(user: Any, task: Ticket) -> bool:
    """Whether the person plans the project of a task."""
    project = task.details.project if task.details else None
    return project is not None and user.has_perm(MANAGE, project)
