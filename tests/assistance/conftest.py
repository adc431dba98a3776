"""What tests of requests stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from accounts.models import Entity, Team, User
from assistance.actions import RequestedField, Step, create_type
from assistance.models import RequestType
from tests.factories import make_user
from tickets.models import CustomField
from tickets.models.fields import FieldType, forget_known


@pytest.fixture(autouse=True)
def _words(words: None) -> Iterator[None]:
    """The words of an installation, read in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def boss(school: Entity) -> User:
    """The manager of the requester, who has no right in the portal."""
    return make_user("Bea Boss", entity=school)


@pytest.fixture
def reported(requester: User, boss: User) -> User:
    """The requester, whose manager is known."""
    requester.manager = boss
    requester.save(update_fields=["manager"])
    return requester


@pytest.fixture
def fields(db: None) -> dict[str, CustomField]:
    """Two fields of request forms."""
    made = {
        slug: CustomField.objects.create(
            slug=slug, label_fr=label, label_en=label, field_type=kind, only_in_forms=True, is_public=True
        )
        for slug, label, kind in (
            ("asked_person", "Name", FieldType.TEXT),
            ("asked_from", "From", FieldType.DATE),
        )
    }
    forget_known()
    return made


@pytest.fixture
def arrival(n1: Team, fields: dict[str, CustomField]) -> RequestType:
    """A form that the manager of the requester approves."""
    return create_type(
        name_fr="Arrivée", name_en="Arrival", slug="arrival", team=n1, by=None, delay_fr="5 jours",
        checklist_fr="Compte\nMatériel",
        fields=[RequestedField(fields["asked_person"], is_required=True), RequestedField(fields["asked_from"])],
        steps=[Step(name_fr="Responsable", name_en="Manager", asks_manager=True)],
    )  # fmt: skip


@pytest.fixture
def loan(n1: Team, fields: dict[str, CustomField]) -> RequestType:
    """A form that nobody has to approve."""
    return create_type(name_fr="Prêt", name_en="Loan", slug="loan", team=n1, by=None)
