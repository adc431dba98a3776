"""Major incidents: what is declared, whom it touches, its log and its review."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Entity, User
from services.models import Service
from tickets.choices import LinkType
from tickets.models import Follower, Link, Ticket


def worked_on_by(user: User) -> Q:
    """The condition of those whose whole log one reads."""
    return (
        Q(incident__entity_id__in=user.access.entities("tickets.view"), incident__is_confidential=False)
        | Q(incident__team_id__in=user.access.teams)
        | Q(incident__assignee_id=user.pk)
    )


def concerning(user: User) -> Q:
    """The condition of those that touch one: by entity or service, by a ticket of one's own, or by one's word."""
    path = user.entity.path if user.entity_id and user.entity else []
    services = MajorIncident.services.through.objects.filter(service__entity_id__in=path)
    places = MajorIncident.entities.through.objects.filter(entity_id__in=path)
    anywhere = ~Q(pk__in=MajorIncident.entities.through.objects.values("majorincident_id"))
    own = Ticket.objects.filter(requester_id=user.pk).values("pk")
    parts = Link.objects.filter(link_type=LinkType.PARENT, target__in=own).values("source_id")
    followed = Follower.objects.filter(user_id=user.pk).values("ticket_id")
    return (
        Q(pk__in=places.values("majorincident_id"))
        | Q(pk__in=services.values("majorincident_id")) & anywhere
        | Q(incident_id__in=own)
        | Q(incident_id__in=parts)
        | Q(incident_id__in=followed)
        | Q(pk__in=Concerned.objects.filter(user_id=user.pk).values("major_id"))
    )


class MajorIncidentQuerySet(models.QuerySet["MajorIncident"]):
    """Questions asked of many major incidents."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those one works on or oversees, and those that concern oneself."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(worked_on_by(user) | concerning(user))

    def under_way(self) -> Self:
        """Those that have not ended."""
        return self.filter(ended_at=None)

    def for_lists(self) -> Self:
        """With what a row shows."""
        return self.select_related("incident__entity", "coordinator").prefetch_related("services", "entities")


class MajorIncident(models.Model):
    """An incident declared major: one master, its children, one communication to all it touches."""

    incident = models.OneToOneField(Ticket, models.PROTECT, related_name="major", verbose_name=_("incident"))
    declared_at = models.DateTimeField(_("declared at"))
    declared_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("declared by"), db_index=False
    )
    reason = models.TextField(_("why it is major"), max_length=2000)
    coordinator = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("coordinator"), null=True, blank=True,
        db_index=False,
    )  # fmt: skip
    summary = models.CharField(
        _("what everybody reads"), max_length=300,
        help_text=_("One sentence for those it touches: what does not work, and since when."),
    )  # fmt: skip
    services = models.ManyToManyField(
        Service, related_name="+", verbose_name=_("services touched"), blank=True
    )
    entities = models.ManyToManyField(
        Entity, related_name="+", verbose_name=_("entities touched"), blank=True,
        help_text=_("With all that belongs to them. None: whoever is offered one of the services."),
    )  # fmt: skip
    next_update_at = models.DateTimeField(_("next word at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    what_happened = models.TextField(_("what happened"), blank=True, max_length=20_000)
    went_well = models.TextField(_("what went well"), blank=True, max_length=20_000)
    to_improve = models.TextField(_("what to improve"), blank=True, max_length=20_000)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("reviewed by"), null=True, blank=True,
        db_index=False,
    )  # fmt: skip
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = MajorIncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("major incident")
        verbose_name_plural = _("major incidents")
        ordering = ["-declared_at", "-id"]
        indexes = [
            models.Index("declared_at", "id", name="major_newest"),
            models.Index("declared_at", name="major_under_way", condition=Q(ended_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewed_at=None) | Q(reviewed_by__isnull=False),
                name="major_reviewed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident.reference} {self.incident.title}"

    def get_absolute_url(self) -> str:
        """The page with the log."""
        return reverse("incidents:major", args=[self.incident.reference])

    @property
    def entity_id(self) -> int:
        """The entity of its incident, so that rights are asked of it as of any row."""
        return self.incident.entity_id

    @property
    def is_under_way(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None


class MajorEntry(models.Model):
    """One line of the log: what happened at that moment, for those at work or for everybody."""

    major = models.ForeignKey(MajorIncident, models.CASCADE, related_name="entries", db_index=False)
    at = models.DateTimeField(_("when"))
    written_at = models.DateTimeField(_("written at"))
    author = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("author"), db_index=False
    )
    body = models.TextField(_("text"), max_length=5000)
    is_public = models.BooleanField(_("for everybody it touches"), default=False)
    spread_at = models.DateTimeField(_("sent to everybody at"), null=True, blank=True)

    class Meta:
        verbose_name = _("entry of the log")
        verbose_name_plural = _("entries of the log")
        ordering = ["at", "id"]
        indexes = [models.Index("major", "at", "id", name="major_log")]

    def __str__(self) -> str:
        return self.body


class Concerned(models.Model):
    """Somebody who said: I am touched too."""

    major = models.ForeignKey(MajorIncident, models.CASCADE, related_name="concerned")
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("person"), db_index=False)
    at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("person touched")
        verbose_name_plural = _("people touched")
        constraints = [models.UniqueConstraint(fields=["user", "major"], name="concerned_once")]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.major_id}"
