"""Rights: verbs by role and entity, inherited downwards, asked in one query."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import verbs
from accounts.actions.installation import install_roles
from accounts.models import Entity, Grant, Role, Team, User
from accounts.roles import DEFAULT_ROLES
from tests.factories import grant, make_role, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("default", DEFAULT_ROLES, ids=lambda default: default.slug)
def test_each_role_grants_its_verbs_and_no_other(default: Any, school: Entity, hospital: Entity) -> None:
    user = make_user(entity=school)
    grant(user, default.slug, school)
    for verb in verbs.names():
        assert user.has_perm(verb) is (verb in default.granted)
        assert user.access.can(verb, school.pk) is (verb in default.granted)
        assert not user.access.can(verb, hospital.pk)


def test_rights_take_one_query(agent: User, n1: Team) -> None:
    fresh = User.objects.get(pk=agent.pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert fresh.access.can("tickets.view", n1.entity_id)
        assert fresh.access.teams == {n1.pk}
        assert fresh.has_perm("tickets.work")
    assert len(queries) == 1


def test_grant_reaches_below_only_where_it_says_so(school: Entity, library: Entity) -> None:
    wide, narrow = make_user(entity=school), make_user(entity=school)
    grant(wide, "technician", school)
    grant(narrow, "technician", school, with_descendants=False)
    assert wide.access.can("tickets.view", library.pk)
    assert not narrow.access.can("tickets.view", library.pk)
    assert narrow.access.can("tickets.view", school.pk)


def test_grant_never_reaches_above(library_requester: User, school: Entity) -> None:
    assert not library_requester.access.can("tickets.open", school.pk)


def test_team_gives_its_rights_to_members_while_active(school: Entity) -> None:
    user = make_user(entity=school)
    team = make_team(entity=school, members=[user])
    grant(team, "technician", school)
    assert User.objects.get(pk=user.pk).access.can("tickets.work", school.pk)
    Team.objects.filter(pk=team.pk).update(is_active=False)
    assert not User.objects.get(pk=user.pk).access.can("tickets.work", school.pk)


def test_inactive_person_may_do_nothing(agent: User) -> None:
    User.objects.filter(pk=agent.pk).update(is_active=False)
    agent.refresh_from_db()
    assert not agent.has_perm("tickets.view")
    assert not agent.access.is_staff_side


def test_revocation_is_immediate(agent: User, school: Entity) -> None:
    assert agent.access.can("tickets.view", school.pk)
    Grant.objects.filter(user=agent).delete()
    assert not User.objects.get(pk=agent.pk).access.can("tickets.view", school.pk)


def test_what_belongs_to_no_entity_needs_the_right_everywhere(
    administrator: User, manager: User, hospital: Entity
) -> None:
    role = make_role("tickets.view")
    assert administrator.has_perm("accounts.manage_roles", role)
    local = make_role("accounts.manage_roles")
    Grant.objects.create(user=manager, role=local, entity=manager.entity)
    manager.refresh_from_db()
    assert manager.has_perm("accounts.manage_roles")
    assert not manager.has_perm("accounts.manage_roles", role)


def test_superuser_has_no_rights_in_the_portal_by_itself(school: Entity) -> None:
    root = User.objects.create_superuser("root@example.org", "x" * 12, entity=school)
    assert root.has_perm("accounts.change_user")
    assert not root.access.can("tickets.view", school.pk)


def test_upgrade_offers_new_verbs_and_keeps_edits() -> None:
    role = Role.objects.get(slug="technician")
    role.verbs = [verb for verb in role.verbs if verb != "tickets.note"]
    role.offered = [verb for verb in role.offered if verb != "tickets.answer"]
    role.verbs.remove("tickets.answer")
    role.name = "Fixer"
    role.save()
    install_roles()
    role.refresh_from_db()
    assert role.name == "Fixer"
    assert "tickets.note" not in role.verbs
    assert "tickets.answer" in role.verbs


def test_staff_sees_people_of_granted_entities(
    agent: User, requester: User, library_requester: User, outsider: User
) -> None:
    seen = set(User.objects.visible_to(agent))
    assert {agent, requester, library_requester} <= seen
    assert outsider not in seen


def test_requester_sees_only_themselves(requester: User, colleague: User) -> None:
    assert list(User.objects.visible_to(requester)) == [requester]


def test_team_of_the_organisation_is_visible_below(
    agent: User, organisation: Entity, hospital: Entity, n1: Team
) -> None:
    above = make_team("Backbone", entity=organisation)
    beside = make_team("Elsewhere", entity=hospital)
    seen = set(Team.objects.visible_to(agent))
    assert {above, n1} <= seen
    assert beside not in seen


def test_requester_sees_no_team(requester: User, n1: Team) -> None:
    assert not Team.objects.visible_to(requester).exists()
