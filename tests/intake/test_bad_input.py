"""Files and rows that are wrong: told with line, field and reason, and the rest is loaded."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.intake.conftest import ROW, Import
from tickets.models import Comment, Ticket

GOOD = {"id": "good"}


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"id": None}, "id"),
        ({"id": ""}, "id"),
        ({"id": ["x"]}, "id"),
        ({"id": "x" * 121}, "id"),
        ({"title": ""}, "title"),
        ({"title": 5}, "title"),
        ({"title": "x" * 251}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"body": "x" * 200_001}, "body"),
        ({"body": {"html": "x"}}, "body"),
        ({"body": "\udcff"}, "body"),
        ({"lang": "x" * 9}, "lang"),
        ({"kind": "riddle"}, "kind"),
        ({"created": None}, "created"),
        ({"created": "yesterday"}, "created"),
        ({"created": "2026-02-30T00:00:00Z"}, "created"),
        ({"created": "2999-01-01"}, "created"),
        ({"created": "0001-01-01T00:00:00Z"}, "created"),
        ({"created": 1767600000}, "created"),
        ({"updated": "2999-01-01"}, "updated"),
        ({"requester": ""}, "requester"),
        ({"requester": "x" * 121}, "requester"),
        ({"queue": "x" * 121}, "queue"),
        ({"status": "gone"}, "status"),
        ({"priority": 0}, "priority"),
        ({"priority": "high"}, "priority"),
        ({"priority": True}, "priority"),
        ({"priority": 2.5}, "priority"),
        ({"due": "soon"}, "due"),
        ({"comments": "none"}, "comments"),
        ({"comments": {"a": 1}}, "comments"),
        ({"comments": ["text"]}, "comments[0]"),
        ({"comments": [{"author": "a", "created": "2026-01-05", "body": ""}]}, "comments[0].body"),
        ({"comments": [{"author": "a", "created": "2999-01-05", "body": "b"}]}, "comments[0].created"),
        (
            {"comments": [{"author": "a", "created": "2026-01-05", "body": "b", "public": "no"}]},
            "comments[0].public",
        ),
    ],
)
def test_bad_row_is_refused_by_field_and_the_rest_loaded(
    import_rows: Import, row: dict[str, Any], field: str
) -> None:
    printed = import_rows(row, GOOD)
    assert "1 tickets imported, 0 already there, 1 rows refused." in printed
    number = "" if field == "id" else "T1 · "
    assert f"refused: line 1 · {number}{field} · " in printed
    assert Ticket.objects.get().aliases.get().value == "good"


@pytest.mark.parametrize(
    "line",
    [
        b"{broken", b"[1]", b'"text"', b"null", b'{"id": NaN}', b"[" * 100_000,
        b'{"id": ' + b"9" * 5000 + b"}", b"\xff\xfe\xfa",
    ],
)  # fmt: skip
def test_line_that_is_no_ticket_is_refused(import_rows: Import, line: bytes) -> None:
    printed = import_rows(GOOD, line)
    assert "1 tickets imported, 0 already there, 1 rows refused." in printed
    assert "refused: line 2" in printed


def test_duplicates_in_one_file_are_refused_across_batches(
    import_rows: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intake.imports.loading.BATCH", 2)
    printed = import_rows({"id": "a"}, {"id": "a"}, {"id": "b"}, {"id": "c"}, {"id": "a"}, {"id": "d"})
    assert "4 tickets imported, 0 already there, 2 rows refused." in printed
    assert "line 2 · a · id" in printed and "line 5 · a · id" in printed


def test_windows_text_is_read_and_told(import_rows: Import) -> None:
    printed = import_rows(
        json.dumps({**ROW, "title": "Écran cassé – urgent"}, ensure_ascii=False).encode("cp1252")
    )
    assert Ticket.objects.get().title == "Écran cassé – urgent"
    assert "1 lines were not UTF-8 and were read as Windows-1252." in printed


def test_broken_bytes_in_a_utf8_file_are_refused(import_rows: Import) -> None:
    broken = json.dumps({**ROW, "title": "X"}).encode().replace(b"X", b"caf\xe9")
    printed = import_rows({"id": "good", "title": "Café"}, broken)
    assert "line 2 · T1 · title · Broken encoding" in printed
    assert Ticket.objects.count() == 1


def test_utf8_mark_is_passed_over(import_file: Import, tmp_path: Path) -> None:
    path = tmp_path / "bom.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(ROW).encode())
    assert "1 tickets imported" in import_file(path)


def test_cut_gzip_gives_what_can_be_read(import_file: Import, tmp_path: Path) -> None:
    rows = "".join(
        json.dumps({**ROW, "id": str(number), "title": f"Title {number * 7919}"}) + "\n"
        for number in range(3000)
    )
    path = tmp_path / "cut.jsonl.gz"
    packed = gzip.compress(rows.encode())
    path.write_bytes(packed[: len(packed) * 2 // 3])
    printed = import_file(path)
    assert "The file ends in the middle (gzip is cut or damaged)" in printed
    assert " 0 rows refused" in printed
    assert 1000 < Ticket.objects.count() < 3000
    path.write_bytes(packed)
    import_file(path)
    assert Ticket.objects.count() == 3000


def test_gzip_of_several_members_is_read_whole(import_file: Import, tmp_path: Path) -> None:
    path = tmp_path / "two.gz"
    lines = [gzip.compress(json.dumps({**ROW, "id": name}).encode() + b"\n") for name in "ab"]
    path.write_bytes(b"".join(lines))
    assert "2 tickets imported" in import_file(path)


def test_damaged_gzip_is_told(import_file: Import, tmp_path: Path) -> None:
    path = tmp_path / "bad.gz"
    path.write_bytes(b"\x1f\x8b" + b"\x00" * 100)
    with pytest.raises(CommandError, match="is empty"):
        import_file(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"hello world\n", "neither JSON lines"),
        (b"a,b,c\n1,2,3\n", "neither JSON lines"),
        ("{}".encode("utf-16"), "UTF-16"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (b"\x00\x01\x02\x03", "neither JSON lines"),
    ],
)
def test_file_that_is_no_use_stops_with_a_reason(
    import_file: Import, tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=message) as stopped:
        import_file(path)
    assert stopped.value.returncode == 1


def test_directory_and_missing_file_stop_with_a_reason(import_file: Import, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is a directory"):
        import_file(tmp_path)
    with pytest.raises(CommandError, match="There is no file"):
        import_file(tmp_path / "missing")


def test_wrong_options_stop_with_a_reason(import_rows: Import, tmp_path: Path) -> None:
    for options, message in [
        (("--entity", "NOWHERE"), "no entity with the code NOWHERE"),
        (("--timezone", "Mars/Olympus"), "not a time zone"),
        (("--timezone", "../etc/passwd"), "not a time zone"),
        (("--report", str(tmp_path)), "cannot be written"),
        (("--format", "csv"), "lacks id, title"),
    ]:
        with pytest.raises(CommandError, match=message):
            import_rows(GOOD, options=options)
    assert not Ticket.objects.exists()


def test_ticket_the_database_cannot_hold_is_refused_alone(
    import_rows: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intake.imports.records.TITLE_LIMIT", 1000)
    printed = import_rows({"id": "a"}, {"id": "b", "title": "x" * 300}, {"id": "c"})
    assert "2 tickets imported, 0 already there, 1 rows refused." in printed
    assert "line 2 · b · value too long" in printed


def test_csv_rows_without_sense_are_refused(import_file: Import, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(
        "id,title,created,requester,comments\n"
        'a,"Two\nlines",2026-01-05,rosa,\n'
        "b,Short\n"
        "c,Bad comments,2026-01-05,rosa,{not json\n"
        "\n"
        "d,Good,2026-01-05,rosa,[]\n"
    )
    printed = import_file(path)
    assert "2 tickets imported, 0 already there, 2 rows refused." in printed
    assert "line 4 · The row has 2 cells, the header 5." in printed
    assert "line 5 · c · comments · This is not JSON" in printed


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=300))
def test_any_text_comes_back_as_it_was(import_rows: Import, body: str) -> None:
    Comment.objects.all()
    number = f"t{abs(hash(body))}"
    import_rows({"id": number, "body": body}, options=("--source", number))
    stored = Ticket.objects.get(aliases__source=number).description
    assert stored == body.replace("\r\n", "\n").replace("\r", "\n").strip()
