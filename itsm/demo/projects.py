"""Projects of the demo, with time and costs on their tasks and on the tickets of the last weeks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from accounts.actions import grant_role
from accounts.models import Role, User
from calendars.arithmetic import Schedule, is_working_day
from calendars.models import Calendar
from core.choices import Kind
from itsm.demo.history import SEED
from itsm.demo.organisation import Cast
from itsm.demo.rhythm import at
from itsm.demo.texts import read
from projects.actions import (
    add_dependency,
    create_project,
    edit_project,
    reach_milestone,
    save_milestone,
    save_phase,
)
from projects.models import Phase, Project
from services.support import USUAL_CALENDAR
from tickets.actions import edit, move, open_ticket
from tickets.actions.ledger import add_cost, log_time, set_budget
from tickets.actions.rates import set_rate
from tickets.choices import Status
from tickets.events import untold
from tickets.models import Activity, PendingReason, Ticket

_LONGEST = 6 * 60
# Incidents of so many days carry the time that was spent on them, some of it billed.
_RECENT = timedelta(days=30)
_TIMED = 160


class Works:
    """Plays projects through the actions of real use, each act at its time; nobody is told."""

    def __init__(self, cast: Cast, schedule: Schedule, *, now: datetime) -> None:
        self._cast, self._schedule, self._now = cast, schedule, now
        self._today: date = at(now.date(), 0).date()
        self._rng = Random(SEED + 3)  # noqa: S311 - a story, not a secret
        self._activities = {row.slug: row for row in Activity.objects.all()}
        self._tasks: dict[str, Ticket] = {}

    def play(self) -> None:
        """Rates, projects with all that hangs on them, and time on recent incidents."""
        data = read("projects")
        with untold():
            self._set_rates(data["rate"])
            for row in data["project"]:
                self._project(row)
            self._time_incidents()

    def _day(self, shift: int) -> date:
        return self._today + timedelta(days=shift)

    def _moment(self, shift: int, minutes: int = 9 * 60) -> datetime:
        """A time of that day, never to come."""
        return min(at(self._day(shift), minutes), self._now)

    def _set_rates(self, rows: list[dict[str, str]]) -> None:
        by, first = self._cast.people["admin"], self._day(-800)
        for row in rows:
            set_rate(
                Decimal(row["amount"]), valid_from=first, by=by, at=self._moment(-700),
                person=self._cast.people.get(row.get("person", "")), team=self._cast.teams.get(row.get("team", "")),
            )  # fmt: skip

    def _project(self, row: dict[str, Any]) -> None:
        by = self._cast.people[row["manager"]]
        project = create_project(
            code=row["code"], name=row["name"], entity=self._cast.entities[row["entity"]], by=by,
            sponsor=None, description=row["description"].strip(), status="active",
            starts_on=self._day(row["starts"]), ends_on=self._day(row["ends"]), at=self._moment(row["starts"] - 12),
        )  # fmt: skip
        sponsor = self._cast.people[row["sponsor"]]
        edit_project(project, {"sponsor": sponsor}, by=self._cast.people["admin"])
        phases = [
            save_phase(
                project, {"name": name, "starts_on": self._day(start), "ends_on": self._day(end)}, by=by
            )
            for name, start, end in row["phases"]
        ]
        for name, due, phase, *reached in row["milestones"]:
            values = {"name": name, "due_on": self._day(due), "phase": phases[phase]}
            mark = save_milestone(project, values, by=by)
            if reached:
                reach_milestone(mark, by=by, at=self._moment(reached[0], 16 * 60))
        for task in row["task"]:
            self._task(task, project, phases, row, by=by)

    def _task(
        self, row: dict[str, Any], project: Project, phases: list[Phase], told: dict[str, Any], *, by: User
    ) -> None:
        """Opened and planned with the project, then whatever came of it."""
        start, end = (self._day(shift) for shift in row["plan"])
        worker = self._cast.people.get(row.get("person", ""))
        task = open_ticket(
            Kind.TASK, by=by, title=row["title"], service=self._cast.services[told["service"]], entity=project.entity,
            team=self._cast.teams.get(row.get("team", "")), assignee=worker, at=self._moment(told["starts"] - 10),
            details={
                "project": project, "phase": phases[row["phase"]], "planned_start": start, "planned_end": end,
                "effort_minutes": row["effort"] * 60,
            },
        )  # fmt: skip
        self._tasks[row["key"]] = task
        for other, *rest in row.get("after", ()):
            kind, lag = rest or ("FS", 0)
            add_dependency(
                self._tasks[other], task, by=by, type=kind, lag_days=lag, at=self._moment(told["starts"] - 9)
            )
        move(task, Status.PLANNED, by=by, at=self._moment(told["starts"] - 9, 11 * 60))
        if worker is not None and "done" in row:
            self._work(task, row, worker, by=by)

    def _work(self, task: Ticket, row: dict[str, Any], worker: User, *, by: User) -> None:
        """Begun, worked on, and where it is over, done and accepted."""
        begun, *ended = row["done"]
        move(task, Status.IN_PROGRESS, by=worker, at=self._moment(begun))
        self._spend(task, worker, row["spent"] * 60, begun, ended[0] if ended else 0)
        if "cost" in row:
            nature, label, amount, supplier = row["cost"]
            set_budget(task, Decimal(amount) + 2000, by=by, at=self._moment(begun))
            add_cost(
                task, by=worker, nature=nature, label=label, amount=Decimal(amount), supplier=supplier,
                day=self._day(begun + 1), at=self._moment(begun + 1, 15 * 60),
            )  # fmt: skip
        if "progress" in row:
            edit(task, {"details": {"progress": row["progress"]}}, by=worker, at=self._moment(-1, 17 * 60))
        if "waits" in row:
            reason = PendingReason.objects.get(slug=row["waits"])
            values = {"pending_reason": reason, "reason": "Intervention attendue sur les derniers copieurs."}
            move(task, Status.PENDING, by=worker, values=values, at=self._moment(-1, 17 * 60 + 10))
        if not ended:
            return
        move(task, Status.RESOLVED, by=worker, at=self._moment(ended[0], 17 * 60))
        if ended[0] < -4:
            move(task, Status.CLOSED, by=by, at=self._moment(ended[0] + 2, 10 * 60))

    def _spend(self, task: Ticket, worker: User, minutes: int, begun: int, ended: int) -> None:
        """Log time over the working days between, a few hours at most in a day."""
        days = list(self._working_days(begun, min(ended, -1)))
        words = [self._activities[slug] for slug in ("development", "testing", "meeting", "documentation")]
        for place, day in enumerate(days):
            share = min(minutes // (len(days) - place), _LONGEST)
            share -= share % 15
            if share:
                log_time(
                    task, by=worker, minutes=share, day=day, activity=words[0 if place % 4 else place // 4 % 4],
                    at=min(at(day, 18 * 60), self._now),
                )  # fmt: skip
                minutes -= share

    def _working_days(self, first: int, last: int) -> Iterator[date]:
        for shift in range(first, max(first, last) + 1):
            if is_working_day(self._schedule, self._day(shift)):
                yield self._day(shift)

    def _time_incidents(self) -> None:
        """What the technicians wrote down on the tickets of the last weeks."""
        rows = Ticket.objects.filter(
            kind=Kind.INCIDENT, assignee__isnull=False, resolved_at__gte=self._now - _RECENT, merged_into=None
        ).select_related("assignee")
        words = [self._activities[slug] for slug in ("diagnosis", "repair", "support")]
        people = {person.pk: person for person in self._cast.people.values()}
        for ticket in rows.order_by("-pk")[:_TIMED]:
            worker = people.get(ticket.assignee_id or 0)
            if worker is None or not worker.has_perm("tickets.work", ticket) or ticket.resolved_at is None:
                continue
            minutes = self._rng.choice((5, 10, 10, 15, 15, 20, 30, 45, 60, 90))
            log_time(
                ticket, by=worker, minutes=minutes, day=at(ticket.resolved_at.date(), 0).date(),
                activity=self._rng.choice(words), is_billable=self._rng.random() < 0.15,
                at=min(ticket.resolved_at + timedelta(minutes=5), self._now),
            )  # fmt: skip


def build_projects(cast: Cast, *, now: datetime) -> None:
    """Make project managers and play their projects."""
    top, role = cast.entities["VALBRUME"], Role.objects.get(slug="project_manager")
    for key in read("projects")["managers"]:
        grant_role(cast.people[key], role, top, by=None, at=now - timedelta(days=400))
    cast.read_people()
    schedule = Calendar.objects.get(slug=USUAL_CALENDAR).schedule
    Works(cast, schedule, now=now).play()
