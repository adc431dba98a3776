"""What an hour costs: a new rate takes over from its first day, a wrong one is voided."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.saving import allow, save as save_row
from accounts.models import Team, User
from audit.actions import record_row
from core.db import locked
from core.exceptions import Refused
from tickets.actions.base import checked_text, moment
from tickets.actions.ledger import checked_amount, mark_void
from tickets.actions.setup import MANAGE
from tickets.models import Rate

_MOST_AN_HOUR = Decimal("999999.99")


@transaction.atomic
def set_rate(
    amount: Decimal,
    *,
    valid_from: date,
    by: User,
    person: User | None = None,
    team: Team | None = None,
    valid_to: date | None = None,
    at: datetime | None = None,
) -> Rate:
    """Say what an hour costs in euros: of a person, of a team, or of everybody else.

    A rate without last day ends, the day before, the one that held without last day. Any other overlap is refused.
    """
    allow(by, MANAGE, *(holder for holder in (person, team) if holder))
    amount = checked_amount(amount)
    if not 0 <= amount <= _MOST_AN_HOUR:
        raise Refused({"amount": _("Give euros per hour, from 0 to 999,999.99.")})
    rate = Rate(
        person=person, team=team, amount=amount, valid_from=valid_from, valid_to=valid_to, entered_by=by,
        created_at=moment(at),
    )  # fmt: skip
    if valid_to is None:
        _end_present(rate)
    return save_row(rate, by=by)


@transaction.atomic
def void_rate(rate: Rate, *, by: User, reason: str, at: datetime | None = None) -> Rate:
    """Take a rate out of the count: the costs of its days are computed without it from now on."""
    found = locked(Rate.objects.filter(pk=rate.pk)).get()
    allow(by, MANAGE, *(holder for holder in (found.person, found.team) if holder))
    reason = checked_text("reason", reason, limit=250)
    if not reason:
        raise Refused({"reason": _("Say why.")})
    if found.is_void:
        raise Refused(_("This line is already voided."))
    mark_void(found, by=by, reason=reason, at=moment(at))
    record_row(found, "changed", by=by)
    return found


def _end_present(rate: Rate) -> None:
    """Let the present rate of the same holder end where the new one begins."""
    same = Rate.objects.standing().filter(person=rate.person, team=rate.team, valid_to=None)
    for present in locked(same.filter(valid_from__lt=rate.valid_from).order_by("pk")):
        present.valid_to = rate.valid_from - timedelta(days=1)
        present.save(update_fields=["valid_to"])
