"""What the contracts stand on."""

import pytest

from accounts.models import User
from core.choices import Kind
from services.models import Service
from tests.contracts.kinds import People
from tickets.actions import open_ticket
from tickets.models import Ticket


@pytest.fixture
def everyone(
    requester: User, colleague: User, agent: User, expert: User, lead: User, manager: User, authority: User,
    auditor: User, administrator: User, outsider: User, outside_agent: User, nobody: User,
) -> People:  # fmt: skip
    """The people of the tests by the name of their fixture."""
    return dict(locals())


@pytest.fixture
def ticket(kind: type[Ticket], requester: User, mail_service: Service, authority: User) -> Ticket:
    """A new ticket of the kind under test, of the requester, with the service's first level; somebody can approve."""
    return open_ticket(Kind(kind.kind_slug), by=requester, title="Something is wrong", service=mail_service)
