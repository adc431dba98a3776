"""The forms of projects and tasks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from accounts.forms import PersonField
from accounts.models import Entity, User
from core.choices import Kind
from core.forms import DateInput
from projects.choices import DependencyType, ProjectStatus
from projects.models import Phase, Project, Task, TaskDetails
from tickets.forms import ReaderForm, TicketForm, technicians
from tickets.kinds import key_of
from tickets.ledger_forms import DurationField
from tickets.models import Ticket


class ProjectForm(ReaderForm):
    """A project."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=160)
    code = forms.CharField(
        label=gettext_lazy("Code"), max_length=20,
        help_text=gettext_lazy("Short and lasting, part of the addresses: NETWORK-26."),
    )  # fmt: skip
    entity = forms.ModelChoiceField(label=gettext_lazy("Entity"), queryset=Entity.objects.none())
    manager = PersonField(label=gettext_lazy("Project manager"))
    sponsor = PersonField(label=gettext_lazy("Sponsor"), required=False)
    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=ProjectStatus)
    starts_on = forms.DateField(label=gettext_lazy("Planned start"), required=False, widget=DateInput)
    ends_on = forms.DateField(label=gettext_lazy("Planned end"), required=False, widget=DateInput)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea({"rows": 5}),
    )

    def __init__(self, *args: Any, user: User, project: Project | None = None, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        fields: dict[str, Any] = self.fields
        places = user.access.entities("projects.manage") | ({project.entity_id} if project else set())
        fields["entity"].queryset = Entity.objects.filter(pk__in=places)


class PhaseForm(forms.Form):
    """A part of a project."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    starts_on = forms.DateField(label=gettext_lazy("Planned start"), required=False, widget=DateInput)
    ends_on = forms.DateField(label=gettext_lazy("Planned end"), required=False, widget=DateInput)
    position = forms.IntegerField(
        label=gettext_lazy("Position"), required=False, min_value=0, max_value=32767,
        help_text=gettext_lazy("Empty for the end."),
    )  # fmt: skip


class MilestoneForm(forms.Form):
    """A day on which something must be there."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=160)
    due_on = forms.DateField(label=gettext_lazy("Due on"), widget=DateInput)
    phase = forms.ModelChoiceField(label=gettext_lazy("Phase"), queryset=Phase.objects.none(), required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["phase"].queryset = project.phases.all()


class PhaseChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Phases of several projects, each under the code of its own."""

    def label_from_instance(self, obj: Any) -> str:
        """Project, then phase."""
        return f"{obj.project.code} – {obj.name}"


class PlanFields(forms.Form):
    """What places a task in a project and in time."""

    project = forms.ModelChoiceField(
        label=gettext_lazy("Project"), queryset=Project.objects.none(), required=False
    )
    phase = PhaseChoice(label=gettext_lazy("Phase"), queryset=Phase.objects.none(), required=False)
    parent = forms.CharField(
        label=gettext_lazy("Part of the task"), required=False, max_length=30,
        widget=forms.TextInput({"placeholder": "TSK-12", "autocomplete": "off"}),
    )  # fmt: skip
    planned_start = forms.DateField(label=gettext_lazy("Planned start"), required=False, widget=DateInput)
    planned_end = forms.DateField(label=gettext_lazy("Planned end"), required=False, widget=DateInput)
    effort_minutes = DurationField(label=gettext_lazy("Planned effort"), required=False)

    def offer(self, user: User, held: TaskDetails | None = None) -> None:
        """Offer the projects that the person plans, and the one the task is in."""
        fields: dict[str, Any] = self.fields
        projects = Project.objects.managed_by(user)
        if held and held.project_id:
            projects = projects | Project.objects.filter(pk=held.project_id)
        fields["project"].queryset = projects.order_by("sort_name", "pk")
        phases = Phase.objects.filter(project__in=projects.values("pk")).select_related("project")
        fields["phase"].queryset = phases.order_by("project__code", "position", "pk")
        self.user = user

    def clean_parent(self) -> Ticket | None:
        """The task that is named, among those one sees."""
        return task_named(self.cleaned_data["parent"], self.user)


def task_named(text: str, user: User) -> Ticket | None:
    """The task of a reference, None where none is given. Raises `ValidationError` where nobody knows it."""
    if not text.strip():
        return None
    key = key_of(text)
    found = Task.objects.visible_to(user).filter(pk=key).first() if key else None
    if found is None:
        raise forms.ValidationError(_("No task of this number is known to you."))
    task: Ticket = found
    return task


class TaskForm(PlanFields, TicketForm):
    """A task, of a project or of none yet."""

    kind = Kind.TASK
    left_out = ("requester", "channel", "reported_at", "urgency", "impact")
    details = ("project", "phase", "parent", "planned_start", "planned_end", "effort_minutes")

    assignee = forms.ModelChoiceField(
        label=gettext_lazy("Person"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Whoever takes it"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        for name in self.left_out:
            self.fields.pop(name, None)
        fields: dict[str, Any] = self.fields
        fields["assignee"].queryset = technicians(user)
        self.offer(user)


class PlanForm(PlanFields, ReaderForm):
    """The plan of a task and how far it is; who does not plan its project says only the latter."""

    progress = forms.IntegerField(
        label=gettext_lazy("Progress in percent"), min_value=0, max_value=100,
        help_text=gettext_lazy("A task that is done counts whole."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, held: TaskDetails, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.offer(user, held)
        if held.project and not user.has_perm("projects.manage", held.project):
            for name in PlanFields.base_fields:
                del self.fields[name]


class DependencyForm(ReaderForm):
    """What a task waits for."""

    predecessor = forms.CharField(
        label=gettext_lazy("Waits for the task"), max_length=30,
        widget=forms.TextInput({"placeholder": "TSK-12", "autocomplete": "off"}),
    )  # fmt: skip
    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=DependencyType, initial=DependencyType.FS)
    lag_days = forms.IntegerField(
        label=gettext_lazy("Lag in days"), initial=0, min_value=-365, max_value=365,
        help_text=gettext_lazy("Calendar days between them; negative to overlap."),
    )  # fmt: skip

    def clean_predecessor(self) -> Ticket | None:
        """The task that is named, among those one sees."""
        return task_named(self.cleaned_data["predecessor"], self.user)
