"""Items, relations and set-up over HTTP."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import Entity, User
from services.actions import Edge, relate_many
from services.models import Item, Relation, Service
from tests.contracts.test_queries import at_most
from tests.services.conftest import Make

API = "/api/v1"
# Statements of `force_login`.
SIGNING_IN = 3


@pytest.fixture
def call(client: Client) -> Any:
    """One request as a person: `call(agent, "POST", "/items/", {...})`."""

    def send(who: User, method: str, path: str, body: Any = None, **more: Any) -> Any:
        client.force_login(who)
        return client.generic(method, API + path, _json(body), content_type="application/json", **more)

    return send


def _json(body: Any) -> str:
    return json.dumps(body) if body is not None else ""


def test_item_over_its_life(make: Make, school: Entity, agent: User, requester: User, call: Any) -> None:
    make("PC-0", "portable")
    body = {
        "code": "SRV-1", "name": "Files", "item_type": "serveur", "entity": school.code, "user": requester.email,
        "attributes": {"memory": 64, "ip": "10.0.0.4"},
    }  # fmt: skip
    made = call(agent, "POST", "/items/", body)
    assert made.status_code == 201, made.content
    assert made.json()["item_type"]["code"] == "serveur"
    assert made.json()["attributes"] == {"memory": 64, "ip": "10.0.0.4"}
    changed = call(agent, "PATCH", "/items/srv-1/", {"status": "in_repair", "attributes": {"ip": None}})
    assert (changed.json()["status"], changed.json()["attributes"]) == ("in_repair", {"memory": 64})
    stale = call(agent, "PATCH", "/items/SRV-1/", {"name": "X"}, headers={"If-Match": '"v1"'})
    assert stale.status_code == 412
    wrong = call(agent, "PATCH", "/items/SRV-1/", {"status": "planned"})
    assert wrong.status_code == 422
    wrong = call(agent, "PATCH", "/items/SRV-1/", {"attributes": {"wings": 2, "memory": "much"}})
    assert {"attributes.wings", "attributes.memory"} <= set(str(wrong.json()).replace("'", '"').split('"'))
    assert call(requester, "PATCH", "/items/SRV-1/", {"name": "Mine"}).status_code == 403
    assert call(requester, "GET", "/items/PC-0/").status_code == 404
    listed = call(agent, "GET", "/items/?q=files&fields=code,attributes").json()["results"]
    assert listed == [{"code": "SRV-1", "attributes": {"memory": 64}}]
    with at_most(2 + SIGNING_IN):
        call(agent, "GET", "/items/")


def test_relations_and_walks(make: Make, mail: Service, agent: User, outside_agent: User, call: Any) -> None:
    app, server = make("APP-1", "application"), make("SRV-1")
    body = {"source": {"service": "messagerie"}, "target": {"item": "app-1"}, "relation_type": "depends_on"}
    made = call(agent, "POST", "/relations/", body)
    assert made.status_code == 201, made.content
    relate_many([Edge(app, server, "runs_on")], by=None)
    found = call(agent, "GET", "/items/SRV-1/impact/").json()
    assert [(row["kind"], row["code"], row["through"]) for row in found["results"]] == [
        ("service", "messagerie", ["APP-1"]), ("item", "APP-1", []),
    ]  # fmt: skip
    down = call(agent, "GET", f"/services/{mail.pk}/dependents/?direction=foundations&depth=1").json()
    assert [row["code"] for row in down["results"]] == ["APP-1"]
    circle = {"source": {"item": "SRV-1"}, "target": {"service": mail.pk}, "relation_type": "depends_on"}
    assert call(agent, "POST", "/relations/", circle).status_code == 422
    ends: tuple[Any, ...] = (
        None,
        [],
        {},
        {"item": 4},
        {"item": "a\x00"},
        {"wing": "x"},
        {"service": True},
        {"item": "A", "service": 1},
    )
    for end in ends:
        assert call(agent, "POST", "/relations/", {**body, "target": end}).status_code == 422, end
    listed = call(agent, "GET", "/relations/?item=app-1").json()["results"]
    assert len(listed) == 2
    assert call(outside_agent, "GET", "/relations/").json()["results"] == []
    assert call(agent, "DELETE", f"/relations/{made.json()['id']}/").status_code == 204
    assert Relation.objects.count() == 1


def test_set_up_over_http(make: Make, school: Entity, manager: User, agent: User, call: Any) -> None:
    made = call(
        manager, "POST", "/item-types/", {"code": "onduleur", "name_fr": "Onduleur", "parent": "serveur"}
    )
    assert made.status_code == 201, made.content
    own = {
        "item_type": "onduleur",
        "code": "power",
        "label_fr": "Puissance",
        "attribute_type": "number",
        "unit": "VA",
    }
    attribute = call(manager, "POST", "/item-attributes/", own)
    assert attribute.status_code == 201, attribute.content
    key = attribute.json()["id"]
    item = {"code": "UPS-1", "name": "UPS", "item_type": "onduleur", "entity": school.pk}
    assert (
        call(agent, "POST", "/items/", {**item, "attributes": {"power": 1500, "memory": 1}}).status_code
        == 201
    )
    refused = call(manager, "PATCH", f"/item-attributes/{key}/", {"attribute_type": "text"})
    assert refused.status_code == 422
    assert "1" in refused.content.decode()
    assert call(manager, "DELETE", f"/item-attributes/{key}/").status_code == 422
    call(agent, "PATCH", "/items/UPS-1/", {"attributes": {"power": None}})
    assert call(manager, "DELETE", f"/item-attributes/{key}/").status_code == 204
    place = call(manager, "POST", "/places/", {"name": "Annex", "entity": school.code})
    assert place.json()["full_name"] == "Annex"
    room = call(
        manager, "POST", "/places/", {"name": "R1", "entity": school.code, "parent": place.json()["id"]}
    )
    assert room.json()["full_name"] == "Annex › R1"
    assert call(manager, "POST", "/suppliers/", {"name": "Printers"}).status_code == 201
    assert call(agent, "POST", "/suppliers/", {"name": "Other"}).status_code == 403
    assert len(call(agent, "GET", "/item-types/").json()["results"]) == 14
    assert Item.objects.get(code="UPS-1").attributes == {"memory": 1}
