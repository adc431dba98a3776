"""Roles and grants."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from accounts.fields import SortNameField
from accounts.models.organisation import Entity, Team
from accounts.models.people import User

OVERSEERS = ("accounts.grant", "accounts.manage_people", "accounts.manage_roles", "audit.view")


class RoleQuerySet(models.QuerySet["Role"]):
    """Rows of roles."""

    def visible_to(self, user: User) -> "RoleQuerySet":
        """All roles for those who look after people or rights, one's own for anyone else."""
        if user.access.entities_of_any((*OVERSEERS, "accounts.view_people")):
            return self.all()
        held = Grant.objects.filter(models.Q(user=user) | models.Q(team_id__in=user.access.teams))
        return self.filter(pk__in=held.values("role_id"))


class Role(models.Model):
    """A named set of verbs."""

    slug = models.SlugField(_("identifier"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    sort_name = SortNameField()
    description = models.CharField(_("what it is for"), max_length=200, blank=True)
    verbs = ArrayField(models.CharField(max_length=60), verbose_name=_("rights"), default=list, blank=True)
    # The verbs its defaults had when last installed, so that an upgrade adds what is new and no more.
    offered = ArrayField(models.CharField(max_length=60), default=list, blank=True, editable=False)

    objects = RoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ("sort_name", "pk")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Page of the role in the administration."""
        return reverse("accounts:role", args=[self.pk])

    @property
    def title(self) -> str:
        """The name, translated as long as it is one of those the portal came with."""
        return gettext(self.name)

    @property
    def sentence(self) -> str:
        """What it is for, likewise."""
        return gettext(self.description) if self.description else ""


class GrantQuerySet(models.QuerySet["Grant"]):
    """Rows of grants."""

    def visible_to(self, user: User) -> "GrantQuerySet":
        """One's own grants, those of one's teams, and those in the entities one looks after."""
        return self.filter(
            models.Q(user=user)
            | models.Q(team_id__in=user.access.teams)
            | models.Q(entity_id__in=user.access.entities_of_any(OVERSEERS))
        )


class Grant(models.Model):
    """A role given to a person or to a team in an entity, optionally with everything below it."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="grants", verbose_name=_("person")
    )
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, blank=True, related_name="grants", verbose_name=_("team")
    )
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="grants", verbose_name=_("role"))
    entity = models.ForeignKey(
        Entity, on_delete=models.PROTECT, related_name="grants", verbose_name=_("entity")
    )
    with_descendants = models.BooleanField(_("and everything below"), default=True)
    granted_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("granted by")
    )
    granted_at = models.DateTimeField(_("granted"), default=timezone.now)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ("role__sort_name", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(user=None, team__isnull=False) | models.Q(user__isnull=False, team=None),
                name="accounts_grant_person_or_team",
                violation_error_message=_("A role is granted to a person or to a team, not to both."),
            ),
            models.UniqueConstraint(
                "user", "role", "entity", condition=models.Q(team=None), name="accounts_grant_once_per_person"
            ),
            models.UniqueConstraint(
                "team", "role", "entity", condition=models.Q(user=None), name="accounts_grant_once_per_team"
            ),
        )

    def __str__(self) -> str:
        return f"{self.role_id} → {self.user_id or self.team_id} @ {self.entity_id}"

    @property
    def holder(self) -> User | Team | None:
        """Who holds the role."""
        return self.user or self.team
