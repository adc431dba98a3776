"""The auditor's pages and the API: everything is found, nothing is shown to others, nobody writes."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Entity, User
from audit import actions
from audit.actions import Act
from audit.models import AuditCheck, AuditEntry
from tests.contracts.test_queries import at_most

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail(agent: User, requester: User, school: Entity) -> list[AuditEntry]:
    """Seventy entries of the school, one an hour."""
    now = timezone.now()
    return actions.record_many(
        Act(
            action="ticket.moved" if n % 2 else "session.opened", by=agent if n % 3 else requester, target=f"T{n}",
            label=f"INC-{n}", entity=school, data={"word": f"tulip{n}"}, at=now - timedelta(hours=n),
        )
        for n in range(70)
    )  # fmt: skip


def shown(client: Client, query: str = "") -> list[str]:
    page = client.get(f"/audit/?{query}")
    assert page.status_code == 200
    return re.findall(r">(INC-\d+)<", page.content.decode())


def test_pages_by_key_show_each_entry_once_there_and_back(
    trail: list[AuditEntry], administrator: User, client: Client
) -> None:
    client.force_login(administrator)
    query, pages, backwards = "who=example.org", [], ""
    for _page in range(3):
        pages.append(shown(client, query))
        text = html.unescape(client.get(f"/audit/?{query}").content.decode())
        following = re.search(r'rel="next" href="\?([^"]+)"', text)
        before = re.search(r'rel="prev" href="\?([^"]+)"', text)
        backwards = before[1] if before else ""
        query = following[1] if following else ""
    seen = [label for page in pages for label in page]
    assert len(seen) == len(set(seen)) == 70 and not query
    assert shown(client, backwards) == pages[1]


def test_filters(trail: list[AuditEntry], administrator: User, requester: User, client: Client) -> None:
    client.force_login(administrator)
    assert shown(client, "q=tulip7") == ["INC-7"]
    assert shown(client, "q=INC-7") == ["INC-7"]
    assert shown(client, "target=INC-12") == ["INC-12"]
    assert len(shown(client, f"who={requester.email}&action=ticket")) == 12
    assert shown(client, "who=nobody-at-all") == []
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert shown(client, f"after={tomorrow}") == []
    assert len(shown(client, "after=nonsense")) > 0


def test_list_is_six_statements(trail: list[AuditEntry], administrator: User, client: Client) -> None:
    client.force_login(administrator)
    shown(client)
    with at_most(6):
        shown(client, "who=rosa&action=session")


def test_entry_shows_before_and_after(administrator: User, school: Entity, client: Client) -> None:
    client.force_login(administrator)
    actions.record("accounts.entity.changed", target=school, data={"changes": {"name": ["Schol", "School"]}})
    page = client.get(AuditEntry.objects.latest("pk").get_absolute_url()).content.decode()
    assert "Schol" in page and "To be sealed" in page
    actions.seal()
    assert "Sealed" in client.get(AuditEntry.objects.latest("pk").get_absolute_url()).content.decode()


def test_auditor_sees_the_entities_where_the_trail_is_theirs_to_read(
    trail: list[AuditEntry], auditor: User, hospital: Entity, client: Client
) -> None:
    foreign = actions.record("tests.done", target="foreign", label="INC-999", entity=hospital)
    settings = actions.record("tests.done", target="whole", label="INC-998")
    client.force_login(auditor)
    assert {"INC-999", "INC-998"}.isdisjoint(shown(client, "action=tests")) and len(shown(client)) >= 29
    for hidden in (foreign, settings):
        assert client.get(hidden.get_absolute_url()).status_code == 404
    rows = [json.loads(line) for line in client.get("/audit/export/").getvalue().decode().splitlines()]
    assert hospital.pk not in {row["entity"] for row in rows} and len(rows) >= 70


def test_others_get_403(
    trail: list[AuditEntry], agent: User, manager: User, requester: User, client: Client
) -> None:
    for person in (agent, manager, requester):
        client.force_login(person)
        for address in (
            "/audit/",
            f"/audit/{trail[0].pk}/",
            "/audit/verification/",
            "/audit/export/",
            "/api/v1/audit/",
        ):
            assert client.get(address).status_code == 403, address
        assert client.post("/audit/verification/run/").status_code == 403


def test_exports_are_written_down_and_safe_to_open(
    trail: list[AuditEntry], administrator: User, school: Entity, client: Client
) -> None:
    client.force_login(administrator)
    actions.record("tests.done", target="x", label="=1+1", entity=school)
    lines = client.get("/audit/export/?action=ticket").getvalue().decode().splitlines()
    assert len(lines) == 35 and json.loads(lines[0])["action"] == "ticket.moved"
    sheet = client.get("/audit/export/?format=csv").getvalue().decode()
    assert sheet.startswith("id,at,") and ",'=1+1," in sheet
    noted = AuditEntry.objects.filter(action="audit.exported").order_by("pk")
    assert [row.data["format"] for row in noted] == ["jsonl", "csv"]
    assert noted[0].data["filters"] == {"action": "ticket"}


def test_verification_is_asked_for_and_its_result_shown(
    trail: list[AuditEntry], administrator: User, client: Client
) -> None:
    client.force_login(administrator)
    for _time in range(2):
        assert client.post("/audit/verification/run/").status_code == 302
    assert AuditCheck.objects.count() == 1
    assert actions.run_checks() == 1
    assert "The trail is whole" in client.get("/audit/verification/").content.decode()
    assert AuditCheck.objects.get().report["entries"] >= 70


def test_api_reads_filters_and_never_writes(
    trail: list[AuditEntry], administrator: User, client: Client
) -> None:
    client.force_login(administrator)
    page = client.get("/api/v1/audit/?action=ticket&page_size=10").json()
    assert len(page["results"]) == 10 and page["next"]
    assert len(client.get(page["next"]).json()["results"]) == 10
    first = page["results"][0]
    assert client.get(f"/api/v1/audit/{first['id']}/").json()["actor_name"]
    assert len(client.get("/api/v1/audit/export/?action=ticket").getvalue().splitlines()) == 35
    assert client.get("/api/v1/audit/verification/").json()["checks"] == []
    assert client.post("/api/v1/audit/verification/", {}, "application/json").status_code == 201
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)("/api/v1/audit/").status_code == 405
        assert getattr(client, method)(f"/api/v1/audit/{first['id']}/").status_code == 405
