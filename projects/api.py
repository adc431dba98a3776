"""Projects and tasks over HTTP."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import PersonNameSerializer, person_of
from accounts.models import Entity, User
from core.api import etags
from core.api.fields import RowField
from core.api.serializers import NamedSerializer, OutputModelSerializer, OutputSerializer, write
from core.api.viewsets import Resource
from core.choices import Kind
from core.exceptions import Refused
from projects import actions
from projects.choices import DependencyType, ProjectStatus
from projects.figures import Summary, project_state, summaries
from projects.filters import ProjectFilter, TaskFilter
from projects.models import Dependency, Milestone, Phase, Project, Task, TaskDetails
from tickets.api.answers import TicketRowSerializer, TicketSerializer
from tickets.api.inputs import TicketChange, TicketCreation, Words
from tickets.api.views import TicketResource
from tickets.models import Ticket
from tickets.references import find


class SummarySerializer(OutputSerializer):
    """How far a project is: cancelled tasks and those that have parts do not count. Times are minutes."""

    tasks = serializers.IntegerField()
    done = serializers.IntegerField()
    late = serializers.IntegerField()
    progress = serializers.IntegerField(help_text="Percent, weighted by effort.")
    effort = serializers.IntegerField(help_text="Planned.")
    spent = serializers.IntegerField(help_text="Logged.")


class ProjectSerializer(OutputModelSerializer):
    """A project."""

    entity = NamedSerializer()
    manager = PersonNameSerializer()
    sponsor = PersonNameSerializer(allow_null=True)
    summary = SummarySerializer()
    state = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields = (
            "id", "code", "name", "entity", "manager", "sponsor", "description", "status", "starts_on", "ends_on",
            "state", "summary", "created_at", "version",
        )  # fmt: skip

    @extend_schema_field({"type": "string", "enum": ["", "soon", "late"]})
    def get_state(self, project: Any) -> str:
        """Late, soon due, or neither."""
        return project_state(project, project.summary, timezone.localdate())


class PhaseSerializer(OutputModelSerializer):
    """A phase."""

    class Meta:
        model = Phase
        fields = ("id", "name", "position", "starts_on", "ends_on")


class MilestoneSerializer(OutputModelSerializer):
    """A milestone."""

    phase = NamedSerializer(allow_null=True)

    class Meta:
        model = Milestone
        fields = ("id", "name", "due_on", "reached_at", "phase")


class DependencySerializer(OutputModelSerializer):
    """A task that waits for another."""

    predecessor = serializers.CharField(source="predecessor.reference")
    successor = serializers.CharField(source="successor.reference")

    class Meta:
        model = Dependency
        fields = ("id", "predecessor", "successor", "type", "lag_days")


class TaskDetailsSerializer(OutputModelSerializer):
    """What only a task has."""

    project = serializers.CharField(source="project.code", allow_null=True)
    phase = NamedSerializer(allow_null=True)
    parent = serializers.CharField(  # type: ignore[assignment]
        source="parent.reference", allow_null=True
    )

    class Meta:
        model = TaskDetails
        fields = (
            "project", "phase", "parent", "effort_minutes", "planned_start", "planned_end", "actual_start",
            "actual_end", "progress",
        )  # fmt: skip


class TaskSerializer(TicketSerializer):
    """A whole task."""

    details = TaskDetailsSerializer(allow_null=True)  # type: ignore[assignment]


class ReferenceField(serializers.CharField):
    """A ticket given by reference, among those the person sees."""

    default_error_messages = {"unknown": "Unknown."}

    def to_internal_value(self, data: Any) -> Any:
        """The ticket."""
        try:
            return find(super().to_internal_value(data)[:120], user=self.context["request"].user)
        except Http404:
            self.fail("unknown")


class ProjectInput(serializers.Serializer[Any]):
    """A project to write. Rows are given by number or by name."""

    code = serializers.CharField(max_length=20)
    name = serializers.CharField(max_length=160)
    entity = RowField(Entity.objects, names=("code", "name"))
    manager = RowField(User.objects, names=("email",), required=False)
    sponsor = RowField(User.objects, names=("email",), required=False, allow_null=True)
    description = Words(max_length=50_000)
    status = serializers.ChoiceField(choices=ProjectStatus.choices, required=False)
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)


class PhaseInput(serializers.Serializer[Any]):
    """A phase to write."""

    name = serializers.CharField(max_length=120)
    position = serializers.IntegerField(min_value=0, max_value=32767, required=False)
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)


class MilestoneInput(serializers.Serializer[Any]):
    """A milestone to write; `phase` is the number of a phase of the project."""

    name = serializers.CharField(max_length=160)
    due_on = serializers.DateField()
    phase = RowField(Phase.objects, names=(), required=False, allow_null=True)


class ReachInput(serializers.Serializer[Any]):
    """Whether a milestone is reached."""

    reached = serializers.BooleanField(default=True)


class DependencyInput(serializers.Serializer[Any]):
    """A task that waits for another; both by reference."""

    predecessor = ReferenceField()
    successor = ReferenceField()
    type = serializers.ChoiceField(choices=DependencyType.choices, default=DependencyType.FS)
    lag_days = serializers.IntegerField(min_value=-365, max_value=365, default=0)


class TaskDetailsInput(serializers.Serializer[Any]):
    """What only a task has. The project is given by code, the phase by number, the parent by reference."""

    project = RowField(Project.objects, names=("code",), required=False, allow_null=True)
    phase = RowField(Phase.objects, names=(), required=False, allow_null=True)
    parent = ReferenceField(required=False, allow_null=True)  # type: ignore[assignment]
    effort_minutes = serializers.IntegerField(min_value=0, max_value=600_000, required=False, allow_null=True)
    planned_start = serializers.DateField(required=False, allow_null=True)
    planned_end = serializers.DateField(required=False, allow_null=True)
    progress = serializers.IntegerField(min_value=0, max_value=100, required=False)


class TaskCreation(TicketCreation):
    """A new task: only its title is needed. Its entity is that of its project unless said otherwise."""

    kind = None  # type: ignore[assignment]
    details = TaskDetailsInput(required=False)  # type: ignore[assignment]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The entity of the project."""
        project = attrs.get("details", {}).get("project")
        return {"entity": project.entity, **attrs} if project else attrs


class TaskChange(TicketChange):
    """Fields of a task to change."""

    details = TaskDetailsInput(required=False)  # type: ignore[assignment]


class TaskResource(TicketResource):
    """Tasks. Their plan is for whoever plans the project; their progress for whoever works on them."""

    queryset = Task.objects.all()
    serializer_class = TaskSerializer
    input_classes = {**TicketResource.input_classes, "create": TaskCreation, "partial_update": TaskChange}
    filterset_class = TaskFilter
    kind = Kind.TASK

    @extend_schema(responses=TicketRowSerializer(many=True))
    def list(self, request: Request, **kwargs: Any) -> Response:
        """Tasks, newest first, without their long texts."""
        return super().list(request, **kwargs)


class ProjectResource(Resource):
    """Projects, addressed by code."""

    queryset = Project.objects.select_related("entity", "manager", "sponsor")
    serializer_class = ProjectSerializer
    input_classes = {"create": ProjectInput, "partial_update": ProjectInput}
    http_method_names = ["get", "head", "options", "post", "patch"]
    filterset_class = ProjectFilter
    lookup_field = "code__iexact"
    lookup_url_kwarg = "code"
    lookup_value_regex = "[A-Za-z0-9-]{1,20}"
    ordering = "name"
    ordering_fields = {"name": "sort_name", "id": "pk", "ends_on": "ends_on"}

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        """A page of projects with their sums, in two statements more."""
        return with_summaries(list(super().paginate_queryset(queryset) or []))

    def get_object(self) -> Any:
        """The project with its sums."""
        return with_summaries([super().get_object()])[0]

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Make a project in an entity where one may."""
        made = actions.create_project(by=person_of(request), **self.read_input())
        return self.respond(with_summaries([made])[0], status.HTTP_201_CREATED)

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change a project; what is not named stays."""
        data = self.read_input()
        version = etags.expected_version(request)
        made = actions.edit_project(self.get_object(), data, by=person_of(request), version=version)
        return self.respond(with_summaries([made])[0])


def with_summaries(projects: list[Any]) -> list[Any]:
    """Projects, each with its sums."""
    found = summaries([project.pk for project in projects])
    for project in projects:
        project.summary = found.get(project.pk, Summary())
    return projects


class ProjectPart(Resource):
    """Rows of one project, whose code is in the address."""

    filter_backends = []
    lookup_value_regex = "[0-9]{1,18}"
    lookup_url_kwarg = "id"
    lookup_field = "pk"

    @cached_property
    def project(self) -> Project:
        """The project; `Http404` where it is not visible."""
        code = self.kwargs["code"].upper()
        found = Project.objects.visible_to(self.person).filter(code=code).first()
        if found is None:
            raise Http404
        return found

    @property
    def person(self) -> User:
        """Who asks."""
        return person_of(self.request)

    def get_queryset(self) -> QuerySet[Any]:
        """The rows of the project."""
        rows = cast("QuerySet[Any]", self.queryset)
        return rows.none() if getattr(self, "swagger_fake_view", False) else self.of_project(rows.all())

    def of_project(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those of `self.project`."""
        return rows.filter(project=self.project)

    def checked(self, data: dict[str, Any]) -> dict[str, Any]:
        """The input, with a phase of this very project."""
        phase = data.get("phase")
        if phase is not None and phase.project_id != self.project.pk:
            raise Refused({"phase": str(RowField.default_error_messages["unknown"])})
        return data


class PhaseResource(ProjectPart):
    """The phases of a project, in their order."""

    queryset = Phase.objects.select_related("project")
    serializer_class = PhaseSerializer
    input_classes = {"create": PhaseInput, "partial_update": PhaseInput}
    ordering = "position"
    ordering_fields = {"position": "position"}

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add a phase, at the end unless told where."""
        phase = actions.save_phase(self.project, self.read_input(), by=self.person)
        return self.respond(phase, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change a phase."""
        data = self.read_input()
        return self.respond(actions.save_phase(self.project, data, by=self.person, phase=self.get_object()))

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Take an empty phase away."""
        actions.remove_phase(self.get_object(), by=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MilestoneResource(ProjectPart):
    """The milestones of a project, by day."""

    queryset = Milestone.objects.select_related("project", "phase")
    serializer_class = MilestoneSerializer
    input_classes = {"create": MilestoneInput, "partial_update": MilestoneInput, "reach": ReachInput}
    ordering = "due_on"
    ordering_fields = {"due_on": "due_on"}

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add a milestone."""
        mark = actions.save_milestone(self.project, self.checked(self.read_input()), by=self.person)
        return self.respond(mark, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change a milestone."""
        data = self.checked(self.read_input())
        held = self.get_object()
        return self.respond(actions.save_milestone(self.project, data, by=self.person, milestone=held))

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Take a milestone away that is not reached."""
        actions.remove_milestone(self.get_object(), by=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=True, methods=["post"])
    def reach(self, request: Request, **kwargs: Any) -> Response:
        """Say that a milestone is reached, or that it is not after all."""
        data = self.read_input()
        actions.reach_milestone(self.get_object(), by=self.person, reached=data["reached"])
        return self.respond(self.get_object())


class DependencyResource(ProjectPart):
    """Which task of a project waits for which, as far as one sees both."""

    queryset = Dependency.objects.select_related("predecessor", "successor")
    serializer_class = DependencySerializer
    input_classes = {"create": DependencyInput}
    http_method_names = ["get", "head", "options", "post", "delete"]

    def of_project(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those between visible tasks of the project."""
        seen = Ticket.objects.visible_to(self.person).filter(task_details__project=self.project).values("pk")
        return rows.filter(Q(predecessor__in=seen), Q(successor__in=seen))

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Let a task wait for another; refused where it makes a circle or breaks planned dates."""
        data = self.read_input()
        for name in ("predecessor", "successor"):
            if not TaskDetails.objects.filter(pk=data[name].pk, project=self.project).exists():
                raise Refused({name: str(RowField.default_error_messages["unknown"])})
        made = actions.add_dependency(data.pop("predecessor"), data.pop("successor"), by=self.person, **data)
        return Response(write(DependencySerializer, made), status=status.HTTP_201_CREATED)

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Let a task wait no longer."""
        actions.remove_dependency(self.get_object(), by=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)
