"""The whole demo organisation: there within its bound, alive, and nobody sees too much."""

from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Count
from django.test import Client

from accounts.actions import substitute_of
from accounts.models import Absence, Entity, Team, User
from core.choices import Kind
from core.models import OutboxMessage
from incidents.workflow import INCIDENT_WORKFLOW
from itsm.demo.history import INCIDENTS
from itsm.demo.rhythm import ZONE
from notifications.models import Notification
from services import graph
from services.models import Item, Service
from tests.demo.conftest import PASSWORD, Built
from tickets.choices import Status
from tickets.models import Comment, Event, Follower, Ticket, TicketItem

pytestmark = pytest.mark.django_db

# Meant to take less than a minute on two idle cores; the machine of the tests does other things meanwhile.
BOUND = timedelta(minutes=6)


def person(key: str) -> User:
    return User.objects.get(email=f"{key}@demo.example")


def test_demo_is_whole_within_its_bound(demo: Built) -> None:
    assert demo.took < BOUND
    assert demo.counts["tickets"] >= INCIDENTS
    assert demo.counts["people"] >= 60
    assert demo.counts["services"] >= 40
    assert set(Team.objects.values_list("level", flat=True)) == {"n1", "n2", "n3", "supplier"}
    assert not Team.objects.exclude(memberships__is_lead=True).exists()


def test_second_run_changes_nothing(demo: Built) -> None:
    said = StringIO()
    call_command("demo", stdout=said)
    assert "nothing was changed" in said.getvalue()
    assert (Ticket.objects.count(), Event.objects.count()) == (demo.counts["tickets"], demo.counts["events"])
    assert User.objects.count() == demo.counts["people"]


@pytest.mark.parametrize("key", ["admin", "lead", "agent", "requester"])
def test_known_people_sign_in(demo: Built, key: str) -> None:
    client = Client()
    answer = client.post("/accounts/login/", {"login": f"{key}@demo.example", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get("/", follow=True).status_code == 200
    assert person(key).is_superuser is (key == "admin")


def test_nobody_else_has_a_password(demo: Built) -> None:
    with_password = [user.email for user in User.objects.all() if user.has_usable_password()]
    assert len(with_password) == 7


def test_work_of_every_status_is_there(demo: Built) -> None:
    incidents = Ticket.objects.filter(kind=Kind.INCIDENT)
    counts = Counter(incidents.values_list("status", flat=True))
    assert set(counts) == set(INCIDENT_WORKFLOW.statuses)
    assert 60 <= incidents.open().count() <= 95
    assert (
        min(counts[status] for status in (Status.NEW, Status.ASSIGNED, Status.PENDING, Status.RESOLVED)) >= 8
    )
    own = set(incidents.filter(requester=person("requester")).values_list("status", flat=True))
    assert own == set(INCIDENT_WORKFLOW.statuses)
    mine = set(incidents.filter(assignee=person("agent")).values_list("status", flat=True))
    assert mine >= {Status.ASSIGNED, Status.IN_PROGRESS, Status.PENDING, Status.RESOLVED, Status.CLOSED}


def test_something_happened_lately(demo: Built) -> None:
    assert Event.objects.filter(at__gte=demo.at - timedelta(hours=5)).count() >= 20
    assert Ticket.objects.filter(created_at__gte=demo.at - timedelta(hours=5)).count() >= 5


def test_nothing_happens_before_its_ticket_or_after_now(demo: Built) -> None:
    assert not Event.objects.filter(at__gt=demo.at).exists()
    assert not Comment.objects.filter(created_at__gt=demo.at).exists()
    created = dict(Ticket.objects.values_list("pk", "created_at"))
    events = Event.objects.values_list("ticket_id", "ticket__title", "verb", "at")
    assert [event for event in events if event[-1] < created[event[0]]] == []


def test_replaying_the_events_gives_each_ticket(demo: Built) -> None:
    state: dict[int, dict[str, object]] = {}
    for event in Event.objects.select_related("ticket").order_by("ticket_id", "at", "id"):
        first = str(event.ticket.workflow.initial)
        known = state.setdefault(event.ticket_id, {"status": first, "assignee": None, "reopened": 0})
        for name, (before, after) in event.data.get("changes", {}).items():
            if name in known:
                assert known[name] == before, (event.ticket.reference, event.ticket.title, event.verb)
                known[name] = after
    rows = Ticket.objects.values_list("pk", "status", "assignee_id")
    assert {key: (status, assignee) for key, status, assignee in rows} == {
        key: (known["status"], known["assignee"]) for key, known in state.items()
    }


@pytest.mark.parametrize("kind", [Kind.INCIDENT, Kind.PROBLEM])
def test_references_grow_with_time(kind: Kind, demo: Built) -> None:
    moments = list(Ticket.objects.filter(kind=kind).order_by("pk").values_list("created_at", flat=True))
    assert moments == sorted(moments)


def test_history_tells_nobody_and_the_present_rings_in_the_portal_alone(demo: Built) -> None:
    assert not OutboxMessage.objects.exclude(state="sent").exists()
    assert not OutboxMessage.objects.filter(topic="mail").exists()
    assert OutboxMessage.objects.count() < 150
    assert Notification.objects.filter(user=person("agent"), read_at=None).exists()
    old = demo.at - timedelta(days=1)
    assert not Notification.objects.filter(event__at__lt=old).exists()


def test_requester_sees_what_is_theirs_or_followed_and_no_more(demo: Built) -> None:
    requester = person("requester")
    followed = Follower.objects.filter(user=requester).values_list("ticket_id", flat=True)
    asked = Ticket.objects.filter(requester=requester).values_list("pk", flat=True)
    seen = Ticket.objects.visible_to(requester).values_list("pk", flat=True)
    assert set(seen) == {*followed, *asked}
    assert not Comment.objects.readable_by(requester).filter(ticket__in=seen).exclude(kind="public").exists()


def test_suppliers_see_only_what_came_to_them(demo: Built) -> None:
    supplier = person("supplier")
    seen = Ticket.objects.visible_to(supplier)
    assert seen.exists()
    assert set(seen.values_list("team_id", flat=True)) == set(supplier.access.teams)


def test_a_technician_of_one_entity_does_not_see_the_others(demo: Built) -> None:
    technician = person("fatou.diallo")
    below = set(Entity.objects.below(Entity.objects.get(code="CCAS")).values_list("pk", flat=True))
    others = Ticket.objects.visible_to(technician).exclude(entity__in=below)
    assert not others.exclude(team__in=technician.access.teams).exists()


def test_confidential_ticket_is_hidden_from_other_technicians(demo: Built) -> None:
    ticket = Ticket.objects.get(is_confidential=True)
    assert Ticket.objects.visible_to(person("lead")).filter(pk=ticket.pk).exists()
    assert not Ticket.objects.visible_to(person("nicolas.petitjean")).filter(pk=ticket.pk).exists()


def test_someone_is_away_and_stood_in_for(demo: Built) -> None:
    today = demo.at.astimezone(ZONE).date()
    assert Absence.objects.on(today).exists()
    assert substitute_of(person("mathieu.garnier"), today) == person("ines.cordier")


def test_every_live_service_has_an_owner_a_first_level_and_a_page_of_documentation(demo: Built) -> None:
    services = Service.objects.filter(status="live")
    assert not services.filter(owner=None).exists()
    assert not services.filter(documentation_url="").exists()
    assert not services.exclude(support__level="n1").exists()


def test_recurrences_and_remarkable_days_are_there_to_be_found(demo: Built) -> None:
    assert Ticket.objects.filter(title__contains="COP-HDV-02").count() >= 12
    busiest = (
        Ticket.objects.filter(service__code="reseau-local")
        .values("created_at__date")
        .annotate(count=Count("pk"))
        .order_by("-count")[0]
    )
    assert busiest["count"] >= 25
    assert Ticket.objects.filter(reopened__gt=0).count() >= 50
    assert Ticket.objects.filter(language="en").count() >= 30


def test_services_stand_on_items_and_tickets_name_some(demo: Built) -> None:
    assert 250 <= Item.objects.count() <= 400
    lead = person("lead")
    mail = Service.objects.get(code="messagerie")
    assert {thing.code for thing in graph.foundations(lead, mail).things} >= {
        "APP-MESSAGERIE",
        "STO-01",
        "SW-CORE-1",
    }
    broken = graph.dependents(lead, Item.objects.get(code="HV-01"))
    assert len(broken.services) > 10
    assert TicketItem.objects.values("ticket").distinct().count() > 100
