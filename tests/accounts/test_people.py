"""People: created, invited, changed, deactivated."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.hashers import check_password
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from accounts import actions, mail
from accounts.models import ApiToken, Entity, Grant, Membership, Role, User
from core.exceptions import Refused
from core.models import OutboxMessage
from tests.factories import grant, make_entity, make_role, make_team, make_user

pytestmark = pytest.mark.django_db


def test_person_is_created_with_a_role(administrator: User, school: Entity, library: Entity) -> None:
    role = Role.objects.get(slug="requester")
    person = actions.create_person(
        email="New.Person@Example.org", entity=school, first_name="New", role=role, by=administrator
    )
    assert person.email == "new.person@example.org"
    assert person.access.can("tickets.open", library.pk)
    assert not person.has_usable_password()


def test_address_of_another_is_refused_whatever_its_case(administrator: User, requester: User) -> None:
    for email in (requester.email.upper(), "ｒosa.requester@example.org"):
        with pytest.raises(Refused) as refused:
            actions.create_person(email=email, entity=requester.entity, by=administrator)
        assert "email" in refused.value.errors


def test_list_in_place_of_address_is_refused(administrator: User, school: Entity) -> None:
    with pytest.raises(Refused):
        actions.create_person(email=["a@example.org", "b@example.org"], entity=school, by=administrator)  # type: ignore[arg-type]


def test_manager_of_another_entity_may_not_create(school: Entity, hospital: Entity) -> None:
    manager = make_user(entity=hospital)
    grant(manager, "administrator", hospital)
    with pytest.raises(PermissionDenied):
        actions.create_person(email="x@example.org", entity=school, by=manager)


def test_nobody_gives_what_he_does_not_hold(school: Entity) -> None:
    giver = make_user(entity=school)
    limited = make_role("accounts.grant", "tickets.open", "accounts.manage_people")
    Grant.objects.create(user=giver, role=limited, entity=school)
    other = make_user(entity=school)
    actions.grant_role(other, make_role("tickets.open"), school, by=giver)
    with pytest.raises(Refused):
        actions.grant_role(other, make_role("tickets.view"), school, by=giver)
    with pytest.raises(Refused):
        actions.create_person(
            email="y@example.org", entity=school, role=Role.objects.get(slug="technician"), by=giver
        )


def test_grant_cannot_reach_below_where_the_giver_does_not(school: Entity, library: Entity) -> None:
    giver = make_user(entity=school)
    Grant.objects.create(
        user=giver, role=make_role("accounts.grant", "tickets.view"), entity=school, with_descendants=False
    )
    role = make_role("tickets.view")
    other = make_user(entity=school)
    actions.grant_role(other, role, school, with_descendants=False, by=giver)
    with pytest.raises(Refused):
        actions.grant_role(other, role, school, with_descendants=True, by=giver)


def test_manager_cannot_take_over_an_administrator(school: Entity) -> None:
    manager = make_user(entity=school)
    Grant.objects.create(user=manager, role=make_role("accounts.manage_people"), entity=school)
    boss = make_user(entity=school)
    grant(boss, "administrator", school)
    for act in (
        lambda: actions.edit_person(boss, {"email": "mine@example.org"}, by=manager),
        lambda: actions.invite(boss, by=manager),
        lambda: actions.deactivate(boss, by=manager),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_joining_a_team_does_not_give_more_than_the_leader_holds(school: Entity) -> None:
    manager = make_user(entity=school)
    Grant.objects.create(
        user=manager, role=make_role("accounts.manage_teams", "accounts.view_people"), entity=school
    )
    team = make_team(entity=school)
    grant(team, "administrator", school)
    with pytest.raises(Refused):
        actions.set_members(team, [manager], by=manager)
    assert not Membership.objects.filter(team=team).exists()


def test_members_and_leads_are_set_as_a_whole(
    administrator: User, agent: User, expert: User, lead: User
) -> None:
    team = make_team(entity=agent.entity, lead=lead, members=[agent])
    actions.set_members(team, [expert], leads=[agent], by=administrator)
    assert set(team.memberships.values_list("user_id", "is_lead")) == {(expert.pk, False), (agent.pk, True)}


def test_last_administrator_stays(administrator: User, school: Entity) -> None:
    second = make_user(entity=school)
    held = Grant.objects.get(user=administrator)
    with pytest.raises(Refused):
        actions.revoke_grant(held, by=administrator)
    with pytest.raises(Refused):
        actions.deactivate(administrator, by=None)
    role = held.role
    with pytest.raises(Refused):
        actions.edit_role(
            role,
            name=role.name,
            description="",
            granted=[verb for verb in role.verbs if verb != "accounts.grant"],
            by=administrator,
        )
    actions.grant_role(second, role, held.entity, by=administrator)
    actions.deactivate(administrator, by=User.objects.get(pk=second.pk))
    assert not User.objects.get(pk=administrator.pk).is_active


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_one_stays_when_each_removes_the_other() -> None:
    top = make_entity("Top")
    pair = [make_user(entity=top) for _ in range(2)]
    for one in pair:
        grant(one, "administrator", top)

    def remove(number: int) -> bool:
        try:
            actions.deactivate(
                User.objects.get(pk=pair[1 - number].pk), by=User.objects.get(pk=pair[number].pk)
            )
        except (Refused, PermissionDenied):
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(remove, range(2)))
    assert outcomes.count(True) == 1
    assert User.objects.filter(pk__in=[one.pk for one in pair], is_active=True).count() == 1


def test_deactivation_ends_tokens_and_sessions(administrator: User, agent: User, client: object) -> None:
    token, _ = actions.create_token(agent, name="script", by=agent)
    actions.deactivate(agent, by=administrator)
    token.refresh_from_db()
    assert not token.is_living(timezone.now())
    assert not ApiToken.objects.living(timezone.now()).filter(user=agent).exists()


def test_invitation_is_mailed_sealed_and_works_once(administrator: User, school: Entity) -> None:
    person = make_user("Ina Invited", entity=school)
    link = actions.invite(person, by=administrator)
    message = OutboxMessage.objects.get(topic=mail.TOPIC)
    key = link.rstrip("/").rpartition("/")[2]
    assert key not in str(message.payload)
    with pytest.raises(Refused) as weak:
        actions.accept_invitation(key, password="123")
    assert "password" in weak.value.errors
    actions.accept_invitation(key, password="a good long one 7")
    person.refresh_from_db()
    assert check_password("a good long one 7", person.password)
    with pytest.raises(Refused):
        actions.accept_invitation(key, password="another long one 8")


def test_invitation_ends_with_a_new_address(administrator: User, school: Entity) -> None:
    person = make_user(entity=school)
    key = actions.invite(person, by=administrator).rstrip("/").rpartition("/")[2]
    actions.edit_person(person, {"email": "moved@example.org"}, by=administrator)
    with pytest.raises(Refused):
        actions.accept_invitation(key, password="a good long one 7")


def test_people_of_an_import_are_created_in_few_statements(
    administrator: User, school: Entity, django_assert_max_num_queries: object
) -> None:
    people = [
        actions.NewPerson(email=f"P{n}@Example.org", entity=school, last_name=f"N{n}") for n in range(300)
    ]
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        found = actions.create_people(people, role=Role.objects.get(slug="requester"), by=administrator)
    assert len(found) == 300
    assert found["p7@example.org"].sort_name == "n7"
    again = actions.create_people(people, by=administrator)
    assert {user.pk for user in again.values()} == {user.pk for user in found.values()}
    assert Grant.objects.filter(user__in=found.values()).count() == 300


def test_time_zone_must_exist(requester: User) -> None:
    with pytest.raises(Refused) as refused:
        actions.edit_own_profile(requester, {"timezone": "Mars/Olympus"}, by=requester)
    assert "timezone" in refused.value.errors
