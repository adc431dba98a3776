"""Items from CSV: what is read, what is refused with its line and column, and that doing it twice changes nothing."""

from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Entity, User
from core.exceptions import Refused
from services.actions.imports import check_import, run_import, start_import
from services.choices import ImportStatus
from services.exporting import harmless, written_out
from services.importing import Intake
from services.models import CatalogueEvent, Item, ItemImport, ItemType, Place, Service
from services.reading import Unreadable, decoded, rows_of
from services.tasks import import_items
from tests.services.conftest import Make

Kinds = dict[str, ItemType]


@pytest.fixture
def french(types: Kinds, school: Entity, room: Place, mail: Service, requester: User) -> bytes:
    """A file as a French spreadsheet writes it."""
    lines = [
        "Code;Nom;Type;Entité;État;Emplacement;Utilisateur;Fin de garantie;Mémoire;Adresse IP;Couleur du bouchon",
        f"SRV-1;Serveur d’été;Serveur;{school.code};in service;Main building › Room 12;;31/12/2027;64,5;10.0.0.4;bleu",
        f"PC-1;Portable élève;portable;{school.name};in_use;;{requester.email};2026-02-01;16;;",
    ]
    return "\r\n".join(lines).replace("›", ">").encode("cp1252")


def taken(raw: bytes, by: User) -> Any:
    return Intake(by, decoded(raw)).run()


def test_french_spreadsheet_is_read_as_it_is(
    french: bytes, agent: User, room: Place, requester: User
) -> None:
    checked = Intake(agent, decoded(french)).check()
    assert (checked.new, checked.refused, checked.ignored) == (2, 0, ["Couleur du bouchon"]), checked.notes
    assert not Item.objects.exists()
    assert taken(french, agent).new == 2
    server, laptop = Item.objects.get(code="SRV-1"), Item.objects.get(code="PC-1")
    assert (server.name, server.place, server.warranty_until) == ("Serveur d’été", room, date(2027, 12, 31))
    assert server.attributes == {"memory": 64.5, "ip": "10.0.0.4"}
    assert (laptop.user, laptop.attributes) == (requester, {"memory": 16})


def test_twice_changes_nothing_and_an_empty_cell_leaves_what_is_there(french: bytes, agent: User) -> None:
    taken(french, agent)
    events = CatalogueEvent.objects.count()
    again = taken(french, agent)
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    assert CatalogueEvent.objects.count() == events
    changed = taken(b"code,name,serial,memory\nsrv-1,,S-77,128\n", agent)
    assert (changed.new, changed.changed) == (0, 1)
    server = Item.objects.get(code="SRV-1")
    assert (server.name, server.serial, server.attributes["memory"]) == ("Serveur d’été", "S-77", 128)


def test_every_wrong_cell_is_named_and_the_good_rows_go_in(
    types: Kinds, school: Entity, hospital: Entity, make: Make, agent: User
) -> None:
    make("OUT-1", entity=hospital)
    text = "\n".join([
        "code,name,type,entity,status,owner,warranty until,memory,ip",
        f"A-1,Good,serveur,{school.code},,,,32,",
        f"A-2,,serveur,{school.code},,,,,",
        f"A-3,X,wing,{hospital.code},flying,nobody@example.org,tomorrow,,",
        f"A-1,Twice,serveur,{school.code},,,,,",
        f",No code,serveur,{school.code},,,,,",
        "OUT-1,Mine now,,,,,,,",
        f"A-4,Attributes,serveur,{school.code},,,,much,10.0.0.999",
    ])  # fmt: skip
    report = taken(text.encode(), agent)
    assert (report.new, report.refused) == (1, 6)
    found = {(note.line, note.column) for note in report.notes}
    assert {(3, "name"), (4, "type"), (4, "entity"), (4, "status"), (4, "owner"), (4, "warranty until"), (5, "code"),
            (6, "code"), (7, "code"), (8, "memory"), (8, "ip")} <= found  # fmt: skip
    assert Item.objects.get(code="OUT-1").name == "Item OUT-1"


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\n\n", b"code,name\n", b"name,type\nx,y\n", b"PK\x03\x04zip", b"\xff\xfec\x00", b"a\x00b",
        b'code,name\n"x,y\n' + b"z" * 200_000,
    ],
)  # fmt: skip
def test_what_is_no_table_of_items_is_refused_as_a_whole(raw: bytes, types: Kinds, agent: User) -> None:
    with pytest.raises(Refused) as refused:
        check_import(raw, "x.csv", by=agent)
    assert list(refused.value.errors) == ["file"]


def test_separator_and_marks_are_found_from_the_content() -> None:
    for mark in (";", ",", "\t", "|"):
        text = decoded(f"\ufeffcode{mark}name\nA{mark}B\n".encode())
        assert text.startswith("code")


def test_separator_of_the_first_line_counts(types: Kinds) -> None:
    for mark in (";", ",", "\t", "|"):
        [row], _ignored = rows_of(f"code{mark}name\nA{mark}B\n")
        assert (row.code, row.cells["name"], row.line) == ("A", "B", 2)
    with pytest.raises(Unreadable):
        rows_of("name\nA\n")


def test_formulas_go_out_as_text_and_come_back_as_they_were(make: Make, agent: User) -> None:
    assert harmless("=1+1") == "'=1+1"
    assert harmless("@x") == "'@x"
    assert harmless("-12.5") == "-12.5"
    make("SRV-1", name="=cmd|' /C calc'!A0", memory=64, colour=None)
    rows = list(Item.objects.for_lists().select_related("owner", "supplier"))
    text = "".join(written_out(rows))
    assert "'=cmd" in text
    report = taken(text.encode(), agent)
    assert (report.same, report.refused, report.changed) == (1, 0, 0), report.notes


def test_statements_grow_with_chunks_and_not_with_rows(types: Kinds, school: Entity, agent: User) -> None:
    def text(first: int) -> str:
        rows = (f"N-{number},Item,serveur,{school.code}" for number in range(first, first + 150))
        return "\n".join(["code,name,type,entity", *rows])

    with CaptureQueriesContext(connection) as asked:
        assert Intake(agent, text(0)).run().new == 150
    assert len(asked) < 40


def test_worker_takes_a_file_in_with_progress_and_once(french: bytes, agent: User, lead: User) -> None:
    row = check_import(french, "park.csv", by=agent)
    assert (row.status, row.report["new"], row.total) == (ImportStatus.CHECKED, 2, 2)
    assert lead.pk != agent.pk
    assert not ItemImport.objects.visible_to(lead).exists()
    start_import(row, by=agent)
    import_items(row.pk)
    row.refresh_from_db()
    assert (row.status, row.done, row.report["new"], row.text) == (ImportStatus.DONE, 2, 2, "")
    assert not run_import(row)
    assert Item.objects.count() == 2
    with pytest.raises(Refused):
        start_import(check_import(french, "park.csv", by=agent), by=agent)


def test_command_looks_first_and_then_writes(french: bytes, agent: User, tmp_path: Path) -> None:
    path = tmp_path / "park.csv"
    path.write_bytes(french)
    said = StringIO()
    call_command("import_items", str(path), "--as", agent.email, "--dry-run", stdout=said)
    assert "2" in said.getvalue()
    assert not Item.objects.exists()
    call_command("import_items", str(path), "--as", agent.email, stdout=StringIO())
    assert Item.objects.count() == 2
    with pytest.raises(CommandError):
        call_command("import_items", str(tmp_path / "none.csv"), "--as", agent.email)
    with pytest.raises(CommandError):
        call_command("import_items", str(path), "--as", "nobody@nowhere.example")
