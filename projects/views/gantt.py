"""The Gantt chart: on a page with the same as a table, and as a picture of its own."""

from __future__ import annotations

from functools import cache
from typing import Any

from csp import constants as csp
from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.views import Action, Crumb
from projects.gantt import Chart, draw
from projects.models import Dependency, Project
from projects.views.projects import mark, phases_of, project_of, tasks_of
from tickets.views.people import reader


def _read(request: HttpRequest, code: str) -> tuple[Project, dict[str, Any]]:
    """The project and what its chart and table show."""
    user, today = reader(request), timezone.localdate()
    project = project_of(code, user)
    tasks: list[Any] = tasks_of(project, user)
    for task in tasks:
        mark(task, today)
    phases = phases_of(project, tasks)
    milestones = list(project.milestones.all())
    keys = [task.pk for task in tasks]
    dependencies = list(Dependency.objects.filter(predecessor__in=keys, successor__in=keys))
    waits: dict[int, list[str]] = {}
    names = {task.pk: task.reference for task in tasks}
    for each in dependencies:
        lag = f" {each.lag_days:+d}" if each.lag_days else ""
        waits.setdefault(each.successor_id, []).append(f"{names[each.predecessor_id]} ({each.type}{lag})")
    for task in tasks:
        task.waits = waits.get(task.pk, [])
    chart: Chart = draw(project, phases, milestones, dependencies, today=today)
    return project, {
        "project": project,
        "chart": chart,
        "phases": phases,
        "milestones": milestones,
        "today": today,
    }


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The chart, and the same as a table."""
    project, context = _read(request, code)
    context |= {
        "title": _("Gantt chart of %(project)s") % {"project": project.name},
        "crumbs": [
            Crumb(_("Projects"), reverse("projects:list")),
            Crumb(project.name, project.get_absolute_url()),
        ],
        "actions": [
            Action(_("Board"), reverse("projects:board", args=[project.code]), "layout-sidebar-right"),
            Action(_("As a picture"), reverse("projects:gantt_svg", args=[project.code]), "download"),
        ],
    }
    return render(request, "projects/gantt.html", context)


@csp_update({"style-src": [csp.NONCE]})  # type: ignore[arg-type] # its types know no arguments of addresses
@require_safe
def picture(request: HttpRequest, code: str) -> HttpResponse:
    """The chart as an SVG file that brings its own colours."""
    project, context = _read(request, code)
    context["css"] = _css()
    answer = render(request, "projects/gantt.svg", context, content_type="image/svg+xml")
    answer["Content-Disposition"] = f'inline; filename="{project.code}.svg"'
    return answer


@cache
def _css() -> str:
    """The style of the chart, as the page has it."""
    return (settings.BASE_DIR / "static" / "css" / "gantt.css").read_text(encoding="utf-8")
