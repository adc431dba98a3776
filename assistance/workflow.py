"""The moves of an assistance request."""

from django.utils.translation import gettext_lazy as _

from tickets.choices import Status
from tickets.workflow import Move, Workflow

# Conditions of moves, registered by `assistance.approvers`.
APPROVED_IF_ASKED = "assistance.approved_if_asked"
NOT_REFUSED = "assistance.not_refused"

_TAKE = Move(Status.IN_PROGRESS, "take", _("Take"))
_ASSIGN = Move(Status.ASSIGNED, "assign", _("Assign"), "tickets.assign", ("team",), ("assignee", "reason"))
_WAIT = Move(
    Status.PENDING,
    "wait",
    _("Put on hold"),
    requires=("pending_reason",),
    accepts=("pending_until", "reason"),
)
_RESUME = Move(Status.IN_PROGRESS, "resume", _("Resume"))
_FULFIL = Move(
    Status.RESOLVED,
    "resolve",
    _("Fulfil"),
    requires=("solution", "resolution_code"),
    accepts=("fulfilment",),
    guards=(APPROVED_IF_ASKED,),
)
_CANCEL = Move(Status.CANCELLED, "cancel", _("Cancel"), requires=("reason",), by_requester=True)
_CANCEL_BY_STAFF = Move(Status.CANCELLED, "cancel", _("Cancel"), requires=("reason",))
_ACCEPT = Move(Status.CLOSED, "accept", _("Accept the solution"), by_requester=True)
_REFUSE = Move(
    Status.IN_PROGRESS, "refuse", _("Refuse the solution"), requires=("reason",), by_requester=True
)
_REOPEN = Move(Status.IN_PROGRESS, "reopen", _("Reopen"), requires=("reason",), by_requester=True)
_REVIVE = Move(Status.IN_PROGRESS, "reopen", _("Reopen"), requires=("reason",), guards=(NOT_REFUSED,))
# What approvals do by themselves.
_ASK = Move(Status.AWAITING_APPROVAL, "ask", _("Ask for approval"), automatic=True)
_APPROVED = Move(
    Status.ASSIGNED, "approve", _("Approved"), requires=("team",), accepts=("assignee",), automatic=True
)
_WITHDRAWN = Move(Status.NEW, "withdraw", _("Back to the queue"), automatic=True)

REQUEST_WORKFLOW = Workflow(
    initial=Status.NEW,
    moves={
        Status.NEW: (_TAKE, _ASSIGN, _WAIT, _FULFIL, _CANCEL, _ASK),
        Status.AWAITING_APPROVAL: (_CANCEL, _APPROVED, _WITHDRAWN),
        Status.ASSIGNED: (_TAKE, _WAIT, _FULFIL, _CANCEL, _ASK),
        Status.IN_PROGRESS: (_FULFIL, _WAIT, _ASSIGN, _CANCEL_BY_STAFF, _ASK),
        Status.PENDING: (_RESUME, _FULFIL, _ASSIGN, _CANCEL_BY_STAFF),
        Status.RESOLVED: (_ACCEPT, _REFUSE),
        Status.CLOSED: (_REOPEN,),
        Status.CANCELLED: (_REVIVE,),
    },
)
