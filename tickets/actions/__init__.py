"""What can be done to a ticket. Page, API, mail intake and task call these and nothing else.

Every act takes `by` (the person, None for the portal itself) and `at` (an aware datetime, now by default), locks the
ticket, checks rights and rules, saves the columns it names and records an event, in one transaction. It raises
`PermissionDenied` where the person may not, `Refused` with the fields where the rules say no, `StaleVersion` where
`version` is given and no longer holds.
"""

from tickets.actions.approving import ask_approval, decide, remind_approvers, route_votes, withdraw_approval
from tickets.actions.assigning import assign, pass_on, take
from tickets.actions.attaching import attach, store_upload
from tickets.actions.commenting import comment, edit_comment, publish_comment, withdraw_comment
from tickets.actions.converting import convert
from tickets.actions.editing import clear_priority, edit, set_priority
from tickets.actions.following import add_colleague, follow, mute, unfollow
from tickets.actions.items import set_items
from tickets.actions.linking import link, unlink
from tickets.actions.many import run_bulk_act, start_bulk_act, unfinished_bulk_acts
from tickets.actions.merging import merge, unmerge
from tickets.actions.moving import close_silent, move, resume_due
from tickets.actions.opening import open_ticket
from tickets.actions.recurring import open_recurring
from tickets.actions.splitting import open_part, split

__all__ = [
    "add_colleague",
    "ask_approval",
    "assign",
    "attach",
    "clear_priority",
    "close_silent",
    "comment",
    "convert",
    "decide",
    "edit",
    "edit_comment",
    "follow",
    "link",
    "merge",
    "move",
    "mute",
    "open_part",
    "open_recurring",
    "open_ticket",
    "pass_on",
    "publish_comment",
    "remind_approvers",
    "resume_due",
    "route_votes",
    "run_bulk_act",
    "set_items",
    "set_priority",
    "split",
    "start_bulk_act",
    "store_upload",
    "take",
    "unfinished_bulk_acts",
    "unfollow",
    "unlink",
    "unmerge",
    "withdraw_approval",
    "withdraw_comment",
]
