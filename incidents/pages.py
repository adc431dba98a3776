"""Where the pages of tickets and the shell show incidents, major ones and reports."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _, gettext_lazy

from accounts.models import User
from core import registry
from core.choices import Kind
from incidents.actions.majors import check_review, ends_as_a_whole, master_of
from incidents.choices import Act
from incidents.facts import children_of
from incidents.models import MajorEntry, MajorIncident
from incidents.open_majors import under_way
from incidents.permissions import DECLARE
from tickets import guards, timeline
from tickets.actions import effects
from tickets.choices import Status, Verb
from tickets.models import Event, Ticket
from tickets.timeline import Names


def register() -> None:
    """Make the words, rules, panels and acts of incidents known; `AppConfig.ready` calls it."""
    guards.register_for(Status.CLOSED, check_review)
    if ends_as_a_whole not in effects.ENDS_WHOLE:
        effects.ENDS_WHOLE.append(ends_as_a_whole)
    timeline.SENTENCES[Verb.DECLARED] = declared
    timeline.SENTENCES[Verb.REPORTED] = reported
    timeline.ROWS["major_entry"] = MajorEntry
    registry.banners.register(
        registry.Banner(slug="majors", template="incidents/banner.html", context=banner, order=10)
    )
    registry.nav.register(
        registry.NavEntry(
            slug="majors",
            label=gettext_lazy("Major incidents"),
            icon="alert-octagon",
            url_name="incidents:majors",
            order=31,
        )
    )
    registry.ticket_panels.register(
        registry.TicketPanel(
            slug="major",
            title=gettext_lazy("Major incident"),
            template="incidents/panel.html",
            context=panel,
            order=5,
        )
    )
    registry.ticket_blocks.register(
        registry.TicketBlock(
            slug="incident", template="incidents/block.html", context=block, kinds=(Kind.INCIDENT,), order=10
        )
    )
    registry.ticket_acts.register(
        registry.TicketAct(
            slug="describe", label=gettext_lazy("Symptoms, workaround, cause"), icon="pencil", order=20,
            url_name="incidents:describe", verb="tickets.work", kinds=(Kind.INCIDENT,),
        ),
        registry.TicketAct(
            slug="declare", label=gettext_lazy("Declare a major incident"), icon="alert-octagon", order=60,
            url_name="incidents:declare", verb=DECLARE, kinds=(Kind.INCIDENT,), shown=_may_be_major,
        ),
        registry.TicketAct(
            slug="report", label=gettext_lazy("Incident report"), icon="file-text", order=70,
            url_name="incidents:report", kinds=(Kind.INCIDENT,),
        ),
    )  # fmt: skip


def banner(user: User) -> dict[str, Any] | None:
    """The major incidents under way that the reader should know of; asks the cache, not the database."""
    found = under_way()
    if not found:
        return None
    staff = user.access.is_staff_side
    shown = [row for row in found if row.touches(user) or (staff and row.is_worked_on_by(user))]
    return {"majors": shown, "staff": staff} if shown else None


def panel(ticket: Ticket, user: User) -> dict[str, Any] | None:
    """What an incident has to do with a major one: it is one, is part of one, or might be."""
    if ticket.kind != Kind.INCIDENT:
        return None
    own = MajorIncident.objects.filter(incident=ticket).first()
    if own is not None:
        own.incident = ticket
        return {"own": own, "children": children_of(ticket).count()}
    master = master_of(ticket)
    if master is not None:
        return {"master": master}
    offers = [row for row in under_way() if ticket.service_id in row.services and row.is_worked_on_by(user)]
    if not offers or not ticket.is_open:
        return None
    return {"offers": offers, "works": user.has_perm("tickets.work", ticket)}


def block(ticket: Ticket, user: User) -> dict[str, Any] | None:
    """The workaround, and the cause while the solution does not tell it; read with the ticket."""
    details = ticket.details
    workaround = getattr(details, "workaround", "")
    cause = "" if ticket.solution else getattr(details, "cause", "")
    return {"workaround": workaround, "cause": cause} if workaround or cause else None


def _may_be_major(ticket: Ticket, _user: User) -> bool:
    """Whether declaring makes sense: open, for everybody's eyes, and not under way already."""
    known = {row.reference for row in under_way()}
    return ticket.is_open and not ticket.is_confidential and ticket.reference not in known


def declared(event: Event, names: Names) -> str:
    """What was done about a major incident, without who did it."""
    match event.data.get("act"):
        case Act.DECLARED:
            return _("declared a major incident")
        case Act.UPDATE:
            text = names.of("major_entry", event.data.get("major_entry"))
            return _("told everybody it touches: %(text)s") % {"text": text}
        case Act.CHILD:
            return _("made it part of the major incident %(reference)s") % {
                "reference": event.data.get("other_reference", "")
            }
        case Act.REVIEWED:
            return _("wrote the closing review")
        case _:
            return _("changed what is told of the major incident")


def reported(event: Event, names: Names) -> str:
    """What was done to the incident report."""
    if event.data.get("act") == "finalised":
        return _("finalised the incident report")
    return _("wrote the incident report")
