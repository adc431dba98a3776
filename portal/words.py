"""The plain words of the portal."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tickets.choices import Status, WaitsFor
from tickets.models import Ticket

# Status → word and tone for a requester; no technician's word.
STATUS_WORDS: dict[str, tuple[Promise, str]] = {
    Status.NEW: (_("received"), "information"),
    Status.ASSIGNED: (_("we are on it"), "accent"),
    Status.IN_PROGRESS: (_("we are on it"), "accent"),
    Status.PENDING: (_("on hold"), "waiting"),
    Status.AWAITING_APPROVAL: (_("waiting for approval"), "waiting"),
    Status.PLANNED: (_("planned"), "information"),
    Status.CAUSE_KNOWN: (_("we are on it"), "accent"),
    Status.KNOWN_ERROR: (_("we are on it"), "accent"),
    Status.DRAFT: (_("received"), "information"),
    Status.PROPOSED: (_("being examined"), "information"),
    Status.EVALUATED: (_("waiting for a decision"), "waiting"),
    Status.APPROVED: (_("approved"), "good"),
    Status.REFUSED: (_("refused"), "late"),
    Status.DONE: (_("carried out"), "good"),
    Status.BACKED_OUT: (_("undone"), "soon"),
    Status.REVIEWED: (_("carried out"), "good"),
    Status.RESOLVED: (_("solved, tell us"), "good"),
    Status.CLOSED: (_("closed"), "neutral"),
    Status.CANCELLED: (_("cancelled"), "neutral"),
}
WAITING_WORDS: dict[str, tuple[Promise, str]] = {
    WaitsFor.REQUESTER: (_("waiting for you"), "soon"),
    WaitsFor.SUPPLIER: (_("waiting for a supplier"), "waiting"),
    WaitsFor.DATE: (_("planned"), "information"),
}


def status_words(ticket: Ticket) -> tuple[Promise, str]:
    """What the requester reads as status, and its tone."""
    if ticket.status == Status.PENDING and ticket.pending_reason:
        return WAITING_WORDS.get(ticket.pending_reason.waits_for, STATUS_WORDS[Status.PENDING])
    return STATUS_WORDS[ticket.status]
