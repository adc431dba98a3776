"""Problems behind the incidents of the demo, and changes in every state, one that went wrong among them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import Team, User
from calendars.arithmetic import Schedule, is_working_day
from calendars.models import Calendar
from changes.actions import open_change
from changes.models import ChangeTemplate
from core.choices import Kind
from core.outbox import relay
from itsm.demo.organisation import Cast
from itsm.demo.rhythm import at
from itsm.demo.texts import read
from problems.actions import add_cause, edit_cause, open_problem
from problems.models import CauseMethod, CauseState
from problems.solving import TOPIC
from services.support import USUAL_CALENDAR
from tickets.actions import move, take
from tickets.actions.approving import decide
from tickets.events import untold
from tickets.models import ApprovalStep, Ticket
from tickets.models.approvals import Answer

# How many incidents a problem is opened from at most.
_LINKED = 9
_QUALIFIED = ("context", "environment", "urgency_reason", "impact_reason")
_DESCRIBED = ("justification", "effects", "risk_note", "plan", "test_plan", "backout_plan")


class Improvement:
    """Plays problems and changes through the actions of real use, each act at its time; nobody is told."""

    def __init__(self, cast: Cast, schedule: Schedule, *, now: datetime) -> None:
        self._cast, self._schedule, self._now = cast, schedule, now
        self._today: date = at(now.date(), 0).date()
        self._problems: dict[str, Ticket] = {}
        # Time within one story only goes on, whatever days of rest do to its dates.
        self._clock = now

    def play(self) -> None:
        """Everything in the order of time, so that references grow with it."""
        data = read("improvement")
        stories = [
            *((row, self._problem) for row in data["problem"]),
            *((row, self._change) for row in data["change"]),
        ]
        with untold():
            for row, tell in sorted(stories, key=lambda story: self._moment(*story[0]["opened"])):
                self._clock = self._moment(*row["opened"])
                tell(row)
            # Those whose problem was solved meanwhile are told by the worker in real use.
            relay(TOPIC)

    def _moment(self, days: int, minutes: int) -> datetime:
        """So many minutes ago for day 0, else a time of a working day."""
        if days == 0:
            return self._now - timedelta(minutes=minutes)
        day = self._today - timedelta(days=days)
        while not is_working_day(self._schedule, day):
            day -= timedelta(days=1)
        return at(day, minutes)

    def _person(self, key: str) -> User:
        return self._cast.people[key]

    def _team(self, person: User) -> Team | None:
        """The team of who looks after it."""
        return Team.objects.filter(memberships__user=person).order_by("pk").first()

    def _problem(self, row: dict[str, Any]) -> None:
        opened, by = self._moment(*row["opened"]), self._person(row["by"])
        problem = open_problem(
            by=by, incidents=list(self._incidents(row, by, opened)), at=opened, title=row["title"],
            description=row["description"], urgency=row["urgency"], impact=row["impact"],
            service=self._cast.services[row["service"]], team=self._team(by),
            details={name: row[name] for name in _QUALIFIED},
        )  # fmt: skip
        self._problems[row["key"]] = problem
        steps = list(row["steps"])
        if steps:
            self._step(problem, steps.pop(0))
        self._analyse(problem, row, by)
        for step in steps:
            self._step(problem, step)

    def _incidents(self, row: dict[str, Any], by: User, before: datetime) -> Iterator[Ticket]:
        """Those reported before that have a word in their title, or where none is given those of the service."""
        about: dict[str, Any] = {"service": self._cast.services[row["service"]]}
        if row["find"]:
            about = {"title__contains": row["find"]}
        rows = Ticket.objects.filter(
            kind=Kind.INCIDENT, created_at__lt=before, is_confidential=False, **about
        )
        # A problem lives where its first incident does, and who opens it gives it to their team.
        rows = rows.filter(entity_id__in=by.access.entities("tickets.assign"))
        yield from rows.order_by("-created_at", "-pk")[:_LINKED]

    def _analyse(self, problem: Ticket, row: dict[str, Any], by: User) -> None:
        moment = self._clock = min(self._clock + timedelta(hours=5), self._now)
        for text, test, result, state in row["causes"]:
            cause = add_cause(problem, by=by, text=text, test=test, at=moment)
            if state != CauseState.SUSPECTED:
                edit_cause(cause, {"result": result, "state": state}, by=by, at=moment)
        for text in row["whys"]:
            add_cause(problem, by=by, text=text, method=CauseMethod.WHY, at=moment)

    def _change(self, row: dict[str, Any]) -> None:
        details: dict[str, Any] = {name: row[name] for name in _DESCRIBED if name in row}
        if "template" in row:
            details = {"template": ChangeTemplate.objects.get(slug=row["template"])}
        if "type" in row:
            details["change_type"] = row["type"]
        if "window" in row:
            days, minutes, length = row["window"]
            start = self._moment(days, minutes).replace(second=0, microsecond=0)
            details |= {"window_start": start, "window_end": start + timedelta(minutes=length)}
        resolves = [self._problems[row["resolves"]]] if "resolves" in row else []
        change = open_change(
            by=self._person(row.get("opener", row["by"])), resolves=resolves, title=row["title"],
            service=self._cast.services[row["service"]], entity=self._cast.entities["VALBRUME"],
            details=details, team=self._team(self._person(row["by"])), at=self._moment(*row["opened"]),
        )  # fmt: skip
        for step in row["steps"]:
            self._step(change, step)

    def _step(self, ticket: Ticket, step: list[Any]) -> None:
        days, minutes, who, what, given = step
        moment, by = max(self._moment(days, minutes), self._clock), self._person(who)
        self._clock = moment
        if what == "take":
            take(ticket, by=by, at=moment)
        elif what == "decide":
            asked = ApprovalStep.objects.get(approval__ticket=ticket, status=Answer.ASKED)
            decide(asked, given["decision"], by=by, reason=given["reason"], at=moment)
        else:
            values = dict(given)
            for name, rows in (("pending_reason", self._cast.reasons), ("resolution_code", self._cast.codes)):
                if name in values:
                    values[name] = rows[values[name]]
            move(ticket.pk, what, by=by, values=values, at=moment)


def build_problems_and_changes(cast: Cast, *, now: datetime) -> None:
    """Play them all as of now."""
    Improvement(cast, Calendar.objects.get(slug=USUAL_CALENDAR).schedule, now=now).play()
