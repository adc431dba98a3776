"""Where calendars are set up, with a preview of what they do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from calendars.actions import create_calendar, edit_calendar
from calendars.arithmetic import Schedule, day_bounds, is_open, open_intervals
from calendars.forms import CalendarForm
from calendars.models import Calendar
from calendars.tables import CalendarTable
from core.views import Action, CreatePage, Crumb, DetailPage, ListPage, UpdatePage

FRAME = "base_manage.html"
VERB = "settings.manage"
_PREVIEW_DAYS = 14


@dataclass(frozen=True)
class PreviewDay:
    """A day of the preview: its intervals by the calendar's own clock, and why it is closed."""

    day: date
    intervals: list[tuple[datetime, datetime]]
    why: str


class CalendarList(ListPage):
    """All calendars."""

    model = Calendar
    table_class = CalendarTable
    frame = FRAME
    verb = VERB
    title = _("Calendars")
    sentence = _("When the department works: every delay is counted in these hours.")
    default_sort = "name"
    empty_title = _("No calendar yet")
    empty_text = _("Add the hours in which the department works.")
    empty_icon = "calendar"

    def actions(self) -> list[Action]:
        return [Action(_("New calendar"), reverse("calendars:create"), "plus", primary=True)]


class CalendarPage(DetailPage):
    """One calendar: its week, the next two weeks, the closed days of a year."""

    model = Calendar
    template_name = "calendars/detail.html"
    frame = FRAME
    verb = VERB

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Calendars"), reverse("calendars:list"))]

    def actions(self) -> list[Action]:
        return [Action(_("Edit"), reverse("calendars:edit", args=[self.object.slug]), "pencil", primary=True)]

    @cached_property
    def year(self) -> int:
        """The year whose closed days are shown."""
        asked = self.request.GET.get("year", "")
        this_year = timezone.now().year
        return (
            int(asked)
            if asked.isascii() and asked.isdigit() and 2000 <= int(asked[:5]) <= 2100
            else this_year
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        calendar: Calendar = self.object
        schedule, rules, now = calendar.schedule, calendar.rules, timezone.now()
        closed = sorted(day for day in (*rules.holidays, *rules.own_days) if day.day.year == self.year)
        return {
            **super().get_context_data(**kwargs),
            "calendar": calendar,
            "rules": rules,
            "is_open": is_open(schedule, now),
            "preview": list(_preview(schedule, now)),
            "closed_days": closed,
            "year": self.year,
        }


def _preview(schedule: Schedule, now: datetime) -> Iterator[PreviewDay]:
    zone, rules = schedule.zone, schedule.rules
    today = now.astimezone(zone).date()
    reasons = {day.day: day.label for day in (*rules.holidays, *rules.own_days)}
    for day in (today + timedelta(days=number) for number in range(_PREVIEW_DAYS)):
        intervals = [
            (start.astimezone(zone), end.astimezone(zone))
            for start, end in open_intervals(schedule, *day_bounds(schedule, day))
        ]
        closure = next((closure.label for closure in rules.closures if closure.covers(day)), "")
        yield PreviewDay(day, intervals, reasons.get(day, closure))


class CalendarFormMixin:
    """What creating and editing a calendar share."""

    frame = FRAME
    verb = VERB

    def crumbs(self) -> list[Crumb]:
        """Back to the list."""
        return [Crumb(_("Calendars"), reverse("calendars:list"))]


class NewCalendar(CalendarFormMixin, CreatePage):
    """Add a calendar."""

    form_class = CalendarForm
    title = _("New calendar")
    sentence = _("Public holidays are copied into it, so that a delay promised today does not move.")
    success_message = _("The calendar is ready.")

    def act(self, form: CalendarForm) -> str:
        calendar = create_calendar(
            name=form.cleaned_data["name"],
            description=form.cleaned_data["description"],
            rules=form.rules,
            author_id=self.request.user.pk,
        )
        return reverse("calendars:detail", args=[calendar.slug])


class EditCalendar(CalendarFormMixin, UpdatePage):
    """Change a calendar: the new version counts from now on."""

    form_class = CalendarForm
    model = Calendar
    slug_field = "slug"
    sentence = _("A change makes a new version; what was counted before keeps the old one.")
    success_message = _("The calendar is changed.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "calendar": self.object}

    def act(self, form: CalendarForm) -> str:
        edit_calendar(
            self.object,
            name=form.cleaned_data["name"],
            description=form.cleaned_data["description"],
            is_active=form.cleaned_data["is_active"],
            rules=form.rules,
            author_id=self.request.user.pk,
        )
        return reverse("calendars:detail", args=[self.object.slug])
