"""The event log of ServiceNow: whole histories with real times."""

import csv
import gzip
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import Team, User
from tests.intake.conftest import Import
from tests.intake.replay import assert_replays
from tickets.models import Alias, Event, Ticket

LOG = Path(__file__).parent.parent / "data" / "incidents" / "incident_event_log_10pct.csv.gz"
HEADER = (
    "number,incident_state,sys_mod_count,sys_updated_at,sys_updated_by,opened_at,opened_by,caller_id,"
    "assignment_group,assigned_to,priority"
)


def rows_of_log() -> list[dict[str, str]]:
    """The log as it stands."""
    with gzip.open(LOG, "rt") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def log(import_file: Import, tmp_path: Path) -> Import:
    """Import rows of a small log and return what was printed."""

    def run(*rows: str, header: str = HEADER) -> str:
        path = tmp_path / "log.csv"
        path.write_text("\n".join([header, *rows]) + "\n")
        return import_file(path, "--timezone", "Europe/Paris")

    return run


def ticket(number: str) -> Ticket:
    return Alias.objects.get(source="servicenow", value=number).ticket


def test_whole_log_comes_with_every_event_at_its_time(import_file: Import) -> None:
    printed = import_file(LOG, "--timezone", "UTC")
    assert "2493 tickets imported, 0 already there, 0 rows refused." in printed
    assert printed.count("Unknown state “-100”") == 3
    assert Ticket.objects.filter(status="closed").count() == Alias.objects.count() == 2493

    told: defaultdict[str, Counter[datetime]] = defaultdict(Counter)
    for number, at in Event.objects.values_list("ticket__aliases__value", "at"):
        told[number][at] += 1
    for row in rows_of_log():
        at = datetime.strptime(row["sys_updated_at"], "%d/%m/%Y %H:%M").replace(tzinfo=UTC)
        first = int(row["sys_mod_count"]) == 0
        assert told[row["number"]][at] or first, row

    last = {row["number"]: row for row in rows_of_log()}
    closed_twice = {
        n
        for n, c in Counter(
            row["number"] for row in rows_of_log() if row["incident_state"] == "Closed"
        ).items()
        if c > 1
    }
    teams = dict(Team.objects.values_list("pk", "name"))
    rows = Ticket.objects.prefetch_related("aliases")
    for found in rows:
        row = last[found.aliases.all()[0].value]
        assert found.priority == int(row["priority"])
        assert not found.priority_is_set
        if row["number"] not in closed_twice:
            assert f"{found.closed_at:%-d/%-m/%Y %H:%M}" == row["closed_at"]
        if row["assignment_group"] != "?":
            assert teams[found.team_id] == f"Group {row['assignment_group']}"
    for found in rows[:200]:
        assert_replays(found)
    busiest = ticket("0025993")
    assert_replays(busiest)

    again = import_file(LOG, "--timezone", "UTC")
    assert "0 tickets imported, 2493 already there" in again


def test_page_of_an_imported_incident_tells_its_story(
    log: Import, client: Client, administrator: User
) -> None:
    log(
        "I1,New,0,5/1/2026 09:00,7,5/1/2026 08:55,8,9,70,?,3,1",
        "I1,Active,1,5/1/2026 10:00,7,5/1/2026 08:55,8,9,71,5,2,2",
        "I1,-100,2,5/1/2026 10:30,7,5/1/2026 08:55,8,9,71,5,2,2",
        "I1,Awaiting Evidence,3,5/1/2026 11:00,7,5/1/2026 08:55,8,9,71,5,2,2",
        header=f"{HEADER},u_symptom",
    )
    client.force_login(administrator)
    page = client.get(ticket("I1").get_absolute_url(), headers={"Accept-Language": "en"})
    assert page.status_code == 200
    for words in ("Group 71", "Assignee 5", "Caller 9", "u_symptom"):
        assert words in page.text, words


def test_people_of_a_log_cannot_sign_in(log: Import) -> None:
    log("I1,New,0,5/1/2026 09:00,7,5/1/2026 08:55,8,9,70,?,3")
    people = User.objects.filter(email__endswith="@imported.invalid")
    assert {person.name for person in people} == {"Editor 7", "Opener 8", "Caller 9"}
    assert not any(person.is_active or person.has_usable_password() for person in people)


def test_rows_out_of_order_are_put_in_order(log: Import) -> None:
    log(
        "I1,Resolved,2,5/1/2026 11:00,7,5/1/2026 08:55,8,9,70,5,3",
        "I2,New,0,5/1/2026 09:00,7,5/1/2026 08:55,8,9,70,?,3",
        "I1,New,0,5/1/2026 09:00,7,5/1/2026 08:55,8,9,70,?,3",
        "I1,Active,1,5/1/2026 10:00,7,5/1/2026 08:55,8,9,71,5,2",
    )
    row = ticket("I1")
    assert row.status == "resolved"
    assert row.resolved_at == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert str(row.team) == "Group 70"
    verbs = list(Event.objects.filter(ticket=row).order_by("at", "id").values_list("verb", flat=True))
    assert verbs == ["opened", "assigned", "edited", "passed_on", "moved", "edited", "passed_on", "moved"]
    assert_replays(row)


def test_reopened_incident_counts_and_ends_open(log: Import) -> None:
    log(
        "I1,Resolved,0,5/1/2026 09:00,7,5/1/2026 08:55,8,9,70,5,3",
        "I1,Active,1,5/1/2026 10:00,7,5/1/2026 08:55,8,9,70,5,3",
    )
    row = ticket("I1")
    assert (row.status, row.reopened, row.resolved_at, row.is_open) == ("in_progress", 1, None, True)


def test_waiting_knows_for_whom(log: Import) -> None:
    log(
        "I1,Awaiting User Info,0,5/1/2026 09:00,7,5/1/2026 08:55,8,9,70,5,3",
        "I1,Awaiting Vendor,1,5/1/2026 10:00,7,5/1/2026 08:55,8,9,70,5,3",
    )
    row = ticket("I1")
    assert row.status == "pending"
    assert row.pending_reason
    assert row.pending_reason.slug == "supplier"
    assert_replays(row)


def test_odd_rows_are_refused_and_the_rest_of_the_incident_stays(log: Import) -> None:
    printed = log(
        "I1,New,0,5/1/2026 09:00,7,5/1/2026 08:55,8,9,70,?,3",
        "I1,Active,1,31/2/2026 10:00,7,5/1/2026 08:55,8,9,70,?,3",
        "I1,Active,2,5/1/2099 10:00,7,5/1/2026 08:55,8,9,70,?,3",
        "I1,-100,3,5/1/2026 11:00,7,5/1/2026 08:55,8,9,70,?,3",
        "?,New,0,5/1/2026 09:00,7,5/1/2026 08:55,8,9,70,?,3",
        "I2,New",
    )
    assert "1 tickets imported, 0 already there, 4 rows refused." in printed
    assert "line 3 · I1 · sys_updated_at" in printed
    assert "line 4 · I1 · sys_updated_at" in printed and "is in the future" in printed
    assert "line 6 · number" in printed
    assert "line 7" in printed
    assert ticket("I1").status == "new"


def test_iso_dates_and_real_names_are_taken_too(log: Import, requester: User) -> None:
    me = requester.email
    times = ("2026-01-05 09:00:00", "2026-01-05 08:55:00")
    log(f"INC0010001,In Progress,0,{times[0]},{me},{times[1]},{me},{me},Network,?,1 - Critical")
    row = ticket("INC0010001")
    assert row.requester == requester
    assert (row.entity, str(row.team), row.priority) == (requester.entity, "Network", 1)
    assert row.priority_is_set


def test_last_incident_of_a_cut_log_waits_for_the_whole_file(import_file: Import, tmp_path: Path) -> None:
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(LOG.read_bytes()[:60_000])
    printed = import_file(path)
    assert "The file ends in the middle of this incident" in printed
    assert "gzip is cut or damaged" in printed
    before = Alias.objects.count()
    assert before > 300
    import_file(LOG)
    assert Alias.objects.count() == Ticket.objects.count() == 2493
