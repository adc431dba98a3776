"""Enumerations of tickets."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Every status of every kind; a kind's workflow uses a subset."""

    NEW = "new", _("New")
    ASSIGNED = "assigned", _("Assigned")
    IN_PROGRESS = "in_progress", _("In progress")
    PENDING = "pending", _("Pending")
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
    UNFOLLOWED = "unfollowed", _("Follower removed")
    PUBLISHED = "published", _("Note made public")
    LINKED = "linked", _("Linked")


class WaitsFor(models.TextChoices):
    """Who has to act while a ticket is pending."""

    REQUESTER = "requester", _("The requester")
    SUPPLIER = "supplier", _("A supplier")
    INTERNAL = "internal", _("Us")
    DATE = "date", _("A planned date")


class LinkType(models.TextChoices):
    """How two tickets belong together."""

    RELATES = "relates", _("Relates to")
    FOLLOWS = "follows", _("Follows")
