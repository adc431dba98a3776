"""What most tests of tickets stand on, as fixtures: words, a service, an incident, a team elsewhere."""

import pytest

from accounts.models import Entity, Team, User
from calendars.actions import install_calendars
from core.choices import Criticality, Level
from services.models import Service, ServiceTeam
from tests.factories import make_team
from tickets import pack
from tickets.actions import open_ticket
from tickets.models import PendingReason, ResolutionCode, Ticket


@pytest.fixture
def words(db: None) -> None:
    """The calendars and words that every installation has."""
    install_calendars()
    pack.install()


@pytest.fixture
def mail_service(words: None, school: Entity, n1: Team, n2: Team, supplier: Team) -> Service:
    """A service with a team at three levels."""
    service = Service.objects.create(
        name="Mail", code="mail", entity=school, criticality=Criticality.MODERATE
    )
    for level, team in ((Level.N1, n1), (Level.N2, n2), (Level.SUPPLIER, supplier)):
        ServiceTeam.objects.create(service=service, level=level, team=team)
    return service


@pytest.fixture
def incident(requester: User, mail_service: Service) -> Ticket:
    """A new incident of the requester."""
    return open_ticket(
        "incident",
        by=requester,
        title="No mail since this morning",
        description="Nothing arrives.",
        service=mail_service,
    )


@pytest.fixture
def waiting(words: None) -> PendingReason:
    """The reason to wait for the requester."""
    return PendingReason.objects.get(slug="requester")


@pytest.fixture
def fixed(words: None) -> ResolutionCode:
    """A way to solve."""
    return ResolutionCode.objects.get(slug="software-fix")


@pytest.fixture
def other_team(hospital: Entity) -> Team:
    """A team of the sibling entity."""
    return make_team("Hospital desk", level=Level.N1, entity=hospital)
