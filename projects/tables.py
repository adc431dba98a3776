"""The lists of projects and tasks."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext as _, gettext_lazy

from core import markup, times
from core.tables import Column, Table
from projects.choices import ProjectStatus
from projects.figures import Summary, project_state, task_state
from projects.models import Project
from tickets import durations
from tickets.tables import TicketTable

_TONES = {
    ProjectStatus.DRAFT: "neutral",
    ProjectStatus.ACTIVE: "accent",
    ProjectStatus.ON_HOLD: "waiting",
    ProjectStatus.CLOSED: "good",
}


def project_status(project: Project) -> SafeString:
    """The status of a project."""
    status = ProjectStatus(project.status)
    return markup.tag(status.label, _TONES[status], "clock-pause" if status == ProjectStatus.ON_HOLD else "")


def progress_bar(percent: int) -> SafeString:
    """A bar and the figure it stands for."""
    return format_html(
        '<span class="progress"><svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="progress-whole" width="100" height="6" rx="3"/>'
        '<rect class="progress-done" width="{}" height="6" rx="3"/></svg><span class="num">{} %</span></span>',
        percent,
        percent,
    )


def state_tag(state: str) -> SafeString:
    """Late or soon, in words; nothing otherwise."""
    if state == "late":
        return markup.tag(_("Late"), "late")
    return markup.tag(_("Due soon"), "soon") if state == "soon" else SafeString("")


def _summary(project: Any) -> Summary:
    found: Summary = project.summary
    return found


def _end(project: Any) -> SafeString:
    tag = state_tag(project_state(project, _summary(project), timezone.localdate()))
    return format_html("{} {}", tag, day(project.ends_on)) if tag else day(project.ends_on)


def day(at: date | None) -> SafeString:
    """A day in few words, without the year where it is this one; the whole of it on hover."""
    if at is None:
        return markup.EMPTY
    written = "j N" if (get_language() or "").startswith("fr") else "j M"
    text = date_format(at, written if at.year == timezone.localdate().year else f"{written} Y")
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), times.exact(at), text)


def days(start: date | None, end: date | None) -> SafeString:
    """From one day to another; dots for what is not known, a dash where neither is."""
    if start is None and end is None:
        return markup.EMPTY
    dots = SafeString("…")
    return format_html("{}\u202f–\u202f{}", day(start) if start else dots, day(end) if end else dots)


def _time(project: Any) -> str:
    summary = _summary(project)
    return f"{durations.hours(summary.spent)} / {durations.hours(summary.effort)}"


class ProjectTable(Table):
    """Projects, each with its `summary`."""

    caption = gettext_lazy("Projects")
    name = Column(
        gettext_lazy("Project"),
        lambda row: format_html(
            '<span class="cell-title">{}</span> <span class="reference">{}</span>', row.name, row.code
        ),
        sort="sort_name",
    )
    status = Column(gettext_lazy("Status"), project_status, css="shrink")
    progress = Column(
        gettext_lazy("Progress"), lambda row: progress_bar(_summary(row).progress), css="shrink"
    )
    end = Column(gettext_lazy("Planned end"), _end, sort="ends_on", css="shrink")
    time = Column(gettext_lazy("Spent / planned"), _time, css="num shrink soon-out")
    manager = Column(
        gettext_lazy("Project manager"), lambda row: markup.person(row.manager), css="wide soon-out"
    )
    entity = Column(gettext_lazy("Entity"), "entity", css="wide quiet mid-out")


class TaskTable(TicketTable):
    """Tasks, with their project and planned end."""

    caption = gettext_lazy("Tasks")
    service: Any = None
    requester: Any = None
    due: Any = None
    created: Any = None
    project = Column(
        gettext_lazy("Project"),
        lambda task: task.details.project.code if task.details and task.details.project else "",
        css="shrink quiet soon-out",
    )
    planned_end = Column(
        gettext_lazy("Planned end"),
        lambda task: format_html("{} {}", _state_of(task), day(task.details and task.details.planned_end)),
        css="shrink",
    )


def _state_of(task: Any) -> SafeString:
    if task.details is None:
        return SafeString("")
    return state_tag(task_state(task.details, task.status, timezone.localdate()))
