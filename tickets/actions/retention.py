"""Emptying tickets when the time that their texts are kept is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.actions.saving import allow, change, save
from accounts.models import User
from accounts.personal import words_of
from audit.actions import record
from core.db import locked
from tickets import erasing
from tickets.actions.base import moment
from tickets.actions.setup import MANAGE
from tickets.choices import Status
from tickets.models import (
    Approval,
    Attachment,
    Comment,
    Emptied,
    FieldValues,
    Follower,
    Intervention,
    RetentionRule,
    Ticket,
)
from tickets.models.retention import What

BATCH = 100
COUNT_LIMIT = 10_000
_FIELDS = frozenset({"kind", "what", "months", "is_active"})
_VISIT_TEXTS = ("place", "purpose", "work_done", "remaining", "signer_name")


@transaction.atomic
def save_rule(rule: RetentionRule, values: Mapping[str, Any], *, by: User | None) -> RetentionRule:
    """Make or change a rule. Raises `Refused` naming the fields."""
    allow(by, MANAGE)
    change(rule, values, allowed=_FIELDS)
    return save(rule, by=by)


def due(rule: RetentionRule, *, at: datetime) -> QuerySet[Ticket]:
    """The tickets that the rule would empty at that moment."""
    done = Emptied.objects.filter(ticket=OuterRef("pk"))
    if rule.what == What.CONTENT:
        done = done.filter(what=What.CONTENT)
    rows: QuerySet[Ticket] = Ticket.objects.filter(
        ~Exists(done),
        kind=rule.kind,
        status__in=(Status.CLOSED, Status.CANCELLED),
        closed_at__lt=at - relativedelta(months=rule.months),
    )
    return rows


def count_due(rule: RetentionRule, *, at: datetime | None = None) -> int:
    """How many tickets the rule would empty now, counted to one beyond `COUNT_LIMIT`."""
    return due(rule, at=moment(at)).values("pk")[: COUNT_LIMIT + 1].count()


def apply_retention(*, at: datetime | None = None, limit: int = BATCH) -> int:
    """Empty one batch of tickets under the rules in force; returns how many, 0 where none is left."""
    now = moment(at)
    for rule in RetentionRule.objects.filter(is_active=True).order_by("pk"):
        if emptied := _apply(rule, now, limit):
            return emptied
    return 0


@transaction.atomic
def _apply(rule: RetentionRule, now: datetime, limit: int) -> int:
    keys = list(due(rule, at=now).order_by("pk").values_list("pk", flat=True)[:limit])
    # Again under the lock: of two workers one finds nothing left to do.
    locked_rows = list(locked(due(rule, at=now).filter(pk__in=keys).order_by("pk"), skip_locked=True))
    if not locked_rows:
        return 0
    tickets = Ticket.objects.filter(pk__in=[row.pk for row in locked_rows])
    if rule.what == What.CONTENT:
        _empty(tickets)
    else:
        _empty_personal(locked_rows)
    Follower.objects.filter(ticket__in=tickets.values("pk")).delete()
    erasing.bump(tickets)
    Emptied.objects.bulk_create(
        [Emptied(ticket_id=row.pk, what=rule.what, at=now) for row in locked_rows],
        update_conflicts=True,
        unique_fields=["ticket"],
        update_fields=["what", "at"],
    )
    told = {"rule": rule.pk, "what": rule.what, "tickets": [row.pk for row in locked_rows]}
    record("ticket.emptied", target=rule, label=str(rule), data=told)
    return len(locked_rows)


def _empty(tickets: QuerySet[Ticket]) -> None:
    """Every text and file; what figures are made of stays."""
    erasing.blank(tickets, "title", "description", "solution", "priority_reason")
    of_tickets = {"ticket__in": tickets.values("pk")}
    erasing.blank_comments(Comment.objects.filter(**of_tickets))
    for rows, columns in erasing.details_of(tickets):
        erasing.blank(rows, *columns)
    FieldValues.objects.filter(**of_tickets).update(data={})
    erasing.blank(Intervention.objects.filter(**of_tickets), *_VISIT_TEXTS)
    erasing.blank(Approval.objects.filter(**of_tickets), "reason")
    erasing.clean_events(tickets, (), whole=True)
    erasing.drop_files(Attachment.objects.filter(**of_tickets))


def _empty_personal(rows: Sequence[Ticket]) -> None:
    """The words and files of the requesters, and their names in the words of others."""
    by_requester: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        by_requester[row.requester_id].append(row.pk)
    for person in User.objects.filter(pk__in=by_requester):
        erase_requester(Ticket.objects.filter(pk__in=by_requester[person.pk]), person, words_of(person))


def erase_requester(tickets: QuerySet[Ticket], person: User, words: Sequence[str]) -> None:
    """Take a requester's words and files, and the requester's name in other texts, out of their tickets."""
    of_tickets = {"ticket__in": tickets.values("pk")}
    erasing.blank(tickets, "description")
    erasing.pass_over(tickets, words, "title", "solution", "priority_reason")
    erasing.blank_comments(Comment.objects.filter(author=person, **of_tickets))
    erasing.pass_over(Comment.objects.filter(**of_tickets), words, "body")
    for details, columns in erasing.details_of(tickets):
        erasing.pass_over(details, words, *columns)
    FieldValues.objects.filter(**of_tickets).update(data={})
    visits = Intervention.objects.filter(**of_tickets)
    erasing.drop_signatures(visits)
    erasing.pass_over(visits, words, *_VISIT_TEXTS)
    erasing.pass_over(Approval.objects.filter(**of_tickets), words, "reason")
    erasing.clean_events(tickets, words, whole=False)
    erasing.drop_files(Attachment.objects.filter(Q(uploaded_by=person), **of_tickets))
