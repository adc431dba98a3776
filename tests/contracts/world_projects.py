"""What the walk finds of projects: one in each place, with its parts, and tasks that wait for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.models import Entity, Team, User
from projects.actions import add_dependency, create_project, save_milestone, save_phase
from projects.models import Project
from tests.factories import grant
from tickets.actions import open_ticket
from tickets.models import Ticket

if TYPE_CHECKING:
    from tests.contracts.world import World

# What is visible as its ticket is.
OF_TICKET = ("task", "dependency")
# What is visible to whoever sees the project.
OF_PROJECT = dict.fromkeys(
    ("project", "phase", "milestone", "api dependency"), ("tickets.view", "projects.manage")
)


def furnish(
    world: World, place: str, word: str, *, owner: User, author: User, helpers: Team, **fields: Any
) -> None:
    """A project with one of each part; of the hidden place only a task, in the project of the walkers' entity."""
    grant(author, "project_manager", author.entity)
    project = Project.objects.filter(entity=author.entity).first() or _found(
        world, place, word, author.entity, by=author
    )
    task = _task(word, project, owner=owner, by=author, **fields)
    world.put("task", place, reference=task.reference, to="in_progress")
    world.body("POST api:task-assign", place, team=helpers.pk)
    if fields.get("is_confidential"):
        return
    other, third = (_task(f"{word} then", project, owner=owner, by=author, **fields) for _number in range(2))
    waits = add_dependency(other, task, by=author)
    world.put("dependency", place, pk=waits.pk)
    world.put("api dependency", place, code=project.code, id=waits.pk)
    world.body("POST api:dependency-list", place, predecessor=third.reference, successor=task.reference)


def _found(world: World, place: str, word: str, entity: Entity, *, by: User) -> Project:
    """A project with a phase and a milestone."""
    project = create_project(code=place.upper(), name=f"{word} move", entity=entity, by=by)
    phase = save_phase(project, {"name": f"{word} phase"}, by=by)
    mark = save_milestone(project, {"name": f"{word} goal", "due_on": timezone.localdate()}, by=by)
    world.put("project", place, code=project.code)
    world.put("new project", place)
    world.put("phase", place, code=project.code, pk=phase.pk, id=phase.pk)
    world.put("milestone", place, code=project.code, pk=mark.pk, id=mark.pk)
    world.body("POST api:project-list", place, code="WALK", name="Walk", entity=entity.pk)
    return project


def _task(word: str, project: Project, *, owner: User, by: User, **fields: Any) -> Ticket:
    return open_ticket(
        "task", by=by, requester=owner, title=f"{word} step", details={"project": project}, **fields
    )
