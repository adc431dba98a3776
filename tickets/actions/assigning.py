"""Who works on a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import substitute_of
from accounts.models import Team, User
from core.choices import Level
from core.exceptions import Refused
from services.support import support_team
from tickets.actions.base import checked_text, lock, moment, require, save
from tickets.choices import Status, Verb
from tickets.events import record
from tickets.models import Ticket
from tickets.permissions import sees_internal


@transaction.atomic
def assign(
    ticket: Ticket,
    *,
    by: User | None,
    team: Team | None = None,
    assignee: User | None = None,
    reason: str = "",
    version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Give a ticket to a team, a person, or a person within a team. The first assignment leaves *new*.

    A person alone keeps the team where they are in it; otherwise one of their own teams is taken.
    """
    row = lock(ticket, version=version)
    require(by, "tickets.assign", row)
    _check_open(row)
    return give(row, team=team, assignee=assignee, reason=reason, by=by, at=moment(at))


def give(
    row: Ticket,
    *,
    team: Team | None,
    assignee: User | None,
    reason: str,
    by: User | None,
    at: datetime,
    status: Status | None = None,
) -> Ticket:
    """Give a locked ticket to an owner that fits, and where told to, move it: what `assign` and its move share."""
    if team is None and assignee is None:
        raise Refused({"team": _("Choose a team or a person.")})
    team, assignee = resolve_owner(row, team, assignee)
    stand_in = _stand_in(row, assignee, by=by, at=at)
    reason = checked_text("reason", reason, limit=2000)
    _hand_over(
        row,
        Verb.ASSIGNED,
        team=team,
        assignee=stand_in or assignee,
        instead_of=assignee if stand_in else None,
        reason=reason,
        by=by,
        at=at,
        status=status,
    )
    return row


def _stand_in(ticket: Ticket, assignee: User | None, *, by: User | None, at: datetime) -> User | None:
    """Who gets new work while the person is absent, where that one may see the ticket anyway.

    Taking it oneself is the person's own business.
    """
    if assignee is None or assignee == by:
        return None
    stand_in = substitute_of(assignee, timezone.localdate(at, ZoneInfo(assignee.timezone)))
    return stand_in if stand_in and sees_internal(stand_in, ticket) else None


@transaction.atomic
def take(ticket: Ticket, *, by: User, version: int | None = None, at: datetime | None = None) -> Ticket:
    """Take a ticket oneself and begin."""
    now = moment(at)
    row = lock(ticket, version=version)
    require(by, "tickets.work", row)
    _check_open(row)
    team, assignee = resolve_owner(row, None, by, strict=False)
    status = row.workflow.taken(row.status)
    if row.assignee_id == by.pk and row.status == status:
        return row
    _hand_over(row, Verb.ASSIGNED, team=team, assignee=assignee, reason="", by=by, at=now, status=status)
    return row


@transaction.atomic
def pass_on(
    ticket: Ticket,
    *,
    reason: str,
    by: User,
    level: str | None = None,
    team: Team | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Pass a ticket to another level with the reason: to a team, or to the service's team of that level."""
    now = moment(at)
    row = lock(ticket, version=version)
    require(by, "tickets.assign", row)
    _check_open(row)
    reason = checked_text("reason", reason, limit=2000)
    if not reason:
        raise Refused({"reason": _("Say why another level is needed.")})
    if team is None:
        team = _team_of_level(row, level)
    if not team.is_active:
        raise Refused({"team": _("This team is no longer active.")})
    if team.pk == row.team_id:
        raise Refused({"team": _("The ticket is already with this team.")})
    status = row.workflow.given(row.status, anew=True)
    _hand_over(row, Verb.PASSED_ON, team=team, assignee=None, reason=reason, by=by, at=now, status=status)
    return row


def _team_of_level(ticket: Ticket, level: str | None) -> Team:
    if level not in Level.values:
        raise Refused({"level": _("Choose a level.")})
    team = support_team(ticket.service, Level(level)) if ticket.service else None
    if team is None:
        raise Refused({"level": _("No team of this level supports the service; choose a team.")})
    return team


def _check_open(ticket: Ticket) -> None:
    if not ticket.is_open:
        raise Refused(_("This ticket is no longer open; reopen it first."))


def resolve_owner(
    ticket: Ticket, team: Team | None, assignee: User | None, *, strict: bool = True
) -> tuple[Team | None, User | None]:
    """Team and person that fit together. Raises `Refused` naming the one that does not.

    Without `strict`, someone who is in no team may work on a ticket all the same (taking it oneself).
    """
    if team is not None and not team.is_active:
        raise Refused({"team": _("This team is no longer active.")})
    if assignee is None:
        return team, None
    if not assignee.is_active:
        raise Refused({"assignee": _("This person is no longer active.")})
    teams = list(Team.objects.filter(memberships__user=assignee, is_active=True).order_by("pk"))
    if team is not None:
        if team not in teams:
            raise Refused({"assignee": _("This person is not in the team.")})
        return team, assignee
    if ticket.team and (ticket.team in teams or not strict):
        return ticket.team, assignee
    if not teams and strict:
        raise Refused({"assignee": _("This person is in no team.")})
    return (teams[0] if teams else ticket.team), assignee


def _hand_over(
    row: Ticket,
    verb: Verb,
    *,
    team: Team | None,
    assignee: User | None,
    reason: str,
    by: User | None,
    at: datetime,
    status: Status | None = None,
    instead_of: User | None = None,
) -> None:
    """Write the new owner, the status that goes with it, and the event."""
    changes: dict[str, list[object]] = {}
    if row.team_id != (team.pk if team else None):
        changes["team"] = [row.team_id, team.pk if team else None]
    if row.assignee_id != (assignee.pk if assignee else None):
        changes["assignee"] = [row.assignee_id, assignee.pk if assignee else None]
    to = status or row.workflow.given(row.status)
    if to != row.status:
        changes["status"] = [row.status, str(to)]
    if not changes:
        return
    row.team, row.assignee, row.status = team, assignee, to
    if to != Status.PENDING:
        row.pending_reason, row.pending_until = None, None
    save(row, ["team", "assignee", "status", "pending_reason", "pending_until"], at=at)
    facts: dict[str, Any] = {"level": team.level} if team else {}
    if instead_of:
        facts["instead_of"] = instead_of.pk
    record(row, verb, by=by, at=at, is_public="status" in changes, changes=changes, reason=reason, **facts)
