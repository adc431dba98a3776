"""Approvals: a round on a ticket, its steps in order, and the people asked in each."""

from __future__ import annotations

import math
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.models.ticket import Ticket, named_on


class Answer(models.TextChoices):
    """Where a round or a step stands, and what a person may answer."""

    WAITING = "waiting", _("Waiting for its turn")
    ASKED = "asked", _("Asked")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Quorum(models.TextChoices):
    """How many of the people of a step have to approve."""

    ANY = "any", _("One of them")
    ALL = "all", _("All of them")
    PERCENT = "percent", _("A share of them")


# What a person may decide, and the states in which a round has ended.
DECISIONS = (Answer.APPROVED, Answer.REFUSED)


class Approval(models.Model):
    """One round: a ticket has at most one that is open, and the newest is the one that counts."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="approvals", verbose_name=_("ticket"))
    asked_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        verbose_name=_("asked by"),
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    status = models.CharField(_("state"), max_length=10, choices=Answer, default=Answer.ASKED)
    asked_at = models.DateTimeField(_("asked at"))
    closed_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True, max_length=2000)
    remind_at = models.DateTimeField(_("next reminder"), null=True, blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["-pk"]
        indexes = [
            models.Index("remind_at", name="tickets_approval_remind", condition=Q(status=Answer.ASKED)),
        ]
        constraints = [
            models.UniqueConstraint(
                "ticket", name="tickets_approval_one_open", condition=Q(status=Answer.ASKED)
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.status}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to answer."""
        return self.status == Answer.ASKED


class ApprovalStep(models.Model):
    """One step of a round. Answers given in another step never count here."""

    approval = models.ForeignKey(
        Approval, models.CASCADE, related_name="steps", verbose_name=_("approval"), db_index=False
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=120)
    quorum = models.CharField(_("quorum"), max_length=8, choices=Quorum, default=Quorum.ANY)
    percent = models.PositiveSmallIntegerField(
        _("share in percent"), default=50, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    status = models.CharField(_("state"), max_length=10, choices=Answer, default=Answer.WAITING)
    asked_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("approval step")
        verbose_name_plural = _("approval steps")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["approval", "position"], name="tickets_step_position_once"),
            models.CheckConstraint(condition=Q(percent__range=(1, 100)), name="tickets_step_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.name}"

    def needed(self, people: int) -> int:
        """How many of that many people have to approve."""
        match self.quorum:
            case Quorum.ANY:
                return min(1, people)
            case Quorum.ALL:
                return people
            case _:
                return math.ceil(people * self.percent / 100)


class ApprovalVoteQuerySet(models.QuerySet["ApprovalVote"]):
    """Questions asked of many answers."""

    def of(self, user: User | AnonymousUser) -> Self:
        """Those a person was asked for, or is asked for while standing in."""
        return self.filter(Q(approver_id=user.pk) | Q(stand_in_id=user.pk)) if user.pk else self.none()

    def open(self) -> Self:
        """Those that are waited for now."""
        return self.filter(decision=Answer.ASKED, step__status=Answer.ASKED)


class ApprovalVote(models.Model):
    """What one person is asked for in one step, and the answer: by that person or by who stands in."""

    step = models.ForeignKey(
        ApprovalStep, models.CASCADE, related_name="votes", verbose_name=_("step"), db_index=False
    )
    # Beside the step, so that who may see a ticket needs no join.
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="approval_votes", db_index=False)
    approver = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("approver"), related_name="+", db_index=False
    )
    team = models.ForeignKey(
        "accounts.Team",
        models.SET_NULL,
        verbose_name=_("as a member of"),
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    stand_in = models.ForeignKey(
        "accounts.User",
        models.SET_NULL,
        verbose_name=_("substitute"),
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    decision = models.CharField(_("answer"), max_length=10, choices=Answer, default=Answer.ASKED)
    decided_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        verbose_name=_("decided by"),
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True, max_length=2000)

    objects = ApprovalVoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to an approval")
        verbose_name_plural = _("answers to approvals")
        ordering = ["pk"]
        indexes = [
            models.Index("approver", "ticket", name="tickets_vote_approver"),
            models.Index(
                "stand_in", "ticket", name="tickets_vote_stand_in", condition=Q(stand_in__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["step", "approver"], name="tickets_vote_once"),
            models.CheckConstraint(
                condition=Q(decision=Answer.ASKED) | Q(decided_by__isnull=False),
                name="tickets_vote_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step_id} {self.approver_id} {self.decision}"

    @property
    def is_decided(self) -> bool:
        """Whether the answer is there."""
        return self.decision in DECISIONS


def _asked_for(user: User) -> models.QuerySet[Any, Any]:
    """Keys of the tickets on which a person was asked to decide."""
    rows: models.QuerySet[Any, Any] = ApprovalVote.objects.filter(approver_id=user.pk).values("ticket_id")
    return rows


def _standing_in(user: User) -> models.QuerySet[Any, Any]:
    """Keys of the tickets on which a person decides, or decided, for somebody else."""
    rows: models.QuerySet[Any, Any] = ApprovalVote.objects.filter(stand_in_id=user.pk).values("ticket_id")
    return rows


named_on.extend((_asked_for, _standing_in))
