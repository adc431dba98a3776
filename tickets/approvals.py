"""Approvals in words: the lines of the timeline, and where a round stands as pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from accounts.models import User
from core import registry
from tickets import guards, timeline
from tickets.actions.approving import check_approved, withdraw_on_end
from tickets.choices import Verb
from tickets.models import Approval, ApprovalStep, ApprovalVote, Event, Ticket
from tickets.models.approvals import Answer, ApprovalVoteQuerySet, Quorum
from tickets.signals import event_recorded


def register() -> None:
    """Make the guard, the words and the effects of approvals known; `AppConfig.ready` calls it."""
    guards.register("approved", check_approved)
    timeline.SENTENCES[Verb.APPROVAL] = sentence
    event_recorded.connect(withdraw_on_end, dispatch_uid="tickets.approvals.withdraw_on_end")
    registry.nav.register(
        registry.NavEntry(
            slug="approvals", label=gettext_lazy("To approve"), icon="clipboard-check",
            url_name="tickets:approvals", order=25,
        )
    )  # fmt: skip
    registry.portal_nav.register(
        registry.PortalEntry(
            slug="approvals", label=gettext_lazy("To approve"), icon="clipboard-check",
            url_name="tickets:approvals", order=50,
        )
    )  # fmt: skip
    registry.ticket_panels.register(
        registry.TicketPanel(
            slug="approval", title=gettext_lazy("Approval"), template="tickets/approval_panel.html",
            context=panel, order=5,
        )
    )  # fmt: skip
    registry.ticket_acts.register(
        registry.TicketAct(
            slug="ask-approval", label=gettext_lazy("Ask for an approval"), icon="clipboard-check",
            url_name="tickets:ask_approval", verb="tickets.work", shown=lambda ticket, user: ticket.is_open,
            order=30,
        )
    )  # fmt: skip


def panel(ticket: Ticket, user: User) -> dict[str, Any] | None:
    """The rounds of a ticket, with what the person can do about the open one; None where none was asked for."""
    found = rounds(ticket)
    if not found:
        return None
    current = found[0].current
    votes = current.votes if current else []
    own = [vote for vote in votes if not vote.is_decided and user.pk in (vote.approver_id, vote.stand_in_id)]
    may = current is not None and user.has_perm("tickets.work", ticket)
    return {
        "rounds": found,
        "step": current.step.pk if current and own else None,
        "open": found[0].approval.pk if may else None,
    }


# The answers of a round with the people they name.
WITH_VOTES: models.Prefetch[Any] = models.Prefetch(
    "steps__votes",
    ApprovalVote.objects.select_related("approver", "stand_in", "decided_by", "team"),
)
_SENTENCES: dict[str, Any] = {
    "asked": gettext_lazy("asked for an approval: %(step)s"),
    "next": gettext_lazy("passed the approval on to the next step: %(step)s"),
    "decided": gettext_lazy("approved (%(step)s)"),
    "approved": gettext_lazy("completed the approval: approved"),
    "refused": gettext_lazy("refused the approval (%(step)s)"),
    "withdrawn": gettext_lazy("withdrew the approval"),
    "delegated": gettext_lazy("asked %(person)s to decide for %(away)s, who is away"),
    "reminded": gettext_lazy("reminded those who have to approve"),
}
_INSTEAD: dict[str, Any] = {
    "decided": gettext_lazy("approved for %(away)s, who is away (%(step)s)"),
    "refused": gettext_lazy("refused the approval for %(away)s, who is away (%(step)s)"),
}


def sentence(event: Event, names: timeline.Names) -> str:
    """What happened to an approval, without its author."""
    act, data = event.data.get("act", ""), event.data
    said = _SENTENCES.get(act, _SENTENCES["asked"])
    if data.get("instead_of"):
        said = _INSTEAD.get(act, said)
    return str(said) % {
        "step": data.get("step_name", ""),
        "away": names.of("instead_of", data.get("instead_of")),
        "person": names.of("user", data.get("user")),
    }


@dataclass(frozen=True)
class StepView:
    """One step as pages show it."""

    step: ApprovalStep
    votes: list[ApprovalVote]
    rule: str

    @property
    def approved(self) -> int:
        """How many have approved."""
        return sum(vote.decision == Answer.APPROVED for vote in self.votes)

    @property
    def needed(self) -> int:
        """How many have to."""
        return self.step.needed(len(self.votes))

    @property
    def waits(self) -> bool:
        """Whether the step is asked now."""
        return self.step.status == Answer.ASKED


@dataclass(frozen=True)
class RoundView:
    """One round as pages show it."""

    approval: Approval
    steps: list[StepView]

    @property
    def current(self) -> StepView | None:
        """The step that is asked now."""
        return next((step for step in self.steps if step.waits), None) if self.approval.is_open else None


def rounds(ticket: Ticket) -> list[RoundView]:
    """The rounds of a ticket with their steps and answers, the newest first; three statements."""
    rows = ticket.approvals.select_related("asked_by").prefetch_related(WITH_VOTES)
    return [
        RoundView(row, [StepView(step, votes, rule_of(step, len(votes))) for step, votes in _steps(row)])
        for row in rows.order_by("-pk")
    ]


def _steps(approval: Approval) -> list[tuple[ApprovalStep, list[ApprovalVote]]]:
    return [(step, list(step.votes.all())) for step in approval.steps.all()]


def rule_of(step: ApprovalStep, people: int) -> str:
    """How many have to approve, in words."""
    if people == 1:
        return ""
    if step.quorum == Quorum.ALL:
        return _("all %(count)d have to approve") % {"count": people}
    needed = step.needed(people)
    said = ngettext("%(needed)d of %(count)d is enough", "%(needed)d of %(count)d are enough", needed)
    return said % {"needed": needed, "count": people}


def votes_to_decide(user: User) -> models.QuerySet[ApprovalVote]:
    """What a person has to decide now, on tickets they see, the longest waiting first."""
    return _of(user).open().order_by("step__asked_at", "pk")


def decided_votes(user: User) -> models.QuerySet[ApprovalVote]:
    """What a person decided, on tickets they see, the newest first."""
    return _of(user).filter(decided_by=user).order_by("-decided_at", "-pk")


def _of(user: User) -> ApprovalVoteQuerySet:
    """The answers asked of a person, with what a list says of each."""
    rows: ApprovalVoteQuerySet = ApprovalVote.objects.of(user)
    return rows.filter(ticket__in=Ticket.objects.visible_to(user)).select_related(
        "step", "approver", "ticket__requester"
    )
