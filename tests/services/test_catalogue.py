"""Services, their support teams and categories: rules, pages, API."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.models import Entity, Team, User
from calendars.actions import install_calendars
from calendars.models import Calendar
from core.choices import Criticality, Kind, Level
from core.exceptions import Refused, StaleVersion
from services.actions import (
    create_category,
    create_service,
    edit_category,
    edit_service,
    install_categories,
    retire_service,
)
from services.models import Category, Service, ServiceStatus
from services.support import next_team, schedule_of, support_team


@pytest.fixture
def mail(school: Entity, manager: User, n1: Team, n3: Team) -> Service:
    return create_service(
        name="Messagerie",
        entity=school,
        by=manager,
        support={Level.N1: n1, Level.N3: n3},
        criticality=Criticality.VITAL,
    )


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


def test_service_gets_a_code_of_its_own(school: Entity, manager: User, mail: Service) -> None:
    assert mail.code == "messagerie"
    assert create_service(name="Messagerie", entity=school, by=manager).code == "messagerie-2"


def test_requester_and_those_of_entities_below_see_the_service_and_the_outsider_does_not(
    mail: Service, requester: User, library_requester: User, outsider: User
) -> None:
    assert mail in Service.objects.visible_to(requester)
    assert mail in Service.objects.visible_to(library_requester)
    assert mail not in Service.objects.visible_to(outsider)


def test_support_goes_to_the_team_of_the_level_and_passes_on_to_the_nearest_above(
    mail: Service, n1: Team, n3: Team
) -> None:
    assert support_team(mail, Level.N1) == n1
    assert support_team(mail, Level.N2) is None
    assert next_team(mail, Level.N1) == n3
    assert next_team(mail, Level.N3) is None


def test_team_of_another_level_is_refused(mail: Service, manager: User, n2: Team) -> None:
    with pytest.raises(Refused) as refused:
        edit_service(mail, {}, support={Level.N3: n2}, by=manager)
    assert list(refused.value.errors) == ["n3"]


def test_technician_may_not_change_services(mail: Service, agent: User, school: Entity) -> None:
    with pytest.raises(PermissionDenied):
        edit_service(mail, {"name": "Mail"}, by=agent)
    with pytest.raises(PermissionDenied):
        create_service(name="Print", entity=school, by=agent)


def test_service_is_not_moved_into_an_entity_one_does_not_manage(
    mail: Service, manager: User, hospital: Entity
) -> None:
    with pytest.raises(PermissionDenied):
        edit_service(mail, {"entity": hospital}, by=manager)


def test_older_version_does_not_overwrite(mail: Service, manager: User) -> None:
    edit_service(mail, {"name": "Courrier"}, by=manager, version=mail.version)
    with pytest.raises(StaleVersion):
        edit_service(mail, {"name": "Mail"}, by=manager, version=mail.version)


def test_retired_service_stays_but_is_retired(mail: Service, manager: User) -> None:
    assert retire_service(mail, by=manager).status == ServiceStatus.RETIRED


def test_schedule_of_a_service_without_calendar_is_the_usual_one(mail: Service) -> None:
    assert schedule_of(mail) == schedule_of(None)
    install_calendars()
    assert schedule_of(mail) == Calendar.objects.get(slug="heures-ouvrees").schedule


def test_categories_of_the_pack_are_installed_once_and_never_over_edits(
    db: None, administrator: User
) -> None:
    install_categories()
    count = Category.objects.count()
    assert count > 30
    wifi = Category.objects.get(slug="wifi")
    edit_category(wifi, {"name": "Réseau sans fil"}, by=administrator)
    install_categories()
    assert Category.objects.count() == count
    assert Category.objects.get(slug="wifi").name == "Réseau sans fil"


def test_category_cannot_belong_to_itself_nor_go_too_deep(administrator: User) -> None:
    top = create_category(name="Top", by=administrator)
    middle = create_category(name="Middle", parent=top, by=administrator)
    low = create_category(name="Low", parent=middle, by=administrator)
    for category, parent in ((top, low), (top, top)):
        with pytest.raises(Refused) as refused:
            edit_category(category, {"parent": parent}, by=administrator)
        assert list(refused.value.errors) == ["parent"]
    with pytest.raises(Refused):
        create_category(name="Too low", parent=low, by=administrator)


def test_categories_offered_for_a_kind(db: None) -> None:
    install_categories()
    offered = set(Category.objects.offered(Kind.INCIDENT).values_list("slug", flat=True))
    assert "wifi" in offered
    assert "arrivee" not in offered


def test_catalogue_and_service_page(
    mail: Service, requester: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(requester)
    assert "Messagerie" in client.get("/services/").content.decode()
    page = client.get(f"/services/{mail.pk}/").content.decode()
    assert "Service desk" in page
    assert client.get("/manage/services/").status_code == 403
    assert client.get(f"/manage/services/{mail.pk}/").status_code == 403


def test_outsider_finds_no_service_page(
    mail: Service, outsider: User, signed_in: Callable[[User], Client]
) -> None:
    assert signed_in(outsider).get(f"/services/{mail.pk}/").status_code == 404


def test_manager_creates_and_edits_by_form(
    school: Entity, manager: User, n1: Team, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(manager)
    data = {
        "name": "Impression",
        "entity": school.pk,
        "criticality": 2,
        "status": "live",
        "owner": manager.email,
        "n1": n1.pk,
    }
    assert client.get("/manage/services/new/").status_code == 200
    assert client.post("/manage/services/new/", data).status_code == 302
    service = Service.objects.get(name="Impression")
    assert (service.owner, support_team(service, Level.N1)) == (manager, n1)
    assert client.get(f"/manage/services/{service.pk}/").status_code == 200
    edit = {**data, "name": "Imprimantes", "version": service.version}
    assert client.post(f"/manage/services/{service.pk}/", edit).status_code == 302
    assert client.post(f"/manage/services/{service.pk}/", edit).status_code == 409
    assert client.get("/manage/services/").status_code == 200
    assert client.post(f"/manage/services/{service.pk}/retire/").status_code == 302


def test_form_names_what_is_wrong_and_keeps_what_was_typed(
    school: Entity, manager: User, signed_in: Callable[[User], Client]
) -> None:
    data = {
        "name": "",
        "entity": school.pk,
        "criticality": 9,
        "status": "live",
        "owner": "nobody@nowhere.example",
    }
    response = signed_in(manager).post("/manage/services/new/", data)
    assert response.status_code == 422
    assert {"name", "criticality", "owner"} <= set(response.context["form"].errors)
    assert "nobody@nowhere.example" in response.content.decode()


def test_manager_keeps_categories(administrator: User, signed_in: Callable[[User], Client]) -> None:
    client = signed_in(administrator)
    assert client.get("/manage/categories/").status_code == 200
    assert client.post("/manage/categories/new/", {"name": "Robots", "is_active": "on"}).status_code == 302
    robots = Category.objects.get(name="Robots")
    assert client.get(f"/manage/categories/{robots.pk}/").status_code == 200
    response = client.post(f"/manage/categories/{robots.pk}/", {"name": "Robots", "is_active": ""})
    assert response.status_code == 302
    robots.refresh_from_db()
    assert not robots.is_active


def test_services_over_the_api(
    school: Entity,
    manager: User,
    requester: User,
    n1: Team,
    mail: Service,
    signed_in: Callable[[User], Client],
) -> None:
    client = signed_in(manager)
    body = {"name": "Téléphonie", "entity": school.code, "n1": n1.name, "owner": manager.email}
    made = client.post("/api/v1/services/", body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert made.json()["support"] == [{"level": "n1", "team": {"id": n1.pk, "name": n1.name}}]
    address = f"/api/v1/services/{made.json()['id']}/"
    changed = client.patch(address, {"criticality": 4}, content_type="application/json")
    assert (changed.status_code, changed.json()["criticality"]) == (200, 4)
    stale = client.patch(
        address, {"criticality": 1}, content_type="application/json", headers={"If-Match": '"v1"'}
    )
    assert stale.status_code == 412
    found = client.get("/api/v1/services/?q=telephonie").json()["results"]
    assert [row["name"] for row in found] == ["Téléphonie"]
    client.force_login(requester)
    assert client.get(address).status_code == 200
    assert client.patch(address, {"criticality": 1}, content_type="application/json").status_code == 403
    assert client.get("/api/v1/categories/").status_code == 200
