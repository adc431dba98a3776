"""Recurring tickets: rules, closed days, each occurrence once."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.models import Entity, Team, User
from calendars.models import Calendar
from core.exceptions import Refused, StaleVersion
from tests.core.processes import running
from tickets.actions import open_recurring
from tickets.actions.recurring import preview, run_now, save_recurrence
from tickets.choices import OnClosedDay
from tickets.models import ChecklistTemplate, Recurrence, RecurrenceSlot, Ticket
from tickets.recurrence import Plan, check_rule, slots

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def office(words: None) -> Calendar:
    return Calendar.objects.get(slug="heures-ouvrees")


@pytest.fixture
def monthly(manager: User, requester: User, school: Entity, n1: Team) -> Recurrence:
    """On the first of each month at eight, moved to the next working day."""
    values = {
        "name": "Backups", "title": "Check the backups", "kind": "incident", "entity": school, "requester": requester,
        "rule": "FREQ=MONTHLY", "starts_on": date(2026, 3, 1), "at_time": time(8), "team": n1,
    }  # fmt: skip
    return save_recurrence(Recurrence(), values, by=manager, at=NOW)


def plan(rule: str, starts: date, **more: object) -> Plan:
    return Plan(rule=rule, starts_on=starts, at=time(8), zone=PARIS, **more)  # type: ignore[arg-type]


def days(found: Plan, count: int) -> list[date]:
    return [slot.at.date() for slot in islice(slots(found), count)]


def test_eight_in_the_morning_stays_eight_over_the_change_of_hour() -> None:
    found = list(islice(slots(plan("FREQ=DAILY", date(2026, 3, 28))), 3))
    assert [slot.at.astimezone(UTC).hour for slot in found] == [7, 6, 6]
    assert {slot.at.time() for slot in found} == {time(8)}


def test_closed_days_move_leave_out_or_keep_an_occurrence(office: Calendar) -> None:
    # 1 May 2026 is a holiday and a Friday; 1 August a Saturday.
    asked = {
        OnClosedDay.AFTER: [date(2026, 5, 4), date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 3)],
        OnClosedDay.BEFORE: [date(2026, 4, 30), date(2026, 6, 1), date(2026, 7, 1), date(2026, 7, 31)],
        OnClosedDay.SKIP: [date(2026, 6, 1), date(2026, 7, 1), date(2026, 9, 1), date(2026, 10, 1)],
        OnClosedDay.KEEP: [date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)],
    }
    for on_closed, expected in asked.items():
        found = plan("FREQ=MONTHLY", date(2026, 5, 1), schedule=office.schedule, on_closed=on_closed)
        assert days(found, 4) == expected, on_closed


def test_days_moved_onto_one_another_open_once(office: Calendar) -> None:
    found = plan("FREQ=DAILY", date(2026, 3, 6), schedule=office.schedule, on_closed=OnClosedDay.AFTER)
    assert days(found, 3) == [date(2026, 3, 6), date(2026, 3, 9), date(2026, 3, 10)]


@pytest.mark.parametrize(
    "rule",
    ["", "every day", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=3", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;BYDAY=XX", "FREQ=" + "D" * 300],
)  # fmt: skip
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        check_rule(rule)


def test_rule_that_never_comes_ends(office: Calendar) -> None:
    never = plan(
        "FREQ=WEEKLY;BYDAY=SU", date(2026, 1, 4), schedule=office.schedule, on_closed=OnClosedDay.SKIP
    )
    assert list(slots(never)) == []


def test_the_next_one_is_in_the_future_and_the_past_is_not_made_up_for(monthly: Recurrence) -> None:
    assert monthly.next_at == datetime(2026, 4, 1, 8, tzinfo=PARIS)
    assert open_recurring(at=NOW) == 0
    assert [at.date() for at in preview(monthly, count=2, at=NOW)] == [date(2026, 4, 1), date(2026, 5, 1)]


def test_it_opens_when_due_in_the_name_of_its_requester(
    monthly: Recurrence, requester: User, n1: Team
) -> None:
    checks = ChecklistTemplate.objects.create(
        slug="mine", name_fr="Sauvegardes", points_fr="!Lire le journal\nRestaurer"
    )
    Recurrence.objects.update(checklist=checks)
    assert open_recurring(at=datetime(2026, 4, 1, 6, 1, tzinfo=UTC)) == 1
    ticket = Ticket.objects.get()
    assert (ticket.title, ticket.requester, ticket.team, ticket.channel) == (
        "Check the backups",
        requester,
        n1,
        "recurring",
    )
    assert [(check.text, check.is_required) for check in ticket.checks.all()] == [
        ("Lire le journal", True),
        ("Restaurer", False),
    ]
    monthly.refresh_from_db()
    assert monthly.next_at == datetime(2026, 5, 1, 8, tzinfo=PARIS)
    assert open_recurring(at=datetime(2026, 4, 1, 6, 2, tzinfo=UTC)) == 0


def test_after_a_long_stop_only_the_newest_opens(monthly: Recurrence) -> None:
    open_recurring(at=datetime(2026, 6, 15, tzinfo=UTC))
    assert Ticket.objects.count() == 1
    assert [(slot.day.month, slot.ticket_id is not None) for slot in monthly.slots.all()] == [
        (6, True), (5, False), (4, False),
    ]  # fmt: skip


def test_requester_who_left_stops_it_with_the_reason(monthly: Recurrence, requester: User) -> None:
    requester.grants.all().delete()
    open_recurring(at=datetime(2026, 4, 1, 7, tzinfo=UTC))
    monthly.refresh_from_db()
    assert not monthly.is_active
    assert monthly.problem
    assert not Ticket.objects.exists()


def test_rights_and_versions_hold(monthly: Recurrence, agent: User, manager: User, hospital: Entity) -> None:
    with pytest.raises(PermissionDenied):
        save_recurrence(monthly, {"name": "Mine"}, by=agent)
    with pytest.raises(PermissionDenied):
        run_now(monthly, by=agent)
    with pytest.raises(Refused) as refused:
        save_recurrence(monthly, {"entity": hospital}, by=manager)
    assert "entity" in refused.value.errors
    save_recurrence(monthly, {"name": "First"}, by=manager, version=1)
    with pytest.raises(StaleVersion):
        save_recurrence(monthly, {"name": "Second"}, by=manager, version=1)


def test_bad_rule_and_zone_name_their_fields(monthly: Recurrence, manager: User) -> None:
    with pytest.raises(Refused) as refused:
        save_recurrence(monthly, {"rule": "FREQ=MINUTELY", "timezone": "Mars/Base"}, by=manager)
    assert "rule" in refused.value.errors


def test_page_form_and_api_set_it_up(client: Client, manager: User, school: Entity) -> None:
    client.force_login(manager)
    sent = {
        "name": "Review", "usual": "FREQ=WEEKLY", "starts_on": "2026-03-02", "at_time": "08:00",
        "timezone": "Europe/Paris", "on_closed": "after", "kind": "incident", "title": "Weekly review",
        "requester": manager.email, "entity": str(school.pk), "urgency": "2", "impact": "2", "is_active": "on",
    }  # fmt: skip
    answer = client.post("/manage/recurring/new/", sent)
    assert answer.status_code == 302, answer.content.decode()
    row = Recurrence.objects.get()
    assert client.get(row.get_absolute_url()).status_code == 200
    assert client.post("/manage/recurring/new/", {**sent, "usual": "", "rule": "often"}).status_code == 422
    told = client.get("/api/v1/recurrences/").json()
    assert told["results"][0]["rule"] == "FREQ=WEEKLY"
    opened = client.post(f"/api/v1/recurrences/{row.pk}/open/", {}, content_type="application/json")
    assert opened.status_code == 201
    assert opened.json()["title"] == "Weekly review"


def _sweep() -> None:
    open_recurring(at=datetime(2026, 4, 1, 7, tzinfo=UTC))


@pytest.mark.django_db(transaction=True)
def test_many_sweeps_at_once_open_each_occurrence_once(monthly: Recurrence, manager: User) -> None:
    values = {
        name: getattr(monthly, name) for name in ("title", "kind", "entity", "requester", "rule", "starts_on")
    }
    for number in range(5):
        save_recurrence(Recurrence(), {"name": f"More {number}", **values}, by=manager, at=NOW)
    with running(*[_sweep] * 4) as sweeps:
        for sweep in sweeps:
            sweep.join(30)
    assert Ticket.objects.count() == RecurrenceSlot.objects.count() == 6
    assert Recurrence.objects.filter(next_at__gt=NOW + timedelta(days=40)).count() == 6
