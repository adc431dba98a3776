"""Plays old stories all at once, through the set form of `tickets`: the same tickets and events, much sooner."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from calendars.arithmetic import Schedule, add_working_days
from core.choices import Kind, Level
from itsm.demo.organisation import Cast
from itsm.demo.playing import Playing
from itsm.demo.stories import Act
from services.models import ServiceTeam
from services.support import schedule_of
from tickets.actions.bulk import Past, load
from tickets.choices import CommentKind, Status, Verb
from tickets.models import Event, Follower, Policy
from tickets.priority import compute, matrix


class ToldPast(Past):
    """A past whose hand-overs say why, as the single acts do."""

    def hand_over(
        self, verb: Verb, *, by: int, at: datetime, status: str, level: str, reason: str = "", **owner: Any
    ) -> None:
        """Give it to a team and a person, and move it."""
        changes = self._change(**owner, status=status)
        if status != Status.PENDING:
            self.ticket.pending_reason_id = self.ticket.pending_until = None
        if changes:
            self._record(
                verb, by=by, at=at, is_public="status" in changes, changes=changes, reason=reason, level=level
            )

    def prioritise(self, priority: int, *, by: int, at: datetime, reason: str) -> None:
        """Set the priority by hand."""
        row = self.ticket
        before, row.priority = row.priority, priority
        row.priority_is_set, row.priority_reason, row.priority_by_id = True, reason, by
        self._record(Verb.PRIORITISED, by=by, at=at, changes={"priority": [before, priority]}, reason=reason)

    def follow(self, user: int, *, by: int, at: datetime) -> None:
        """Note a follower; the row itself is written after the ticket."""
        self._record(Verb.FOLLOWED, by=by, at=at, user=user)

    @property
    def last(self) -> Event:
        """The event just recorded."""
        return self.events[-1]


class Loader(Playing[ToldPast]):
    """Plays stories in memory; `finish` writes them."""

    def __init__(self, cast: Cast, *, until: datetime) -> None:
        super().__init__(until=until)
        self._cast = cast
        self._cells, self._close_after = matrix(), Policy.objects.get(entity=None).close_after_days
        self._support = {(row.service_id, row.level): row.team_id for row in ServiceTeam.objects.all()}
        self._schedules: dict[int, Schedule] = {
            row.pk: schedule_of(row) for row in cast.services.values()
        }  # fmt: skip
        self._levels = {team.pk: team.level for team in cast.teams.values()}
        self._service = {row.pk: row for row in cast.services.values()}
        self._acts: dict[str, Callable[..., None]] = {
            "assign": self._assign,
            "comment": self._comment,
            "edit": self._edit,
            "follow": self._follow,
            "move": self._move,
            "pass_on": self._pass_on,
            "set_priority": self._set_priority,
            "take": self._take,
        }

    def finish(self, pasts: Sequence[ToldPast]) -> None:
        """Write the tickets with their events, comments and followers."""
        load(pasts)
        Follower.objects.bulk_create(
            Follower(ticket_id=past.ticket.pk, user_id=event.data["user"], created_at=event.at)
            for past in pasts
            for event in past.events
            if event.verb == Verb.FOLLOWED
        )

    def begin(self, act: Act) -> ToldPast:
        """Open the ticket."""
        by, given = self._cast.people[act.who], dict(act.given)
        requester = self._cast.people[given.pop("requester", act.who)]
        service = self._cast.services[given.pop("service")]
        category = self._cast.categories[given.pop("category")]
        team = (
            self._cast.teams[given.pop("team")].pk if "team" in given else self._support[service.pk, Level.N1]
        )
        given["channel"] = str(given["channel"])
        priority = self._priority(service.pk, given["urgency"], given["impact"])
        return ToldPast(
            Kind.INCIDENT, by=by.pk, at=act.at, requester_id=requester.pk, entity_id=requester.entity_id,
            service_id=service.pk, category_id=category.pk, team_id=team, priority=priority,
            language=requester.language, **given,
        )  # fmt: skip

    def perform(self, played: ToldPast, act: Act) -> ToldPast:
        """Do one act."""
        self._acts[act.name](played, by=self._cast.people[act.who].pk, at=act.at, **act.given)
        return played

    def move_by_itself(self, played: ToldPast, to: Status, at: datetime) -> ToldPast:
        """A move that the portal makes."""
        played.move(to, by=None, at=at)
        return played

    def row_of(self, played: ToldPast) -> Any:
        """The ticket, not written yet."""
        return played.ticket

    def _priority(self, service: int | None, urgency: int, impact: int) -> int:
        criticality = self._service[service].criticality if service else None
        return compute(self._cells, urgency=urgency, impact=impact, criticality=criticality)

    def _take(self, past: ToldPast, *, by: int, at: datetime) -> None:
        level = self._levels[past.ticket.team_id or 0]
        past.hand_over(
            Verb.ASSIGNED, by=by, at=at, status=str(Status.IN_PROGRESS), level=level, assignee_id=by
        )

    def _assign(self, past: ToldPast, *, assignee: str, by: int, at: datetime, reason: str = "") -> None:
        row = past.ticket
        status = str(Status.ASSIGNED) if row.status == Status.NEW else row.status
        person, level = self._cast.people[assignee].pk, self._levels[row.team_id or 0]
        past.hand_over(
            Verb.ASSIGNED, by=by, at=at, status=status, level=level, reason=reason, assignee_id=person
        )

    def _pass_on(
        self, past: ToldPast, *, by: int, at: datetime, reason: str, level: str = "", team: str = ""
    ) -> None:
        key = self._cast.teams[team].pk if team else self._support[past.ticket.service_id or 0, level]
        past.hand_over(
            Verb.PASSED_ON, by=by, at=at, status=str(Status.ASSIGNED), level=self._levels[key], reason=reason,
            team_id=key, assignee_id=None,
        )  # fmt: skip

    def _comment(
        self, past: ToldPast, *, by: int, at: datetime, body: str, kind: str = CommentKind.PUBLIC
    ) -> None:
        past.comment(body, by=by, at=at, kind=kind)
        if by != past.ticket.requester_id or kind != CommentKind.PUBLIC:
            return
        # What a requester's answer does to the status.
        if past.ticket.status == Status.PENDING:
            past.move(Status.IN_PROGRESS, by=None, at=at)
        elif past.ticket.status == Status.CLOSED:
            past.move(Status.IN_PROGRESS, by=None, at=at)
            past.last.data["reason"] = _("Answer of the requester")
        elif past.ticket.status == Status.RESOLVED:
            past.ticket.closes_at = self._closing(past, at)

    def _edit(self, past: ToldPast, *, by: int, at: datetime, **columns: Any) -> None:
        row = past.ticket
        if not row.priority_is_set:
            urgency, impact = columns.get("urgency", row.urgency), columns.get("impact", row.impact)
            columns["priority"] = self._priority(row.service_id, urgency, impact)
        past.edit(by=by, at=at, **columns)

    def _set_priority(self, past: ToldPast, *, priority: int, by: int, at: datetime, reason: str) -> None:
        past.prioritise(priority, by=by, at=at, reason=reason)

    def _follow(self, past: ToldPast, *, user: str, by: int, at: datetime) -> None:
        past.follow(self._cast.people[user].pk, by=by, at=at)

    def _move(self, past: ToldPast, *, to: str, by: int, at: datetime, **values: Any) -> None:
        columns: dict[str, Any] = {}
        if "pending_reason" in values:
            columns["pending_reason_id"] = self._cast.reasons[values.pop("pending_reason")].pk
        if "resolution_code" in values:
            columns |= {
                "solution": values.pop("solution"),
                "resolution_code_id": self._cast.codes[values.pop("resolution_code")].pk,
            }
        closes_at = self._closing(past, at) if to == Status.RESOLVED else None
        past.move(str(to), by=by, at=at, closes_at=closes_at, **columns)
        if "pending_until" in values:
            past.ticket.pending_until = values["pending_until"]
            values["pending_until"] = values["pending_until"].isoformat()
        if "cause" in values:
            past.details["cause"] = values["cause"]
        past.last.data.update(values)

    def _closing(self, past: ToldPast, at: datetime) -> datetime:
        return add_working_days(self._schedules[past.ticket.service_id or 0], at, self._close_after)
