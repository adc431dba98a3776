"""The moves of a problem."""

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
_NAME_CAUSE = Move(
    Status.CAUSE_KNOWN,
    "name_cause",
    _("The cause is known"),
    requires=("root_cause",),
    accepts=("consequences",),
)
_DECLARE = Move(
    Status.KNOWN_ERROR,
    "declare",
    _("Declare a known error"),
    requires=("root_cause", "workaround"),
    accepts=("is_public_workaround",),
)
_RESOLVE = Move(
    Status.RESOLVED,
    "resolve",
    _("Resolve"),
    requires=("root_cause", "solution", "resolution_code"),
    accepts=("tell_incidents",),
)
_ANALYSE_AGAIN = Move(Status.IN_PROGRESS, "analyse_again", _("Analyse again"), requires=("reason",))
_CANCEL = Move(Status.CANCELLED, "cancel", _("Cancel"), requires=("reason",))
_CLOSE = Move(Status.CLOSED, "accept", _("Close"), by_requester=True)
_REFUSE = Move(
    Status.IN_PROGRESS, "refuse", _("Refuse the solution"), requires=("reason",), by_requester=True
)
_REOPEN = Move(Status.IN_PROGRESS, "reopen", _("Reopen"), requires=("reason",))

PROBLEM_WORKFLOW = Workflow(
    initial=Status.NEW,
    moves={
        Status.NEW: (_TAKE, _ASSIGN, _WAIT, _CANCEL),
        Status.ASSIGNED: (_TAKE, _WAIT, _CANCEL),
        Status.IN_PROGRESS: (_NAME_CAUSE, _DECLARE, _RESOLVE, _WAIT, _ASSIGN, _CANCEL),
        Status.CAUSE_KNOWN: (_DECLARE, _RESOLVE, _ANALYSE_AGAIN, _WAIT, _ASSIGN, _CANCEL),
        Status.KNOWN_ERROR: (_RESOLVE, _ANALYSE_AGAIN, _WAIT, _ASSIGN, _CANCEL),
        Status.PENDING: (_RESUME, _RESOLVE, _ASSIGN, _CANCEL),
        Status.RESOLVED: (_CLOSE, _REFUSE),
        Status.CLOSED: (_REOPEN,),
        Status.CANCELLED: (_REOPEN,),
    },
)
