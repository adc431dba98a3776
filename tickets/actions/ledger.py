"""Time and costs on tickets: written once, corrected by voiding."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.saving import allow, change, save as save_row
from accounts.models import Team, User
from core.db import locked
from core.exceptions import Refused
from tickets.actions.base import checked_text, lock, moment, require, save
from tickets.actions.setup import MANAGE
from tickets.choices import CostNature, Verb
from tickets.events import record
from tickets.models import Activity, CostLine, Ticket, TicketBudget, TimeEntry
from tickets.models.ledger import DAY_MINUTES, Voidable

LineT = TypeVar("LineT", TimeEntry, CostLine)

EARLIEST = date(1970, 1, 1)
MOST = Decimal("9999999999.99")
_CENT = Decimal("0.01")
_ACTIVITY_FIELDS = frozenset({"slug", "name_fr", "name_en", "position", "is_active"})


@transaction.atomic
def log_time(
    ticket: Ticket | int,
    *,
    by: User,
    minutes: int,
    day: date | None = None,
    person: User | None = None,
    activity: Activity | None = None,
    note: str = "",
    is_billable: bool = False,
    at: datetime | None = None,
) -> TimeEntry:
    """Write down the minutes that a person spent on a ticket on a day (today in their time zone unless told).

    For someone else than `by` it needs `tickets.log_for_others`. A day has 24 hours, all tickets together.
    """
    now = moment(at)
    row = lock(ticket)
    require(by, "tickets.work", row)
    person = person or by
    _check_person(person, row, by=by)
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 1 <= minutes <= DAY_MINUTES:
        raise Refused({"minutes": _("Give minutes from 1 to 1,440.")})
    if activity is not None and not activity.is_active:
        raise Refused({"activity": _("This activity is no longer in use.")})
    day = _checked_day(day, person, now)
    note = checked_text("note", note, limit=500)
    _check_day_has_room(person, day, minutes)
    entry = TimeEntry.objects.create(
        ticket=row, person=person, team=_team_of(person, row), day=day, minutes=minutes, activity=activity,
        note=note, is_billable=bool(is_billable), entered_by=by, created_at=now,
    )  # fmt: skip
    _told(row, Verb.TIMED, entry, by=by, at=now)
    return entry


@transaction.atomic
def void_time(entry: TimeEntry, *, by: User, reason: str, at: datetime | None = None) -> TimeEntry:
    """Take a time entry out of the count, with the reason; it stays readable. One's own, or with the right others'."""
    return _void(entry, Verb.TIMED, (entry.person_id, entry.entered_by_id), by=by, reason=reason, at=at)


@transaction.atomic
def add_cost(
    ticket: Ticket | int,
    *,
    by: User,
    nature: str,
    label: str,
    amount: Decimal,
    day: date | None = None,
    supplier: str = "",
    at: datetime | None = None,
) -> CostLine:
    """Write down money spent on a ticket, in euros, to the cent."""
    now = moment(at)
    row = lock(ticket)
    require(by, "tickets.work", row)
    if nature not in CostNature.values:
        raise Refused({"nature": _("Choose what the money was spent on.")})
    label = checked_text("label", label, limit=200)
    if not label:
        raise Refused({"label": _("This field is required.")})
    amount = checked_amount(amount)
    if amount <= 0:
        raise Refused({"amount": _("Give an amount above zero.")})
    line = CostLine.objects.create(
        ticket=row, nature=nature, label=label, amount=amount, day=_checked_day(day, by, now),
        supplier=checked_text("supplier", supplier, limit=120), entered_by=by, created_at=now,
    )  # fmt: skip
    _told(row, Verb.COSTED, line, by=by, at=now)
    return line


@transaction.atomic
def void_cost(line: CostLine, *, by: User, reason: str, at: datetime | None = None) -> CostLine:
    """Take a cost line out of the count, with the reason; it stays readable."""
    return _void(line, Verb.COSTED, (line.entered_by_id,), by=by, reason=reason, at=at)


@transaction.atomic
def set_budget(
    ticket: Ticket | int, amount: Decimal | None, *, by: User, at: datetime | None = None
) -> TicketBudget | None:
    """Say what may be spent on a ticket, time and costs together, in euros; None takes the limit away."""
    now = moment(at)
    row = lock(ticket)
    require(by, "tickets.budget", row)
    before = TicketBudget.objects.filter(ticket=row).first()
    if amount is not None:
        amount = checked_amount(amount)
        if amount < 0:
            raise Refused({"amount": _("Give an amount of zero or more.")})
    if (before.amount if before else None) == amount:
        return before
    if amount is None:
        TicketBudget.objects.filter(ticket=row).delete()
        kept = None
    else:
        kept, _created = TicketBudget.objects.update_or_create(ticket=row, defaults={"amount": amount})
    # Who reads the timeline may not see money: it says that, not how much.
    record(row, Verb.COSTED, by=by, at=now, notify=False, budget=amount is not None)
    save(row, [], at=now)
    return kept


@transaction.atomic
def save_activity(activity: Activity, values: Mapping[str, Any], *, by: User | None) -> Activity:
    """Create or change a word for what time is spent on."""
    allow(by, MANAGE)
    change(activity, values, allowed=_ACTIVITY_FIELDS)
    return save_row(activity, by=by)


def checked_amount(amount: Decimal) -> Decimal:
    """An amount in euros to the cent. Raises `Refused` naming `amount`: nothing is rounded behind one's back."""
    if not isinstance(amount, Decimal) or not amount.is_finite():
        raise Refused({"amount": _("Give an amount in euros.")})
    if abs(amount) > MOST:
        raise Refused({"amount": _("This is too much.")})
    if amount != amount.quantize(_CENT):
        raise Refused({"amount": _("Give euros and cents, no more than two decimals.")})
    return amount.quantize(_CENT)


def _check_person(person: User, ticket: Ticket, *, by: User) -> None:
    if person.pk == by.pk:
        return
    require(by, "tickets.log_for_others", ticket)
    if not User.objects.visible_to(by).filter(pk=person.pk, is_active=True).exists():
        raise Refused({"person": _("Unknown person.")})


def _checked_day(day: date | None, person: User, now: datetime) -> date:
    """The day, not after today where the person is."""
    today = timezone.localdate(now, ZoneInfo(person.timezone))
    if day is None:
        return today
    if not isinstance(day, date) or isinstance(day, datetime):
        raise Refused({"day": _("Give a day.")})
    if day > today:
        raise Refused({"day": _("This is in the future.")})
    if day < EARLIEST:
        raise Refused({"day": _("This is before %(year)d.") % {"year": EARLIEST.year}})
    return day


def _check_day_has_room(person: User, day: date, minutes: int) -> None:
    """Refuse more than 24 hours in a day. The person is locked, so that two entries at once are counted."""
    list(locked(User.objects.filter(pk=person.pk)).values_list("pk", flat=True))
    entries = TimeEntry.objects.standing().filter(person=person, day=day)
    spent = entries.aggregate(spent=models.Sum("minutes"))["spent"] or 0
    if spent + minutes > DAY_MINUTES:
        message = _(
            "%(spent)d minutes are already entered on this day; with these it has more than 24 hours."
        )
        raise Refused({"minutes": message % {"spent": spent}})


def _team_of(person: User, ticket: Ticket) -> Team | None:
    """For which team one works here: the ticket's where one is in it, else one's own first."""
    teams = list(Team.objects.filter(memberships__user=person, is_active=True).order_by("pk"))
    if ticket.team in teams:
        return ticket.team
    return teams[0] if teams else None


def _void(
    line: LineT, verb: Verb, owners: tuple[int, ...], *, by: User, reason: str, at: datetime | None
) -> LineT:
    """Void a row of the ledger under the lock of its ticket, which is the survivor where it was merged."""
    now = moment(at)
    row = lock(line.ticket.merged_into_id or line.ticket_id)
    if not may_void(by, row, owners):
        raise PermissionDenied
    reason = checked_text("reason", reason, limit=250)
    if not reason:
        raise Refused({"reason": _("Say why.")})
    found: LineT = locked(type(line)._default_manager.filter(pk=line.pk)).get()
    if found.is_void:
        raise Refused(_("This line is already voided."))
    mark_void(found, by=by, reason=reason, at=now)
    _told(row, verb, found, by=by, at=now, voided=True)
    return found


def may_void(by: User, ticket: Ticket, owners: tuple[int, ...]) -> bool:
    """Whether the person may void a line of a ticket: one of its owners, or who keeps the time of others."""
    if not by.has_perm("tickets.work", ticket):
        return False
    return by.pk in owners or by.has_perm("tickets.log_for_others", ticket)


def mark_void(row: Voidable, *, by: User | None, reason: str, at: datetime) -> None:
    """Write that a row counts no more."""
    row.voided_at, row.voided_by, row.void_reason = at, by, reason
    row.save(update_fields=["voided_at", "voided_by", "void_reason"])


def _told(row: Ticket, verb: Verb, line: Any, *, by: User, at: datetime, **facts: Any) -> None:
    """Tell the timeline, without amounts: who reads it may not see money."""
    said: dict[str, Any]
    if isinstance(line, TimeEntry):
        said = {
            "entry": line.pk, "person": line.person_id, "minutes": line.minutes, "activity": line.activity_id,
            "day": line.day.isoformat(),
        }  # fmt: skip
    else:
        said = {"line": line.pk, "nature": line.nature, "day": line.day.isoformat()}
    record(row, verb, by=by, at=at, notify=False, **said, **facts)
    save(row, [], at=at)
