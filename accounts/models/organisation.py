"""Entities as a tree, and teams with a level."""

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import EntityKind
from accounts.fields import SortNameField
from core.choices import Level
from core.db import locked

if TYPE_CHECKING:
    from accounts.models.people import User

CODE = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9_.-]*\Z", _("Use letters, digits, dots, dashes and underscores only.")
)

EM_SPACE = "\u2003"
# Whoever holds one of these looks beyond his own row: at the people and teams of the entities concerned.
STAFF_VERBS = ("accounts.view_people", "accounts.manage_people", "accounts.manage_teams", "accounts.grant")


class EntityQuerySet(models.QuerySet["Entity"]):
    """Rows of the tree."""

    def visible_to(self, user: "User") -> "EntityQuerySet":
        """The person's own entity and those where anything is granted."""
        return self.filter(pk__in=user.access.all_entities | {user.entity_id})

    def below(self, entity: "Entity") -> "EntityQuerySet":
        """The entity itself and all its heirs."""
        return self.filter(path__contains=[entity.pk])

    def with_counts(self) -> "EntityQuerySet":
        """Each row with the number of its active people and teams."""
        people = models.Q(people__is_active=True)
        teams = models.Q(teams__is_active=True)
        return self.annotate(
            people_count=models.Count("people", filter=people, distinct=True),
            team_count=models.Count("teams", filter=teams, distinct=True),
        )

    def in_tree_order(self) -> "EntityQuerySet":
        """Parents before their children, siblings in the order they were made."""
        return self.order_by("path")


class EntityManager(models.Manager["Entity"]):
    """Plants entities, so that each row knows its ancestors."""

    @transaction.atomic
    def plant(
        self, name: str, *, code: str, kind: str = EntityKind.DEPARTMENT, parent: "Entity | None" = None
    ) -> "Entity":
        """Create an entity under a parent, which is locked so that it cannot move meanwhile."""
        above = locked(self.get_queryset().filter(pk=parent.pk)).get().path if parent else []
        entity = self.create(name=name, code=code, kind=kind, parent=parent, path=[])
        entity.path = [*above, entity.pk]
        entity.save(update_fields=["path"])
        return entity


class Entity(models.Model):
    """A part of the organisation: everything belongs to one, and rights are granted per entity."""

    name = models.CharField(_("name"), max_length=120)
    sort_name = SortNameField()
    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[CODE],
        help_text=_("Short and lasting: used by imports and the API."),
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("belongs to"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=EntityKind, default=EntityKind.DEPARTMENT)
    path = ArrayField(models.IntegerField(), editable=False, default=list)

    objects = EntityManager.from_queryset(EntityQuerySet)()

    class Meta:
        verbose_name = _("entity")
        verbose_name_plural = _("entities")
        ordering = ("sort_name", "pk")
        indexes = (GinIndex(fields=["path"], name="accounts_entity_path"),)
        constraints = (models.UniqueConstraint(Lower("code"), name="accounts_entity_code_any_case"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Page of the entity in the administration."""
        return reverse("accounts:entity", args=[self.pk])

    @property
    def entity_id(self) -> int:
        """An entity belongs to itself, so that rights are asked of it as of any row."""
        return self.pk

    @property
    def indented(self) -> str:
        """The name, set in by its depth, for lists that cannot show a tree."""
        return EM_SPACE * self.depth + self.name

    @property
    def depth(self) -> int:
        """0 for the top of the tree."""
        return len(self.path) - 1


class TeamQuerySet(models.QuerySet["Team"]):
    """Rows of teams."""

    def visible_to(self, user: "User") -> "TeamQuerySet":
        """One's own teams; for staff also those of the granted entities and of what stands above these.

        A team of the whole organisation serves every entity below it, so a technician of one school may pass
        work to it.
        """
        granted = user.access.entities_of_any((*STAFF_VERBS, "tickets.view"))
        above = Entity.objects.filter(pk__in=granted).values(key=models.Func("path", function="unnest"))
        return self.filter(models.Q(pk__in=user.access.teams) | models.Q(entity_id__in=above))

    def active(self) -> "TeamQuerySet":
        """Teams that may receive work."""
        return self.filter(is_active=True)


class Team(models.Model):
    """A group of people of one level, who share a queue."""

    name = models.CharField(_("name"), max_length=120)
    sort_name = SortNameField()
    level = models.CharField(_("level"), max_length=10, choices=Level, default=Level.N1)
    entity = models.ForeignKey(
        Entity, on_delete=models.PROTECT, related_name="teams", verbose_name=_("entity")
    )
    calendar = models.ForeignKey(
        "calendars.Calendar",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="teams",
        verbose_name=_("calendar"),
        help_text=_("When the team works."),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("An inactive team receives no work and gives no rights to its members."),
    )
    members = models.ManyToManyField(
        "accounts.User", through="accounts.Membership", related_name="teams", verbose_name=_("members")
    )

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ("sort_name", "pk")
        constraints = (
            models.UniqueConstraint("entity", Lower("name"), name="accounts_team_name_once_per_entity"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Page of the team in the administration."""
        return reverse("accounts:team", args=[self.pk])


class Membership(models.Model):
    """A person in a team, leading it or not."""

    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("team")
    )
    user = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    is_lead = models.BooleanField(_("leads the team"), default=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (models.UniqueConstraint("team", "user", name="accounts_membership_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} → {self.team_id}"
