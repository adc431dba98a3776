"""A project with two phases, and someone who manages it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.utils import translation

from accounts.models import Entity, Team, User
from projects.actions import create_project, save_phase
from projects.models import Phase, Project
from tests.people import person
from tickets.actions import open_ticket
from tickets.models import Ticket

MakeTask = Callable[..., Ticket]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Refusals are read here in English."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _words(words: None) -> None:
    """Every test of projects has the words of an installation."""


@pytest.fixture
def planner(school: Entity) -> User:
    """The project manager of the school."""
    return person("Petra Planner", school, "project_manager")


@pytest.fixture
def sponsor(hospital: Entity) -> User:
    """Somebody of another entity who pays."""
    return person("Sven Sponsor", hospital, "requester")


@pytest.fixture
def project(planner: User, school: Entity, n1: Team) -> Project:
    """A project of the first half of the year."""
    return create_project(
        code="net-26", name="New network", entity=school, by=planner, status="active",
        starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30),
    )  # fmt: skip


@pytest.fixture
def phase(project: Project, planner: User) -> Phase:
    """Its first phase."""
    return save_phase(project, {"name": "Study"}, by=planner)


@pytest.fixture
def make_task(project: Project, planner: User) -> MakeTask:
    """A maker of tasks of the project: `make_task("Title", start, end, effort_minutes=…)`."""

    def make(
        title: str = "Something", start: date | None = None, end: date | None = None, **details: Any
    ) -> Ticket:
        fields = {
            name: details.pop(name) for name in ("assignee", "team", "is_confidential") if name in details
        }
        plan = {"project": project, "planned_start": start, "planned_end": end, **details}
        return open_ticket("task", by=planner, title=title, details=plan, **fields)

    return make
