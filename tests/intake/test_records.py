"""Tickets as JSON lines and CSV."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Entity, Team, User
from core.models import OutboxMessage
from services.models import Service
from tests.intake.conftest import ROW, Import
from tests.intake.replay import assert_replays
from tickets.actions import comment
from tickets.models import Alias, Comment, CustomField, Event, FieldValues, Ticket
from tickets.references import find

FULL = {
    "id": "OLD-7",
    "kind": "incident",
    "title": "Imprimante en panne",
    "body": "Bourrage\r\nau 2e étage 🖨️",
    "lang": "fr",
    "created": "2026-01-05T09:00:00+01:00",
    "updated": "2026-01-07T17:30:00Z",
    "requester": "rosa@example.org",
    "queue": "Impression",
    "status": "resolved",
    "priority": 2,
    "assignee": "emil",
    "due": "2026-01-09",
    "comments": [
        {"author": "emil", "created": "2026-01-06T10:00:00Z", "public": False, "body": "Tambour usé."},
        {
            "author": "rosa@example.org",
            "created": "2026-01-05T10:00:00Z",
            "public": True,
            "body": "C’est urgent.",
        },
    ],
}


def only_ticket() -> Ticket:
    found: Ticket = Ticket.objects.get()
    return found


def test_every_column_of_a_ticket_is_kept(import_rows: Import) -> None:
    assert "1 tickets imported" in import_rows(FULL)
    row = only_ticket()
    assert row.kind == "incident"
    assert row.title == "Imprimante en panne"
    assert row.description == "Bourrage\nau 2e étage 🖨️"
    assert row.language == "fr"
    assert row.created_at == row.reported_at == datetime(2026, 1, 5, 8, tzinfo=UTC)
    assert row.updated_at == row.resolved_at == datetime(2026, 1, 7, 17, 30, tzinfo=UTC)
    assert row.requester.email == "rosa@example.org"
    assert (str(row.team), row.service) == ("Impression", None)
    assert (row.status, row.priority, row.priority_is_set) == ("resolved", 2, False)
    assert row.assignee
    assert row.assignee.email == "emil@imported.invalid"
    assert row.due_at == datetime(2026, 1, 8, 23, tzinfo=UTC)
    assert row.channel == "import"
    assert row.details.symptoms == ""
    written = list(Comment.objects.filter(ticket=row).order_by("created_at").values_list("body", "kind"))
    assert written == [("C’est urgent.", "public"), ("Tambour usé.", "internal")]
    verbs = [event.verb for event in Event.objects.filter(ticket=row).order_by("at", "id")]
    assert verbs == ["opened", "assigned", "commented", "commented", "moved"]
    assert_replays(row)


def test_csv_gives_the_same_tickets(import_rows: Import, import_file: Import, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(FULL), delimiter=";")
        writer.writeheader()
        writer.writerow({**FULL, "comments": json.dumps(FULL["comments"])})
    assert "1 tickets imported" in import_file(path)
    assert "0 tickets imported, 1 already there" in import_rows(FULL)
    row = only_ticket()
    assert (row.description, row.comments.count()) == ("Bourrage\nau 2e étage 🖨️", 2)


def test_what_is_absent_has_a_plain_meaning(import_rows: Import) -> None:
    import_rows({})
    row = only_ticket()
    assert (row.kind, row.status, row.priority, row.team, row.assignee) == ("incident", "new", 3, None, None)
    assert row.updated_at == row.created_at


@pytest.mark.parametrize(
    ("given", "ours"),
    [
        ("new", "new"),
        ("open", "in_progress"),
        ("pending", "pending"),
        ("resolved", "resolved"),
        ("closed", "closed"),
    ],
)
def test_statuses_are_reached_by_allowed_moves(import_rows: Import, given: str, ours: str) -> None:
    import_rows({"status": given})
    row = only_ticket()
    assert row.status == ours
    assert (row.pending_reason is not None) == (ours == "pending")
    for event in Event.objects.filter(ticket=row, verb="moved"):
        assert row.workflow.find(*event.data["changes"]["status"])
    assert_replays(row)


def test_known_people_teams_and_services_are_found(
    import_rows: Import, requester: User, agent: User, n1: Team, mail_service: Service, school: Entity
) -> None:
    import_rows(
        {"id": 1, "requester": requester.email.upper(), "assignee": agent.email, "queue": "service DESK"},
        {"id": 2, "requester": requester.email, "queue": "Mail"},
        options=("--entity", school.code),
    )
    first, second = Ticket.objects.order_by("pk")
    assert (first.requester, first.assignee, first.team, first.entity) == (requester, agent, n1, school)
    assert (second.service, second.team) == (mail_service, n1)


def test_same_name_is_the_same_person_in_a_later_import(import_rows: Import) -> None:
    import_rows({"id": "a", "requester": "Jean  Dupont"})
    import_rows({"id": "b", "requester": "jean dupont"})
    person = User.objects.get(last_name__iexact="dupont")
    assert Ticket.objects.filter(requester=person).count() == 2
    assert not person.is_active


def test_old_number_answers(import_rows: Import, administrator: User) -> None:
    import_rows({"id": "2024/00017"})
    assert find("2024/00017", user=administrator) == only_ticket()


def test_numbers_go_on_after_an_import(import_rows: Import, requester: User) -> None:
    import_rows({"id": "a"}, {"id": "b"})
    from_import = max(Ticket.objects.values_list("pk", flat=True))
    fresh = Ticket.objects.create(
        kind="incident", title="Next", entity=requester.entity, requester=requester, opened_by=requester,
        reported_at=timezone.now(), created_at=timezone.now(), updated_at=timezone.now(),
    )  # fmt: skip
    assert fresh.pk > from_import


def test_second_run_adds_nothing(import_rows: Import) -> None:
    import_rows({"id": "a"}, {"id": "b"})
    printed = import_rows({"id": "a"}, {"id": "b"}, {"id": "c"})
    assert "1 tickets imported, 2 already there, 0 rows refused." in printed
    assert Ticket.objects.count() == Alias.objects.count() == 3


def test_same_number_of_another_system_is_another_ticket(import_rows: Import) -> None:
    import_rows({"id": "1"}, options=("--source", "first"))
    import_rows({"id": "1"}, options=("--source", "second"))
    assert Ticket.objects.count() == 2


def test_nobody_is_told(import_rows: Import, requester: User, mailoutbox: list[object]) -> None:
    import_rows(
        {
            "requester": requester.email,
            "comments": [{"author": "emil", "created": ROW["created"], "body": "Hm."}],
        }
    )
    assert not OutboxMessage.objects.exists()
    assert not mailoutbox


def test_long_silent_tickets_do_not_close_with_a_mail(import_rows: Import) -> None:
    yesterday = (timezone.now() - timedelta(days=1)).isoformat()
    import_rows(
        {"id": "old", "status": "resolved"}, {"id": "fresh", "status": "resolved", "updated": yesterday}
    )
    old, fresh = Ticket.objects.order_by("pk")
    assert old.closes_at is None
    assert fresh.closes_at > timezone.now()


def test_imported_ticket_can_be_worked_on(
    import_rows: Import, agent: User, requester: User, school: Entity
) -> None:
    import_rows({"requester": requester.email, "status": "pending"})
    comment(only_ticket(), by=requester, body="Here I am again.")
    assert only_ticket().status == "in_progress"


def test_dry_run_writes_nothing_and_says_the_same(import_rows: Import) -> None:
    rows = ({"id": "a"}, {"id": "a"}, {"id": "b", "title": ""})
    printed = import_rows(*rows, options=("--dry-run",))
    assert "Dry run: 1 tickets to import, 0 already there, 2 rows refused." in printed
    assert not Ticket.objects.exists()
    assert not User.objects.filter(email="rosa@example.org").exists()


def test_report_names_every_refused_row(import_rows: Import, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    bad = [{"id": f"b{number}", "status": "odd"} for number in range(30)]
    printed = import_rows({"id": "good"}, *bad, options=("--report", str(path)))
    assert "1 tickets imported, 0 already there, 30 rows refused." in printed
    assert "…and 10 more." in printed
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert len(rows) == 30
    assert rows[0] == {
        "outcome": "refused", "line": "2", "id": "b0", "field": "status",
        "reason": "Unknown status “odd”; known are new, open, pending, resolved, closed.",
    }  # fmt: skip


def test_long_lines_of_text_come_through(import_rows: Import) -> None:
    body = "\n".join(f"line {number} \t \\N \\. é" for number in range(10_000))[:199_999]
    import_rows({"body": body})
    assert only_ticket().description == body.strip()


def test_help_tells_the_formats(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("import_tickets", "--help")
    printed = capsys.readouterr().out
    for word in ("servicenow", "jsonl", "csv", "--entity", "--timezone", "--report", "--dry-run", "comments"):
        assert word in printed


def test_custom_fields_come_along(import_rows: Import, school: Entity, tmp_path: Path) -> None:
    for slug, field_type in (("room", "text"), ("size", "integer"), ("owner", "person")):
        CustomField.objects.create(slug=slug, label_fr=slug, field_type=field_type)
    owner = User.objects.create(email="olga@example.org", entity=school)
    import_rows({**ROW, "id": "F-1", "fields": {"room": "B12", "size": 4, "owner": "olga@example.org"}})
    assert FieldValues.objects.get().data == {"room": "B12", "size": 4, "owner": owner.pk}
    said = import_rows(
        {**ROW, "id": "F-2", "fields": {"room": 5}},
        {**ROW, "id": "F-3", "fields": {"hall": "x"}},
        {**ROW, "id": "F-4", "fields": []},
        {**ROW, "id": "F-5", "fields": "x"},
    )
    assert "fields.room" in said and "fields.hall" in said and Ticket.objects.count() == 2
    path = tmp_path / "fields.csv"
    path.write_text(
        "id,title,created,requester,field.room,field.size\nF-6,Cold,2026-01-05,rosa@example.org,C3,\n"
    )
    call_command("import_tickets", str(path))
    assert FieldValues.objects.latest("ticket_id").data == {"room": "C3"}
