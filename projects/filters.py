"""The filters over projects and tasks, the same for pages and API."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Entity
from core.filters import AnyOf, AnyRowOf
from core.text import sort_name
from projects.choices import ProjectStatus
from projects.models import Phase, Project
from tickets.filters import PersonFilter, TicketFilter


def _projects(request: Any) -> QuerySet[Project]:
    return Project.objects.visible_to(request.user) if request is not None else Project.objects.none()


def _phases(request: Any) -> QuerySet[Phase]:
    return Phase.objects.filter(project__in=_projects(request).values("pk"))


def _entities(request: Any) -> QuerySet[Entity]:
    return Entity.objects.visible_to(request.user) if request is not None else Entity.objects.all()


def project_filter(column: str) -> AnyRowOf:
    """A filter by project over rows that lead to one by that column."""
    return AnyRowOf(
        queryset=_projects,
        field_name=column,
        label=_("Project"),
        null_label=_("No project"),
        null_value="none",
    )


class ProjectFilter(django_filters.FilterSet):
    """What the list of projects can be narrowed by."""

    q = django_filters.CharFilter(label=_("Search"), method="search", max_length=200)
    status = AnyOf(choices=ProjectStatus, label=_("Status"))
    entity = AnyRowOf(queryset=_entities, label=_("Entity"))
    manager = PersonFilter(
        label=_("Project manager"), max_length=254, help_text=_("A number, an e-mail or “me”.")
    )

    class Meta:
        model = Project
        fields: tuple[str, ...] = ()
        form = forms.Form

    def search(self, queryset: QuerySet[Project], _name: str, value: str) -> QuerySet[Project]:
        """By a part of the name, whatever its accents, or of the code."""
        return queryset.filter(Q(sort_name__contains=sort_name(value)) | Q(code__icontains=value))


class TaskFilter(TicketFilter):
    """What tasks can be narrowed by."""

    project = project_filter("task_details__project")
    phase = AnyRowOf(queryset=_phases, field_name="task_details__phase", label=_("Phase"))
    behind = django_filters.BooleanFilter(label=_("Behind its plan"), method="past_end")

    def past_end(self, queryset: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 (the filter's signature)
        """Open tasks past their planned end, or all others."""
        past = Q(is_open=True, task_details__planned_end__lt=timezone.localdate())
        return queryset.filter(past) if value else queryset.exclude(past)
