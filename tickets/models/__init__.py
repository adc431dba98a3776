"""The tables of tickets."""

from tickets.models.approvals import Approval, ApprovalStep, ApprovalVote
from tickets.models.attachment import Attachment
from tickets.models.bulk import BulkItem, BulkJob
from tickets.models.canned import CannedAnswer
from tickets.models.checklists import CheckItem, ChecklistTemplate
from tickets.models.fields import CustomField, FieldValues
from tickets.models.interventions import Intervention, InterventionPart, InterventionState, Mode
from tickets.models.items import TicketItem
from tickets.models.ledger import Activity, CostLine, TicketBudget, TimeEntry
from tickets.models.lines import LedgerLine
from tickets.models.rates import Rate
from tickets.models.recurring import Recurrence, RecurrenceSlot
from tickets.models.retention import Emptied, RetentionRule
from tickets.models.setup import PendingReason, Policy, PriorityCell, ResolutionCode
from tickets.models.ticket import Alias, Follower, Link, Ticket
from tickets.models.timeline import Comment, CommentVersion, Event

__all__ = [
    "Activity",
    "Alias",
    "Approval",
    "ApprovalStep",
    "ApprovalVote",
    "Attachment",
    "BulkItem",
    "BulkJob",
    "CannedAnswer",
    "CheckItem",
    "ChecklistTemplate",
    "Comment",
    "CommentVersion",
    "CostLine",
    "CustomField",
    "Emptied",
    "Event",
    "FieldValues",
    "Follower",
    "Intervention",
    "InterventionPart",
    "InterventionState",
    "LedgerLine",
    "Link",
    "Mode",
    "PendingReason",
    "Policy",
    "PriorityCell",
    "Rate",
    "Recurrence",
    "RecurrenceSlot",
    "ResolutionCode",
    "RetentionRule",
    "Ticket",
    "TicketBudget",
    "TicketItem",
    "TimeEntry",
]
