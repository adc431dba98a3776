"""Setting up calendars: each change is a new version."""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from audit.actions import changes_between, record_row, values_of
from calendars.holidays_of import holidays_of
from calendars.models import Calendar, CalendarVersion
from calendars.rules import MINUTES_PER_DAY, Hours, Rules, check_overlaps
from core.db import locked
from core.exceptions import Refused

_WEEKDAYS = range(5)


def create_calendar(
    *, name: str, rules: Rules, slug: str = "", description: str = "", author_id: int | None = None
) -> Calendar:
    """A new calendar, with the holidays of its country copied in."""
    name = _checked_name(name)
    slug = slug or slugify(name)[:60]
    if not slug or Calendar.objects.filter(slug=slug).exists():
        raise Refused({"name": _("There is already a calendar of this name.")})
    with transaction.atomic():
        calendar: Calendar = Calendar.objects.create(
            slug=slug, name=name, description=description.strip()[:200]
        )
        _add_version(calendar, rules, author_id)
        record_row(calendar, "created", by=author_id, changes=changes_between({}, _told(calendar)))
    return calendar


def edit_calendar(
    calendar: Calendar,
    *,
    name: str,
    rules: Rules,
    description: str = "",
    is_active: bool = True,
    author_id: int | None = None,
) -> Calendar:
    """Change a calendar; rules that differ from the current ones become a new version."""
    name = _checked_name(name)
    with transaction.atomic():
        calendar = locked(Calendar.objects.select_related(None).filter(pk=calendar.pk)).get()
        before = _told(calendar)
        calendar.name, calendar.description, calendar.is_active = name, description.strip()[:200], is_active
        calendar.save(update_fields=["name", "description", "is_active"])
        _add_version(calendar, rules, author_id)
        if changes := changes_between(before, _told(calendar)):
            record_row(calendar, "changed", by=author_id, changes=changes)
    return calendar


def _told(calendar: Calendar) -> dict[str, Any]:
    """What the trail keeps: the columns, and the rules of the version in force."""
    current = calendar.current
    rules = {"version": current.number, "rules": current.rules} if current else {}
    return {**values_of(calendar), **rules}


def install_calendars() -> list[Calendar]:
    """The calendars of the French pack that are not there yet. What was edited, or renamed, stays."""
    known = set(Calendar.objects.values_list("slug", flat=True))
    return [
        create_calendar(slug=slug, name=name, description=description, rules=rules)
        for slug, name, description, rules in _french_pack()
        if slug not in known
    ]


def _french_pack() -> list[tuple[str, str, str, Rules]]:
    office = [Hours(day, *span) for day in _WEEKDAYS for span in ((510, 750), (810, 1080))]
    extended = [Hours(day, 420, 1200) for day in range(6)]
    always = [Hours(day, 0, MINUTES_PER_DAY) for day in range(7)]
    return [
        (
            "heures-ouvrees",
            "Heures ouvrées",
            "08:30–12:30 et 13:30–18:00, du lundi au vendredi",
            Rules(weekly=tuple(office), country="FR"),
        ),
        (
            "etendu",
            "Étendu",
            "07:00–20:00, du lundi au samedi",
            Rules(weekly=tuple(extended), country="FR"),
        ),
        ("24-7", "24/7", "Sans interruption", Rules(weekly=tuple(always))),
    ]


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name:
        raise Refused({"name": _("Give the calendar a name.")})
    if len(name) > 100:
        raise Refused({"name": _("A name has at most 100 characters.")})
    return name


def _add_version(calendar: Calendar, rules: Rules, author_id: int | None) -> None:
    """Freeze the rules as the current version, unless they are those already."""
    check_overlaps(rules.weekly)
    before = calendar.rules
    if (rules.country, rules.subdivision) == (before.country, before.subdivision):
        rules = replace(rules, holidays=rules.holidays or before.holidays)
    else:
        rules = replace(rules, holidays=holidays_of(rules.country, rules.subdivision))
    data = rules.to_json()
    if calendar.current and calendar.current.rules == data:
        return
    calendar.current = CalendarVersion.objects.create(
        calendar=calendar,
        number=calendar.current.number + 1 if calendar.current else 1,
        rules=data,
        author_id=author_id,
    )
    calendar.save(update_fields=["current"])
