"""What a project, its tasks and their dependencies must keep to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from accounts.models import Entity, Team, User
from core.exceptions import Refused, StaleVersion
from projects.actions import (
    add_dependency,
    create_project,
    edit_project,
    reach_milestone,
    remove_dependency,
    remove_milestone,
    remove_phase,
    save_milestone,
    save_phase,
)
from projects.choices import DependencyType, ProjectStatus
from projects.figures import Summary, summaries
from projects.models import Dependency, Phase, Project, Task, TaskDetails
from projects.schedule import Span, conflict
from tests.core.processes import running
from tests.people import person
from tests.projects.conftest import MakeTask
from tickets.actions import convert, edit, move, open_ticket
from tickets.actions.ledger import log_time
from tickets.choices import Status, Verb
from tickets.models import Event, Ticket

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = MONDAY.date()


def day(number: int) -> date:
    """A day of March."""
    return date(2026, 3, number)


def details(task: Ticket) -> TaskDetails:
    """The plan of a task as the database has it."""
    return TaskDetails.objects.get(pk=task.pk)


def summary(project: Project) -> Summary:
    """The sums of a project."""
    found: Summary = summaries([project.pk]).get(project.pk, Summary())
    return found


# Projects


def test_code_is_in_capitals_and_one_of_its_kind(project: Project, planner: User, school: Entity) -> None:
    assert project.code == "NET-26"
    with pytest.raises(Refused) as refused:
        create_project(code="Net-26", name="Again", entity=school, by=planner)
    assert set(refused.value.errors) == {"code"}
    with pytest.raises(Refused) as refused:
        create_project(code="net 26!", name="Again", entity=school, by=planner)
    assert set(refused.value.errors) == {"code"}


def test_only_planners_make_projects_and_only_where_granted(
    agent: User, planner: User, school: Entity, hospital: Entity
) -> None:
    for by, entity in ((agent, school), (planner, hospital)):
        with pytest.raises(PermissionDenied):
            create_project(code="X", name="X", entity=entity, by=by)


def test_end_is_not_before_the_start(project: Project, planner: User) -> None:
    with pytest.raises(Refused) as refused:
        edit_project(project, {"ends_on": date(2025, 1, 1)}, by=planner)
    assert set(refused.value.errors) == {"ends_on"}


def test_older_version_is_refused(project: Project, planner: User) -> None:
    edit_project(project, {"name": "Newer"}, by=planner, version=1)
    with pytest.raises(StaleVersion):
        edit_project(project, {"name": "Older"}, by=planner, version=1)


def test_manager_plans_without_any_grant(project: Project, planner: User, colleague: User) -> None:
    with pytest.raises(PermissionDenied):
        edit_project(project, {"name": "Mine"}, by=colleague)
    edit_project(project, {"manager": colleague}, by=planner)
    assert edit_project(project, {"name": "Mine"}, by=User.objects.get(pk=colleague.pk)).name == "Mine"


def test_project_is_seen_by_those_it_concerns(
    project: Project, planner: User, agent: User, colleague: User, outsider: User, sponsor: User,
    outside_agent: User, make_task: MakeTask,
) -> None:  # fmt: skip
    def sees(user: User) -> bool:
        return Project.objects.visible_to(user).filter(pk=project.pk).exists()

    assert sees(agent)
    assert not sees(colleague)
    assert not sees(sponsor)
    Project.objects.filter(pk=project.pk).update(sponsor=sponsor)
    assert sees(sponsor)
    assert not sees(outside_agent)
    task = make_task()
    Ticket.objects.filter(pk=task.pk).update(assignee=outside_agent)
    assert sees(outside_agent)
    assert not sees(outsider)


def test_sponsor_sees_the_tasks_as_a_requester_does(
    project: Project, sponsor: User, make_task: MakeTask
) -> None:
    task = make_task()
    assert not Ticket.objects.visible_to(sponsor).exists()
    Project.objects.filter(pk=project.pk).update(sponsor=sponsor)
    assert Ticket.objects.visible_to(sponsor).get() == task


def test_project_with_open_tasks_does_not_end(project: Project, planner: User, make_task: MakeTask) -> None:
    task = make_task()
    with pytest.raises(Refused) as refused:
        edit_project(project, {"status": ProjectStatus.CLOSED}, by=planner)
    assert "1 task is still open" in str(refused.value)
    move(task, Status.RESOLVED, by=planner)
    edit_project(project, {"status": ProjectStatus.CLOSED}, by=planner)
    with pytest.raises(Refused) as refused:
        make_task()
    assert set(refused.value.errors) == {"details.project"}


# Parts


def test_phase_with_tasks_stays_and_reached_milestone_too(
    project: Project, phase: Phase, planner: User, make_task: MakeTask
) -> None:
    make_task(phase=phase)
    with pytest.raises(Refused):
        remove_phase(phase, by=planner)
    mark = save_milestone(project, {"name": "Go", "due_on": DAY, "phase": phase}, by=planner)
    assert reach_milestone(mark, by=planner, at=MONDAY).reached_at == MONDAY
    with pytest.raises(Refused):
        remove_milestone(mark, by=planner)
    reach_milestone(mark, by=planner, reached=False)
    remove_milestone(mark, by=planner)
    assert not project.milestones.exists()


def test_phases_come_in_their_order(project: Project, phase: Phase, planner: User) -> None:
    second = save_phase(project, {"name": "Build"}, by=planner)
    save_phase(project, {"position": 9}, by=planner, phase=phase)
    assert [row.pk for row in project.phases.all()] == [second.pk, phase.pk]


def test_phase_and_parent_are_of_the_same_project(
    project: Project, planner: User, school: Entity, make_task: MakeTask
) -> None:
    other = create_project(code="OTHER", name="Other", entity=school, by=planner)
    foreign = save_phase(other, {"name": "Foreign"}, by=planner)
    with pytest.raises(Refused) as refused:
        make_task(phase=foreign)
    assert set(refused.value.errors) == {"details.phase"}
    with pytest.raises(Refused) as refused:
        save_milestone(project, {"name": "Go", "due_on": DAY, "phase": foreign}, by=planner)
    assert set(refused.value.errors) == {"phase"}
    stranger = open_ticket("task", by=planner, title="Elsewhere", details={"project": other})
    with pytest.raises(Refused) as refused:
        make_task(parent=stranger)
    assert set(refused.value.errors) == {"details.parent"}


def test_task_is_no_part_of_itself(planner: User, make_task: MakeTask) -> None:
    whole = make_task("Whole")
    part = make_task("Part", parent=whole)
    for parent in (whole, part):
        with pytest.raises(Refused) as refused:
            edit(whole, {"details": {"parent": parent}}, by=planner)
        assert set(refused.value.errors) == {"details.parent"}


# Tasks


def test_task_without_a_project_is_anybody_s(agent: User, expert: User) -> None:
    task = open_ticket("task", by=agent, title="Tidy up")
    edit(task, {"details": {"planned_end": DAY, "effort_minutes": 60}}, by=agent)
    assert details(task).effort_minutes == 60
    with pytest.raises(Refused) as refused:
        edit(task, {"details": {"planned_start": day(5)}}, by=agent)
    assert set(refused.value.errors) == {"details.planned_end"}


def test_plan_is_for_planners_progress_for_those_who_work(
    project: Project, agent: User, expert: User, make_task: MakeTask
) -> None:
    task = make_task()
    edit(task, {"details": {"progress": 30}}, by=agent)
    assert details(task).progress == 30
    for change in ({"planned_end": DAY}, {"effort_minutes": 5}, {"project": None}):
        with pytest.raises(PermissionDenied):
            edit(task, {"details": change}, by=agent)
    loose = open_ticket("task", by=agent, title="Loose")
    with pytest.raises(PermissionDenied):
        edit(loose, {"details": {"project": project}}, by=agent)


def test_project_one_does_not_see_is_unknown(project: Project, outside_agent: User) -> None:
    with pytest.raises(Refused) as refused:
        open_ticket("task", by=outside_agent, title="Let me in", details={"project": project.pk})
    assert set(refused.value.errors) == {"details.project"}


@pytest.mark.parametrize("progress", [-1, 101, "much"])
def test_progress_is_percent(progress: Any, agent: User) -> None:
    with pytest.raises(Refused) as refused:
        open_ticket("task", by=agent, title="Odd", details={"progress": progress})
    assert set(refused.value.errors) == {"details.progress"}


def test_actual_dates_are_those_of_the_moves(planner: User, make_task: MakeTask) -> None:
    task = make_task()
    move(task, Status.PLANNED, by=planner, at=MONDAY)
    assert details(task).actual_start is None
    move(task, Status.IN_PROGRESS, by=planner, at=MONDAY + timedelta(days=1))
    move(task, Status.RESOLVED, by=planner, at=MONDAY + timedelta(days=3))
    held = details(task)
    assert (held.actual_start, held.actual_end) == (day(3), day(5))
    move(task, Status.IN_PROGRESS, by=planner, values={"reason": "Not quite"}, at=MONDAY + timedelta(days=4))
    held = details(task)
    assert (held.actual_start, held.actual_end) == (day(3), None)


def test_actual_dates_cannot_be_written(planner: User, make_task: MakeTask) -> None:
    with pytest.raises(Refused) as refused:
        edit(make_task(), {"details": {"actual_end": DAY}}, by=planner)
    assert set(refused.value.errors) == {"details.actual_end"}


def test_taking_a_task_begins_it(agent: User, planner: User, make_task: MakeTask) -> None:
    task = make_task()
    move(task, Status.IN_PROGRESS, by=agent, at=MONDAY)
    assert details(task).actual_start == DAY
    assert Ticket.objects.get(pk=task.pk).assignee == agent


def test_incident_becomes_a_task_of_no_project(incident: Ticket, agent: User) -> None:
    task = convert(incident, "task", by=agent)
    assert task.reference.startswith("TSK-")
    assert task.details.project is None


# Dependencies


@pytest.mark.parametrize(
    ("kind", "lag", "after", "broken"),
    [
        (DependencyType.FS, 0, (10, 12), False),
        (DependencyType.FS, 0, (9, 12), True),
        (DependencyType.FS, 2, (11, 12), True),
        (DependencyType.FS, -3, (7, 12), False),
        (DependencyType.SS, 0, (5, 6), False),
        (DependencyType.SS, 0, (4, 30), True),
        (DependencyType.FF, 0, (1, 10), False),
        (DependencyType.FF, 1, (1, 10), True),
        (DependencyType.SF, 0, (1, 5), False),
        (DependencyType.SF, 0, (1, 4), True),
    ],
)
def test_each_type_of_dependency_holds_its_ends(
    kind: DependencyType,
    lag: int,
    after: tuple[int, int],
    broken: bool,  # noqa: FBT001 (a case)
) -> None:
    before = Span(day(5), day(10))
    assert (conflict(kind, lag, before, Span(day(after[0]), day(after[1]))) is not None) == broken
    assert conflict(kind, lag, before, Span(None, None)) is None


def test_dependency_is_told_on_both_tasks(planner: User, make_task: MakeTask) -> None:
    first, second = make_task("First"), make_task("Second")
    made = add_dependency(first, second, by=planner)
    assert (made.type, made.lag_days) == ("FS", 0)
    for task, inverse in ((second, False), (first, True)):
        [event] = Event.objects.filter(ticket=task, verb=Verb.LINKED)
        assert event.data["inverse"] == inverse
    remove_dependency(made, by=planner)
    assert not Dependency.objects.exists()
    assert Event.objects.filter(verb=Verb.UNLINKED).count() == 2


def test_circle_is_refused(planner: User, make_task: MakeTask) -> None:
    one, two, three = (make_task(str(number)) for number in range(3))
    add_dependency(one, two, by=planner)
    add_dependency(two, three, by=planner)
    for before, after in ((three, one), (two, one), (one, one)):
        with pytest.raises(Refused) as refused:
            add_dependency(before, after, by=planner)
        assert set(refused.value.errors) == {"predecessor"}
    with pytest.raises(Refused):
        add_dependency(one, two, by=planner)


def test_dates_against_a_dependency_are_refused_naming_them(planner: User, make_task: MakeTask) -> None:
    first, second = make_task("First", day(2), day(10)), make_task("Second", day(9), day(12))
    with pytest.raises(Refused) as refused:
        add_dependency(first, second, by=planner)
    said = str(refused.value)
    assert first.reference in said
    assert second.reference in said
    assert "03/09/2026" in said or "09/03/2026" in said
    assert "03/10/2026" in said or "10/03/2026" in said
    edit(second, {"details": {"planned_start": day(11)}}, by=planner)
    add_dependency(first, second, by=planner)
    for task, change, field in (
        (second, {"planned_start": day(9)}, "details.planned_start"),
        (first, {"planned_end": day(12)}, "details.planned_end"),
    ):
        with pytest.raises(Refused) as refused:
            edit(task, {"details": change}, by=planner)
        assert set(refused.value.errors) == {field}
    edit(second, {"details": {"planned_start": day(12), "planned_end": day(14)}}, by=planner)
    edit(first, {"details": {"planned_end": day(12)}}, by=planner)


def test_dependency_needs_a_common_project_and_the_right(
    planner: User, agent: User, lead: User, make_task: MakeTask
) -> None:
    inside, outside = make_task(), open_ticket("task", by=planner, title="Loose")
    with pytest.raises(Refused):
        add_dependency(inside, outside, by=planner)
    with pytest.raises(PermissionDenied):
        add_dependency(inside, make_task(), by=agent)


def test_task_with_dependencies_keeps_its_project(planner: User, make_task: MakeTask) -> None:
    first, second = make_task(), make_task()
    add_dependency(first, second, by=planner)
    with pytest.raises(Refused) as refused:
        edit(second, {"details": {"project": None}}, by=planner)
    assert set(refused.value.errors) == {"details.project"}


def test_database_refuses_what_makes_no_sense(planner: User, make_task: MakeTask) -> None:
    task = make_task()
    for change in (
        lambda: Dependency.objects.create(predecessor=task, successor=task),
        lambda: TaskDetails.objects.filter(pk=task.pk).update(progress=101),
        lambda: TaskDetails.objects.filter(pk=task.pk).update(planned_start=day(5), planned_end=day(4)),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


# Figures


def test_progress_is_weighted_by_effort(planner: User, project: Project, make_task: MakeTask) -> None:
    assert summary(project).progress == 0
    done = make_task(effort_minutes=600)
    move(done, Status.RESOLVED, by=planner)
    make_task(effort_minutes=1200, progress=50)
    make_task(progress=90)
    gone = make_task(effort_minutes=9999)
    move(gone, Status.CANCELLED, by=planner, values={"reason": "No"})
    found = summary(project)
    assert (found.tasks, found.done, found.without_effort) == (3, 1, 1)
    assert (found.effort, found.progress) == (1800, 66)


def test_progress_without_any_effort_is_that_of_the_tasks(project: Project, make_task: MakeTask) -> None:
    make_task(progress=100)
    make_task(progress=0)
    assert summary(project).progress == 50


def test_whole_with_parts_is_not_counted_twice(project: Project, make_task: MakeTask) -> None:
    whole = make_task(effort_minutes=500)
    make_task(effort_minutes=300, progress=50, parent=whole)
    make_task(effort_minutes=200, progress=0, parent=whole)
    assert (summary(project).effort, summary(project).progress) == (500, 30)


def test_time_spent_comes_from_the_ledger(
    project: Project, planner: User, agent: User, make_task: MakeTask, incident: Ticket
) -> None:
    task = make_task(effort_minutes=60)
    log_time(task, by=agent, minutes=45)
    log_time(incident, by=agent, minutes=500)
    assert summary(project).spent == 45


def test_late_and_soon_are_told_apart(project: Project, make_task: MakeTask) -> None:
    today = date.today()  # noqa: DTZ011 - the test's own day, far from midnight in effect
    make_task(start=today - timedelta(days=9), end=today - timedelta(days=2))
    make_task(start=today, end=today + timedelta(days=3))
    make_task(start=today, end=today + timedelta(days=30))
    assert (summary(project).late, summary(project).soon) == (1, 1)


# At once


@pytest.mark.django_db(transaction=True)
def test_two_dependencies_at_once_do_not_close_a_circle(planner: User, make_task: MakeTask) -> None:
    tasks = [make_task(str(number)) for number in range(3)]

    def tie(before: Ticket, after: Ticket) -> Any:
        def work() -> None:
            try:
                add_dependency(before, after, by=User.objects.get(pk=planner.pk))
            except Refused:
                return

        return work

    with running(*(tie(tasks[number], tasks[(number + 1) % 3]) for number in range(3))) as children:
        for child in children:
            child.join(20)
    assert Dependency.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_do_not_break_a_dependency(planner: User, make_task: MakeTask) -> None:
    first, second = make_task("First", day(2), day(5)), make_task("Second", day(8), day(12))
    add_dependency(first, second, by=planner)

    def plan(task: Ticket, change: dict[str, Any]) -> Any:
        def work() -> None:
            try:
                edit(task, {"details": change}, by=User.objects.get(pk=planner.pk))
            except Refused:
                return

        return work

    with running(plan(first, {"planned_end": day(7)}), plan(second, {"planned_start": day(6)})) as children:
        for child in children:
            child.join(20)
    end, start = details(first).planned_end, details(second).planned_start
    assert end
    assert start
    assert start >= end


def test_team_and_task_kind_are_as_declared(n2: Team, make_task: MakeTask, school: Entity) -> None:
    assert Task.prefix == "TSK"
    assert make_task().kind == "task"
    assert person("Nobody At All", school).access.can("projects.manage") is False
