"""The board of a project: its tasks in columns by status."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.exceptions import Refused
from core.views import Action, Crumb
from projects.views.projects import mark, project_of, tasks_of
from tickets import actions
from tickets.actions.moving import allowed_move, moves_for
from tickets.choices import Status
from tickets.permissions import sees_internal
from tickets.views.people import reader
from tickets.views.ticket import ticket_of

# Cards of done work that are shown.
DONE = 10
# The columns, each with the statuses it shows; a card dropped there takes the first.
COLUMNS: tuple[tuple[Status, ...], ...] = (
    (Status.NEW,),
    (Status.PLANNED,),
    (Status.ASSIGNED,),
    (Status.IN_PROGRESS,),
    (Status.PENDING,),
    (Status.RESOLVED, Status.CLOSED),
)


@require_safe
def board(request: HttpRequest, code: str) -> HttpResponse:
    """The tasks one sees, by status; cancelled ones are left out."""
    user, today = reader(request), timezone.localdate()
    project = project_of(code, user)
    tasks: list[Any] = tasks_of(project, user)
    for task in tasks:
        mark(task, today)
        # Closed work has its page; asking whether it may still be reopened costs more than the card.
        task.steps = [] if task.status == Status.CLOSED else moves_for(user, task)
        task.is_internal = sees_internal(user, task)
    columns = [
        {
            "status": statuses[0],
            "label": Status(statuses[0]).label,
            **_cards(
                [task for task in tasks if task.status in statuses], ended=statuses[0] == Status.RESOLVED
            ),
        }
        for statuses in COLUMNS
    ]
    context = {
        "project": project,
        "columns": columns,
        "title": _("Board of %(project)s") % {"project": project.name},
        "crumbs": [
            Crumb(_("Projects"), reverse("projects:list")),
            Crumb(project.name, project.get_absolute_url()),
        ],
        "actions": [
            Action(_("Project"), project.get_absolute_url(), "list-details"),
            Action(_("Gantt chart"), reverse("projects:gantt", args=[project.code]), "chart-bar"),
        ],
    }
    return render(request, "projects/board.html", context)


def _cards(tasks: list[Any], *, ended: bool) -> dict[str, Any]:
    """The cards of a column; of what is done only the latest, and how many more there are."""
    shown = tasks
    if ended:
        shown = sorted(tasks, key=lambda task: (task.details.actual_end or date.min, task.pk), reverse=True)[
            :DONE
        ]
    return {"tasks": shown, "count": len(tasks), "more": len(tasks) - len(shown)}


@require_POST
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Move the task named in the body; where the move needs more, its form asks for it."""
    user = reader(request)
    project = project_of(code, user)
    back = redirect("projects:board", code=project.code)
    reference = request.POST.get("task", "")[:40].replace("\x00", "")
    if not reference:
        return back
    task = ticket_of(request, reference)
    if task.details is None or getattr(task.details, "project_id", None) != project.pk:
        raise Http404
    to = request.POST.get("to", "")
    if to == task.status:
        return back
    try:
        step = allowed_move(task, to, by=user)
        if step.requires:
            return redirect(reverse("tickets:move", args=[task.reference, step.to]))
        actions.move(task, to, by=user)
    except Refused as refused:
        messages.error(request, str(refused))
    return back
