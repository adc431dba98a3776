"""Calendars: opening hours and holidays, in versions that never change."""

from functools import lru_cache
from typing import Any, Self

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from calendars.arithmetic import Schedule
from calendars.rules import Rules


class CalendarQuerySet(models.QuerySet["Calendar"]):
    """Questions asked of many calendars."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Calendars are part of the set-up: everybody who is signed in reads them."""
        return self.all() if user.is_authenticated and user.is_active else self.none()


class CalendarManager(models.Manager.from_queryset(CalendarQuerySet)):  # type: ignore[misc]
    """Calendars with their current version: it is always wanted."""

    def get_queryset(self) -> CalendarQuerySet:
        """All calendars."""
        queryset: CalendarQuerySet = super().get_queryset().select_related("current")
        return queryset


class Calendar(models.Model):
    """Opening hours under a name. What it says is its current version; the earlier ones stay for what they
    timed.
    """

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=200, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    current = models.ForeignKey(
        "CalendarVersion",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("version"),
    )

    objects = CalendarManager()

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def rules(self) -> Rules:
        """What the calendar says now; never open before its first version."""
        return self.current.as_rules if self.current else Rules()

    @property
    def schedule(self) -> Schedule:
        """The current version, ready for arithmetic."""
        return self.current.schedule if self.current else Schedule(Rules())

    @property
    def timezone(self) -> str:
        """The name of the time zone in which its hours are meant."""
        return self.rules.timezone


class CalendarVersion(models.Model):
    """One state of a calendar, frozen with its holidays."""

    calendar = models.ForeignKey(
        Calendar, models.CASCADE, related_name="versions", verbose_name=_("calendar")
    )
    number = models.PositiveIntegerField(_("version"))
    rules = models.JSONField(_("rules"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    # A number, not a key: people stand above calendars.
    author_id = models.BigIntegerField(_("author"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar version")
        verbose_name_plural = _("calendar versions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "number"], name="one_calendar_version_per_number")
        ]
        triggers = [pgtrigger.Protect(name="calendar_version_is_frozen", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.calendar_id} v{self.number}"

    @property
    def as_rules(self) -> Rules:
        """The rules as values."""
        return self.schedule.rules

    @property
    def schedule(self) -> Schedule:
        """The version ready for arithmetic, shared by the whole process: it never changes."""
        return _schedule(_Frozen(self.pk, self.created_at.isoformat(), self.rules))


class _Frozen:
    """Rules recognised by the version they belong to."""

    def __init__(self, key: int, created: str, data: dict[str, Any]) -> None:
        self.identity = (key, created)
        self.data = data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frozen) and other.identity == self.identity

    def __hash__(self) -> int:
        return hash(self.identity)


@lru_cache(maxsize=64)
def _schedule(version: _Frozen) -> Schedule:
    return Schedule(Rules.from_json(version.data))
