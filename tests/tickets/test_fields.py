"""Custom fields: who is asked what, what is stored, who reads it, and what the set-up may no longer change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from core.exceptions import Refused, StaleVersion
from services.models import Category, Service
from tests.contracts.test_queries import at_most
from tickets.actions import edit, open_ticket
from tickets.actions.fields import save_field
from tickets.fields import fields_for, shown_values
from tickets.kinds import registry
from tickets.models import CustomField, FieldValues, Ticket
from tickets.models.fields import held
from tickets.timeline import entries

LEVELS = [{"value": "low", "fr": "Bas", "en": "Low"}, {"value": "high", "fr": "Haut", "en": "High"}]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """The words of the tests."""
    with translation.override("en"):
        yield


@pytest.fixture
def make(administrator: User) -> Any:
    """Make a field by the act of an administrator."""

    def made(slug: str, field_type: str = "text", **values: Any) -> CustomField:
        given = {"slug": slug, "label_fr": f"{slug} fr", "label_en": slug.title(), "field_type": field_type}
        return save_field(CustomField(), {**given, **values}, by=administrator)

    return made


GOOD: list[tuple[str, Any, Any]] = [
    ("text", " Room 12 ", "Room 12"),
    ("long", "a\nb", "a\nb"),
    ("number", "12.50", 12.5),
    ("number", 3, 3),
    ("integer", "7", 7),
    ("boolean", "false", False),
    ("boolean", True, True),
    ("date", "2026-12-31", "2026-12-31"),
    ("datetime", "2026-12-31T14:30:00+01:00", "2026-12-31T13:30:00+00:00"),
    ("choice", "low", "low"),
    ("choices", ["high", "low"], ["low", "high"]),
    ("url", "https://example.org/x", "https://example.org/x"),
]
BAD: list[tuple[str, Any]] = [
    ("text", "x" * 501), ("text", 5), ("text", "a\x00b"), ("number", "much"), ("number", "NaN"), ("number", True),
    ("number", "1e99"), ("integer", 1.5), ("boolean", "perhaps"), ("date", "2026-02-30"), ("date", "31/12/2026"),
    ("datetime", "2026-12-31T14:30:00"), ("datetime", "9999-12-31T23:59:59-23:00"), ("choice", "middle"),
    ("choice", ["low"]), ("choices", ["low", "middle"]), ("choices", [{}]), ("url", "javascript:alert(1)"),
    ("person", "nobody@example.org"), ("person", True), ("person", "9" * 30), ("text", {"a": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("field_type", "given", "stored"), GOOD)
def test_value_is_stored_in_its_type(
    make: Any, incident: Ticket, agent: User, field_type: str, given: Any, stored: Any
) -> None:
    make("thing", field_type, options=LEVELS if field_type.startswith("choice") else [])
    edit(incident, {"fields": {"thing": given}}, by=agent)
    value = FieldValues.objects.get(ticket=incident).data["thing"]
    assert value == stored and type(value) is type(stored)


@pytest.mark.parametrize(("field_type", "given"), BAD)
def test_wrong_value_is_refused_by_name(
    make: Any, incident: Ticket, agent: User, field_type: str, given: Any
) -> None:
    make("thing", field_type, options=LEVELS if field_type.startswith("choice") else [])
    with pytest.raises(Refused) as refused:
        edit(incident, {"fields": {"thing": given}}, by=agent)
    assert list(refused.value.errors) == ["fields.thing"]
    assert not FieldValues.objects.exists()


def test_field_belongs_to_kind_category_and_service(make: Any, mail_service: Service) -> None:
    category = Category.objects.create(name="Paper", slug="paper")
    make("everywhere")
    make("incidents", kinds=["incident"])
    make("others", kinds=["request"])
    make("paper", category=category)
    make("mail", service=mail_service)
    make("asked", only_in_forms=True)
    make("gone", is_active=False)
    slugs = [field.slug for field in fields_for("incident", category, mail_service)]
    assert slugs == ["everywhere", "incidents", "paper", "mail"]
    assert [field.slug for field in fields_for("incident")] == ["everywhere", "incidents"]


@pytest.mark.parametrize("kind", registry.slugs)
def test_every_kind_has_them(make: Any, lead: User, kind: str, client: Client) -> None:
    make("room", is_required=True)
    make("elsewhere", kinds=[other for other in registry.slugs if other != kind])
    with pytest.raises(Refused, match="required"):
        open_ticket(kind, by=lead, title="Cold", fields={})
    ticket = open_ticket(kind, by=lead, title="Cold", fields={"room": "B12"})
    client.force_login(lead)
    page = client.get(f"/tickets/{ticket.reference}/edit/").content.decode()
    assert 'name="fields.room"' in page and "fields.elsewhere" not in page
    assert client.get(f"/api/v1/tickets/{ticket.reference}/").json()["fields"] == {"room": "B12"}


def test_opening_and_editing_tell_the_change_in_words(make: Any, requester: User, agent: User) -> None:
    make("room", is_public=True)
    make("owner", "person")
    ticket = open_ticket("incident", by=requester, title="Cold", fields={"room": "B12"})
    edit(ticket, {"fields": {"room": "B13", "owner": agent.email}}, by=agent)
    event = ticket.events.get(verb="edited")
    assert event.data["changes"] == {"fields.room": ["B12", "B13"], "fields.owner": [None, agent.pk]}
    last = entries(Ticket.objects.get(pk=ticket.pk), agent)[-1]
    assert [(change.label, change.after) for change in last.changes] == [
        ("Room", "B13"),
        ("Owner", agent.name),
    ]
    assert ticket.events.get(verb="opened").data["changes"] == {"fields.room": [None, "B12"]}


def test_requester_reads_and_writes_public_fields_only(make: Any, requester: User, incident: Ticket) -> None:
    make("room", is_public=True)
    make("suspicion")
    with pytest.raises(Refused) as refused:
        open_ticket("incident", by=requester, title="Cold", fields={"suspicion": "Him"})
    assert list(refused.value.errors) == ["fields.suspicion"]
    FieldValues.objects.create(ticket=incident, data={"room": "B12", "suspicion": "Him"})
    fresh = Ticket.objects.get(pk=incident.pk)
    assert shown_values(fresh, requester) == [("Room", "B12")]


def test_what_is_required_is_asked_of_who_fills_it_in(
    make: Any, requester: User, agent: User, n1: Any
) -> None:
    make("room", is_required=True, is_public=True)
    make("rack", is_required=True)
    with pytest.raises(Refused) as refused:
        open_ticket("incident", by=requester, title="Cold", fields={})
    assert list(refused.value.errors) == ["fields.room"]
    open_ticket("incident", by=requester, title="Cold", fields={"room": "B12"})
    open_ticket("incident", by=requester, title="From a mail, where nobody was asked")
    with pytest.raises(Refused) as refused:
        open_ticket("incident", by=agent, requester=requester, title="Cold", fields={"room": "B1"})
    assert list(refused.value.errors) == ["fields.rack"]


def test_fields_of_a_form_are_asked_besides(make: Any, requester: User) -> None:
    size = make("size", only_in_forms=True)
    ticket = open_ticket("incident", by=requester, title="Coat", fields={"size": "M"}, asked_fields=[size])
    assert held(ticket) == {"size": "M"}
    with pytest.raises(Refused):
        open_ticket("incident", by=requester, title="Coat", fields={"size": "M"})


def test_type_code_and_choices_in_use_stay(
    make: Any, incident: Ticket, agent: User, administrator: User
) -> None:
    field = make("level", "choice", options=LEVELS)
    edit(incident, {"fields": {"level": "low"}}, by=agent)
    for values, name in (
        ({"field_type": "text"}, "field_type"),
        ({"slug": "other"}, "slug"),
        ({"options": LEVELS[1:]}, "options"),
    ):
        with pytest.raises(Refused, match="1 ticket holds") as refused:
            save_field(field, values, by=administrator)
        assert list(refused.value.errors) == [name]
    save_field(field, {"options": LEVELS[:1]}, by=administrator)
    save_field(field, {"is_active": False}, by=administrator)
    assert shown_values(Ticket.objects.get(pk=incident.pk), agent) == []
    assert FieldValues.objects.get().data == {"level": "low"}


def test_field_of_a_stale_page_is_not_written_over(make: Any, administrator: User) -> None:
    field = make("room")
    save_field(field, {"label_en": "Place"}, by=administrator, version=1)
    with pytest.raises(StaleVersion):
        save_field(field, {"label_en": "Hall"}, by=administrator, version=1)


def test_value_cleaned_by_an_older_definition_is_refused(make: Any, incident: Ticket, agent: User) -> None:
    make("room")
    fields_for("incident")
    CustomField.objects.update(field_type="integer", version=2)
    with pytest.raises(Refused, match="changed meanwhile"):
        edit(incident, {"fields": {"room": "B12"}}, by=agent)
    with pytest.raises(Refused, match="whole number"):
        edit(incident, {"fields": {"room": "B12"}}, by=agent)


def test_pages_ask_keep_and_show(make: Any, agent: User, client: Client, mail_service: Service) -> None:
    make("room", is_required=True, help_fr="Où ?", help_en="Where?")
    make("days", "choices", options=LEVELS)
    make("mailbox", service=mail_service)
    client.force_login(agent)
    page = client.get("/incidents/new/").content.decode()
    assert 'name="fields.room"' in page and "Where?" in page and 'name="fields.mailbox"' not in page
    given = {"title": "Cold", "channel": "phone", "urgency": 3, "impact": 3, "fields.days": ["low", "high"]}
    answer = client.post("/incidents/new/", given)
    assert answer.status_code == 422 and not Ticket.objects.exists()
    answer = client.post("/incidents/new/", {**given, "fields.room": "B12", "service": mail_service.pk})
    ticket = Ticket.objects.get()
    assert held(ticket) == {"room": "B12", "days": ["low", "high"]}
    edit_page = client.get(f"/tickets/{ticket.reference}/edit/").content.decode()
    assert 'name="fields.mailbox"' in edit_page and 'value="B12"' in edit_page
    shown = client.get(f"/tickets/{ticket.reference}/panels/").content.decode()
    assert "Room" in shown and "B12" in shown and "Low, High" in shown
    part = client.post(
        "/fields/incident/", {"service": mail_service.pk, "fields.room": "<b>", "fields.days": ["high"]}
    ).content.decode()
    assert 'name="fields.mailbox"' in part and "&lt;b&gt;" in part and part.count("checked") == 1


def test_requester_is_asked_the_public_ones(make: Any, requester: User, client: Client) -> None:
    make("room", is_public=True)
    make("rack")
    client.force_login(requester)
    page = client.get("/portal/report/").content.decode()
    assert 'name="fields.room"' in page and "fields.rack" not in page
    given = {"title": "Cold", "urgency": 3, "impact": 2, "fields.room": "B12", "fields.rack": "9"}
    answer = client.post("/portal/report/", given, follow=True)
    assert held(Ticket.objects.get()) == {"room": "B12"}
    assert "B12" in answer.content.decode()


@pytest.fixture
def three(make: Any, requester: User, agent: User, mail_service: Service) -> list[Ticket]:
    """Three tickets with values."""
    make("room", is_public=True)
    make("size", "integer")
    make("days", "choices", options=LEVELS)
    found = []
    for room, size, days in (("A", 1, ["low"]), ("B", 5, ["low", "high"]), ("B", 10, [])):
        ticket = open_ticket("incident", by=requester, title=f"{room}{size}", service=mail_service)
        found.append(edit(ticket, {"fields": {"room": room, "size": size, "days": days}}, by=agent))
    return found


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("field.room=B", ["B10", "B5"]),
        ("field.size__gte=5", ["B10", "B5"]),
        ("field.size__gte=2&field.size__lte=9", ["B5"]),
        ("field.days=high", ["B5"]),
        ("field.days=low,high", ["B5", "A1"]),
        ("field.room=B&q=B10", ["B10"]),
        ("field.size=5", ["B5"]),
    ],
)
def test_page_and_api_filter_alike(
    three: list[Ticket], agent: User, client: Client, query: str, titles: list[str]
) -> None:
    client.force_login(agent)
    rows = client.get(f"/api/v1/tickets/?{query}").json()["results"]
    assert [row["title"] for row in rows] == titles
    page = client.get(f"/queue/?view=all&{query}")
    assert [ticket.title for ticket in page.context["table"].objects] == titles
    with at_most(6):
        client.get(f"/queue/?view=all&{query}")


def test_wrong_filter_is_named(three: list[Ticket], agent: User, client: Client) -> None:
    client.force_login(agent)
    for query in ("field.nothing=1", "field.size=many", "field.room__gte=1", "field.days=never"):
        answer = client.get(f"/api/v1/tickets/?{query}")
        assert answer.status_code == 422, query
        assert answer.json()["errors"][0]["field"] == query.split("=")[0]
        assert client.get(f"/queue/?view=all&{query}").status_code == 200


def test_panel_of_filters_offers_them(three: list[Ticket], agent: User, client: Client) -> None:
    client.force_login(agent)
    page = client.get("/queue/?view=all&filters=1").content.decode()
    for name in ("field.room", "field.size__gte", "field.days"):
        assert f'name="{name}"' in page


def test_hidden_field_is_no_oracle(three: list[Ticket], requester: User, client: Client) -> None:
    client.force_login(requester)
    assert len(client.get("/api/v1/tickets/?field.room=B").json()["results"]) == 2
    assert client.get("/api/v1/tickets/?field.size=5").json()["results"] == []
    said = client.get(f"/api/v1/tickets/{three[0].reference}/").json()
    assert said["fields"] == {"room": "A"}
    told = client.get(f"/api/v1/tickets/{three[0].reference}/events/").content.decode()
    assert "fields.size" not in told


def test_api_reads_and_writes(make: Any, agent: User, requester: User, client: Client) -> None:
    make("room", is_required=True)
    client.force_login(agent)
    body: dict[str, Any] = {"title": "Cold", "requester": requester.email}
    answer = client.post("/api/v1/incidents/", body, content_type="application/json")
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "fields.room"
    made = client.post(
        "/api/v1/incidents/", {**body, "fields": {"room": "B12"}}, content_type="application/json"
    )
    assert made.status_code == 201 and made.json()["fields"] == {"room": "B12"}
    changed = client.patch(
        f"/api/v1/tickets/{made.json()['reference']}/",
        {"fields": {"room": "B13"}},
        content_type="application/json",
    )
    assert changed.json()["fields"] == {"room": "B13"} and changed.json()["title"] == "Cold"
    for wrong in ({"room": ""}, {"hall": "x"}, "B12", {"room": {"a": [1]}}):
        answer = client.patch(
            f"/api/v1/tickets/{made.json()['reference']}/", {"fields": wrong}, content_type="application/json"
        )
        assert answer.status_code == 422, wrong


def test_administrator_sets_fields_up(administrator: User, agent: User, client: Client) -> None:
    client.force_login(agent)
    assert client.get("/manage/fields/").status_code == 403
    client.force_login(administrator)
    given = {
        "label_fr": "Niveau", "label_en": "Level", "slug": "level", "field_type": "choice", "position": 0,
        "options": "low | Bas | Low\nhigh | Haut", "is_active": "on",
    }  # fmt: skip
    assert client.post("/manage/fields/new/", given).status_code == 302
    field = CustomField.objects.get()
    assert field.options == [LEVELS[0], {"value": "high", "fr": "Haut", "en": ""}]
    assert "Level" in client.get("/manage/fields/").content.decode()
    page = client.get(f"/manage/fields/{field.pk}/").content.decode()
    assert "low | Bas | Low" in page
    answer = client.post(f"/manage/fields/{field.pk}/", {**given, "options": "", "version": 1})
    assert answer.status_code == 422
    assert client.post("/manage/fields/new/", given).status_code == 422
