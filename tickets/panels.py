"""What tickets show of custom fields, canned answers and those who are there, and where these are set up."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import wording
from core import registry
from tickets.access import who_sees
from tickets.fields import fields_of, shown_values
from tickets.models import Ticket


def fields_context(ticket: Ticket, user: User) -> dict[str, Any] | None:
    """The custom fields of a ticket with their values, None where it has none at all."""
    rows = shown_values(ticket, user)
    return {"rows": rows, "may": user.has_perm("tickets.work", ticket)} if rows or fields_of(ticket) else None


def seers_context(ticket: Ticket, user: User) -> dict[str, Any] | None:
    """Who sees a confidential ticket and why; nothing on others."""
    return {"seers": who_sees(ticket)} if ticket.is_confidential else None


def _may_make_confidential(ticket: Ticket, user: User) -> bool:
    return not ticket.is_confidential and user.has_perm("tickets.work", ticket)


def _may_lift(ticket: Ticket, user: User) -> bool:
    return ticket.is_confidential and user.has_perm("tickets.work", ticket)


def register() -> None:
    """Fill the pages of the portal."""
    wording.register({"tickets.exported": _("Tickets exported")})
    registry.ticket_panels.register(
        registry.TicketPanel(
            slug="fields",
            title=_("Fields"),
            template="tickets/fields_panel.html",
            context=fields_context,
            order=10,
        )
    )
    registry.admin_pages.register(
        registry.AdminPage(
            slug="custom-fields",
            group="rules",
            title=_("Custom fields"),
            sentence=_("What tickets ask and show besides the usual, by kind, category or service."),
            icon="forms",
            url_name="tickets:custom_fields",
            verb="settings.manage",
            order=60,
        )
    )
    registry.ticket_panels.register(
        registry.TicketPanel(
            slug="seers",
            title=_("Who sees this"),
            template="tickets/seers_panel.html",
            context=seers_context,
            order=5,
        )
    )
    for slug, label, icon, shown in (
        ("confidential", _("Make confidential"), "lock", _may_make_confidential),
        ("open-up", _("Lift confidentiality"), "lock-open", _may_lift),
    ):
        registry.ticket_acts.register(
            registry.TicketAct(
                slug=slug,
                label=label,
                icon=icon,
                url_name="tickets:confidential",
                verb="tickets.confidential",
                shown=shown,
                order=90,
            )
        )
    registry.admin_pages.register(
        registry.AdminPage(
            slug="canned-answers",
            group="rules",
            title=_("Canned answers"),
            sentence=_("Texts that technicians insert into answers and notes, filled in for the ticket."),
            icon="message-2",
            url_name="tickets:canned_answers",
            verb="settings.manage",
            order=70,
        )
    )
