"""Phases and milestones: their forms and buttons."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.views import refused_message
from projects import actions
from projects.forms import MilestoneForm, PhaseForm
from projects.models import Milestone, Phase, Project
from projects.views.projects import OfProject
from tickets.views.people import reader


class NewPhase(OfProject):
    """Add a phase."""

    form_class: Any = PhaseForm
    title = gettext_lazy("New phase")
    success_message = gettext_lazy("Saved.")
    part: Any = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "version": None}

    def get_initial(self) -> dict[str, Any]:
        names = self.form_class.base_fields
        return {name: getattr(self.part, name) for name in names} if self.part else {}

    def act(self, form: Any) -> str:
        values = dict(form.cleaned_data)
        if values["position"] is None:
            del values["position"]
        actions.save_phase(self.object, values, by=reader(self.request), phase=self.part)
        return self.object.get_absolute_url()


class EditPhase(NewPhase):
    """Change a phase."""

    title = gettext_lazy("Edit the phase")
    part_model: Any = Phase

    @cached_property
    def part(self) -> Any:
        """The phase, of the project of the address."""
        rows = self.part_model.objects.filter(project__code=self.kwargs["code"].upper())
        return get_object_or_404(rows, pk=self.kwargs["pk"])


class NewMilestone(NewPhase):
    """Add a milestone."""

    form_class = MilestoneForm
    title = gettext_lazy("New milestone")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "project": self.object}

    def act(self, form: Any) -> str:
        actions.save_milestone(self.object, form.cleaned_data, by=reader(self.request), milestone=self.part)
        return self.object.get_absolute_url()


class EditMilestone(NewMilestone, EditPhase):
    """Change a milestone."""

    title = gettext_lazy("Edit the milestone")
    part_model = Milestone


def _part(model: Any, request: HttpRequest, code: str, pk: int) -> Any:
    """A part of a project one sees; 404 otherwise."""
    projects = Project.objects.visible_to(reader(request)).filter(code=code.upper()[:20])
    found = model.objects.filter(project__in=projects.values("pk"), pk=pk).select_related("project").first()
    if found is None:
        raise Http404
    return found


@require_POST
def remove_phase(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take an empty phase away."""
    phase = _part(Phase, request, code, pk)
    refused_message(request, lambda: actions.remove_phase(phase, by=reader(request)))
    return redirect(phase.project.get_absolute_url())


@require_POST
def reach_milestone(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Say that a milestone is reached, or with `reached=no` that it is not."""
    mark = _part(Milestone, request, code, pk)
    reached = request.POST.get("reached") != "no"
    refused_message(request, lambda: actions.reach_milestone(mark, by=reader(request), reached=reached))
    return redirect(mark.project.get_absolute_url())


@require_POST
def remove_milestone(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take a milestone away."""
    mark = _part(Milestone, request, code, pk)
    refused_message(request, lambda: actions.remove_milestone(mark, by=reader(request)))
    return redirect(mark.project.get_absolute_url())
