"""Enumerations of projects."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProjectStatus(models.TextChoices):
    """Where a project stands in its life."""

    DRAFT = "draft", _("Being prepared")
    ACTIVE = "active", _("Under way")
    ON_HOLD = "on_hold", _("On hold")
    CLOSED = "closed", _("Ended")


class DependencyType(models.TextChoices):
    """Which end of a task waits for which end of another."""

    FS = "FS", _("Finish to start")
    SS = "SS", _("Start to start")
    FF = "FF", _("Finish to finish")
    SF = "SF", _("Start to finish")
