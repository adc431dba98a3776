"""The calendar of changes: a month of windows."""

from __future__ import annotations

import calendar
import re
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from changes.models import Change
from changes.tables import type_tag
from tickets.choices import Status
from tickets.models import Ticket
from tickets.views.people import worker

# More windows than this in one month are not drawn; the list narrows them.
LIMIT = 500
_NOT_SHOWN = (Status.CANCELLED, Status.REFUSED)
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """The windows of a month, in the reader's time zone: this one, or that of `?month=2026-11`."""
    user = worker(request)
    first = asked_month(request.GET.get("month", ""))
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    begin, end = _midnight(weeks[0][0]), _midnight(weeks[-1][-1] + timedelta(days=1))
    rows = Change.objects.visible_to(user).exclude(status__in=_NOT_SHOWN)
    rows = rows.filter(change_details__window_start__lt=end, change_details__window_end__gt=begin)
    rows = rows.select_related("change_details", "service").order_by("change_details__window_start", "pk")
    by_day = spread(list(rows[:LIMIT]))
    before, after = first - timedelta(days=1), first + timedelta(days=31)
    context = {
        "label": date_format(first, "F Y"),
        "heads": [date_format(day, "D") for day in weeks[0]],
        "weeks": [[_day(day, first, by_day) for day in week] for week in weeks],
        "days": [
            _day(day, first, by_day)
            for week in weeks
            for day in week
            if day.month == first.month and by_day.get(day)
        ],
        "previous": f"{before:%Y-%m}",
        "following": f"{after:%Y-%m}",
    }
    return render(request, "changes/calendar.html", context)


def asked_month(text: str) -> date:
    """The first day of the month asked for; of this month where that is nonsense."""
    found = _MONTH.fullmatch(text)
    return date(int(found[1]), int(found[2]), 1) if found else timezone.localdate().replace(day=1)


def spread(changes: list[Ticket]) -> dict[date, list[dict[str, Any]]]:
    """The changes of each day that their window touches."""
    by_day: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for change in changes:
        start, end = (
            timezone.localtime(at) for at in (change.details.window_start, change.details.window_end)
        )
        day, last = start.date(), (end - timedelta(microseconds=1)).date()
        while day <= last and (day - start.date()).days < 60:
            since = f"{start:%H:%M}" if day == start.date() else "00:00"
            until = f"{end:%H:%M}" if day == last and end.date() == last else "24:00"
            by_day[day].append(
                {"change": change, "since": since, "until": until, "type": type_tag(change.details)}
            )
            day += timedelta(days=1)
    return by_day


def _day(day: date, first: date, by_day: dict[date, list[dict[str, Any]]]) -> dict[str, Any]:
    return {
        "date": day,
        "outside": day.month != first.month,
        "today": day == timezone.localdate(),
        "changes": by_day.get(day, []),
    }


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
