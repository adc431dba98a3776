"""Items on tickets: named by code, told in the timeline, found by them, and two at once."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils.translation import override

from accounts.models import Entity, User
from core.exceptions import Refused
from services.actions import create_item, install_item_types, relate
from services.models import Item, ItemType, Service
from tests.tickets.together import failures, together
from tickets.actions import open_ticket, set_items
from tickets.choices import ItemRole, Verb
from tickets.models import Ticket, TicketItem
from tickets.timeline import entries


def made(code: str, entity: Entity, **values: Any) -> Item:
    kind = ItemType.objects.get(slug="serveur")
    return create_item(code=code, name=f"Item {code}", item_type=kind, entity=entity, by=None, **values)


@pytest.fixture
def server(db: None, school: Entity) -> Item:
    install_item_types()
    return made("SRV-1", school)


@pytest.fixture
def other(server: Item, school: Entity) -> Item:
    return made("SRV-2", school)


@pytest.fixture
def far(server: Item, hospital: Entity) -> Item:
    return made("FAR-1", hospital)


def codes(ticket: Ticket) -> list[str]:
    return list(TicketItem.objects.filter(ticket=ticket).order_by("pk").values_list("item__code", flat=True))


def test_items_are_set_with_their_role_and_told(
    incident: Ticket, agent: User, server: Item, other: Item
) -> None:
    set_items(incident, [server, (other, ItemRole.CAUSE)], by=agent)
    row = set_items(incident, [other], by=agent)
    assert codes(incident) == ["SRV-2"]
    assert TicketItem.objects.get(ticket=incident).role == ItemRole.CAUSE
    assert row.version == incident.version + 2
    again = set_items(incident, [other], by=agent)
    assert again.version == row.version
    with override("en"):
        told = [line.sentence for line in entries(incident, agent) if line.event.verb == Verb.ITEMS]
    assert told[0].startswith("added the items SRV-1, SRV-2; said what")
    assert told[1] == "removed the items SRV-1"


def test_who_may_not_work_on_the_ticket_names_no_items(
    incident: Ticket, requester: User, auditor: User, server: Item
) -> None:
    for person in (requester, auditor):
        with pytest.raises(PermissionDenied):
            set_items(incident, [server], by=person)


def test_item_of_elsewhere_is_as_unknown_as_none_but_stays_where_it_is(
    incident: Ticket, agent: User, far: Item, server: Item
) -> None:
    with pytest.raises(Refused) as refused:
        set_items(incident, [far], by=agent)
    assert list(refused.value.errors) == ["items"]
    TicketItem.objects.create(ticket=incident, item=far)
    set_items(incident, [far, server], by=agent)
    assert codes(incident) == ["FAR-1", "SRV-1"]


def test_too_many_items_and_unknown_roles_are_refused(incident: Ticket, agent: User, server: Item) -> None:
    with pytest.raises(Refused):
        set_items(incident, [(server, "wings")], by=agent)
    many = [Item(pk=number) for number in range(1, 103)]
    with pytest.raises(Refused):
        set_items(incident, many, by=agent)


def test_requester_reports_what_stands_before_them(
    requester: User, outsider: User, server: Item, words: None
) -> None:
    ticket = open_ticket("incident", by=requester, title="It hums", items=[server])
    assert codes(ticket) == ["SRV-1"]
    with pytest.raises(Refused):
        open_ticket("incident", by=outsider, title="It hums", items=[server])


def test_writers_at_once_lose_nothing_that_was_told(
    incident: Ticket, agent: User, school: Entity, server: Item, transactional_db: None
) -> None:
    items = [server, *(made(f"X-{number}", school) for number in range(7))]
    jobs = [lambda item=item: set_items(incident, [item], by=User.objects.get(pk=agent.pk)) for item in items]
    assert not failures(together(jobs))
    present: set[str] = set()
    for event in incident.events.filter(verb=Verb.ITEMS).order_by("id"):
        present = (present | set(event.data.get("added", []))) - set(event.data.get("removed", []))
    assert present == set(codes(incident))
    assert len(present) == 1


def test_page_form_and_list_know_items(
    incident: Ticket, agent: User, server: Item, other: Item, far: Item, mail_service: Service, client: Client
) -> None:
    relate(mail_service, server, "depends_on", by=None)
    client.force_login(agent)
    address = incident.get_absolute_url()
    form = client.get(f"{address}edit/").context["form"]
    data = {name: form[name].value() for name in ("title", "entity", "service", "urgency", "impact")}
    data |= {"requester": incident.requester.email, "items": "srv-1; SRV-2", "version": incident.version}
    bad = client.post(f"{address}edit/", {**data, "items": "srv-1, FAR-1, none"})
    assert bad.status_code == 422
    assert "FAR-1, NONE" in bad.content.decode()
    assert client.post(f"{address}edit/", data).status_code == 302
    assert codes(incident) == ["SRV-1", "SRV-2"]
    assert 'value="SRV-1, SRV-2"' in client.get(f"{address}edit/").content.decode()
    panels = client.get(f"{address}panels/").content.decode()
    assert "Item SRV-1" in panels
    assert mail_service.name in panels
    assert incident.title in client.get("/queue/?view=all&item=srv-1").content.decode()
    assert incident.title not in client.get("/queue/?view=all&item=none").content.decode()
    assert incident.title in client.get("/items/SRV-1/").content.decode()


def test_items_over_the_api(
    incident: Ticket, agent: User, requester: User, server: Item, far: Item, client: Client
) -> None:
    client.force_login(agent)
    address = f"/api/v1/tickets/{incident.reference}/"
    json = "application/json"
    sent = client.patch(address, {"items": ["srv-1"]}, content_type=json)
    assert sent.json()["items"] == [{"code": "SRV-1", "name": "Item SRV-1", "role": "affected"}]
    sent = client.patch(
        address, {"items": [{"code": "SRV-1", "role": "cause"}], "urgency": 5}, content_type=json
    )
    assert (sent.json()["items"][0]["role"], sent.json()["urgency"]) == ("cause", 5)
    for wrong in (
        "SRV-1",
        [4],
        [""],
        ["none"],
        ["FAR-1"],
        [{"role": "cause"}],
        [{"code": "SRV-1", "role": "x"}],
        ["x"] * 101,
    ):
        assert client.patch(address, {"items": wrong}, content_type=json).status_code == 422, wrong
    made_there = client.post("/api/v1/incidents/", {"title": "T", "items": ["SRV-1"]}, content_type=json)
    assert made_there.status_code == 201
    assert [row["code"] for row in made_there.json()["items"]] == ["SRV-1"]
    assert len(client.get("/api/v1/tickets/?item=SRV-1").json()["results"]) == 2
    client.force_login(requester)
    assert client.get(address).json()["items"] == []


def test_label_leads_to_a_report_on_the_item_and_its_service(
    server: Item, far: Item, mail_service: Service, requester: User, agent: User, client: Client
) -> None:
    relate(mail_service, server, "depends_on", by=None)
    asked = client.get("/report/srv-1/")
    assert asked["Location"].startswith("/accounts/login/")
    client.force_login(requester)
    assert client.get("/report/FAR-1/").status_code == 404
    page = client.get("/report/srv-1/", follow=True)
    form = page.context["form"]
    assert (form["items"].value(), str(form["service"].value())) == ("SRV-1", str(mail_service.pk))
    assert "Item SRV-1" in page.content.decode()
    sent = client.post(
        "/portal/report/",
        {"title": "It hums", "items": "SRV-1", "service": mail_service.pk, "urgency": 3, "impact": 2},
    )
    assert sent.status_code == 302
    assert codes(Ticket.objects.latest("pk")) == ["SRV-1"]
    assert "items" not in client.get("/portal/report/").context["form"].fields
