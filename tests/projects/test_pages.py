"""The pages and endpoints of projects, as people and programs use them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Entity, User
from projects.actions import add_dependency, save_milestone
from projects.models import Dependency, Phase, Project, TaskDetails
from tests.api.conftest import client_of, fields_of, patience  # noqa: F401 - fixtures
from tests.contracts.test_queries import at_most, opened
from tests.projects.conftest import MakeTask
from tickets.actions import move
from tickets.actions.ledger import log_time
from tickets.choices import Status
from tickets.models import Ticket


def day(number: int) -> date:
    """A day of March."""
    return date(2026, 3, number)


@pytest.fixture
def planned(make_task: MakeTask, phase: Phase, planner: User, project: Project) -> list[Ticket]:
    """Three tasks that wait for each other, and a milestone."""
    tasks = [
        make_task(f"Step {number}", day(number * 5), day(number * 5 + 4), phase=phase, effort_minutes=600)
        for number in range(1, 4)
    ]
    add_dependency(tasks[0], tasks[1], by=planner)
    add_dependency(tasks[1], tasks[2], by=planner)
    save_milestone(project, {"name": "All there", "due_on": day(25), "phase": phase}, by=planner)
    return tasks


def test_project_is_made_and_filled_on_its_pages(planner: User, school: Entity, client: Client) -> None:
    client.force_login(planner)
    sent = {
        "name": "New doors", "code": "doors", "entity": school.pk, "manager": planner.email, "status": "active",
        "starts_on": "2026-03-01", "ends_on": "2026-02-01",
    }  # fmt: skip
    wrong = client.post("/projects/new/", sent)
    assert wrong.status_code == 422
    assert "The end is before the start." in wrong.content.decode()
    made = client.post("/projects/new/", {**sent, "ends_on": "2026-04-01"})
    assert made["Location"] == "/projects/DOORS/"
    assert client.post("/projects/DOORS/phases/new/", {"name": "Build"}).status_code == 302
    assert (
        client.post("/projects/DOORS/milestones/new/", {"name": "Open", "due_on": "2026-03-30"}).status_code
        == 302
    )
    project = Project.objects.get()
    task = client.post(
        f"/tasks/new/?project={project.pk}",
        {"title": "Paint", "project": project.pk, "phase": project.phases.get().pk, "effort_minutes": "2h"},
    )
    assert task.status_code == 302, task.content.decode()
    page = client.get("/projects/doors/").content.decode()
    for word in ("Build", "Open", "Paint", "New task"):
        assert word in page
    mark = project.milestones.get()
    client.post(f"/projects/DOORS/milestones/{mark.pk}/reach/")
    mark.refresh_from_db()
    assert mark.reached_at


def test_plan_is_refused_beside_its_field(planned: list[Ticket], planner: User, client: Client) -> None:
    client.force_login(planner)
    held = TaskDetails.objects.get(pk=planned[1].pk)
    sent = {
        "project": held.project_id, "phase": held.phase_id, "planned_start": "2026-03-06",
        "planned_end": "2026-03-14", "effort_minutes": "10h", "progress": "20",
    }  # fmt: skip
    wrong = client.post(f"/tasks/{planned[1].reference}/plan/", sent)
    assert wrong.status_code == 422
    assert "waits for" in wrong.content.decode()
    right = client.post(f"/tasks/{planned[1].reference}/plan/", {**sent, "planned_start": "2026-03-09"})
    assert right.status_code == 302
    held.refresh_from_db()
    assert (held.planned_start, held.progress) == (day(9), 20)


def test_page_of_a_task_shows_its_plan_and_dependencies(
    planned: list[Ticket], agent: User, planner: User, client: Client
) -> None:
    log_time(planned[1], by=agent, minutes=90)
    client.force_login(planner)
    assert "Planned effort" in client.get(planned[1].get_absolute_url()).content.decode()
    panel = client.get(f"/tickets/{planned[1].reference}/panels/").content.decode()
    for word in ("New network", "Study", "Step 1", "Step 3", "1 h 30"):
        assert word in panel
    row = Dependency.objects.get(successor=planned[1])
    client.post(f"/tasks/dependencies/{row.pk}/remove/")
    assert not Dependency.objects.filter(pk=row.pk).exists()
    client.post(
        f"/tasks/{planned[1].reference}/dependencies/new/",
        {"predecessor": planned[0].reference, "type": "FS", "lag_days": "0"},
    )
    assert Dependency.objects.filter(successor=planned[1]).exists()


def test_card_of_the_board_moves_or_asks_for_more(
    planned: list[Ticket], planner: User, client: Client, project: Project
) -> None:
    client.force_login(planner)
    address = f"/projects/{project.code}/board/"
    assert "Step 1" in client.get(address).content.decode()
    answer = client.post(f"{address}move/", {"task": planned[0].reference, "to": "in_progress"})
    assert answer["Location"] == address
    assert Ticket.objects.get(pk=planned[0].pk).status == Status.IN_PROGRESS
    asked = client.post(f"{address}move/", {"task": planned[0].reference, "to": "pending"})
    assert asked["Location"] == f"/tickets/{planned[0].reference}/move/pending/"
    refused = client.post(f"{address}move/", {"task": planned[1].reference, "to": "closed"}, follow=True)
    assert "cannot become" in refused.content.decode()


def test_card_of_another_project_is_not_moved_here(
    planned: list[Ticket], incident: Ticket, planner: User, client: Client, project: Project
) -> None:
    client.force_login(planner)
    answer = client.post(
        f"/projects/{project.code}/board/move/", {"task": incident.reference, "to": "in_progress"}
    )
    assert answer.status_code == 404


def test_chart_draws_every_task_twice_and_every_arrow(
    planned: list[Ticket], planner: User, client: Client, project: Project
) -> None:
    move(planned[0], Status.IN_PROGRESS, by=planner)
    client.force_login(planner)
    page = client.get(f"/projects/{project.code}/gantt/").content.decode()
    for word in ("Step 1", "All there", planned[0].reference, "(FS)"):
        assert word in page
    assert "style=" not in page
    picture = client.get(f"/projects/{project.code}/gantt.svg")
    assert picture["Content-Type"].startswith("image/svg+xml")
    assert "nonce-" in picture["Content-Security-Policy"].split("style-src")[1].split(";")[0]
    root = ET.fromstring(picture.content)  # noqa: S314 - our own
    drawn = [element.get("class", "") for element in root.iter()]
    assert sum(css.startswith("g-plan") for css in drawn) == 3
    assert drawn.count("g-actual") == 1
    assert drawn.count("g-arrow") == 2
    assert drawn.count("g-diamond") == 1


def test_hidden_tasks_are_counted_and_not_named(
    planned: list[Ticket], make_task: MakeTask, expert: User, client: Client, project: Project
) -> None:
    secret = make_task("Quetzalcoatl")
    Ticket.objects.filter(pk=secret.pk).update(is_confidential=True, team=None)
    client.force_login(expert)
    for page in ("", "board/", "gantt/", "gantt.svg"):
        assert "Quetzalcoatl" not in client.get(f"/projects/{project.code}/{page}").content.decode()
    assert "1 task is not shown to you." in client.get(f"/projects/{project.code}/").content.decode()


def test_pages_cost_the_same_however_many_tasks(
    planned: list[Ticket], make_task: MakeTask, planner: User, client: Client, project: Project
) -> None:
    for number in range(12):
        make_task(f"More {number}", assignee=None)
    client.force_login(planner)
    for address, limit in (
        ("/projects/", 5), (f"/projects/{project.code}/", 13), (f"/projects/{project.code}/board/", 5),
        (f"/projects/{project.code}/gantt/", 8), ("/tasks/", 6),
    ):  # fmt: skip
        visit = opened(client, address)
        with at_most(limit):
            visit()


def test_ledger_is_narrowed_and_split_by_project(
    planned: list[Ticket], incident: Ticket, agent: User, client: Client, project: Project
) -> None:
    log_time(planned[0], by=agent, minutes=70)
    log_time(incident, by=agent, minutes=25)
    client.force_login(agent)
    page = client.get("/ledger/", {"project": project.pk}).content.decode()
    assert "1 h 10" in page
    assert "25 min" not in page
    assert "New network" in client.get("/ledger/", {"by": "project"}).content.decode()


def test_tasks_stand_in_the_queue(planned: list[Ticket], agent: User, client: Client) -> None:
    client.force_login(agent)
    assert planned[0].reference in client.get("/queue/", {"view": "all"}).content.decode()


def test_api_keeps_a_project_whole(planner: User, school: Entity, agent: User, client_of: Any) -> None:  # noqa: F811
    client = client_of(planner)
    made = client.post("/api/v1/projects/", {"code": "api-1", "name": "By program", "entity": school.pk})
    assert made.status_code == 201, made.content
    assert made.json()["code"] == "API-1"
    phase = client.post("/api/v1/projects/API-1/phases/", {"name": "One"}).json()
    mark = client.post(
        "/api/v1/projects/API-1/milestones/", {"name": "Go", "due_on": "2026-03-30", "phase": phase["id"]}
    )
    assert mark.json()["phase"]["name"] == "One"
    reached = client.post(f"/api/v1/projects/API-1/milestones/{mark.json()['id']}/reach/", {})
    assert reached.json()["reached_at"]
    tasks = [
        client.post(
            "/api/v1/tasks/",
            {
                "title": f"Task {number}",
                "details": {
                    "project": "API-1",
                    "phase": phase["id"],
                    "planned_start": f"2026-03-0{number}",
                    "planned_end": f"2026-03-0{number + 1}",
                    "effort_minutes": 120,
                },
            },
        ).json()
        for number in (1, 3)
    ]
    assert tasks[0]["details"]["project"] == "API-1"
    ties = "/api/v1/projects/API-1/dependencies/"
    pair = {"predecessor": tasks[0]["reference"], "successor": tasks[1]["reference"]}
    tie = client.post(ties, pair)
    assert tie.status_code == 201, tie.content
    assert (
        client.post(ties, {"predecessor": pair["successor"], "successor": pair["predecessor"]}).status_code
        == 422
    )
    late = client.patch(
        f"/api/v1/tasks/{tasks[1]['reference']}/", {"details": {"planned_start": "2026-03-01"}}
    )
    assert fields_of(late) == {"details.planned_start"}
    assert (
        client_of(agent)
        .patch(f"/api/v1/tasks/{tasks[1]['reference']}/", {"details": {"effort_minutes": 5}})
        .status_code
        == 403
    )
    shown = client.get("/api/v1/projects/api-1/").json()
    assert shown["summary"]["tasks"] == 2
    assert shown["state"] == "late"
    assert client.get("/api/v1/tasks/", {"project": shown["id"]}).json()["results"][0]["kind"] == "task"
    assert client.delete(f"{ties}{tie.json()['id']}/").status_code == 204
    assert client.get(ties).json()["results"] == []


def test_api_refuses_what_is_not_the_caller_s(
    project: Project,
    agent: User,
    outsider: User,
    client_of: Any,  # noqa: F811
) -> None:
    address = f"/api/v1/projects/{project.code}/"
    assert client_of(agent).patch(address, {"name": "Mine"}).status_code == 403
    assert client_of(outsider).get(address).status_code == 404
    assert client_of(outsider).get("/api/v1/projects/").json()["results"] == []


def test_state_and_dates_are_said_on_the_list(make_task: MakeTask, planner: User, client: Client) -> None:
    today = timezone.localdate()
    make_task(start=today - timedelta(days=9), end=today - timedelta(days=2))
    client.force_login(planner)
    assert "Late" in client.get("/projects/").content.decode()
