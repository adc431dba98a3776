"""The tables of tickets."""

from tickets.models.attachment import Attachment
from tickets.models.setup import PendingReason, Policy, PriorityCell, ResolutionCode
from tickets.models.ticket import Alias, Follower, Link, Ticket
from tickets.models.timeline import Comment, CommentVersion, Event

__all__ = [
    "Alias",
    "Attachment",
    "Comment",
    "CommentVersion",
    "Event",
    "Follower",
    "Link",
    "PendingReason",
    "Policy",
    "PriorityCell",
    "ResolutionCode",
    "Ticket",
]
