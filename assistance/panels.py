"""What the ticket page shows of a request: the form it came by."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from assistance.models import AssistanceDetails
from core import registry
from core.choices import Kind
from tickets.models import Ticket


def form_context(ticket: Ticket, user: User) -> dict[str, Any] | None:
    """The form of a request and what was done for it, None for other kinds and where there is neither."""
    if ticket.kind != Kind.REQUEST:
        return None
    rows = AssistanceDetails.objects.select_related("request_type")
    details = rows.filter(pk=ticket.pk).first()
    if details is None or not (details.request_type or details.fulfilment):
        return None
    return {"form": details.request_type, "fulfilment": details.fulfilment}


def register() -> None:
    """Fill the ticket page; `AppConfig.ready` calls it."""
    registry.ticket_panels.register(
        registry.TicketPanel(
            slug="request-form",
            title=_("What was asked for"),
            template="assistance/panel.html",
            context=form_context,
            order=4,
        )
    )
