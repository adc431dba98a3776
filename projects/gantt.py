"""The Gantt chart of a project as shapes: rows of phases, tasks and milestones over days, arrows between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format

from projects.choices import DependencyType
from projects.models import Dependency, Milestone, Project
from projects.models.task import FINISHED

LABELS, ROW, HEAD, PAD = 300, 28, 44, 12
# How wide a day may be drawn; the chart aims at this width whatever the length of the project.
NARROWEST, WIDEST, AIM = 2.0, 26.0, 830
# A chart of more days than this is cut: somebody mistyped a year.
MOST_DAYS = 3660
_LETTERS = 38


def _px(value: float) -> str:
    """A coordinate as SVG writes it, whatever the language."""
    return f"{value:.1f}".removesuffix(".0")


@dataclass
class Bar:
    """A stretch of days in a row."""

    x: str
    width: str
    y: str
    height: str
    css: str


@dataclass
class Row:
    """A line of the chart: its label and what is drawn in it."""

    label: str
    full: str
    y: int
    css: str
    address: str = ""
    bars: list[Bar] = field(default_factory=list)
    diamond: str = ""

    @property
    def text_y(self) -> int:
        """Where the label stands."""
        return self.y + ROW // 2 + 4


@dataclass
class Tick:
    """A line of the calendar with its label."""

    x: str
    label: str


@dataclass
class Chart:
    """All that is drawn."""

    width: str
    height: int
    rows: list[Row]
    months: list[Tick]
    weeks: list[str]
    arrows: list[str]
    today: str
    head: int = HEAD

    @property
    def plain_box(self) -> str:
        """Width and height, as a view box has them."""
        return f"{self.width} {self.height}"

    @property
    def box(self) -> str:
        """The same with a margin all around."""
        return f"{_px(float(self.width) + 24)} {self.height + 24}"


class _Scale:
    """Days as places."""

    def __init__(self, first: date, last: date) -> None:
        days = min(max((last - first).days + 1, 1), MOST_DAYS)
        self.first, self.last = first, first + timedelta(days=days - 1)
        self.day = min(max(AIM / days, NARROWEST), WIDEST)
        self.width = LABELS + days * self.day + PAD

    def start(self, at: date) -> float:
        """Where a day begins."""
        return LABELS + (min(max(at, self.first), self.last) - self.first).days * self.day

    def end(self, at: date) -> float:
        """Where a day ends."""
        return self.start(at) + self.day

    def bar(self, start: date, end: date, y: float, height: float, css: str) -> Bar:
        """The days from one to another, both included."""
        x = self.start(start)
        return Bar(_px(x), _px(max(self.end(end) - x, 3)), _px(y), _px(height), css)

    def shows(self, at: date) -> bool:
        """Whether a day is on the chart."""
        return self.first <= at <= self.last


def draw(
    project: Project,
    phases: list[dict[str, Any]],
    milestones: Iterable[Milestone],
    dependencies: Iterable[Dependency],
    *,
    today: date,
) -> Chart:
    """The chart of phases with their marked tasks (`state`, `percent`), as `phases_of` gives them."""
    marks = list(milestones)
    scale = _scale(project, phases, marks, today)
    rows: list[Row] = []
    places: dict[int, tuple[Row, Any]] = {}
    for part in phases:
        if part["phase"]:
            rows.append(_phase_row(part, len(rows), scale))
        for task in part["tasks"]:
            row = _task_row(task, len(rows), scale, today)
            places[task.pk] = (row, task.details)
            rows.append(row)
        if part["phase"]:
            for mark in marks:
                if mark.phase_id == part["phase"].pk:
                    rows.append(_milestone_row(mark, len(rows), scale, today))
    shown = {part["phase"].pk for part in phases if part["phase"]}
    for mark in marks:
        if mark.phase_id not in shown:
            rows.append(_milestone_row(mark, len(rows), scale, today))
    return Chart(
        width=_px(scale.width),
        height=HEAD + len(rows) * ROW + PAD,
        rows=rows,
        months=_months(scale),
        weeks=_weeks(scale),
        arrows=[path for each in dependencies if (path := _arrow(each, places, scale))],
        today=_px(scale.start(today) + scale.day / 2) if scale.shows(today) else "",
    )


def _scale(project: Project, phases: list[dict[str, Any]], marks: list[Milestone], today: date) -> _Scale:
    """From the first to the last day that anything speaks of."""
    days = [project.starts_on, project.ends_on, *(mark.due_on for mark in marks)]
    for part in phases:
        if part["phase"]:
            days += [part["phase"].starts_on, part["phase"].ends_on]
        for task in part["tasks"]:
            held = task.details
            days += [held.planned_start, held.planned_end, held.actual_start, held.actual_end]
    known = [day for day in days if day] or [today]
    return _Scale(min(known) - timedelta(days=2), max(known) + timedelta(days=4))


def _row(label: str, place: int, css: str, address: str = "") -> Row:
    short = label if len(label) <= _LETTERS else label[: _LETTERS - 1].rstrip() + "…"
    return Row(short, label, HEAD + place * ROW, css, address)


def _phase_row(part: dict[str, Any], place: int, scale: _Scale) -> Row:
    phase = part["phase"]
    row = _row(phase.name, place, "g-phase-row")
    days = [
        day for task in part["tasks"] for day in (task.details.planned_start, task.details.planned_end) if day
    ]
    start = phase.starts_on or (min(days) if days else None)
    end = phase.ends_on or (max(days) if days else None)
    if start and end:
        row.bars.append(scale.bar(start, max(start, end), row.y + 9, 7, "g-phase"))
    return row


def _task_row(task: Any, place: int, scale: _Scale, today: date) -> Row:
    """Planned above, actual below; of the planned bar the part that is done is filled."""
    held = task.details
    row = _row(task.title, place, "g-task-row", task.get_absolute_url())
    start, end = held.planned_start or held.planned_end, held.planned_end or held.planned_start
    if start and end:
        whole = scale.bar(start, end, row.y + 6, 9, f"g-plan g-{task.state or 'usual'}")
        row.bars.append(whole)
        if task.percent:
            done = Bar(whole.x, _px(float(whole.width) * task.percent / 100), whole.y, whole.height, "g-done")
            row.bars.append(done)
    if held.actual_start:
        until = held.actual_end or (max(today, held.actual_start) if task.status not in FINISHED else today)
        row.bars.append(scale.bar(held.actual_start, until, row.y + 18, 4, "g-actual"))
    return row


def _milestone_row(mark: Milestone, place: int, scale: _Scale, today: date) -> Row:
    row = _row(mark.name, place, "g-milestone-row")
    x, y = scale.start(mark.due_on) + scale.day / 2, row.y + ROW / 2
    row.diamond = f"M{_px(x)} {_px(y - 7)}l7 7-7 7-7-7z"
    if mark.reached_at:
        row.css += " g-reached"
    elif mark.due_on < today:
        row.css += " g-missed"
    return row


def _months(scale: _Scale) -> list[Tick]:
    """The first of each month, labelled where there is room."""
    ticks: list[Tick] = []
    at = scale.first.replace(day=1)
    step = 1 if scale.day * 30 >= 46 else 3
    while at <= scale.last:
        if at >= scale.first and (at.month - 1) % step == 0:
            ticks.append(Tick(_px(scale.start(at)), date_format(at, "M Y")))
        at = (at + timedelta(days=32)).replace(day=1)
    return ticks or [Tick(_px(scale.start(scale.first)), date_format(scale.first, "M Y"))]


def _weeks(scale: _Scale) -> list[str]:
    """Mondays, where the days are wide enough to tell weeks apart."""
    if scale.day < 5:
        return []
    first = scale.first + timedelta(days=-scale.first.weekday() % 7)
    days = (scale.last - first).days
    return [_px(scale.start(first + timedelta(days=shift))) for shift in range(0, days + 1, 7)]


def _arrow(each: Dependency, places: dict[int, tuple[Row, Any]], scale: _Scale) -> str:
    """From the end of the predecessor that counts to that of the successor, in right angles."""
    if each.predecessor_id not in places or each.successor_id not in places:
        return ""
    (row, before), (other, after) = places[each.predecessor_id], places[each.successor_id]
    if not (before.planned_start and before.planned_end and after.planned_start and after.planned_end):
        return ""
    from_end = each.type in (DependencyType.FS, DependencyType.FF)
    to_start = each.type in (DependencyType.FS, DependencyType.SS)
    x1 = scale.end(before.planned_end) if from_end else scale.start(before.planned_start)
    x2 = scale.start(after.planned_start) if to_start else scale.end(after.planned_end)
    y1, y2 = row.y + 10.5, other.y + 10.5
    out = x1 + (6 if from_end else -6)
    back = x2 + (-8 if to_start else 8)
    middle = y1 + (ROW / 2 if y2 > y1 else -ROW / 2) + 2
    tip = -5 if to_start else 5
    return (
        f"M{_px(x1)} {_px(y1)}H{_px(out)}V{_px(middle)}H{_px(back)}V{_px(y2)}H{_px(x2)}"
        f"m{tip}-3.5 {-tip} 3.5 {tip} 3.5"
    )
