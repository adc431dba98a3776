"""Approvals in words: the lines of the timeline, and where a round stands as pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _, gettext_lazy, ngettext

from accounts.models import User
from tickets import guards, timeline
from tickets.actions.approving import check_approved, withdraw_on_end
from tickets.choices import Verb
from tickets.models import Approval, ApprovalStep, ApprovalVote, Event, Ticket
from tickets.models.approvals import Answer, Quorum
from tickets.signals import event_recorded


def register() -> None:
    """Make the guard, the words and the effects of approvals known; `AppConfig.ready` calls it."""
    guards.register("approved", check_approved)
    timeline.SENTENCES[Verb.APPROVAL] = sentence
    event_recorded.connect(withdraw_on_end, dispatch_uid="tickets.approvals.withdraw_on_end")


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
    rows = ticket.approvals.select_related("asked_by").prefetch_related(
        "steps__votes__approver", "steps__votes__stand_in", "steps__votes__decided_by", "steps__votes__team"
    )
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


def votes_to_decide(user: User) -> Any:
    """What a person has to decide now, on tickets they see, the longest waiting first."""
    rows = ApprovalVote.objects.of(user).open().filter(ticket__in=Ticket.objects.visible_to(user))
    return rows.select_related("step__approval", "approver", "ticket__requester").order_by(
        "step__asked_at", "pk"
    )
