"""The moves of a change: draft, proposed, evaluated, approved or refused, planned, in progress, done or backed out,
reviewed, closed.

What the change authority says makes the moves to approved and refused; a standard change is approved by its template.
"""

from django.utils.translation import gettext_lazy as _

from tickets.choices import Status
from tickets.workflow import Move, Workflow

# The verb of the move that an emergency change alone may make, before anybody has approved it.
AT_ONCE = "start_at_once"

_DESCRIBED = ("justification", "effects", "risk_note", "plan", "backout_plan")

_PROPOSE = Move(Status.PROPOSED, "propose", _("Propose"), requires=_DESCRIBED, accepts=("test_plan",))
_EVALUATE = Move(
    Status.EVALUATED,
    "evaluate",
    _("Ask for the decision"),
    requires=("risk_level",),
    accepts=("outage_expected",),
)
_TEMPLATE = Move(
    Status.APPROVED, "preapprove", _("Approved by its template"), guards=("from_template",), automatic=True
)
_APPROVE = Move(Status.APPROVED, "approve", _("Approved"), automatic=True)
_TURN_DOWN = Move(Status.REFUSED, "turn_down", _("Refused"), automatic=True)
_START_AT_ONCE = Move(
    Status.IN_PROGRESS, AT_ONCE, _("Start at once"), requires=("justification", "effects", "backout_plan")
)
_REWORK = Move(Status.DRAFT, "rework", _("Rework"), requires=("reason",))
_PLAN = Move(
    Status.PLANNED,
    "plan",
    _("Plan"),
    requires=("window_start", "window_end"),
    accepts=("outage_expected",),
)
_PLAN_ANEW = Move(Status.APPROVED, "plan_anew", _("Take out of the calendar"), requires=("reason",))
_START = Move(Status.IN_PROGRESS, "start", _("Start"))
_FINISH = Move(Status.DONE, "finish", _("Done"))
_BACK_OUT = Move(Status.BACKED_OUT, "back_out", _("Backed out"), requires=("reason",))
_REVIEW = Move(Status.REVIEWED, "review", _("Review"), requires=("review_result", "review_note"))
_CLOSE = Move(Status.CLOSED, "close", _("Close"), guards=("change_decided",))
_CLOSE_REFUSED = Move(Status.CLOSED, "close", _("Close"))
_REVIEW_AGAIN = Move(Status.REVIEWED, "review_again", _("Reopen the review"), requires=("reason",))
_CANCEL = Move(Status.CANCELLED, "cancel", _("Cancel"), requires=("reason",))
_REVIVE = Move(Status.DRAFT, "rework", _("Rework"), requires=("reason",))

CHANGE_WORKFLOW = Workflow(
    initial=Status.DRAFT,
    moves={
        Status.DRAFT: (_PROPOSE, _START_AT_ONCE, _TEMPLATE, _CANCEL),
        Status.PROPOSED: (_EVALUATE, _START_AT_ONCE, _REWORK, _CANCEL),
        Status.EVALUATED: (_APPROVE, _TURN_DOWN, _START_AT_ONCE, _REWORK, _CANCEL),
        Status.APPROVED: (_PLAN, _CANCEL),
        Status.REFUSED: (_REWORK, _CLOSE_REFUSED),
        Status.PLANNED: (_START, _PLAN_ANEW, _CANCEL),
        Status.IN_PROGRESS: (_FINISH, _BACK_OUT),
        Status.DONE: (_REVIEW,),
        Status.BACKED_OUT: (_REVIEW,),
        Status.REVIEWED: (_CLOSE,),
        Status.CLOSED: (_REVIEW_AGAIN,),
        Status.CANCELLED: (_REVIVE,),
    },
)
