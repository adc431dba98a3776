"""The form of a calendar: one line of text per weekday, one line per special day."""

import zoneinfo
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from calendars.holidays_of import COUNTRIES, SUBDIVISIONS
from calendars.models import Calendar
from calendars.rules import Rules, Span, clock, month_day
from core.exceptions import Refused
from core.forms import add_refusal

_LINES = forms.Textarea(attrs={"rows": 3})


class CalendarForm(forms.Form):
    """Weekly hours, holidays, and the days that are different."""

    name = forms.CharField(label=_("Name"), max_length=100)
    description = forms.CharField(
        label=_("Description"), max_length=200, required=False, help_text=_("The hours in a few words.")
    )
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        choices=lambda: [(name, name) for name in sorted(zoneinfo.available_timezones())],
        initial="Europe/Paris",
    )
    country = forms.ChoiceField(label=_("Public holidays"), choices=list(COUNTRIES.items()), required=False)
    subdivision = forms.ChoiceField(
        label=_("Part of the country"), choices=list(SUBDIVISIONS.items()), required=False
    )
    own_days = forms.CharField(
        label=_("Own closed days"),
        required=False,
        max_length=20_000,
        widget=_LINES,
        help_text=_("One per line: 2026-05-15 Bridge"),
    )
    closures = forms.CharField(
        label=_("Closed every year"),
        required=False,
        max_length=5_000,
        widget=_LINES,
        help_text=_(
            "One per line, month and day, both included, also over New Year: 12-24 01-02 Winter closure"
        ),
    )
    closings = forms.CharField(
        label=_("Exceptional closings"),
        required=False,
        max_length=20_000,
        widget=_LINES,
        help_text=_("One per line: 2026-06-19 12:00-18:00 Stocktaking"),
    )
    openings = forms.CharField(
        label=_("Exceptional openings"),
        required=False,
        max_length=20_000,
        widget=_LINES,
        help_text=_("One per line; they win over every closure: 2026-05-01 09:00-12:00 Migration"),
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    field_order = ["name", "description", "timezone", *(f"day{day}" for day in range(7))]

    def __init__(self, *args: Any, calendar: Calendar | None = None, **kwargs: Any) -> None:
        if calendar:
            kwargs["initial"] = {**_initial(calendar), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        for day, name in WEEKDAYS.items():
            self.fields[f"day{day}"] = forms.CharField(
                label=capfirst(str(name)), required=False, max_length=200
            )
        self.fields["day0"].help_text = _(
            "For example 08:30-12:30, 13:30-18:00. An end before its start is on the next day; empty is closed."
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Read the lines; each mistake is told beside its field."""
        cleaned = super().clean() or {}
        try:
            self.rules = self._rules(cleaned)
        except Refused as refused:
            add_refusal(self, refused)
        return cleaned

    def _rules(self, cleaned: dict[str, Any]) -> Rules:
        lists = {
            "own_days": _lines(cleaned, _named_day),
            "closures": _lines(cleaned, _named_range),
            "closings": _lines(cleaned, _named_span),
            "openings": _lines(cleaned, _named_span),
        }
        rules = Rules.from_json(
            {
                "timezone": cleaned.get("timezone", ""),
                "country": cleaned.get("country", ""),
                "subdivision": cleaned.get("subdivision", "") if cleaned.get("country") else "",
                **{name: read(name) for name, read in lists.items()},
            }
        )
        weekly = [hours for day in range(7) for hours in self._weekday(cleaned, day)]
        return Rules(**{**vars(rules), "weekly": tuple(weekly)})

    def _weekday(self, cleaned: dict[str, Any], day: int) -> tuple[Any, ...]:
        name = f"day{day}"
        try:
            pairs = [_pair(part) for part in cleaned.get(name, "").split(",") if part.strip()]
            return Rules.from_json({"timezone": "UTC", "weekly": {str(day): pairs}}).weekly
        except Refused as refused:
            raise Refused({name: " ".join(refused.errors["weekly"])}) from refused


def _pair(text: str) -> list[str]:
    """The two times of "08:30-12:30", whatever dash or word of a range was typed."""
    start, _dash, end = text.replace("–", "-").replace("—", "-").partition("-")
    return [start.strip(), end.strip()]


def _lines(cleaned: dict[str, Any], read: Callable[[str], list[str]]) -> Callable[[str], list[list[str]]]:
    return lambda name: [read(line.strip()) for line in cleaned.get(name, "").splitlines() if line.strip()]


def _named_day(line: str) -> list[str]:
    day, _space, label = line.partition(" ")
    return [day, label]


def _named_range(line: str) -> list[str]:
    return [*line.split(" ", 2), "", ""][:3]


def _named_span(line: str) -> list[str]:
    day, _space, rest = line.partition(" ")
    times, _space, label = rest.partition(" ")
    return [day, *_pair(times), label] if times[:1].isdigit() else [day, "", "", rest]


def _initial(calendar: Calendar) -> dict[str, Any]:
    rules = calendar.rules
    days = {
        f"day{day}": ", ".join(
            f"{clock(hours.start)}-{clock(hours.end)}"
            for hours in sorted(rules.weekly)
            if hours.weekday == day
        )
        for day in range(7)
    }
    return {
        "name": calendar.name,
        "description": calendar.description,
        "timezone": rules.timezone,
        "country": rules.country,
        "subdivision": rules.subdivision,
        "own_days": "\n".join(f"{day.day.isoformat()} {day.label}".strip() for day in rules.own_days),
        "closures": "\n".join(
            f"{month_day(c.first)} {month_day(c.last)} {c.label}".strip() for c in rules.closures
        ),
        "closings": "\n".join(map(_span_line, rules.closings)),
        "openings": "\n".join(map(_span_line, rules.openings)),
        "is_active": calendar.is_active,
        **days,
    }


def _span_line(span: Span) -> str:
    return f"{span.day.isoformat()} {clock(span.start)}-{clock(span.end)} {span.label}".strip()
