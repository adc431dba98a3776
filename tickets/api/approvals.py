"""Approvals of a ticket over HTTP."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import PersonNameSerializer
from accounts.models import Team, User
from core.api.fields import RowField
from core.api.serializers import NamedSerializer, OutputModelSerializer
from tickets import actions
from tickets.actions.approving import MAX_PEOPLE, MAX_STEPS, StepPlan
from tickets.api.inputs import Words
from tickets.api.parts import TicketPart
from tickets.approvals import WITH_VOTES
from tickets.models import Approval, ApprovalStep, ApprovalVote
from tickets.models.approvals import DECISIONS, Quorum


class VoteSerializer(OutputModelSerializer):
    """What one person was asked, and the answer: `decided_by` is another one where somebody stood in."""

    approver = PersonNameSerializer()
    team = NamedSerializer(allow_null=True)
    stand_in = PersonNameSerializer(allow_null=True)
    decided_by = PersonNameSerializer(allow_null=True)

    class Meta:
        model = ApprovalVote
        fields = ("id", "approver", "team", "stand_in", "decision", "decided_by", "decided_at", "reason")


class StepSerializer(OutputModelSerializer):
    """A step of a round; its `id` is what one decides on."""

    votes = VoteSerializer(many=True)

    class Meta:
        model = ApprovalStep
        fields = ("id", "position", "name", "quorum", "percent", "status", "asked_at", "closed_at", "votes")


class ApprovalSerializer(OutputModelSerializer):
    """A round of approval; the newest counts."""

    asked_by = PersonNameSerializer(allow_null=True)
    steps = StepSerializer(many=True)

    class Meta:
        model = Approval
        fields = ("id", "status", "asked_by", "asked_at", "closed_at", "reason", "steps")


class StepInput(serializers.Serializer[Any]):
    """A step to ask for: people, the members of teams, and how many of them have to approve."""

    name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    people = serializers.ListField(
        child=RowField(User.objects, names=("email",)), required=False, max_length=MAX_PEOPLE
    )
    teams = serializers.ListField(child=RowField(Team.objects), required=False, max_length=MAX_PEOPLE)
    quorum = serializers.ChoiceField(choices=Quorum.choices, required=False)
    percent = serializers.IntegerField(min_value=1, max_value=100, required=False)


class AskInput(serializers.Serializer[Any]):
    """The steps to ask for, in their order."""

    steps = serializers.ListField(child=StepInput(), min_length=1, max_length=MAX_STEPS)


class DecisionInput(serializers.Serializer[Any]):
    """Yes or no; a no needs its reason."""

    decision = serializers.ChoiceField(choices=[(value.value, value.label) for value in DECISIONS])
    reason = Words(max_length=2000)


class WithdrawalInput(serializers.Serializer[Any]):
    """Why the approval is no longer asked for."""

    reason = Words(max_length=2000)


class ApprovalResource(TicketPart):
    """Rounds of approval of a ticket, the newest first."""

    queryset = Approval.objects.all()
    serializer_class = ApprovalSerializer
    input_classes = {"create": AskInput, "decide": DecisionInput, "withdraw": WithdrawalInput}
    http_method_names = ["get", "head", "options", "post"]
    lookup_value_regex = "[0-9]{1,18}"
    ordering = "-id"

    def of_ticket(self) -> QuerySet[Approval]:
        """The rounds; whoever sees the ticket sees who has to approve it."""
        rows = Approval.objects.filter(ticket=self.ticket).select_related("asked_by")
        return rows.prefetch_related(WITH_VOTES)

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Ask for an approval; the first step is asked at once."""
        plans = [StepPlan(**{"name": "", **step}) for step in self.read_input()["steps"]]
        made = actions.ask_approval(self.ticket, plans, by=self.person)
        return self.respond(self.of_ticket().get(pk=made.pk), status.HTTP_201_CREATED)

    @extend_schema(request=DecisionInput, responses=ApprovalSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, **kwargs: Any) -> Response:
        """Approve or refuse in a step: the id in the address is that of the step."""
        step = ApprovalStep.objects.filter(pk=self.kwargs["pk"], approval__ticket=self.ticket).first()
        if step is None:
            raise Http404
        decided = actions.decide(step, **self.read_input(), by=self.person)
        return self.respond(self.of_ticket().get(pk=decided.pk))

    @extend_schema(request=WithdrawalInput, responses=ApprovalSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, **kwargs: Any) -> Response:
        """Stop asking: the id in the address is that of the round."""
        approval = self.get_object()
        actions.withdraw_approval(approval, **self.read_input(), by=self.person)
        return self.respond(self.of_ticket().get(pk=approval.pk))
