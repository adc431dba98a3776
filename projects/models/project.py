"""Project, its phases and its milestones."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.fields import SortNameField
from accounts.models import User
from core.choices import Kind
from core.db import Among
from projects.choices import ProjectStatus

CODE = RegexValidator(r"\A[A-Z0-9][A-Z0-9-]*\Z", _("Use capital letters, digits and dashes only."))


class ProjectQuerySet(models.QuerySet["Project"]):
    """Questions asked of many projects."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of granted entities, those one manages or sponsors, and those where one has a task."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        places = user.access.entities_of_any(("tickets.view", "projects.manage"))
        assigned = (
            Project.objects.filter(tasks__ticket__assignee_id=user.pk, tasks__ticket__kind=Kind.TASK)
            .order_by()
            .values("pk")
        )
        return self.filter(
            Q(entity_id__in=places) | Q(manager_id=user.pk) | Q(sponsor_id=user.pk) | Q(Among("pk", assigned))
        )

    def living(self) -> Self:
        """Those that are not ended."""
        return self.exclude(status=ProjectStatus.CLOSED)

    def managed_by(self, user: User) -> Self:
        """Living projects that the person may plan."""
        places = user.access.entities("projects.manage")
        return self.living().filter(Q(entity_id__in=places) | Q(manager_id=user.pk))


class Project(models.Model):
    """Work with an end of its own: phases, milestones and tasks, which are tickets."""

    code = models.CharField(
        _("code"), max_length=20, unique=True, validators=[CODE],
        help_text=_("Short and lasting, part of the addresses: NETWORK-26."),
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=160)
    sort_name = SortNameField()
    entity = models.ForeignKey("accounts.Entity", models.PROTECT, verbose_name=_("entity"), related_name="+")
    manager = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("project manager"), related_name="managed_projects"
    )
    sponsor = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("sponsor"), related_name="sponsored_projects", null=True,
        blank=True,
    )  # fmt: skip
    description = models.TextField(_("description"), blank=True, max_length=50_000)
    status = models.CharField(_("status"), max_length=8, choices=ProjectStatus, default=ProjectStatus.DRAFT)
    starts_on = models.DateField(_("planned start"), null=True, blank=True)
    ends_on = models.DateField(_("planned end"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["sort_name", "id"]
        indexes = [models.Index(fields=["sort_name", "id"], name="project_sort")]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="project_ends_after_start",
                violation_error_message=_("The end is before the start."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the project."""
        return reverse("projects:detail", args=[self.code])

    def clean(self) -> None:
        """The code is written one way; the end is not before the start."""
        super().clean()
        _check_order(self, "starts_on", "ends_on")


class Phase(models.Model):
    """A part of a project with dates of its own."""

    project = models.ForeignKey(
        Project, models.CASCADE, verbose_name=_("project"), related_name="phases", db_index=False
    )
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    starts_on = models.DateField(_("planned start"), null=True, blank=True)
    ends_on = models.DateField(_("planned end"), null=True, blank=True)

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["project", "position", "id"], name="phase_order")]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="phase_ends_after_start",
                violation_error_message=_("The end is before the start."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """The end is not before the start."""
        super().clean()
        _check_order(self, "starts_on", "ends_on")


class Milestone(models.Model):
    """A day on which something must be there."""

    project = models.ForeignKey(
        Project, models.CASCADE, verbose_name=_("project"), related_name="milestones", db_index=False
    )
    phase = models.ForeignKey(
        Phase, models.SET_NULL, verbose_name=_("phase"), related_name="milestones", null=True, blank=True
    )
    name = models.CharField(_("name"), max_length=160)
    due_on = models.DateField(_("due on"))
    reached_at = models.DateTimeField(_("reached at"), null=True, blank=True)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["project", "due_on", "id"], name="milestone_order")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Its phase is one of its project."""
        super().clean()
        if self.phase and self.phase.project_id != self.project_id:
            raise ValidationError({"phase": _("This phase is of another project.")})


def _check_order(row: models.Model, first: str, last: str) -> None:
    start, end = getattr(row, first), getattr(row, last)
    if start and end and end < start:
        raise ValidationError({last: _("The end is before the start.")})
