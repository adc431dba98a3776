"""Approvals: asking, deciding, withdrawing, reminding, and who stands in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import substitute_of
from accounts.models import Absence, Membership, Team, User
from calendars.arithmetic import add_working_days
from core.db import locked
from core.exceptions import Refused
from services.support import schedule_of
from tickets.actions.base import checked_text, lock, moment, policy_of, require
from tickets.choices import ENDED, Verb
from tickets.events import record
from tickets.models import Approval, ApprovalStep, ApprovalVote, Event, Ticket
from tickets.models.approvals import DECISIONS, Answer, Quorum

MAX_STEPS = 10
MAX_PEOPLE = 50
REASON_LIMIT = 2000
# How many rounds one pass of a sweep takes; the next pass takes the rest.
BATCH = 200


@dataclass(frozen=True)
class StepPlan:
    """A step to ask for: people by name, and the members of teams; `percent` counts for that quorum only."""

    name: str
    people: Sequence[User] = ()
    teams: Sequence[Team] = ()
    quorum: str = Quorum.ANY
    percent: int = 50


@transaction.atomic
def ask_approval(
    ticket: Ticket | int, steps: Sequence[StepPlan], *, by: User | None, at: datetime | None = None
) -> Approval:
    """Ask people to approve a ticket, step after step; the first step is asked at once.

    Whoever asks, opened the ticket or requested it cannot be among those named, and is left out of teams. Raises
    `Refused` where a round is open already, or a step has nobody who can answer.
    """
    now = moment(at)
    row = lock(ticket)
    require(by, "tickets.work", row)
    if not row.is_open:
        raise Refused(_("This ticket is no longer open; reopen it first."))
    if row.approvals.filter(status=Answer.ASKED).exists():
        raise Refused(_("An approval is already being asked for on this ticket."))
    if not 1 <= len(steps) <= MAX_STEPS:
        raise Refused({"steps": _("Give between 1 and %(limit)d steps.") % {"limit": MAX_STEPS}})
    barred = barred_from_deciding(row, by)
    voters = [_voters(plan, row, barred) for plan in steps]
    approval = Approval.objects.create(
        ticket=row, asked_by=by, asked_at=now, remind_at=_next_reminder(row, now)
    )
    for position, (plan, people) in enumerate(zip(steps, voters, strict=True), 1):
        step = ApprovalStep.objects.create(
            approval=approval, position=position, name=_step_name(plan, position), quorum=plan.quorum,
            percent=plan.percent,
        )  # fmt: skip
        ApprovalVote.objects.bulk_create(
            ApprovalVote(step=step, ticket=row, approver=person, team=team) for person, team in people.items()
        )
    _open_step(row, approval, approval.steps.earliest("position"), by=by, at=now, act="asked")
    return approval


@transaction.atomic
def decide(
    step: ApprovalStep | int,
    decision: str,
    *,
    by: User,
    reason: str = "",
    at: datetime | None = None,
) -> Approval:
    """Approve or refuse in a step what one is asked for, oneself or as the substitute of someone away.

    An approval that makes the quorum opens the next step or ends the round; a refusal needs a reason and ends it.
    The ticket is locked first, so that two who answer at once are counted one after the other.
    """
    now = moment(at)
    named = ApprovalStep.objects.select_related("approval").get(pk=step if isinstance(step, int) else step.pk)
    row = lock(named.approval.ticket_id)
    held = locked(ApprovalStep.objects.filter(pk=named.pk)).select_related("approval").get()
    approval = held.approval
    votes = list(held.votes.of(by).select_related("approver").order_by("pk"))
    if not votes:
        raise PermissionDenied
    if by.pk in barred_from_deciding(row, approval.asked_by):
        raise Refused(_("Nobody decides on what they asked for, opened or requested themselves."))
    _check_turn(approval, held)
    votes = [vote for vote in votes if not vote.is_decided]
    if not votes:
        raise Refused(_("You have already answered."))
    if decision not in DECISIONS:
        raise Refused({"decision": _("Approve or refuse.")})
    reason = checked_text("reason", reason, limit=REASON_LIMIT)
    if decision == Answer.REFUSED and not reason:
        raise Refused({"reason": _("Say why you refuse.")})
    for vote in votes:
        vote.decision, vote.decided_by, vote.decided_at, vote.reason = decision, by, now, reason
        vote.save(update_fields=["decision", "decided_by", "decided_at", "reason"])
    away = [vote.approver_id for vote in votes if vote.approver_id != by.pk]
    instead: dict[str, Any] = {"instead_of": away[0]} if away else {}
    if decision == Answer.REFUSED:
        _close_step(held, Answer.REFUSED, at=now)
        _close(row, approval, Answer.REFUSED, by=by, at=now, step=held, reason=reason, **instead)
        return approval
    _record(row, approval, "decided", by=by, at=now, step=held, reason=reason, **instead)
    answers = list(held.votes.values_list("decision", flat=True))
    if answers.count(Answer.APPROVED) >= held.needed(len(answers)):
        _close_step(held, Answer.APPROVED, at=now)
        following = approval.steps.filter(position__gt=held.position).order_by("position").first()
        if following is not None:
            _open_step(row, approval, following, by=by, at=now, act="next")
        else:
            _close(row, approval, Answer.APPROVED, by=by, at=now)
    return approval


@transaction.atomic
def withdraw_approval(
    approval: Approval | int, *, by: User | None, reason: str = "", at: datetime | None = None
) -> Approval:
    """Stop asking: whoever asked, or works on the ticket."""
    now = moment(at)
    named = Approval.objects.get(pk=approval if isinstance(approval, int) else approval.pk)
    row = lock(named.ticket_id)
    held = locked(Approval.objects.filter(pk=named.pk)).get()
    if by is None or held.asked_by_id != by.pk:
        require(by, "tickets.work", row)
    if not held.is_open:
        raise Refused(_("This approval has ended already."))
    reason = checked_text("reason", reason, limit=REASON_LIMIT)
    _close(row, held, Answer.WITHDRAWN, by=by, at=now, reason=reason)
    return held


def remind_approvers(*, at: datetime | None = None) -> int:
    """Remind those who have not answered for as many working days as set; returns how many rounds.

    Any number may run at once: a round whose ticket is busy waits for the next pass.
    """
    now = moment(at)
    due = Approval.objects.filter(status=Answer.ASKED, remind_at__lte=now).order_by("remind_at")
    return sum(_remind(approval, now) for approval in due[:BATCH])


def route_votes(*, at: datetime | None = None) -> int:
    """Send what is asked of people who are away to who stands in, and back when they return; returns how many."""
    now = moment(at)
    days = (now - timedelta(days=1)).date(), (now + timedelta(days=1)).date()
    away = Absence.objects.filter(
        user_id=OuterRef("approver_id"),
        starts_on__lte=days[1],
        ends_on__gte=days[0],
        substitute__isnull=False,
    )
    rows = ApprovalVote.objects.open().filter(Q(Exists(away)) | Q(stand_in__isnull=False))
    steps = rows.order_by("step_id").values_list("step_id", "ticket_id").distinct()[: 5 * BATCH]
    return sum(_route_step(step, ticket, now) for step, ticket in list(steps))


def check_approved(ticket: Ticket) -> None:
    """Guard of moves: the newest round of the ticket ended with yes."""
    newest = ticket.approvals.order_by("-pk").first()
    if newest is None:
        raise Refused({"to": _("This needs an approval, and none was asked for.")})
    if newest.status != Answer.APPROVED:
        message = _("This needs an approval; the last one is “%(state)s”.")
        raise Refused({"to": message % {"state": newest.get_status_display()}})


def withdraw_on_end(*, event: Event, **_more: Any) -> None:
    """When a ticket ends, is merged away or becomes another kind, nobody is asked for it any more."""
    _before, after = event.data.get("changes", {}).get("status", [None, None])
    if after not in ENDED and event.verb not in (Verb.MERGED, Verb.CONVERTED):
        return
    for approval in locked(Approval.objects.filter(ticket_id=event.ticket_id, status=Answer.ASKED)):
        _close(event.ticket, approval, Answer.WITHDRAWN, by=None, at=event.at)


def barred_from_deciding(ticket: Ticket, asker: User | None) -> set[int]:
    """The keys of the people who may not decide on a ticket: who asked, who opened it and its requester."""
    return {ticket.requester_id, ticket.opened_by_id, *([asker.pk] if asker else [])}


def _voters(plan: StepPlan, ticket: Ticket, barred: set[int]) -> dict[User, Team | None]:
    """The people of a step, each once, with the team they come from."""
    if plan.quorum not in Quorum.values:
        raise Refused({"quorum": _("Choose how many have to approve.")})
    if not 1 <= plan.percent <= 100:
        raise Refused({"percent": _("Give a share from 1 to 100 percent.")})
    if plan.teams and ticket.is_confidential:
        raise Refused({"teams": _("This ticket is confidential: name people, not teams.")})
    voters: dict[User, Team | None] = {}
    for person in plan.people:
        if person.pk in barred:
            message = _("%(person)s asked for this, opened or requested it, and cannot approve it.")
            raise Refused({"people": message % {"person": person.name}})
        if not person.is_active:
            raise Refused({"people": _("%(name)s is deactivated.") % {"name": person.name}})
        voters[person] = None
    members = Membership.objects.filter(team__in=plan.teams, team__is_active=True, user__is_active=True)
    for member in members.exclude(user__in=barred).select_related("user", "team").order_by("pk"):
        voters.setdefault(member.user, member.team)
    if not voters:
        raise Refused({"people": _("Nobody of this step can approve: name somebody else.")})
    if len(voters) > MAX_PEOPLE:
        raise Refused({"people": _("At most %(limit)d people in one step.") % {"limit": MAX_PEOPLE}})
    return voters


def _step_name(plan: StepPlan, position: int) -> str:
    return checked_text("name", plan.name, limit=120) or _("Step %(number)d") % {"number": position}


def _check_turn(approval: Approval, step: ApprovalStep) -> None:
    if approval.status == Answer.WITHDRAWN:
        raise Refused(_("This approval is no longer asked for."))
    if step.status == Answer.WAITING:
        raise Refused(_("It is not the turn of this step yet."))
    if step.status != Answer.ASKED or not approval.is_open:
        message = _("This is decided already: %(state)s.")
        raise Refused(message % {"state": step.get_status_display().lower()})


def _open_step(
    ticket: Ticket, approval: Approval, step: ApprovalStep, *, by: User | None, at: datetime, act: str
) -> None:
    step.status, step.asked_at = Answer.ASKED, at
    step.save(update_fields=["status", "asked_at"])
    approval.remind_at = _next_reminder(ticket, at)
    approval.save(update_fields=["remind_at"])
    for vote in step.votes.select_related("approver"):
        _route(vote, ticket, approval, at)
    _record(ticket, approval, act, by=by, at=at, step=step)


def _close_step(step: ApprovalStep, status: Answer, *, at: datetime) -> None:
    step.status, step.closed_at = status, at
    step.save(update_fields=["status", "closed_at"])


def _close(
    ticket: Ticket,
    approval: Approval,
    status: Answer,
    *,
    by: User | None,
    at: datetime,
    step: ApprovalStep | None = None,
    reason: str = "",
    **data: Any,
) -> None:
    approval.status, approval.closed_at, approval.reason, approval.remind_at = status, at, reason, None
    approval.save(update_fields=["status", "closed_at", "reason", "remind_at"])
    # A step still asked is asked no more.
    approval.steps.filter(status=Answer.ASKED).update(status=Answer.WITHDRAWN, closed_at=at)
    _record(ticket, approval, str(status), by=by, at=at, step=step, reason=reason, **data)


def _record(
    ticket: Ticket,
    approval: Approval,
    act: str,
    *,
    by: User | None,
    at: datetime,
    step: ApprovalStep | None = None,
    is_public: bool = True,
    **data: Any,
) -> None:
    facts: dict[str, Any] = {"step": step.pk, "step_name": step.name} if step else {}
    facts |= {name: value for name, value in data.items() if value != ""}
    record(
        ticket,
        Verb.APPROVAL,
        by=by,
        at=at,
        is_public=is_public,
        act=act,
        approval=approval.pk,
        **facts,
    )


def _route(vote: ApprovalVote, ticket: Ticket, approval: Approval, at: datetime) -> bool:
    """Name who answers for somebody away, or nobody any more; returns whether that changed."""
    stand_in = substitute_of(vote.approver, _today(vote.approver, at))
    if stand_in and stand_in.pk in barred_from_deciding(ticket, approval.asked_by):
        stand_in = None
    if vote.stand_in_id == (stand_in.pk if stand_in else None):
        return False
    vote.stand_in = stand_in
    vote.save(update_fields=["stand_in"])
    return True


def _today(person: User, at: datetime) -> date:
    return timezone.localdate(at, ZoneInfo(person.timezone))


@transaction.atomic
def _route_step(step_id: int, ticket_id: int, now: datetime) -> int:
    ticket = _free(ticket_id)
    step = ApprovalStep.objects.select_related("approval").filter(pk=step_id, status=Answer.ASKED).first()
    if ticket is None or step is None or not step.approval.is_open:
        return 0
    moved = 0
    for vote in step.votes.filter(decision=Answer.ASKED).select_related("approver", "stand_in"):
        if _route(vote, ticket, step.approval, now):
            moved += 1
            if vote.stand_in:
                _record(
                    ticket, step.approval, "delegated", by=None, at=now, step=step, is_public=False,
                    user=vote.stand_in.pk, instead_of=vote.approver_id,
                )  # fmt: skip
    return moved


@transaction.atomic
def _remind(approval: Approval, now: datetime) -> bool:
    ticket = _free(approval.ticket_id)
    held = Approval.objects.filter(pk=approval.pk, status=Answer.ASKED, remind_at__lte=now).first()
    if ticket is None or held is None:
        return False
    held.remind_at = _next_reminder(ticket, now)
    held.save(update_fields=["remind_at"])
    step = held.steps.filter(status=Answer.ASKED).first()
    _record(ticket, held, "reminded", by=None, at=now, step=step, is_public=False)
    return True


def _free(ticket_id: int) -> Ticket | None:
    """The ticket, locked, or None where an act holds it or it was merged away."""
    rows = Ticket.objects.filter(pk=ticket_id, merged_into=None).select_related("service", "entity")
    return locked(rows, skip_locked=True).first()


def _next_reminder(ticket: Ticket, at: datetime) -> datetime:
    days = policy_of(ticket).approval_reminder_days
    return add_working_days(schedule_of(ticket.service), at, days)


def waited_for(step: ApprovalStep | int) -> Iterable[int]:
    """The keys of those who have to answer in a step: substitutes where somebody is away."""
    rows = ApprovalVote.objects.open().filter(step=step).values_list("approver_id", "stand_in_id")
    return [stand_in or approver for approver, stand_in in rows]
