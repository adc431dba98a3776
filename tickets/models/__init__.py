"""The tables of tickets."""

from tickets.models.approvals import Approval, ApprovalStep, ApprovalVote
from tickets.models.attachment import Attachment
from tickets.models.fields import CustomField, FieldValues
from tickets.models.setup import PendingReason, Policy, PriorityCell, ResolutionCode
from tickets.models.ticket import Alias, Follower, Link, Ticket
from tickets.models.timeline import Comment, CommentVersion, Event

__all__ = [
    "Alias",
    "Approval",
    "ApprovalStep",
    "ApprovalVote",
    "Attachment",
    "Comment",
    "CommentVersion",
    "CustomField",
    "Event",
    "FieldValues",
    "Follower",
    "Link",
    "PendingReason",
    "Policy",
    "PriorityCell",
    "ResolutionCode",
    "Ticket",
]
