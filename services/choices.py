"""Enumerations of the catalogue."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ServiceStatus(models.TextChoices):
    """Where a service stands in its life."""

    PLANNED = "planned", _("Planned")
    LIVE = "live", _("Live")
    RETIRED = "retired", _("Retired")


class ItemStatus(models.TextChoices):
    """Where an item stands in its life."""

    PLANNED = "planned", _("Planned")
    IN_STOCK = "in_stock", _("In stock")
    IN_USE = "in_use", _("In service")
    IN_REPAIR = "in_repair", _("In repair")
    RETIRED = "retired", _("Retired")
    DISPOSED = "disposed", _("Disposed of")


# An item in one of these is no longer there to be worked with.
GONE = (ItemStatus.RETIRED, ItemStatus.DISPOSED)


class AttributeType(models.TextChoices):
    """What the values of an attribute are."""

    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    BOOLEAN = "boolean", _("Yes or no")
    CHOICE = "choice", _("One of a list")
    URL = "url", _("Web address")
    IP = "ip", _("IP address")


class RelationType(models.TextChoices):
    """How two services or items belong together, read from source to target."""

    DEPENDS_ON = "depends_on", _("Depends on")
    RUNS_ON = "runs_on", _("Runs on")
    PART_OF = "part_of", _("Part of")
    CONNECTED_TO = "connected_to", _("Connected to")
    BACKS_UP = "backs_up", _("Backs up")
    USES = "uses", _("Uses")

    @property
    def inverse(self) -> Promise | str:
        """The same relation read from target to source."""
        return _INVERSES[self]


_INVERSES: dict[RelationType, Promise | str] = {
    RelationType.DEPENDS_ON: _("Needed by"),
    RelationType.RUNS_ON: _("Carries"),
    RelationType.PART_OF: _("Has as part"),
    RelationType.CONNECTED_TO: _("Connects"),
    RelationType.BACKS_UP: _("Backed up by"),
    RelationType.USES: _("Used by"),
}

# What stops the target stops the source …
FROM_TARGET = (
    RelationType.DEPENDS_ON,
    RelationType.RUNS_ON,
    RelationType.USES,
    RelationType.CONNECTED_TO,
)
# … and what stops a part stops the whole. A backup that stops breaks nothing.
FROM_SOURCE = (RelationType.PART_OF,)
# Nothing may stand on itself through these; networks do have circles.
ACYCLIC = (RelationType.DEPENDS_ON, RelationType.RUNS_ON, RelationType.PART_OF)


class CatalogueVerb(models.TextChoices):
    """What an event of the catalogue says happened."""

    CREATED = "created", _("Created")
    EDITED = "edited", _("Changed")
    MOVED = "moved", _("Status changed")
    RELATED = "related", _("Relation added")
    UNRELATED = "unrelated", _("Relation removed")


class ImportStatus(models.TextChoices):
    """Where an import of items stands."""

    CHECKED = "checked", _("Checked")
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
