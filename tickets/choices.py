"""Enumerations of tickets."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Every status of every kind; a kind's workflow uses a subset."""

    NEW = "new", _("New")
    ASSIGNED = "assigned", _("Assigned")
    IN_PROGRESS = "in_progress", _("In progress")
    PENDING = "pending", _("Pending")
    AWAITING_APPROVAL = "awaiting_approval", _("Awaiting approval")
    PLANNED = "planned", _("Planned")
    CAUSE_KNOWN = "cause_known", _("Cause known")
    KNOWN_ERROR = "known_error", _("Known error")
    DRAFT = "draft", _("Draft")
    PROPOSED = "proposed", _("Proposed")
    EVALUATED = "evaluated", _("Evaluated")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    DONE = "done", _("Done")
    BACKED_OUT = "backed_out", _("Backed out")
    REVIEWED = "reviewed", _("Reviewed")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


# A ticket in one of these is no longer open work; the database computes `is_open` from the same list.
ENDED = (Status.RESOLVED, Status.CLOSED, Status.CANCELLED)


class Channel(models.TextChoices):
    """How a ticket reached us."""

    PORTAL = "portal", _("Portal")
    PHONE = "phone", _("Telephone")
    COUNTER = "counter", _("Counter")
    EMAIL = "email", _("E-mail")
    API = "api", _("API")
    ALERT = "alert", _("Alert")
    IMPORT = "import", _("Import")
    RECURRING = "recurring", _("Recurring")


class CommentKind(models.TextChoices):
    """To whom a comment speaks."""

    PUBLIC = "public", _("Public answer")
    INTERNAL = "internal", _("Internal note")
    SUPPLIER = "supplier", _("Supplier exchange")


class Verb(models.TextChoices):
    """What an event of the timeline says happened."""

    OPENED = "opened", _("Opened")
    COMMENTED = "commented", _("Commented")
    EDITED = "edited", _("Edited")
    MOVED = "moved", _("Status changed")
    ASSIGNED = "assigned", _("Assigned")
    PASSED_ON = "passed_on", _("Passed on")
    PRIORITISED = "prioritised", _("Priority set")
    ATTACHED = "attached", _("File added")
    FOLLOWED = "followed", _("Follower added")
    ITEMS = "items", _("Items changed")
    UNFOLLOWED = "unfollowed", _("Follower removed")
    PUBLISHED = "published", _("Note made public")
    LINKED = "linked", _("Linked")
    UNLINKED = "unlinked", _("Link removed")
    MERGED = "merged", _("Merged into another")
    ABSORBED = "absorbed", _("Another one merged into it")
    SPLIT = "split", _("Message split off")
    CONVERTED = "converted", _("Kind changed")
    MENTIONED = "mentioned", _("Mentioned")
    TIMED = "timed", _("Time entered")
    COSTED = "costed", _("Cost entered")
    CHECKED = "checked", _("Checklist")
    APPROVAL = "approval", _("Approval")
    VISITED = "visited", _("Intervention")
    DECLARED = "declared", _("Major incident")
    REPORTED = "reported", _("Incident report")
    ECHOED = "echoed", _("Linked ticket solved")
    ANALYSED = "analysed", _("Analysis")
    CAUSE_SOLVED = "cause_solved", _("Cause removed")


class WaitsFor(models.TextChoices):
    """Who has to act while a ticket is pending."""

    REQUESTER = "requester", _("The requester")
    SUPPLIER = "supplier", _("A supplier")
    INTERNAL = "internal", _("Us")
    DATE = "date", _("A planned date")


class ItemRole(models.TextChoices):
    """What an item has to do with a ticket."""

    AFFECTED = "affected", _("Affected")
    CAUSE = "cause", _("Cause of it")
    CHANGED = "changed", _("To be changed")


class LinkType(models.TextChoices):
    """How two tickets belong together, read from source to target."""

    RELATES = "relates", _("Relates to")
    DUPLICATES = "duplicates", _("Duplicates")
    PARENT = "parent", _("Parent of")
    BLOCKS = "blocks", _("Blocks")
    CAUSED_BY = "caused_by", _("Caused by")
    RESOLVED_BY = "resolved_by", _("Resolved by")
    FOLLOWS = "follows", _("Follows")

    @property
    def inverse(self) -> Promise | str:
        """The same link read from target to source."""
        return _INVERSES[self]


_INVERSES: dict[LinkType, Promise | str] = {
    LinkType.RELATES: _("Relates to"),
    LinkType.DUPLICATES: _("Duplicated by"),
    LinkType.PARENT: _("Part of"),
    LinkType.BLOCKS: _("Blocked by"),
    LinkType.CAUSED_BY: _("Causes"),
    LinkType.RESOLVED_BY: _("Resolves"),
    LinkType.FOLLOWS: _("Followed by"),
}


class CostNature(models.TextChoices):
    """What money is spent on."""

    HARDWARE = "hardware", _("Hardware")
    SOFTWARE = "software", _("Software and licences")
    SERVICE = "service", _("Outside services")
    TRAVEL = "travel", _("Travel")
    SUPPLIES = "supplies", _("Supplies")
    OTHER = "other", _("Other costs")


class LineType(models.TextChoices):
    """What a line of the ledger is."""

    TIME = "time", _("Time spent")
    COST = "cost", _("Cost")


class OnClosedDay(models.TextChoices):
    """What becomes of an occurrence that falls on a day on which the calendar is closed."""

    AFTER = "after", _("The next working day")
    BEFORE = "before", _("The working day before")
    SKIP = "skip", _("It is left out")
    KEEP = "keep", _("That day all the same")


class ParentClose(models.TextChoices):
    """What ending a ticket does where parts of it are still open."""

    BLOCK = "block", _("Refuse, and name the open parts")
    CASCADE = "cascade", _("End the parts as well")


class BulkAct(models.TextChoices):
    """What can be done to many tickets at once."""

    ASSIGN = "assign", _("Assign")
    MOVE = "move", _("Change the status")
    COMMENT = "comment", _("Write a message")
    PRIORITY = "priority", _("Set the priority")
    CATEGORY = "category", _("Set the category")
    FOLLOW = "follow", _("Follow")
    CLOSE = "close", _("Close")
    PARENT = "parent", _("Make part of a ticket")
    MERGE = "merge", _("Merge into a ticket")


class BulkState(models.TextChoices):
    """How far one ticket of a bulk act is."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
