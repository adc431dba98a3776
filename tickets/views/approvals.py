"""Approvals: what one has to decide, deciding it, and asking for one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.views import Crumb, FormPage, refused_message
from tickets import actions
from tickets.actions.approving import StepPlan
from tickets.approval_forms import AskForm, DecideForm
from tickets.approvals import decided_votes, rounds, votes_to_decide
from tickets.fields import shown_values
from tickets.models import Approval, ApprovalStep, ApprovalVote, Attachment, Ticket
from tickets.models.approvals import Answer
from tickets.views.people import reader
from tickets.views.ticket import Act, ticket_of

_SHOWN = 50


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What the person has to decide now, and what they decided lately."""
    user = reader(request)
    context = {"waiting": votes_to_decide(user)[:_SHOWN], "decided": decided_votes(user)[:_SHOWN]}
    return render(request, "tickets/approvals.html", context)


class Decide(FormPage):
    """Read what is asked, then approve or refuse. A link in a mail leads here; only the button decides."""

    form_class = DecideForm
    template_name = "tickets/decide.html"

    step: ApprovalStep
    ticket: Ticket
    votes: list[ApprovalVote]

    def found(self) -> None:
        """Find the step: 404 where its ticket is not seen, 403 for those who are not asked in it."""
        user = reader(self.request)
        self.step = get_object_or_404(ApprovalStep.objects.select_related("approval"), pk=self.kwargs["key"])
        tickets = Ticket.objects.visible_to(user).select_related("requester", "service", "field_values")
        self.ticket = get_object_or_404(tickets, pk=self.step.approval.ticket_id)
        self.votes = list(self.step.votes.of(user).select_related("approver"))
        if not self.votes:
            raise PermissionDenied

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.found()
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> Any:
        return _("To approve: %(title)s") % {"title": self.ticket.title}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("To approve"), reverse("tickets:approvals"))]

    def act(self, form: Any) -> str:
        clean = form.cleaned_data
        actions.decide(self.step, clean["decision"], reason=clean["reason"], by=reader(self.request))
        approved = clean["decision"] == Answer.APPROVED
        messages.success(self.request, _("You have approved it.") if approved else _("You have refused it."))
        return reverse("tickets:approvals")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, step = reader(self.request), self.step
        own = [vote for vote in self.votes if not vote.is_decided]
        found = [each for each in rounds(self.ticket) if each.approval.pk == step.approval_id]
        return {
            **super().get_context_data(**kwargs),
            "ticket": self.ticket,
            "step": step,
            "away": [vote.approver for vote in own if vote.approver_id != user.pk],
            "can_decide": bool(own) and step.status == Answer.ASKED and step.approval.is_open,
            "rounds": found,
            "answers": shown_values(self.ticket, user),
            "files": Attachment.objects.filter(ticket=self.ticket, is_public=True).visible_to(user),
        }


class AskPage(Act):
    """Ask people to approve the ticket."""

    form_class = AskForm
    object_verb = "tickets.work"
    title = gettext_lazy("Ask for an approval")
    submit_label = gettext_lazy("Ask")

    def act(self, form: Any) -> str:
        clean = form.cleaned_data
        plan = StepPlan(
            name=clean["name"], people=clean["people"], teams=list(clean["teams"]), quorum=clean["quorum"],
            percent=clean["percent"] or 50,
        )  # fmt: skip
        actions.ask_approval(self.object, [plan], by=reader(self.request))
        return self.done(self.object, _("The approval is asked for."))


@require_POST
def withdraw(request: HttpRequest, reference: str, key: int) -> HttpResponse:
    """Stop asking for an approval."""
    ticket = ticket_of(request, reference)
    if not request.user.has_perm("tickets.work", ticket):
        raise PermissionDenied
    approval = get_object_or_404(Approval, pk=key, ticket=ticket)
    if refused_message(request, lambda: actions.withdraw_approval(approval, by=reader(request))):
        messages.success(request, _("The approval is withdrawn."))
    return redirect(ticket)
