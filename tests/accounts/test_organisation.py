"""Entities as a tree."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from accounts import actions
from accounts.models import Entity, Grant, User
from core.exceptions import Refused
from tests.factories import make_entity, make_role, make_team

pytestmark = pytest.mark.django_db


def test_moving_an_entity_moves_its_heirs_and_their_rights(
    administrator: User, agent: User, school: Entity, library: Entity, hospital: Entity
) -> None:
    shelf = make_entity("Shelf", parent=library)
    assert agent.access.can("tickets.view", shelf.pk)
    actions.move_entity(library, hospital, by=administrator)
    shelf.refresh_from_db()
    assert shelf.path == [*hospital.path, library.pk, shelf.pk]
    assert not User.objects.get(pk=agent.pk).access.can("tickets.view", shelf.pk)


def test_entity_can_become_a_top_and_come_back(
    administrator: User, school: Entity, organisation: Entity
) -> None:
    moved = actions.move_entity(school, None, by=administrator)
    assert moved.path == [school.pk]


def test_entity_cannot_belong_to_its_heir(administrator: User, school: Entity, library: Entity) -> None:
    for parent in (library, school):
        with pytest.raises(Refused) as refused:
            actions.move_entity(school, parent, by=administrator)
        assert "parent" in refused.value.errors


def test_moving_needs_the_right_at_both_ends(
    school: Entity, library: Entity, hospital: Entity, agent: User
) -> None:
    Grant.objects.create(user=agent, role=make_role("accounts.manage_entities"), entity=school)
    agent.refresh_from_db()
    with pytest.raises(PermissionDenied):
        actions.move_entity(library, hospital, by=agent)
    with pytest.raises(PermissionDenied):
        actions.create_entity(name="Top", code="TOP", kind="department", by=agent)


def test_entity_that_holds_something_is_not_deleted(
    administrator: User, school: Entity, requester: User
) -> None:
    with pytest.raises(Refused) as refused, translation.override("en"):
        actions.delete_entity(school, by=administrator)
    assert "people" in str(refused.value.errors)
    empty = make_entity("Empty", parent=school)
    administrator.refresh_from_db()
    actions.delete_entity(empty, by=administrator)
    assert not Entity.objects.filter(pk=empty.pk).exists()


def test_code_is_unique_whatever_its_case(administrator: User, school: Entity) -> None:
    actions.create_entity(name="A", code="Alpha", kind="site", parent=school, by=administrator)
    with pytest.raises(Refused):
        actions.create_entity(name="B", code="ALPHA", kind="site", parent=school, by=administrator)
    with pytest.raises(Refused) as refused:
        actions.create_entity(name="", code="no spaces", kind="nonsense", parent=school, by=administrator)
    assert {"name", "code", "kind"} <= refused.value.errors.keys()


def test_team_name_is_unique_in_its_entity(administrator: User, school: Entity, hospital: Entity) -> None:
    make_team("Desk", entity=school)
    with pytest.raises(Refused):
        actions.create_team(name="desk", level="n1", entity=school, by=administrator)
    assert actions.create_team(name="desk", level="n1", entity=hospital, by=administrator).pk
