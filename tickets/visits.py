"""Interventions in words: in the timeline, and the appointments that a requester can expect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _, gettext_lazy

from accounts.models import User
from core import registry, times
from tickets.choices import Verb
from tickets.models import Event, Intervention, Mode
from tickets.timeline import ROWS, SENTENCES, Entry, Names

_EXPECTED = ("planned", "moved", "began")


@dataclass(frozen=True)
class Appointment:
    """What a requester knows of an intervention to come."""

    starts_at: datetime
    ends_at: datetime
    is_remote: bool
    place: str
    has_begun: bool


def sentence(event: Event, names: Names) -> str:
    """What happened to the intervention, without who did it."""
    data = event.data
    words = {
        "when": _when(data),
        "person": names.of("technician", data["technician"]) if data.get("technician") else "",
    }
    match data.get("act"):
        case "planned":
            said = _("planned an intervention by %(person)s: %(when)s")
        case "moved":
            said = _("changed the appointment with %(person)s: %(when)s")
        case "began":
            said = _("began the intervention")
        case "done":
            said = _("wrote the intervention sheet")
        case "signed":
            said = _("had the intervention sheet signed")
        case _act:
            said = _("called off the intervention of %(when)s")
    return said % words


def upcoming(entries: Iterable[Entry], *, at: datetime | None = None) -> list[Appointment]:
    """The appointments that are still to come or under way, read from the timeline alone."""
    now = at or timezone.now()
    latest = {
        entry.event.data.get("intervention"): entry.event.data
        for entry in entries
        if entry.event.verb == Verb.VISITED
    }
    found = [_appointment(data) for data in latest.values() if data.get("act") in _EXPECTED]
    return sorted((row for row in found if row and row.ends_at > now), key=lambda row: row.starts_at)


def _appointment(data: dict[str, str]) -> Appointment | None:
    begin, end = parse_datetime(data["starts_at"]), parse_datetime(data["ends_at"])
    if begin is None or end is None:
        return None
    return Appointment(
        begin, end, data.get("mode") == Mode.REMOTE, data.get("place", ""), data["act"] == "began"
    )


def _when(data: dict[str, str]) -> str:
    """From when to when, and where."""
    begin, end = parse_datetime(data.get("starts_at", "")), parse_datetime(data.get("ends_at", ""))
    if begin is None or end is None:
        return ""
    said = f"{times.exact(begin)} – {_end(begin, end)}"
    if data.get("mode") == Mode.REMOTE:
        return _("%(when)s, remote") % {"when": said}
    return f"{said}, {data['place']}" if data.get("place") else said


def _end(begin: datetime, end: datetime) -> str:
    """The end: the hour alone where it is the same day."""
    local = timezone.localtime(end)
    return f"{local:%H:%M}" if timezone.localtime(begin).date() == local.date() else times.exact(end)


def register() -> None:
    """Make interventions known to the timeline, the ticket page and the rail; `AppConfig.ready` calls it."""
    SENTENCES[Verb.VISITED] = sentence
    ROWS["technician"] = User
    registry.ticket_panels.register(
        registry.TicketPanel(
            slug="interventions",
            title=gettext_lazy("Interventions"),
            context=panel,
            order=35,
            template="tickets/interventions_panel.html",
        )
    )
    registry.ticket_acts.register(
        registry.TicketAct(
            slug="intervention",
            label=gettext_lazy("Plan an intervention"),
            icon="calendar-event",
            order=35,
            url_name="tickets:plan_intervention",
            verb="tickets.work",
            shown=lambda ticket, _user: ticket.is_open,
        )
    )
    registry.nav.register(
        registry.NavEntry(
            slug="interventions",
            label=gettext_lazy("Interventions"),
            icon="calendar-event",
            order=25,
            url_name="tickets:interventions",
        )
    )


def panel(ticket: Any, user: Any) -> dict[str, Any] | None:
    """The interventions of a ticket, newest first; hidden where there are none."""
    rows = Intervention.objects.filter(ticket=ticket).select_related("technician").order_by("-starts_at")
    found = list(rows[:20])
    return {"rows": found} if found else None
