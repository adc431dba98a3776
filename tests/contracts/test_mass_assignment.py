"""What a form or endpoint does not offer cannot be set through it, whatever else is sent along."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import models, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Entity, Team, User
from services.models import Category, Service
from tests.contracts.routes import API, BODIES, PAGES
from tests.contracts.test_bad_input import FORMS, as_sent, form_in
from tests.contracts.test_walk import address_of
from tests.contracts.world import HOSPITAL, SCHOOL, World, build
from tickets.models import Ticket

# Kind of thing in an address → its table and how the address names it.
MODELS: dict[str, tuple[type[models.Model], str]] = {
    "ticket": (Ticket, "reference"),
    "problem": (Ticket, "reference"),
    "change": (Ticket, "reference"),
    "person": (User, "pk"),
    "team": (Team, "pk"),
    "entity": (Entity, "pk"),
    "service": (Service, "pk"),
    "category": (Category, "pk"),
}
# What every good change moves along.
MOVES_ALONG = {"version", "updated_at", "sort_name", "search", "is_open", "path"}


# What each endpoint lets one write, by hand: a new column is not writable because somebody forgot to say no.
_TICKET = {"title", "description", "urgency", "impact", "service", "category", "entity", "requester", "team", "assignee",
           "is_confidential", "priority", "priority_reason"}  # fmt: skip
OFFERED = {
    "api:ticket-detail": _TICKET | {"status", "priority_is_set", "priority_by"},
    **{
        f"api:{kind}-detail": _TICKET | {"status", "priority_is_set", "priority_by"}
        for kind in ("incident", "problem", "change", "request")
    },
    "api:budget": set(),
    "api:incident-report": set(),
    "api:person-detail": {
        "email", "entity", "first_name", "last_name", "job_title", "manager", "phone", "language", "timezone", "is_vip",
        "is_active",
    },
    "api:team-detail": {"name", "level", "entity", "email", "calendar", "is_active"},
    "api:entity-detail": {"name", "code", "kind", "parent"},
    "api:service-detail": {
        "name", "code", "entity", "owner", "criticality", "calendar", "description", "documentation_url", "status",
    },
    "api:category-detail": {"name", "name_en", "slug", "parent", "kinds", "default_service", "is_active"},
}  # fmt: skip
# Columns that move with another by rule.
ALONG: dict[str, tuple[str, ...]] = {
    "urgency": ("priority",),
    "impact": ("priority",),
    "service": ("priority",),
    "team": ("status", "assignee"),
    "assignee": ("status", "team"),
}


# What some acts change beyond their own fields, which is what they are for.
MOVED_BY = {
    "tickets:move": {"status", "assignee", "team"},
    "tickets:assign": {"status", "team", "assignee"},
    "tickets:pass_on": {"status", "team", "assignee"},
    "tickets:edit": {"priority"},
    "tickets:priority": {"priority_is_set", "priority_reason", "priority_by"},
}


@pytest.fixture
def world(words: None) -> World:
    """One of each thing."""
    return build()


def row_of(kind: str, arguments: dict[str, Any]) -> models.Model:
    """The row that an address speaks of."""
    model, name = MODELS[kind]
    key = str(arguments[name]).rpartition("-")[2]
    return model._default_manager.get(pk=key)


def columns_of(row: models.Model) -> dict[str, Any]:
    """Every column of the row as the database has it, but generated ones."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def another(field: Any, row: models.Model) -> Any:
    """Another value than the row has, as good as any for the column."""
    if isinstance(field, models.ForeignKey):
        relation: Any = field.related_model
        other = relation._default_manager.exclude(pk=getattr(row, field.attname)).order_by("-pk").first()
        return other.pk if other else 1
    now = getattr(row, field.attname)
    if field.choices:
        return next((value for value, _label in field.flatchoices if value != now), now)
    if isinstance(field, models.BooleanField):
        return not now
    if isinstance(field, models.DateTimeField):
        return (timezone.now() - timedelta(days=400)).isoformat()
    if isinstance(field, models.IntegerField | models.AutoField):
        return (now or 0) + 77
    return f"changed {field.name}"


def everything(row: models.Model) -> dict[str, Any]:
    """Another value for every column, under its name and under that of its key."""
    sent: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if not getattr(field, "generated", False):
            sent[field.name] = sent[field.attname] = another(field, row)
    return {**sent, "is_superuser": True, "is_staff": True, "password": "pwned", "id": 1, "pk": 1}


def changed(before: models.Model, kind: str, arguments: dict[str, Any]) -> set[str]:
    """The columns of which the database now says something else."""
    after = columns_of(row_of(kind, arguments))
    return {
        name.removesuffix("_id") for name, value in columns_of(before).items() if after[name] != value
    } - MOVES_ALONG


PATCHES = [name for name, rules in API.items() if "PATCH" in rules and rules["PATCH"].of in MODELS]


@pytest.mark.parametrize("name", PATCHES)
def test_endpoint_sets_only_what_it_offers(name: str, world: World, client: Client) -> None:
    client.force_login(world.people["administrator"])
    kind = API[name]["PATCH"].of
    arguments = world.things[kind][SCHOOL]
    row, address, good = row_of(kind, arguments), address_of(name, arguments), BODIES[f"PATCH {name}"]
    for field, value in everything(row).items():
        with transaction.atomic():
            client.generic(
                "PATCH",
                address,
                json.dumps({**good, field: value}, default=str),
                content_type="application/json",
            )
            moved = changed(row, kind, arguments) - set(good)
            transaction.set_rollback(True)
        assert moved <= OFFERED[name] & {field.removesuffix("_id"), *ALONG.get(field, ())}, (
            f"{field} changed {moved}"
        )


@pytest.mark.parametrize(
    "name", [name for name in FORMS if PAGES[name]["POST"].of in MODELS and "GET" in PAGES[name]]
)
def test_form_sets_only_what_it_shows(name: str, world: World, client: Client) -> None:
    client.force_login(world.people["administrator"])
    kind = PAGES[name]["POST"].of
    arguments = world.things[kind][SCHOOL]
    address = address_of(name, arguments)
    form = form_in(client.get(address))
    if form is None:
        return
    row = row_of(kind, arguments)
    shown = set(form.fields)
    extra = {
        field: value for field, value in everything(row).items() if field.removesuffix("_id") not in shown
    }
    with transaction.atomic():
        client.post(address, {**as_sent(form), **{field: str(value) for field, value in extra.items()}})
        moved = changed(row, kind, arguments)
        transaction.set_rollback(True)
    assert moved <= shown | set(MOVED_BY.get(name, ())), f"{name} changed {moved - shown}"


def test_foreign_entity_cannot_be_reached_by_a_key(world: World, client: Client) -> None:
    """A technician moves nothing into, and takes nothing from, an entity that is not theirs."""
    client.force_login(world.people["technician"])
    foreign = {
        "entity": world.things["entity"][HOSPITAL]["pk"],
        "requester": world.things["person"][HOSPITAL]["pk"],
    }
    address = address_of("api:ticket-detail", world.things["ticket"][SCHOOL])
    for field, key in foreign.items():
        answer = client.generic("PATCH", address, json.dumps({field: key}), content_type="application/json")
        assert answer.status_code == 422, field
        assert [error["field"] for error in answer.json()["errors"]] == [field]
