"""The pages about people and rights, over HTTP."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts import actions, invitations
from accounts.models import ApiToken, Entity, Grant, Membership, Role, Team, User
from tests.factories import make_entity, make_team, make_user

pytestmark = pytest.mark.django_db

OWN = ["profile", "security", "tokens", "create_token", "absences", "create_absence", "rights"]
LISTS = ["people", "teams", "entities", "roles"]
FORMS = ["create_person", "create_team", "create_entity", "create_role", "create_grant"]


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("who", ["requester", "agent", "nobody", "administrator"])
def test_own_pages_are_for_everyone(
    client: Client, request: pytest.FixtureRequest, name: str, who: str
) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse(f"account:{name}")).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_for_staff(client: Client, agent: User, requester: User, name: str) -> None:
    address = reverse(f"accounts:{name}")
    client.force_login(agent)
    assert client.get(address).status_code == 200
    client.force_login(requester)
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("name", FORMS)
def test_forms_are_for_those_who_may(client: Client, administrator: User, agent: User, name: str) -> None:
    address = reverse(f"accounts:{name}")
    client.force_login(administrator)
    assert client.get(address).status_code == 200
    client.force_login(agent)
    assert client.get(address).status_code == 403


def test_detail_pages_and_their_limits(
    client: Client,
    administrator: User,
    agent: User,
    requester: User,
    outsider: User,
    n1: Team,
    hospital: Entity,
) -> None:
    other = make_team(entity=hospital)
    client.force_login(agent)
    for row in (requester, n1, requester.entity, Role.objects.get(slug="technician")):
        assert client.get(row.get_absolute_url()).status_code == 200
    for row in (outsider, other, hospital):
        assert client.get(row.get_absolute_url()).status_code == 404
    assert client.get(reverse("accounts:person_rights", args=[requester.pk])).status_code == 200
    assert client.get(reverse("accounts:person_rights", args=[outsider.pk])).status_code == 404
    for name in ("edit_person", "create_absence"):
        assert client.get(reverse(f"accounts:{name}", args=[requester.pk])).status_code == 403
    client.force_login(administrator)
    for row in (requester, n1, requester.entity, Role.objects.get(slug="technician")):
        assert client.get(row.get_absolute_url()).status_code == 200
    for name, row in (
        ("edit_person", requester),
        ("create_absence", requester),
        ("edit_team", n1),
        ("add_member", n1),
        ("edit_entity", requester.entity),
        ("edit_role", Role.objects.get(slug="technician")),
    ):
        assert client.get(reverse(f"accounts:{name}", args=[row.pk])).status_code == 200


def test_person_is_created_invited_and_sets_a_password(
    client: Client, administrator: User, school: Entity
) -> None:
    client.force_login(administrator)
    response = client.post(
        reverse("accounts:create_person"),
        {
            "first_name": "Néo",
            "last_name": "Nouveau",
            "email": "Neo@Example.org",
            "entity": school.pk,
            "role": Role.objects.get(slug="requester").pk,
            "invites": "on",
        },
        follow=True,
    )
    person = User.objects.get(email="neo@example.org")
    assert "/account/welcome/" in response.content.decode()
    assert person.access.can("tickets.open", school.pk)
    client.logout()
    welcome = reverse("account:welcome", args=[invitations.key_for(person)])
    assert client.get(welcome).status_code == 200
    refused = client.post(welcome, {"password": "short", "again": "short"})
    assert refused.status_code == 422
    accepted = client.post(welcome, {"password": "un long mot de passe 7", "again": "un long mot de passe 7"})
    assert accepted.status_code == 302
    assert "no longer works" in client.get(welcome, headers={"accept-language": "en"}).content.decode()


def test_wrong_person_form_keeps_what_was_typed(client: Client, administrator: User, requester: User) -> None:
    client.force_login(administrator)
    response = client.post(
        reverse("accounts:create_person"), {"first_name": "Kept", "email": requester.email, "entity": 999999}
    )
    assert response.status_code == 422
    text = response.content.decode()
    assert "Kept" in text
    assert "already belongs to someone" in text


def test_token_is_shown_once(client: Client, agent: User) -> None:
    client.force_login(agent)
    response = client.post(reverse("account:create_token"), {"name": "cron", "access": "write", "days": 30})
    token = ApiToken.objects.get(user=agent)
    assert token.scopes == ["write"]
    assert f"{token.prefix}" in response.content.decode()
    assert response.headers["Cache-Control"].startswith("max-age=0")
    page = client.get(reverse("account:tokens")).content.decode()
    assert page.count("vgi_") == 1
    client.post(reverse("account:revoke_token", args=[token.pk]))
    token.refresh_from_db()
    assert token.revoked_at


def test_token_of_another_is_not_there(client: Client, agent: User, colleague: User) -> None:
    token, _secret = actions.create_token(colleague, name="x", by=colleague)
    client.force_login(agent)
    assert client.post(reverse("account:revoke_token", args=[token.pk])).status_code == 404
    assert client.post(reverse("accounts:revoke_token", args=[token.pk])).status_code == 404


def test_members_by_the_page(
    client: Client, administrator: User, agent: User, expert: User, n1: Team
) -> None:
    client.force_login(administrator)
    add = reverse("accounts:add_member", args=[n1.pk])
    client.post(add, {"person": "Emil Expert", "is_lead": "on"})
    assert Membership.objects.get(team=n1, user=expert).is_lead
    assert client.post(add, {"person": "Nobody At All"}).status_code == 422
    client.post(reverse("accounts:change_member", args=[n1.pk, expert.pk]), {"to": "member"})
    assert not Membership.objects.get(team=n1, user=expert).is_lead
    client.post(reverse("accounts:change_member", args=[n1.pk, expert.pk]), {"to": "out"})
    assert not Membership.objects.filter(team=n1, user=expert).exists()
    assert Membership.objects.filter(team=n1, user=agent).exists()


def test_grant_and_revoke_by_the_page(
    client: Client, administrator: User, requester: User, school: Entity
) -> None:
    client.force_login(administrator)
    role = Role.objects.get(slug="technician")
    data = {"person": requester.email, "role": role.pk, "entity": school.pk, "with_descendants": "on"}
    assert client.post(reverse("accounts:create_grant"), data).status_code == 302
    held = Grant.objects.get(user=requester, role=role)
    client.post(reverse("accounts:revoke_grant", args=[held.pk]))
    assert not Grant.objects.filter(pk=held.pk).exists()
    both = client.post(reverse("accounts:create_grant"), {"role": role.pk, "entity": school.pk})
    assert both.status_code == 422


def test_role_by_the_page(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    client.post(reverse("accounts:create_role"), {"name": "Porter", "verbs_tickets": ["tickets.open"]})
    role = Role.objects.get(name="Porter")
    assert role.verbs == ["tickets.open"]
    data = {"name": "Porter", "verbs_tickets": ["tickets.open", "tickets.view"]}
    client.post(reverse("accounts:edit_role", args=[role.pk]), data)
    role.refresh_from_db()
    assert role.verbs == ["tickets.open", "tickets.view"]
    client.post(reverse("accounts:delete_role", args=[role.pk]))
    assert not Role.objects.filter(pk=role.pk).exists()


def test_entity_moves_by_the_page(
    client: Client, administrator: User, library: Entity, hospital: Entity
) -> None:
    client.force_login(administrator)
    data = {"name": "Reading room", "code": library.code, "kind": "site", "parent": hospital.pk}
    assert client.post(reverse("accounts:edit_entity", args=[library.pk]), data).status_code == 302
    library.refresh_from_db()
    assert (library.name, library.parent) == ("Reading room", hospital)


def test_search_offers_only_visible_people(
    client: Client, agent: User, requester: User, outsider: User
) -> None:
    client.force_login(agent)
    address = reverse("accounts:people_search")
    html = client.get(address, {"field": "who", "who": "requ"}).content.decode()
    assert "Rosa Requester &lt;rosa.requester@example.org&gt;" in html
    found = client.get(address, {"q": "o"}, headers={"accept": "application/json"}).json()["results"]
    assert outsider.pk not in {row["id"] for row in found}


def test_deactivated_person_is_signed_out_at_once(client: Client, administrator: User, agent: User) -> None:
    other = Client()
    other.force_login(agent)
    assert other.get(reverse("account:profile")).status_code == 200
    client.force_login(administrator)
    client.post(reverse("accounts:deactivate", args=[agent.pk]))
    assert other.get(reverse("account:profile")).status_code == 302


def test_profile_is_saved_and_bad_zone_refused(client: Client, requester: User) -> None:
    client.force_login(requester)
    data = {
        "first_name": "R",
        "last_name": "Q",
        "language": "fr",
        "timezone": "Europe/Paris",
        "theme": "dark",
    }
    assert client.post(reverse("account:profile"), data).status_code == 302
    requester.refresh_from_db()
    assert (requester.theme, requester.sort_name, requester.uses_keys) == ("dark", "q r", False)
    assert client.post(reverse("account:profile"), data | {"timezone": "Nowhere/Land"}).status_code == 422


def test_people_list_keeps_its_query_count(
    client: Client, agent: User, school: Entity, django_assert_max_num_queries: object
) -> None:
    for number in range(12):
        make_user(f"P{number} Q", entity=make_entity(parent=school))
    client.force_login(agent)
    client.get(reverse("accounts:people"))
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        client.get(reverse("accounts:people"))
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        client.get(reverse("accounts:teams"))
