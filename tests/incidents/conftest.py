"""A major incident with two children, and the people of the school and the hospital around it."""

import pytest

from accounts.models import User
from incidents.actions import attach_child, declare_major
from incidents.models import MajorIncident
from services.models import Service
from tickets.actions import open_ticket
from tickets.models import Ticket


@pytest.fixture(autouse=True)
def _words(words: None) -> None:
    """Every test of incidents has the words of an installation."""


@pytest.fixture
def major(incident: Ticket, lead: User) -> MajorIncident:
    """The incident, declared major by the lead for the school."""
    return declare_major(incident, by=lead, reason="The whole school is without mail", summary="No mail")


@pytest.fixture
def children(major: MajorIncident, colleague: User, agent: User, mail_service: Service) -> list[Ticket]:
    """Two more incidents of a colleague that are part of it."""
    made = [
        open_ticket("incident", by=colleague, title=f"Mail is away too {number}", service=mail_service)
        for number in range(2)
    ]
    for child in made:
        attach_child(major, child, by=agent)
    return made
