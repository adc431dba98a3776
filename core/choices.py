"""Enumerations that every part shares."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a ticket is; each kind is a proxy model in an app of its own."""

    INCIDENT = "incident", _("Incident")
    REQUEST = "request", _("Assistance request")
    PROBLEM = "problem", _("Problem")
    CHANGE = "change", _("Change")
    TASK = "task", _("Task")


class Scale(models.IntegerChoices):
    """Urgency (how soon it hurts) and impact (whom it touches), 1 the lowest."""

    VERY_LOW = 1, _("Very low")
    LOW = 2, _("Low")
    MEDIUM = 3, _("Medium")
    HIGH = 4, _("High")
    VERY_HIGH = 5, _("Very high")


class Priority(models.IntegerChoices):
    """Priority, 1 the highest."""

    CRITICAL = 1, _("P1 – Critical")
    HIGH = 2, _("P2 – High")
    MEDIUM = 3, _("P3 – Medium")
    LOW = 4, _("P4 – Low")
    PLANNED = 5, _("P5 – Planned")


class Criticality(models.IntegerChoices):
    """How much the organisation depends on a service; 4 raises the priority of its tickets by one."""

    LOW = 1, _("Low")
    MODERATE = 2, _("Moderate")
    HIGH = 3, _("High")
    VITAL = 4, _("Vital")


class Level(models.TextChoices):
    """Level of assistance of a team."""

    N0 = "n0", _("N0 – Self-service")
    N1 = "n1", _("N1 – Service desk")
    N2 = "n2", _("N2 – Specialists")
    N3 = "n3", _("N3 – Experts")
    SUPPLIER = "supplier", _("Supplier")

    @property
    def rank(self) -> int:
        """Order of escalation, 0 for self-service."""
        return list(Level).index(self)
