"""Plays stories through the single acts of `tickets`, each at its time."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any

from accounts.models import User
from core.choices import Kind
from itsm.demo import files
from itsm.demo.organisation import Cast
from itsm.demo.playing import Playing
from itsm.demo.stories import Act
from tickets.actions import (
    assign,
    attach,
    comment,
    edit,
    follow,
    move,
    open_ticket,
    pass_on,
    set_priority,
    take,
)
from tickets.choices import Status
from tickets.events import untold
from tickets.models import Ticket


class Player(Playing[Ticket]):
    """Plays act by act. People are told of what happened since `told_since`, and of nothing before."""

    def __init__(self, cast: Cast, *, until: datetime, told_since: datetime) -> None:
        super().__init__(until=until)
        self._cast, self._told_since = cast, told_since
        self._acts: dict[str, Callable[..., Ticket | None]] = {
            "assign": self._assign,
            "attach": _attach,
            "comment": _comment,
            "edit": _edit,
            "follow": self._follow,
            "move": self._move,
            "pass_on": self._pass_on,
            "set_priority": set_priority,
            "take": take,
        }

    def begin(self, act: Act) -> Ticket:
        """Open the ticket, its people and words found by their keys."""
        given = dict(act.given)
        given["service"] = self._cast.services[given["service"]]
        given["category"] = self._cast.categories[given["category"]]
        for name, rows in (("requester", self._cast.people), ("team", self._cast.teams)):
            if name in given:
                given[name] = rows[given[name]]
        with self._telling(act.at):
            return open_ticket(Kind.INCIDENT, by=self._cast.people[act.who], at=act.at, **given)

    def perform(self, played: Ticket, act: Act) -> Ticket:
        """Do one act."""
        with self._telling(act.at):
            done = self._acts[act.name](played, by=self._cast.people[act.who], at=act.at, **act.given)
        if done is None:
            # An answer may have moved the ticket.
            played.refresh_from_db(fields=["status", "closes_at", "pending_until"])
        return done or played

    def move_by_itself(self, played: Ticket, to: Status, at: datetime) -> Ticket:
        """A move that the portal makes."""
        with self._telling(at):
            return move(played, to, by=None, at=at)

    def row_of(self, played: Ticket) -> Ticket:
        """The ticket itself."""
        return played

    def _telling(self, at: datetime) -> AbstractContextManager[None]:
        return nullcontext() if at >= self._told_since else untold()

    def _assign(self, ticket: Ticket, *, assignee: str, **given: Any) -> Ticket:
        return assign(ticket, assignee=self._cast.people[assignee], **given)

    def _follow(self, ticket: Ticket, *, user: str, **given: Any) -> None:
        follow(ticket, self._cast.people[user], **given)

    def _pass_on(self, ticket: Ticket, *, team: str = "", **given: Any) -> Ticket:
        return pass_on(ticket, team=self._cast.teams[team] if team else None, **given)

    def _move(self, ticket: Ticket, *, to: str, by: User, at: datetime, **values: Any) -> Ticket:
        for name, rows in (("pending_reason", self._cast.reasons), ("resolution_code", self._cast.codes)):
            if name in values:
                values[name] = rows[values[name]]
        return move(ticket, to, by=by, at=at, values=values)


def _comment(ticket: Ticket, **given: Any) -> None:
    comment(ticket, **given)


def _attach(ticket: Ticket, *, name: str, text: str = "", picture: Sequence[str] = (), **given: Any) -> None:
    attach(ticket, [files.picture(name, picture) if picture else files.log(name, text)], **given)


def _edit(ticket: Ticket, *, by: User, at: datetime, **changes: Any) -> Ticket:
    return edit(ticket, changes, by=by, at=at)
