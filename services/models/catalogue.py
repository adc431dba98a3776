"""The catalogue: services, the teams that support them, and the categories of tickets."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Concat, Trim
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy as _

from accounts.fields import SortNameField
from accounts.models import Team, User
from core.choices import Criticality, Kind, Level
from services.choices import ServiceStatus


class ServiceQuerySet(models.QuerySet["Service"]):
    """Questions asked of many services."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The services offered to the person's entity by itself or by one above it, and those of granted
        entities.
        """
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        own = user.entity.path if user.entity_id and user.entity else []
        granted = user.access.entities("services.view") | user.access.entities("services.manage")
        return self.filter(Q(entity_id__in=granted.union(own)))


class Service(models.Model):
    """What the department provides and supports."""

    name = models.CharField(_("name"), max_length=120)
    sort_name = SortNameField()
    code = models.SlugField(
        _("code"), max_length=60, unique=True,
        help_text=_("Short and lasting: used by imports and the API."),
    )  # fmt: skip
    entity = models.ForeignKey(
        "accounts.Entity", models.PROTECT, verbose_name=_("entity"), related_name="services"
    )
    owner = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("owner"), null=True, blank=True, related_name="+"
    )
    criticality = models.PositiveSmallIntegerField(
        _("criticality"), choices=Criticality, default=Criticality.MODERATE,
        help_text=_("A vital service raises the priority of its tickets by one."),
    )  # fmt: skip
    calendar = models.ForeignKey(
        "calendars.Calendar",
        models.PROTECT,
        verbose_name=_("support hours"),
        null=True,
        blank=True,
        related_name="+",
    )
    description = models.TextField(_("description"), blank=True, max_length=5000)
    documentation_url = models.URLField(_("documentation"), blank=True, max_length=500)
    status = models.CharField(_("status"), max_length=10, choices=ServiceStatus, default=ServiceStatus.LIVE)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["sort_name", "id"]
        indexes = [models.Index(fields=["sort_name", "id"], name="service_sort")]
        constraints = [
            models.CheckConstraint(condition=Q(criticality__range=(1, 4)), name="service_criticality"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the service."""
        return reverse("services:detail", args=[self.pk])


class ServiceTeam(models.Model):
    """The team that supports a service at one level."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="support")
    level = models.CharField(_("level"), max_length=10, choices=Level)
    team = models.ForeignKey(Team, models.PROTECT, verbose_name=_("team"), related_name="supported_services")

    class Meta:
        verbose_name = _("support team")
        verbose_name_plural = _("support teams")
        constraints = [models.UniqueConstraint(fields=["service", "level"], name="service_team_per_level")]

    def __str__(self) -> str:
        return f"{self.service} {self.level}: {self.team}"

    @property
    def rank(self) -> int:
        """Order of escalation."""
        return Level(self.level).rank


class CategoryQuerySet(models.QuerySet["Category"]):
    """Questions asked of many categories."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Categories are words of the set-up: everybody who is signed in reads them."""
        return self.all() if isinstance(user, User) and user.is_active else self.none()

    def in_tree_order(self) -> Self:
        """Parents before their children, both by name."""
        tree = Concat(
            Coalesce("parent__parent__sort_name", Value("")),
            Value(" "),
            Coalesce("parent__sort_name", Value("")),
            Value(" "),
            "sort_name",
            output_field=models.TextField(),
        )
        return self.order_by(Trim(tree), "pk")

    def offered(self, kind: str = "") -> Self:
        """Those in use, for tickets of a kind where one is named."""
        rows = self.filter(is_active=True)
        return rows.filter(Q(kinds=[]) | Q(kinds__contains=[kind])) if kind else rows


class Category(models.Model):
    """What a ticket is about, in a tree of two or three levels."""

    name = models.CharField(_("name"), max_length=120)
    sort_name = SortNameField()
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    slug = models.SlugField(_("code"), max_length=80, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("parent"), null=True, blank=True, related_name="children"
    )
    kinds = ArrayField(
        models.CharField(max_length=12, choices=Kind), verbose_name=_("kinds"), default=list, blank=True,
        help_text=_("Empty for all kinds."),
    )  # fmt: skip
    default_service = models.ForeignKey(
        Service, models.SET_NULL, verbose_name=_("usual service"), null=True, blank=True, related_name="+"
    )
    is_active = models.BooleanField(_("in use"), default=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["sort_name", "id"]

    def __str__(self) -> str:
        english = (get_language() or "").startswith("en")
        return (self.name_en if english else self.name) or self.name

    def get_absolute_url(self) -> str:
        """Where it is changed: a category has no page of its own."""
        return reverse("services:category", args=[self.pk])
