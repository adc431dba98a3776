"""The moves of a task: new, planned or assigned, in progress, pending, done, closed."""

from django.utils.translation import gettext_lazy as _

from tickets.choices import Status
from tickets.workflow import Move, Workflow

_TAKE = Move(Status.IN_PROGRESS, "take", _("Begin"))
_PLAN = Move(Status.PLANNED, "plan", _("Mark as planned"))
_ASSIGN = Move(Status.ASSIGNED, "assign", _("Assign"), "tickets.assign", ("team",), ("assignee", "reason"))
_WAIT = Move(
    Status.PENDING,
    "wait",
    _("Put on hold"),
    requires=("pending_reason",),
    accepts=("pending_until", "reason"),
)
_RESUME = Move(Status.IN_PROGRESS, "resume", _("Resume"))
_FINISH = Move(Status.RESOLVED, "finish", _("Done"), accepts=("solution",))
_CANCEL = Move(Status.CANCELLED, "cancel", _("Cancel"), requires=("reason",))
_ACCEPT = Move(Status.CLOSED, "accept", _("Accept the work"), by_requester=True)
_REOPEN = Move(Status.IN_PROGRESS, "reopen", _("Reopen"), requires=("reason",), by_requester=True)

TASK_WORKFLOW = Workflow(
    initial=Status.NEW,
    moves={
        Status.NEW: (_TAKE, _PLAN, _ASSIGN, _WAIT, _FINISH, _CANCEL),
        Status.PLANNED: (_TAKE, _ASSIGN, _WAIT, _FINISH, _CANCEL),
        Status.ASSIGNED: (_TAKE, _PLAN, _WAIT, _FINISH, _CANCEL),
        Status.IN_PROGRESS: (_FINISH, _WAIT, _ASSIGN, _CANCEL),
        Status.PENDING: (_RESUME, _FINISH, _ASSIGN, _CANCEL),
        Status.RESOLVED: (_ACCEPT, _REOPEN),
        Status.CLOSED: (_REOPEN,),
        Status.CANCELLED: (_REOPEN,),
    },
)
