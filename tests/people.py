"""The people of the tests, as fixtures.

One organisation with two sibling entities. `school` is where the work happens and has a part of its own, the
library; `hospital` is its sibling, where the outsiders are. The teams belong to `school`.

    organisation
    ├── school        requester, colleague, agent (N1), expert (N2), lead, manager, authority, auditor, nobody
    │   └── library   library_requester
    └── hospital      outsider, outside_agent
    administrator belongs to the organisation, whose every right reaches everything.
"""

import pytest

from accounts.choices import EntityKind
from accounts.models import Entity, Team, User
from core.choices import Level
from tests.factories import grant, make_entity, make_team, make_user


@pytest.fixture
def organisation(db: None) -> Entity:
    return make_entity("Organisation", kind=EntityKind.ORGANISATION)


@pytest.fixture
def school(organisation: Entity) -> Entity:
    return make_entity("School", parent=organisation)


@pytest.fixture
def library(school: Entity) -> Entity:
    return make_entity("Library", parent=school)


@pytest.fixture
def hospital(organisation: Entity) -> Entity:
    return make_entity("Hospital", parent=organisation)


def person(name: str, entity: Entity, *roles: str) -> User:
    """A person with roles in the entity and everything below it."""
    user = make_user(name, entity=entity)
    for role in roles:
        grant(user, role, entity)
    return user


@pytest.fixture
def requester(school: Entity) -> User:
    """Someone of the school who reports incidents."""
    return person("Rosa Requester", school, "requester")


@pytest.fixture
def colleague(school: Entity) -> User:
    """Another requester of the school."""
    return person("Colin Colleague", school, "requester")


@pytest.fixture
def library_requester(library: Entity) -> User:
    """A requester of the part below the school."""
    return person("Lia Librarian", library, "requester")


@pytest.fixture
def agent(school: Entity) -> User:
    """A technician of level N1."""
    return person("Anna Agent", school, "technician")


@pytest.fixture
def expert(school: Entity) -> User:
    """A technician of level N2."""
    return person("Emil Expert", school, "technician")


@pytest.fixture
def lead(school: Entity) -> User:
    """The lead of the service desk."""
    return person("Lea Lead", school, "team_lead")


@pytest.fixture
def manager(school: Entity) -> User:
    """The service manager of the school."""
    return person("Mona Manager", school, "service_manager")


@pytest.fixture
def auditor(school: Entity) -> User:
    """Reads, writes nothing."""
    return person("Otto Auditor", school, "auditor")


@pytest.fixture
def authority(school: Entity) -> User:
    """Decides on the changes of the school."""
    return person("Cora Council", school, "change_authority")


@pytest.fixture
def administrator(organisation: Entity) -> User:
    """Holds every right everywhere."""
    return person("Ada Administrator", organisation, "administrator")


@pytest.fixture
def outsider(hospital: Entity) -> User:
    """A requester of the sibling entity."""
    return person("Olga Outsider", hospital, "requester")


@pytest.fixture
def outside_agent(hospital: Entity) -> User:
    """A technician of the sibling entity."""
    return person("Oscar Outside", hospital, "technician")


@pytest.fixture
def nobody(school: Entity) -> User:
    """Signed in, but nothing was ever granted."""
    return person("Nils Nobody", school)


@pytest.fixture
def n1(school: Entity, agent: User, lead: User) -> Team:
    """The service desk."""
    return make_team("Service desk", level=Level.N1, entity=school, lead=lead, members=[agent])


@pytest.fixture
def n2(school: Entity, expert: User) -> Team:
    """The specialists."""
    return make_team("Specialists", level=Level.N2, entity=school, lead=expert)


@pytest.fixture
def n3(school: Entity) -> Team:
    """The experts, nobody in it yet."""
    return make_team("Experts", level=Level.N3, entity=school)


@pytest.fixture
def supplier(school: Entity) -> Team:
    """An outside company."""
    return make_team("Printers Ltd", level=Level.SUPPLIER, entity=school)
