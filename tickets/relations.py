"""Relations between tickets in words, and where pages show them."""

from __future__ import annotations

from django.utils.translation import gettext as _, gettext_lazy

from core import registry
from core.choices import Kind
from tickets import guards, timeline
from tickets.actions.effects import ENDINGS, check_blockers, check_parts
from tickets.choices import LinkType, Status, Verb
from tickets.models import Event
from tickets.relations_panel import links_context, parts_context
from tickets.timeline import Names, link_label, other


def register() -> None:
    """Make the conditions of ends, the words, the panels and the forms of relations known."""
    guards.register_for(Status.RESOLVED, check_blockers)
    for status in ENDINGS:
        guards.register_for(status, check_parts)
    timeline.SENTENCES.update(
        {
            Verb.UNLINKED: _unlinked,
            Verb.MERGED: _merged,
            Verb.ABSORBED: _absorbed,
            Verb.SPLIT: _split,
            Verb.CONVERTED: _converted,
            Verb.ECHOED: _echoed,
        }
    )
    timeline.LABELS["kind"] = kind_label
    registry.ticket_panels.register(
        registry.TicketPanel(
            slug="parts",
            title=gettext_lazy("Parts"),
            template="tickets/parts_panel.html",
            context=parts_context,
            order=30,
        ),
        registry.TicketPanel(
            slug="links",
            title=gettext_lazy("Links"),
            template="tickets/links_panel.html",
            context=links_context,
            order=32,
        ),
    )
    registry.ticket_acts.register(
        registry.TicketAct(
            slug="link", label=gettext_lazy("Link to a ticket"), icon="link", url_name="tickets:link",
            verb="tickets.work", order=20, keys="l",
        ),
        registry.TicketAct(
            slug="part", label=gettext_lazy("Open a part of it"), icon="subtask", url_name="tickets:open_part",
            verb="tickets.work", shown=lambda ticket, user: ticket.is_open, order=22,
        ),
        registry.TicketAct(
            slug="merge", label=gettext_lazy("Merge into a ticket"), icon="arrow-merge", url_name="tickets:merge",
            verb="tickets.work", shown=lambda ticket, user: ticket.status not in CLOSED, order=24,
        ),
        registry.TicketAct(
            slug="convert", label=gettext_lazy("Change the kind"), icon="transform", url_name="tickets:convert",
            verb="tickets.work", shown=lambda ticket, user: ticket.is_open, order=26,
        ),
    )  # fmt: skip


CLOSED = (Status.CLOSED, Status.CANCELLED)


def kind_label(slug: str) -> str:
    """What a kind is called."""
    return str(Kind(slug).label)


def _unlinked(event: Event, names: Names) -> str:
    return _("removed the link: %(link)s %(other)s") % {"link": link_label(event), "other": other(event)}


def _merged(event: Event, names: Names) -> str:
    if event.data.get("undone"):
        return _("took the ticket out of %(other)s again") % {"other": other(event)}
    return _("merged the ticket into %(other)s") % {"other": other(event)}


def _absorbed(event: Event, names: Names) -> str:
    if event.data.get("undone"):
        return _("took %(other)s out again") % {"other": other(event)}
    return _("merged %(other)s into this ticket") % {"other": other(event)}


def _split(event: Event, names: Names) -> str:
    if event.data.get("inverse"):
        return _("opened this ticket from a message of %(other)s") % {"other": other(event)}
    return _("made %(other)s from a message") % {"other": other(event)}


def _converted(event: Event, names: Names) -> str:
    kind = event.data.get("changes", {}).get("kind", ["", ""])[1]
    was = event.data.get("was_reference", "")
    return _("changed the kind to “%(kind)s”; it was %(was)s") % {"kind": names.of("kind", kind), "was": was}


def _echoed(event: Event, names: Names) -> str:
    said = _("solved %(other)s, to which this ticket is linked (%(link)s)")
    link_type = event.data.get("link_type", LinkType.RELATES)
    return said % {"other": other(event), "link": LinkType(link_type).label}
