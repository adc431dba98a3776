"""Time and costs: what is entered, what it costs, who sees it, how it is corrected."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Team, User
from core.exceptions import Refused
from tests.api.conftest import client_of, fields_of, patience  # noqa: F401 - fixtures
from tests.contracts.test_queries import at_most, opened
from tests.core.processes import running
from tickets import durations
from tickets.actions import open_ticket
from tickets.actions.ledger import add_cost, log_time, set_budget, void_cost, void_time
from tickets.actions.rates import set_rate, void_rate
from tickets.choices import CostNature, Verb
from tickets.ledger import split, totals
from tickets.models import Activity, CostLine, Event, LedgerLine, Rate, Ticket, TimeEntry

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = MONDAY.date()


@pytest.fixture
def repair(words: None) -> Activity:
    """A word for time."""
    return Activity.objects.get(slug="repair")


def sums(user: User) -> Any:
    """What the ledger says to a person."""
    return totals(LedgerLine.objects.visible_to(user).standing())


def test_time_is_entered_for_oneself_and_told(incident: Ticket, agent: User, repair: Activity) -> None:
    entry = log_time(incident, by=agent, minutes=45, activity=repair, note="Restarted", at=MONDAY)
    assert (entry.person, entry.day, entry.team) == (agent, DAY, incident.team)
    event = Event.objects.get(ticket=incident, verb=Verb.TIMED)
    assert event.data["minutes"] == 45
    assert not event.is_public
    assert Ticket.objects.get(pk=incident.pk).version == incident.version + 1


def test_several_people_log_on_one_ticket(incident: Ticket, agent: User, expert: User) -> None:
    log_time(incident, by=agent, minutes=20)
    log_time(incident, by=expert, minutes=40)
    assert sums(agent).minutes == 60


@pytest.mark.parametrize("minutes", [0, -5, 1441, True, "30", None, 1.5])
def test_minutes_are_from_one_to_a_day(incident: Ticket, agent: User, minutes: Any) -> None:
    with pytest.raises(Refused) as refused:
        log_time(incident, by=agent, minutes=minutes)
    assert set(refused.value.errors) == {"minutes"}


def test_day_has_twenty_four_hours_over_all_tickets(incident: Ticket, agent: User, requester: User) -> None:
    other = open_ticket("incident", by=requester, title="Other", service=incident.service)
    first = log_time(incident, by=agent, minutes=1000, at=MONDAY)
    with pytest.raises(Refused) as refused:
        log_time(other, by=agent, minutes=441, at=MONDAY)
    assert set(refused.value.errors) == {"minutes"}
    void_time(first, by=agent, reason="Wrong ticket", at=MONDAY)
    assert log_time(other, by=agent, minutes=441, at=MONDAY).minutes == 441


@pytest.mark.parametrize("day", [DAY + timedelta(days=1), date(1969, 12, 31), MONDAY, "2026-03-02"])
def test_day_is_neither_to_come_nor_before_everything(incident: Ticket, agent: User, day: Any) -> None:
    with pytest.raises(Refused) as refused:
        log_time(incident, by=agent, minutes=10, day=day, at=MONDAY)
    assert set(refused.value.errors) == {"day"}


def test_logging_for_others_needs_the_right(incident: Ticket, agent: User, lead: User, expert: User) -> None:
    with pytest.raises(PermissionDenied):
        log_time(incident, by=agent, person=expert, minutes=10)
    entry = log_time(incident, by=lead, person=expert, minutes=10)
    assert (entry.person, entry.entered_by) == (expert, lead)


def test_logging_for_someone_unseen_names_the_person(
    incident: Ticket, lead: User, outside_agent: User
) -> None:
    with pytest.raises(Refused) as refused:
        log_time(incident, by=lead, person=outside_agent, minutes=10)
    assert set(refused.value.errors) == {"person"}


def test_requester_and_auditor_log_nothing(incident: Ticket, requester: User, auditor: User) -> None:
    for person in (requester, auditor):
        with pytest.raises(PermissionDenied):
            log_time(incident, by=person, minutes=10)


def test_voided_line_stays_and_counts_no_more(
    incident: Ticket, agent: User, expert: User, lead: User
) -> None:
    entry = log_time(incident, by=agent, minutes=30)
    with pytest.raises(PermissionDenied):
        void_time(entry, by=expert, reason="Not mine")
    with pytest.raises(Refused):
        void_time(entry, by=agent, reason=" ")
    void_time(entry, by=lead, reason="Twice")
    assert sums(agent).minutes == 0
    assert LedgerLine.objects.visible_to(agent).get().void_reason == "Twice"
    with pytest.raises(Refused):
        void_time(entry, by=agent, reason="Again")


def test_database_itself_keeps_the_lines(incident: Ticket, agent: User) -> None:
    entry = log_time(incident, by=agent, minutes=30)
    line = add_cost(incident, by=agent, nature=CostNature.HARDWARE, label="Disk", amount=Decimal("80.00"))
    for change in (
        lambda: TimeEntry.objects.filter(pk=entry.pk).update(minutes=1),
        lambda: TimeEntry.objects.filter(pk=entry.pk).delete(),
        lambda: CostLine.objects.filter(pk=line.pk).update(amount=1),
        lambda: CostLine.objects.filter(pk=line.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("minutes", "rate", "cost"),
    [
        (20, "31.00", "10.33"),
        (10, "31.00", "5.17"),
        (1, "0.30", "0.01"),
        (50, "33.33", "27.78"),
        (60, "0", "0.00"),
    ],
)
def test_cost_of_time_is_rounded_half_up_to_the_cent(
    incident: Ticket, agent: User, lead: User, administrator: User, minutes: int, rate: str, cost: str
) -> None:
    set_rate(Decimal(rate), valid_from=DAY, by=administrator)
    log_time(incident, by=agent, minutes=minutes, at=MONDAY)
    assert sums(lead).time_cost == Decimal(cost)


def test_rate_of_the_person_goes_before_the_team_s_before_everybody_s(
    incident: Ticket, agent: User, expert: User, lead: User, n1: Team, administrator: User
) -> None:
    start = DAY - timedelta(days=10)
    set_rate(Decimal(30), valid_from=start, by=administrator)
    set_rate(Decimal(40), team=n1, valid_from=start, by=administrator)
    set_rate(Decimal(60), person=lead, valid_from=start, by=administrator)
    for person in (agent, expert, lead):
        log_time(incident, by=person, minutes=60, at=MONDAY)
    found = {line.person_id: line.rate for line in LedgerLine.objects.all()}
    assert found == {agent.pk: 40, expert.pk: 30, lead.pk: 60}


def test_time_costs_what_it_cost_on_its_day(
    incident: Ticket, agent: User, lead: User, administrator: User
) -> None:
    set_rate(Decimal(30), valid_from=DAY - timedelta(days=5), by=administrator)
    set_rate(Decimal(36), valid_from=DAY, by=administrator)
    log_time(incident, by=agent, minutes=60, day=DAY - timedelta(days=1), at=MONDAY)
    log_time(incident, by=agent, minutes=60, at=MONDAY)
    log_time(incident, by=agent, minutes=15, day=DAY - timedelta(days=6), at=MONDAY)
    found = sums(lead)
    assert (found.time_cost, found.unrated_minutes) == (Decimal(66), 15)


def test_new_rate_takes_over_and_overlaps_are_refused(administrator: User, agent: User) -> None:
    first = set_rate(Decimal(30), person=agent, valid_from=date(2026, 1, 1), by=administrator)
    set_rate(Decimal(32), person=agent, valid_from=date(2026, 6, 1), by=administrator)
    first.refresh_from_db()
    assert first.valid_to == date(2026, 5, 31)
    for start, end in (
        (date(2026, 3, 1), date(2026, 4, 1)),
        (date(2026, 1, 1), None),
        (date(2026, 7, 1), date(2026, 7, 31)),
    ):
        with pytest.raises(Refused) as refused:
            set_rate(Decimal(50), person=agent, valid_from=start, valid_to=end, by=administrator)
        assert "Another rate" in str(refused.value)
    with pytest.raises(Refused) as refused:
        set_rate(
            Decimal(50),
            person=agent,
            valid_from=date(2027, 2, 1),
            valid_to=date(2027, 1, 1),
            by=administrator,
        )
    assert "valid_to" in refused.value.errors


def test_voided_rate_makes_room(administrator: User, agent: User) -> None:
    wrong = set_rate(Decimal(300), person=agent, valid_from=date(2026, 1, 1), by=administrator)
    void_rate(wrong, by=administrator, reason="A zero too many")
    assert set_rate(Decimal(30), person=agent, valid_from=date(2026, 1, 1), by=administrator).amount == 30


def test_technician_sets_no_rate(agent: User) -> None:
    with pytest.raises(PermissionDenied):
        set_rate(Decimal(30), valid_from=DAY, by=agent)


def test_money_is_for_those_with_the_right(
    incident: Ticket, agent: User, expert: User, lead: User, administrator: User
) -> None:
    set_rate(Decimal(30), valid_from=DAY, by=administrator)
    log_time(incident, by=agent, minutes=60, at=MONDAY)
    add_cost(incident, by=agent, nature=CostNature.HARDWARE, label="Disk", amount=Decimal("80.00"), at=MONDAY)
    assert sums(lead).cost == Decimal("110.00")
    # Who entered a cost knows it; of the rest one sees minutes only.
    assert (sums(agent).minutes, sums(agent).time_cost, sums(agent).other_cost) == (60, 0, 80)
    assert (sums(expert).minutes, sums(expert).cost) == (60, 0)
    for event in Event.objects.filter(ticket=incident):
        assert "80" not in str(event.data)


def test_requester_reads_no_time(incident: Ticket, agent: User, requester: User) -> None:
    log_time(incident, by=agent, minutes=60)
    assert not LedgerLine.objects.visible_to(requester).exists()


def test_confidential_time_is_for_its_team(incident: Ticket, agent: User, manager: User, lead: User) -> None:
    log_time(incident, by=agent, minutes=60)
    Ticket.objects.filter(pk=incident.pk).update(is_confidential=True)
    assert sums(manager).minutes == 0
    assert sums(lead).minutes == 60


@pytest.mark.parametrize(
    "amount", [Decimal(0), Decimal(-1), Decimal("1.001"), Decimal("NaN"), Decimal("1e12"), 3.2, None]
)
def test_amount_is_euros_and_cents_above_zero(incident: Ticket, agent: User, amount: Any) -> None:
    with pytest.raises(Refused) as refused:
        add_cost(incident, by=agent, nature=CostNature.OTHER, label="Thing", amount=amount)
    assert set(refused.value.errors) == {"amount"}


def test_ledger_sums_over_kinds_split_and_without_what_is_voided(
    incident: Ticket, agent: User, lead: User, administrator: User, repair: Activity
) -> None:
    set_rate(Decimal("33.33"), valid_from=DAY, by=administrator)
    for minutes in (10, 20, 50):
        log_time(incident, by=agent, minutes=minutes, activity=repair, is_billable=minutes > 10, at=MONDAY)
    log_time(incident, by=lead, minutes=7, at=MONDAY)
    cost = add_cost(
        incident, by=lead, nature=CostNature.TRAVEL, label="Train", amount=Decimal("12.40"), at=MONDAY
    )
    lines = LedgerLine.objects.visible_to(lead).standing()
    whole = totals(lines)
    assert (whole.minutes, whole.billable_minutes) == (87, 70)
    assert whole.time_cost == Decimal("5.56") + Decimal("11.11") + Decimal("27.78") + Decimal("3.89")
    for by in ("person", "team", "activity", "nature", "kind", "service", "entity"):
        parts = split(lines, by)
        assert sum(part.minutes for _name, part in parts) == whole.minutes
        assert sum(part.cost for _name, part in parts) == whole.cost
    void_cost(cost, by=lead, reason="Cancelled")
    assert sums(lead).other_cost == 0


def test_budget_is_set_seen_and_taken_away(incident: Ticket, lead: User, agent: User) -> None:
    with pytest.raises(PermissionDenied):
        set_budget(incident, Decimal(500), by=agent)
    set_budget(incident, Decimal(500), by=lead)
    assert Ticket.objects.get(pk=incident.pk).budget.amount == 500
    assert set_budget(incident, None, by=lead) is None
    assert Event.objects.filter(ticket=incident, verb=Verb.COSTED).count() == 2


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("90", 90),
        ("90 min", 90),
        ("1h30", 90),
        ("1 h 30", 90),
        ("1:30", 90),
        ("1,5 h", 90),
        ("2h", 120),
        ("0.25h", 15),
    ],
)
def test_lengths_of_time_are_read_as_people_type_them(typed: str, minutes: int) -> None:
    assert durations.parse(typed) == minutes


@pytest.mark.parametrize("typed", ["", "soon", "-5", "1h75", "1.5", "1:2:3", "9" * 30])
def test_nonsense_is_no_length_of_time(typed: str) -> None:
    assert durations.parse(typed) is None


def test_time_is_logged_on_the_page_and_shown(incident: Ticket, agent: User, client: Client) -> None:
    client.force_login(agent)
    address = f"/tickets/{incident.reference}/time/new/"
    assert client.get(address).status_code == 200
    wrong = client.post(address, {"minutes": "a lot", "day": "2026-03-02"})
    assert wrong.status_code == 422
    assert "a lot" in wrong.content.decode()
    client.post(address, {"minutes": "1h30", "day": timezone.localdate().isoformat(), "note": "On site"})
    assert TimeEntry.objects.get().minutes == 90
    assert "1 h 30" in client.get(f"/tickets/{incident.reference}/panels/").content.decode()
    assert "On site" in client.get(f"/tickets/{incident.reference}/time/").content.decode()
    assert "logged 1 h 30" in client.get(incident.get_absolute_url()).content.decode()


def test_line_is_voided_on_the_page(incident: Ticket, agent: User, client: Client) -> None:
    entry = log_time(incident, by=agent, minutes=30)
    client.force_login(agent)
    client.post(f"/time/{entry.pk}/void/", {"reason": "Twice"})
    entry.refresh_from_db()
    assert entry.is_void


def test_ledger_is_filtered_split_and_exported(
    incident: Ticket, agent: User, lead: User, client: Client
) -> None:
    log_time(incident, by=agent, minutes=30, note="=HYPERLINK(1)")
    log_time(incident, by=lead, minutes=15)
    client.force_login(lead)
    page = client.get("/ledger/", {"person": agent.email, "by": "person"}).content.decode()
    assert "30 min" in page
    assert "15 min" not in page
    exported = client.get("/ledger/export/", {"person": "me"})
    assert b"15" in exported.getvalue()
    whole = client.get("/ledger/export/").getvalue().decode()
    assert "'=HYPERLINK(1)" in whole


def test_ledger_costs_the_same_however_long_it_is(
    incident: Ticket, agent: User, lead: User, client: Client
) -> None:
    for minutes in range(1, 12):
        log_time(incident, by=agent, minutes=minutes)
    client.force_login(lead)
    for address, limit in (
        ("/ledger/", 5),
        ("/ledger/?by=person", 7),
        (f"/tickets/{incident.reference}/time/", 6),
    ):
        visit = opened(client, address)
        with at_most(limit):
            visit()


def test_api_logs_lists_and_voids_time(incident: Ticket, agent: User, lead: User, client_of: Any) -> None:  # noqa: F811
    client = client_of(agent)
    address = f"/api/v1/tickets/{incident.reference}/time/"
    made = client.post(address, {"minutes": 30, "activity": "repair"})
    assert made.status_code == 201, made.content
    assert (made.json()["minutes"], made.json()["person"]["id"], made.json()["amount"]) == (
        30,
        agent.pk,
        None,
    )
    assert client.get(address).json()["results"][0]["id"] == made.json()["id"]
    assert client.post(address, {"minutes": 30, "person": lead.pk}).status_code == 403
    assert fields_of(client.post(address, {"minutes": 5000})) == {"minutes"}
    void = client.post(f"{address}{made.json()['id']}/void/", {"reason": "Twice"})
    assert void.json()["void_reason"] == "Twice"


def test_api_says_money_to_those_with_the_right_only(
    incident: Ticket,
    agent: User,
    expert: User,
    lead: User,
    administrator: User,
    client_of: Any,  # noqa: F811
) -> None:
    set_rate(Decimal(30), valid_from=timezone.localdate() - timedelta(days=2), by=administrator)
    client_of(agent).post(f"/api/v1/tickets/{incident.reference}/time/", {"minutes": 60})
    cost = {"nature": "hardware", "label": "Disk", "amount": "80.00"}
    assert client_of(lead).post(f"/api/v1/tickets/{incident.reference}/costs/", cost).status_code == 201
    seen = client_of(lead).get("/api/v1/ledger/").json()["results"]
    assert sorted(line["amount"] for line in seen) == [30.0, 80.0] or sorted(
        str(line["amount"]) for line in seen
    ) == ["30.00", "80.00"]
    [only] = client_of(expert).get("/api/v1/ledger/").json()["results"]
    assert (only["minutes"], only["amount"]) == (60, None)
    [sums] = client_of(lead).get("/api/v1/ledger/totals/").json()["results"]
    assert (sums["minutes"], Decimal(str(sums["cost"]))) == (60, Decimal(110))
    assert client_of(expert).get(f"/api/v1/tickets/{incident.reference}/budget/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_entries_at_once_do_not_make_a_day_of_more_than_24_hours(
    incident: Ticket, agent: User, requester: User
) -> None:
    other = open_ticket("incident", by=requester, title="Other", service=incident.service)

    def spend(ticket: Ticket) -> Any:
        def work() -> None:
            try:
                log_time(ticket, by=User.objects.get(pk=agent.pk), minutes=1000, day=DAY)
            except Refused:
                return

        return work

    with running(spend(incident), spend(other)) as children:
        for child in children:
            child.join(20)
    assert TimeEntry.objects.filter(person=agent).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_rates_at_once_never_overlap(administrator: User, agent: User) -> None:
    def set_one(amount: int) -> Any:
        def work() -> None:
            try:
                set_rate(
                    Decimal(amount), person=agent, valid_from=DAY, by=User.objects.get(pk=administrator.pk)
                )
            except Refused:
                return

        return work

    with running(*(set_one(amount) for amount in (30, 40, 50))) as children:
        for child in children:
            child.join(20)
    assert Rate.objects.filter(person=agent).count() == 1
