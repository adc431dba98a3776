"""What tickets show of custom fields, canned answers and those who are there, and where these are set up."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import registry
from tickets.fields import fields_of, shown_values
from tickets.models import Ticket


def fields_context(ticket: Ticket, user: User) -> dict[str, Any] | None:
    """The custom fields of a ticket with their values, None where it has none at all."""
    rows = shown_values(ticket, user)
    return {"rows": rows, "may": user.has_perm("tickets.work", ticket)} if rows or fields_of(ticket) else None


def register() -> None:
    """Fill the pages of the portal."""
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
