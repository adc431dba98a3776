"""What checklists and recurring tickets show in the shell and on the ticket page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _, gettext_lazy, ngettext

from accounts.models import User
from core import registry
from tickets import timeline
from tickets.choices import Verb
from tickets.models import CheckItem, Event, Ticket


def panel(ticket: Ticket, user: User) -> dict[str, Any] | None:
    """The points of a ticket with how many are done, None where it has none."""
    items = list(CheckItem.objects.filter(ticket=ticket).select_related("done_by"))
    if not items:
        return None
    done = sum(item.done_at is not None for item in items)
    may = ticket.is_open and user.has_perm("tickets.work", ticket)
    return {"items": items, "done": done, "total": len(items), "may": may}


def sentence(event: Event, _names: Any) -> str:
    """What happened to the checklist."""
    point = event.data.get("point", "")
    match event.data.get("act"):
        case "done":
            return _("ticked “%(point)s”") % {"point": point}
        case "undone":
            return _("took back the tick of “%(point)s”") % {"point": point}
        case "removed":
            return _("took “%(point)s” off the checklist") % {"point": point}
        case _other:
            count = int(event.data.get("count", 0))
            said = ngettext(
                "added %(count)d point to the checklist", "added %(count)d points to the checklist", count
            )
            return said % {"count": count}


def register() -> None:
    """Fill the registries; called once when the app is ready."""
    timeline.SENTENCES[Verb.CHECKED] = sentence
    registry.ticket_panels.register(
        registry.TicketPanel(
            slug="checklist",
            title=gettext_lazy("Checklist"),
            template="tickets/checklist.html",
            context=panel,
            order=20,
        )
    )
    registry.ticket_acts.register(
        registry.TicketAct(
            slug="checklist",
            label=gettext_lazy("Add a checklist"),
            icon="list-check",
            url_name="tickets:add_points",
            verb="tickets.work",
            shown=lambda ticket, user: ticket.is_open,
            order=40,
        )
    )
    registry.admin_pages.register(
        registry.AdminPage(
            slug="checklists",
            group="rules",
            title=gettext_lazy("Checklists"),
            sentence=gettext_lazy("Lists of points that technicians put on a ticket and tick one by one."),
            icon="list-check",
            url_name="tickets:checklists",
            verb="settings.manage",
            order=50,
        ),
        registry.AdminPage(
            slug="recurring",
            group="rules",
            title=gettext_lazy("Recurring tickets"),
            sentence=gettext_lazy(
                "Maintenance, reviews and drills that open by themselves, each occurrence once."
            ),
            icon="repeat",
            url_name="tickets:recurrences",
            verb="tickets.recurring",
            order=60,
        ),
    )
