"""The list of calendars."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calendars.arithmetic import is_open
from calendars.models import Calendar
from core import markup
from core.tables import Column, Table


def _state(calendar: Calendar) -> object:
    if not calendar.is_active:
        return markup.tag(_("Not in use"))
    if is_open(calendar.schedule, timezone.now()):
        return markup.tag(_("Open now"), "good")
    return markup.tag(_("Closed now"), "waiting")


class CalendarTable(Table):
    """Calendars and whether they are open now."""

    caption = _("Calendars")
    name = Column(_("Calendar"), "name", sort="name")
    description = Column(_("Hours"), "description", css="wide")
    timezone = Column(_("Time zone"), "timezone", css="wide")
    state = Column(_("State"), _state, css="shrink")

    def address(self, row: Calendar) -> str:
        """The page of the calendar."""
        return reverse("calendars:detail", args=[row.slug])
