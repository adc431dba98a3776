"""Who approves a request, and what an approval does to it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Grant, Membership, Team, User
from assistance.actions.catalogue import Step, steps_of
from assistance.models import MANAGE, AssistanceDetails, RequestType
from assistance.workflow import APPROVED_IF_ASKED, NOT_REFUSED
from core.choices import Kind
from core.exceptions import Refused
from tickets import guards
from tickets.actions import move
from tickets.actions.approving import StepPlan, barred_from_deciding, check_approved
from tickets.choices import Status, Verb
from tickets.models import Event, Ticket
from tickets.models.approvals import Answer
from tickets.signals import event_recorded

# How many people a step asks where it looks for them itself.
_FALLBACKS = 5


def register() -> None:
    """Make the conditions of moves and the effects of approvals known; `AppConfig.ready` calls it."""
    guards.register(APPROVED_IF_ASKED, check_asked)
    guards.register(NOT_REFUSED, check_not_refused)
    event_recorded.connect(follow_approval, dispatch_uid="assistance.follow_approval")


def plans(request_type: RequestType, ticket: Ticket) -> list[StepPlan]:
    """The steps to ask for on a ticket, with the people they come to. Raises `Refused` where a step finds nobody."""
    return [_plan(step, request_type, ticket) for step in steps_of(request_type)]


def _plan(step: Step, request_type: RequestType, ticket: Ticket) -> StepPlan:
    barred = barred_from_deciding(ticket, None)
    people = {person.pk: person for person in step.people}
    if step.asks_manager and ticket.requester.manager:
        people[ticket.requester.manager.pk] = ticket.requester.manager
    teams = list(step.teams)
    if ticket.is_confidential and teams:
        # Of a confidential ticket nobody learns by being in a team: those who lead it are named.
        people |= {person.pk: person for person in _leads(teams)}
        teams = []
    able = [person for key, person in people.items() if person.is_active and key not in barred]
    members = Membership.objects.filter(team__in=teams, team__is_active=True, user__is_active=True)
    if not able and not members.exclude(user__in=barred).exists():
        able = _fallback(request_type, ticket, barred)
    if not able and not teams:
        raise Refused(
            {"request_type": _("Nobody can approve this request at the moment: call the service desk.")}
        )
    name = (step.name_en if ticket.language.startswith("en") else step.name_fr) or step.name_fr
    return StepPlan(name=name, people=able, teams=teams, quorum=step.quorum, percent=step.percent)


def _leads(teams: list[Team]) -> list[User]:
    rows = Membership.objects.filter(team__in=teams, is_lead=True, user__is_active=True)
    return [row.user for row in rows.select_related("user").order_by("pk")]


def _fallback(request_type: RequestType, ticket: Ticket, barred: set[int]) -> list[User]:
    """Whoever leads the team that does it, else who manages the services of the entity or of one above."""
    team = request_type.team or ticket.team
    leads = [person for person in _leads([team] if team else []) if person.pk not in barred]
    if leads:
        return leads[:_FALLBACKS]
    reach = Q(entity=ticket.entity_id) | Q(entity__in=ticket.entity.path, with_descendants=True)
    grants = Grant.objects.filter(reach, user__is_active=True, role__verbs__contains=[MANAGE])
    rows = User.objects.filter(pk__in=grants.exclude(user__in=barred).values("user")).order_by("pk")
    return list(rows[:_FALLBACKS])


def check_asked(ticket: Ticket) -> None:
    """Guard: what came by a form that needs an approval has it, whoever withdrew or cancelled it meanwhile."""
    details = AssistanceDetails.objects.filter(pk=ticket.pk, request_type__steps__isnull=False)
    if ticket.approvals.exists() or details.exists():
        newest = ticket.approvals.order_by("-pk").first()
        if newest is None or newest.status != Answer.WITHDRAWN or details.exists():
            check_approved(ticket)


def check_not_refused(ticket: Ticket) -> None:
    """Guard: what was refused stays so; it is asked for anew."""
    newest = ticket.approvals.order_by("-pk").first()
    if newest is not None and newest.status == Answer.REFUSED:
        raise Refused({"to": _("This request was refused in its approval; it has to be asked for anew.")})


def follow_approval(*, event: Event, **_more: Any) -> None:
    """Move a request along with its approval: asked it waits, approved it goes to its team, refused it ends."""
    ticket = event.ticket
    if event.verb != Verb.APPROVAL or ticket.kind != Kind.REQUEST:
        return
    status, act = Status(ticket.status), event.data.get("act")
    if act == "asked" and ticket.workflow.find(status, Status.AWAITING_APPROVAL):
        move(ticket, Status.AWAITING_APPROVAL, by=None, at=event.at)
    elif status != Status.AWAITING_APPROVAL:
        return
    elif act == "refused":
        reason = event.data.get("reason") or _("The approval was refused.")
        move(ticket, Status.CANCELLED, by=None, values={"reason": reason}, at=event.at)
    elif act == "approved" and ticket.team and ticket.team.is_active:
        values = {"team": ticket.team, "assignee": _able(ticket)}
        move(ticket, Status.ASSIGNED, by=None, values=values, at=event.at)
    elif act in ("approved", "withdrawn"):
        move(ticket, Status.NEW, by=None, at=event.at)


def _able(ticket: Ticket) -> User | None:
    """The person who has the ticket, if they can still work on it in its team."""
    person = ticket.assignee
    fits = person and person.is_active and Membership.objects.filter(team=ticket.team, user=person).exists()
    return person if fits else None
