"""The pages of items, and of what they are set up with."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Entity, User
from audit.models import AuditEntry
from services.actions import Edge, relate_many
from services.models import Attribute, Item, ItemImport, ItemType, Place, Relation, Service
from tests.contracts.test_queries import at_most
from tests.services.conftest import Make
from tickets.actions import open_ticket

As = Callable[[User], Client]


@pytest.fixture
def signed_in(client: Client) -> As:
    def sign_in(user: User) -> Client:
        client.force_login(user)
        return client

    return sign_in


def said(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.content.decode()[:500]
    return response.content.decode()


@pytest.fixture
def park(make: Make, mail: Service, words: None, requester: User) -> list[Item]:
    """A server with machines on it, and laptops on a switch."""
    server, switch = make("SRV-1", memory=64), make("SW-1", "commutateur")
    machines = [make(f"VM-{number}", "machine-virtuelle") for number in range(3)]
    laptops = [make(f"PC-{number}", "portable", user=requester) for number in range(6)]
    edges = [Edge(machine, server, "runs_on") for machine in machines]
    edges += [Edge(laptop, switch, "connected_to") for laptop in laptops]
    edges += [Edge(mail, machines[0], "depends_on"), Edge(server, switch, "connected_to")]
    relate_many(edges, by=None)
    return [server, switch, *machines, *laptops]


def test_list_is_found_narrowed_and_costs_six_statements(
    park: list[Item], agent: User, signed_in: As
) -> None:
    client = signed_in(agent)
    assert "SRV-1" in said(client, "/items/")
    kind = ItemType.objects.get(slug="serveur").pk
    page = said(client, f"/items/?item_type={kind}&q=srv")
    assert "SRV-1" in page and "PC-1" not in page
    with at_most(6):
        client.get("/items/")
    with at_most(6):
        client.get("/items/?q=srv&status=in_use")
    assert "PC-2" in said(client, "/items/?user=rosa.requester@example.org")


def test_requester_sees_what_is_theirs_and_no_more(
    park: list[Item], requester: User, outsider: User, signed_in: As
) -> None:
    client = signed_in(requester)
    assert "SRV-1" not in said(client, "/items/")
    page = said(client, "/items/pc-1/")
    assert "PC-1" in page and "Switch" not in page
    said(client, "/items/SRV-1/", 404)
    said(client, "/items/PC-1/graph/", 403)
    said(client, "/items/PC-1/edit/", 403)
    said(signed_in(outsider), "/items/PC-1/", 404)


def test_item_page_says_what_breaks_and_what_happened(park: list[Item], agent: User, signed_in: As) -> None:
    client = signed_in(agent)
    page = said(client, "/items/SRV-1/")
    for words in ("Messagerie", "VM-0", "Connected to", "64"):
        assert words in page
    assert agent.access
    with at_most(22):
        client.get("/items/SRV-1/")


def test_item_is_made_and_changed_by_form(
    types: dict[str, ItemType], school: Entity, room: Place, agent: User, requester: User, signed_in: As
) -> None:
    client = signed_in(agent)
    assert "serveur" in said(client, "/items/new/")
    said(client, "/items/new/serveur/")
    data: dict[str, Any] = {
        "code": "SRV-7", "name": "Files", "entity": school.pk, "status": "in_use", "place": room.pk,
        "user": requester.email, "attributes.memory": "64", "attributes.ip": "10.0.0.300",
    }  # fmt: skip
    wrong = client.post("/items/new/serveur/", data)
    assert wrong.status_code == 422
    assert "attributes.ip" in wrong.context["form"].errors
    assert client.post("/items/new/serveur/", {**data, "attributes.ip": "10.0.0.3"}).status_code == 302
    item = Item.objects.get(code="SRV-7")
    assert (item.user, item.place, item.attributes) == (requester, room, {"memory": 64, "ip": "10.0.0.3"})
    edit = {**data, "attributes.ip": "", "attributes.memory": "128", "status": "in_repair", "version": 1}
    assert client.post("/items/SRV-7/edit/", edit).status_code == 302
    item.refresh_from_db()
    assert (item.attributes, item.status) == ({"memory": 128}, "in_repair")
    assert client.post("/items/SRV-7/edit/", edit).status_code == 409
    assert client.post("/items/SRV-7/retire/").status_code == 302
    item.refresh_from_db()
    assert item.is_gone


def test_relation_is_added_and_removed_by_form(park: list[Item], agent: User, signed_in: As) -> None:
    client = signed_in(agent)
    said(client, "/items/SRV-1/relations/new/")
    sent = client.post("/items/SRV-1/relations/new/", {"relation": "-backs_up", "other": "vm-1"})
    assert sent.status_code == 302
    made = Relation.objects.get(relation_type="backs_up")
    assert (made.source.thing.code, made.target.thing.code) == ("VM-1", "SRV-1")
    circle = client.post("/items/SRV-1/relations/new/", {"relation": "depends_on", "other": "Messagerie"})
    assert circle.status_code == 422
    assert "circle" in circle.content.decode()
    unknown = client.post("/items/SRV-1/relations/new/", {"relation": "uses", "other": "nothing"})
    assert "other" in unknown.context["form"].errors
    gone = client.post(f"/relations/{made.pk}/remove/", {"node": made.target_id})
    assert gone["Location"] == "/items/SRV-1/"
    assert not Relation.objects.filter(pk=made.pk).exists()


def test_graph_is_drawn_told_in_words_and_downloaded(
    park: list[Item], mail: Service, agent: User, signed_in: As
) -> None:
    client = signed_in(agent)
    page = said(client, "/items/SW-1/graph/?depth=4")
    assert "<svg" in page and "Messagerie" in page
    assert "6 × Laptop" in page and "PC-5" in page
    assert " style=" not in page
    assert "<svg" in said(client, f"/services/{mail.pk}/graph/?depth=zero")
    assert client.get(f"/services/graph/?service={mail.pk}")["Location"] == f"/services/{mail.pk}/graph/"
    file = client.get("/items/SW-1/graph/?svg=1")
    assert file["Content-Type"] == "image/svg+xml"
    assert "attachment" in file["Content-Disposition"]
    with at_most(14):
        client.get("/items/SW-1/graph/?depth=4")


def test_service_page_says_whom_and_what_it_touches(
    park: list[Item], mail: Service, agent: User, requester: User, signed_in: As
) -> None:
    open_ticket("incident", by=requester, title="No mail today", service=mail)
    client = signed_in(agent)
    page = said(client, f"/services/{mail.pk}/")
    for words in ("VM-0", "SRV-1", "SW-1", "No mail today", "related: needed by", "people"):
        assert words in page, words
    with at_most(24):
        client.get(f"/services/{mail.pk}/")
    assert "SRV-1" not in said(signed_in(requester), f"/services/{mail.pk}/")


def test_labels_carry_the_address_of_the_report(
    park: list[Item], agent: User, settings: Any, signed_in: As
) -> None:
    settings.PUBLIC_URL = "https://help.example.org"
    client = signed_in(agent)
    page = said(client, "/items/labels/?code=SRV-1&code=PC-1")
    assert page.count('class="label-code"') == 2
    assert "https://help.example.org/report/SRV-1/" in page
    said(client, "/items/labels/?code=NONE", 404)
    assert said(client, "/items/labels/?q=vm").count('class="label-code"') == 3


def test_codes_are_completed_from_what_one_may_see(
    park: list[Item], agent: User, requester: User, signed_in: As
) -> None:
    page = said(signed_in(agent), "/items/search/?field=items&items=PC-1,%20srv")
    assert 'value="PC-1, SRV-1"' in page
    assert "Messagerie" in said(signed_in(agent), "/items/search/?field=other&of=things&other=messag")
    assert "SRV-1" not in said(signed_in(requester), "/items/search/?field=items&items=srv")


def test_import_by_page_is_looked_through_then_started(
    types: dict[str, ItemType], school: Entity, agent: User, lead: User, signed_in: As
) -> None:
    client = signed_in(agent)
    said(client, "/items/import/")
    text = f"code;name;type;entity\nA-1;One;serveur;{school.code}\nA-2;;wing;\n"
    sent = client.post("/items/import/", {"file": SimpleUploadedFile("park.csv", text.encode())})
    row = ItemImport.objects.get()
    assert sent["Location"] == f"/items/imports/{row.pk}/"
    page = said(client, sent["Location"])
    assert "park.csv" in page and "wing" in page
    assert client.post(f"/items/imports/{row.pk}/start/").status_code == 302
    row.refresh_from_db()
    assert row.status == "waiting"
    assert 'hx-trigger="every 2s"' in said(client, f"/items/imports/{row.pk}/")
    assert "park.csv" in said(client, "/items/imports/")
    said(signed_in(lead), f"/items/imports/{row.pk}/", 404)
    bad = signed_in(agent).post("/items/import/", {"file": SimpleUploadedFile("x.csv", b"PK\x03")})
    assert bad.status_code == 422


def test_export_holds_what_the_list_shows_and_is_in_the_trail(
    park: list[Item], agent: User, requester: User, signed_in: As
) -> None:
    client = signed_in(agent)
    response = client.get("/items/export/?q=srv")
    text = response.getvalue().decode()
    assert "SRV-1" in text and "PC-1" not in text
    assert AuditEntry.objects.filter(action="services.item.exported").exists()
    assert signed_in(requester).get("/items/export/").status_code == 403


def test_types_attributes_places_and_suppliers_are_set_up_by_form(
    types: dict[str, ItemType], school: Entity, manager: User, agent: User, make: Make, signed_in: As
) -> None:
    client = signed_in(manager)
    for page in ("item-types", "places", "suppliers"):
        said(client, f"/manage/{page}/")
        said(client, f"/manage/{page}/new/")
    made = client.post(
        "/manage/item-types/new/",
        {"name_fr": "Onduleur", "slug": "onduleur", "position": 1, "is_active": "on"},
    )
    assert made["Location"] == "/manage/item-types/onduleur/"
    given = {"label_fr": "Format", "slug": "shape", "attribute_type": "choice", "position": 1}
    assert client.post("/manage/item-types/onduleur/attributes/", given).status_code == 422
    assert (
        client.post("/manage/item-types/onduleur/attributes/", {**given, "options": "A\nB\n\nA"}).status_code
        == 302
    )
    attribute = Attribute.objects.get(slug="shape")
    assert attribute.options == ["A", "B"]
    said(client, f"/manage/attributes/{attribute.pk}/")
    make("UPS-1", "onduleur" if "onduleur" in types else "serveur", memory=1)
    memory = Attribute.objects.get(item_type__slug="serveur", slug="memory")
    edit = {"label_fr": "Mémoire", "slug": "memory", "attribute_type": "text", "position": 1}
    assert client.post(f"/manage/attributes/{memory.pk}/", edit).status_code == 422
    assert client.post(f"/manage/attributes/{attribute.pk}/remove/").status_code == 302
    assert not Attribute.objects.filter(pk=attribute.pk).exists()
    sent = {"name": "Annex", "entity": school.pk, "is_active": "on"}
    assert client.post("/manage/places/new/", sent).status_code == 302
    assert (
        client.post("/manage/suppliers/new/", {"name": "Printers Ltd", "is_active": "on"}).status_code == 302
    )
    assert signed_in(agent).get("/manage/item-types/").status_code == 403
