"""The moves of an incident."""

from django.utils.translation import gettext_lazy as _

from tickets.choices import Status
from tickets.workflow import Move, Workflow

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
_RESOLVE = Move(Status.RESOLVED, "resolve", _("Resolve"), requires=("cause", "solution", "resolution_code"))
_CANCEL = Move(Status.CANCELLED, "cancel", _("Cancel"), requires=("reason",), by_requester=True)
_CANCEL_BY_STAFF = Move(Status.CANCELLED, "cancel", _("Cancel"), requires=("reason",))
_ACCEPT = Move(Status.CLOSED, "accept", _("Accept the solution"), by_requester=True)
_REFUSE = Move(
    Status.IN_PROGRESS, "refuse", _("Refuse the solution"), requires=("reason",), by_requester=True
)
_REOPEN = Move(Status.IN_PROGRESS, "reopen", _("Reopen"), requires=("reason",), by_requester=True)
_REVIVE = Move(Status.IN_PROGRESS, "reopen", _("Reopen"), requires=("reason",))

INCIDENT_WORKFLOW = Workflow(
    initial=Status.NEW,
    moves={
        Status.NEW: (_TAKE, _ASSIGN, _WAIT, _RESOLVE, _CANCEL),
        Status.ASSIGNED: (_TAKE, _WAIT, _RESOLVE, _CANCEL),
        Status.IN_PROGRESS: (_RESOLVE, _WAIT, _ASSIGN, _CANCEL_BY_STAFF),
        Status.PENDING: (_RESUME, _RESOLVE, _ASSIGN, _CANCEL_BY_STAFF),
        Status.RESOLVED: (_ACCEPT, _REFUSE),
        Status.CLOSED: (_REOPEN,),
        Status.CANCELLED: (_REVIVE,),
    },
)
