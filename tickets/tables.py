"""The columns of lists of tickets."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core import markup
from core.tables import Column, Table
from tickets.choices import ENDED, Status

_STATUS_LABELS = dict(Status.choices)


def title_cell(ticket: Any) -> SafeString:
    """What one reads first: the title, then the reference."""
    return format_html(
        '<span class="cell-title">{}</span> <span class="reference">{}</span>', ticket.title, ticket.reference
    )


def status_cell(ticket: Any) -> SafeString:
    """The status; of a pending ticket also why it waits."""
    label = str(_STATUS_LABELS[Status(ticket.status)])
    if ticket.status == Status.PENDING and ticket.pending_reason:
        label = str(ticket.pending_reason)
    return markup.status(ticket.status, label)


class TicketTable(Table):
    """A list of tickets of any kind; a kind subclasses and names what it adds or leaves out."""

    caption = _("Tickets")

    title = Column(_("Ticket"), title_cell)
    priority = Column(
        _("Priority"), lambda ticket: markup.priority(ticket.priority), sort="priority", css="shrink"
    )
    status = Column(_("Status"), status_cell, css="shrink")
    assignee = Column(_("Assignee"), lambda ticket: markup.person(ticket.assignee), css="wide soon-out")
    team = Column(_("Team"), lambda ticket: ticket.team, css="wide quiet late-out")
    service = Column(_("Service"), lambda ticket: ticket.service, css="wide quiet mid-out")
    requester = Column(_("Requester"), lambda ticket: ticket.requester, css="wide quiet late-out")
    due = Column(
        _("Due"),
        lambda ticket: markup.due(ticket.due_at, ended=ticket.status in ENDED),
        sort="due_at",
        css="shrink",
    )
    created = Column(
        _("Opened"),
        lambda ticket: markup.when(ticket.created_at),
        sort="created_at",
        css="shrink quiet soon-out",
    )

    def pick_label(self, row: Any) -> str:
        """The number, which is short and its own."""
        return _("Choose %(reference)s") % {"reference": row.reference}

    def row_css(self, row: Any) -> str:
        """Ended work steps back."""
        return "is-ended" if row.status in ENDED else ""


class QueueTable(TicketTable):
    """The queue, whose tickets can be ticked and acted on together."""

    pick_form = "bulk"
    pick_name = "ticket"
