"""A client with a token for each of the people, and words that every installation has."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ApiToken, Entity, Team, User
from accounts.models.tokens import digest_of, new_secret
from calendars.actions import install_calendars
from core.choices import Criticality, Level
from services.models import Service, ServiceTeam
from tickets import pack
from tickets.actions import open_ticket
from tickets.models import Ticket

Client = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def words(db: None) -> None:
    """The calendars and words that every installation has."""
    install_calendars()
    pack.install()


@pytest.fixture(autouse=True)
def patience(settings: Any) -> None:
    """The limits are out of the way, but where they are the subject."""
    rates = {"person": "100000/min", "write": "100000/min"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}


def token_of(user: User, *scopes: str) -> str:
    """A living token of the person."""
    secret = new_secret()
    ApiToken.objects.create(
        user=user, name="test", prefix=secret[:12], digest=digest_of(secret), scopes=list(scopes or ("read", "write")),
        expires_at=timezone.now() + timedelta(days=1), last_used_at=timezone.now(),
    )  # fmt: skip
    return secret


@pytest.fixture
def client_of() -> Client:
    """A program that acts in a person's name."""

    def client(user: User, *scopes: str) -> APIClient:
        made = APIClient(HTTP_AUTHORIZATION=f"Bearer {token_of(user, *scopes)}")
        made.default_format = "json"
        return made

    return client


@pytest.fixture
def mail_service(school: Entity, n1: Team, n2: Team) -> Service:
    """A service with a team at two levels."""
    service = Service.objects.create(
        name="Mail", code="mail", entity=school, criticality=Criticality.MODERATE
    )
    for level, team in ((Level.N1, n1), (Level.N2, n2)):
        ServiceTeam.objects.create(service=service, level=level, team=team)
    return service


@pytest.fixture
def incident(requester: User, mail_service: Service) -> Ticket:
    """A new incident of the requester."""
    return open_ticket(
        "incident", by=requester, title="No mail", description="Nothing arrives.", service=mail_service
    )


def fields_of(response: Any) -> set[str]:
    """The fields that a problem names."""
    return {error["field"] for error in response.json()["errors"]}
