"""The chain: whatever is done to it behind the portal's back is found, and the first broken entry named."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import InternalError, connection, transaction
from django.utils import timezone

from accounts.models import User
from audit import actions, keys, ledger
from audit.actions import Act, Report
from audit.canonical import COLUMNS, content, link
from audit.models import AuditEntry, AuditSeal
from audit.telling import tell
from tests.conftest import forbid_emptying_trail
from tests.tickets.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(db: None) -> list[int]:
    """Ten sealed entries and their head noted outside; their keys."""
    rows = actions.record_many(
        Act(action="tests.done", target=f"T-{n}", data={"n": n, "word": "é"}) for n in range(10)
    )
    assert actions.seal() == 10
    assert actions.anchor()
    assert actions.verify().is_whole
    return [row.pk for row in rows]


def as_owner(*statements: str, **values: Any) -> None:
    """What the owner of the tables can do: without triggers. `%(name)s` stands for a value."""
    with connection.cursor() as cursor:
        for table in ("audit_auditentry", "audit_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement, values)
        for table in ("audit_auditentry", "audit_auditseal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    forbid_emptying_trail(is_on=False)


def first(report: Report) -> tuple[str, int | None]:
    assert not report.is_whole
    return report.faults[0].code, report.faults[0].entry


def test_untouched_trail_is_whole(chain: list[int]) -> None:
    report = actions.verify()
    assert report.is_whole and report.entries == 10 and report.head_seq == 10 and report.anchors == 1


@pytest.mark.parametrize(
    "change",
    [
        "action = 'tests.undone'",
        "data = '{}'",
        "at = at - interval '1 hour'",
        "actor = 12",
        "actor_box = '1.x'",
    ],
)
def test_changed_entry_is_named(chain: list[int], change: str) -> None:
    as_owner(f"UPDATE audit_auditentry SET {change} WHERE id = %(entry)s", entry=chain[3])  # noqa: S608 - from above
    assert first(actions.verify()) == ("changed", chain[3])


def test_deleted_entry_is_named(chain: list[int]) -> None:
    as_owner("DELETE FROM audit_auditentry WHERE id = %(e3)s", e3=chain[3])
    assert first(actions.verify()) == ("deleted", chain[3])


def test_deleted_entry_with_its_link_is_noticed(chain: list[int]) -> None:
    as_owner(
        "DELETE FROM audit_auditentry WHERE id = %(e3)s",
        "DELETE FROM audit_auditseal WHERE entry = %(e3)s",
        e3=chain[3],
    )
    fault = actions.verify().faults[0]
    assert (fault.code, fault.seq) == ("deleted", 4)


def test_closing_the_gap_is_noticed(chain: list[int]) -> None:
    as_owner(
        "DELETE FROM audit_auditentry WHERE id = %(e3)s",
        "DELETE FROM audit_auditseal WHERE entry = %(e3)s",
        "UPDATE audit_auditseal SET seq = seq - 1 WHERE seq > 4",
        e3=chain[3],
    )
    assert first(actions.verify()) == ("changed", chain[4])


COPY = (
    "INSERT INTO audit_auditentry (at, recorded_at, action, actor, actor_box, target_type, target_id, target_label,"
    " entity, request_id, data, subject, subject_box, nonce, code) SELECT at, recorded_at, 'tests.forged', actor,"
    " actor_box, target_type, target_id, target_label, entity, request_id, data, subject, subject_box, nonce, code"
    " FROM audit_auditentry WHERE id = %(entry)s"
)


def test_inserted_entry_is_named_and_never_sealed(chain: list[int]) -> None:
    as_owner(COPY, entry=chain[3])
    forged = AuditEntry.objects.latest("pk").pk
    assert actions.seal() == 0
    assert first(actions.verify()) == ("inserted", forged)


def test_inserted_entry_with_a_right_hash_is_named(chain: list[int]) -> None:
    as_owner(COPY, entry=chain[3])
    forged = AuditEntry.objects.values("pk", "code", *COLUMNS).latest("pk")
    head = AuditSeal.objects.latest("seq")
    made = link(head.hash, 11, forged["pk"], forged["code"], content(forged))
    as_owner(
        "INSERT INTO audit_auditseal (seq, entry, hash) VALUES (11, %(entry)s, %(made)s)",
        entry=forged["pk"],
        made=made,
    )
    assert first(actions.verify()) == ("inserted", forged["pk"])


def test_reordered_entries_are_named(chain: list[int]) -> None:
    as_owner(
        "UPDATE audit_auditseal SET entry = 0 WHERE entry = %(e3)s",
        "UPDATE audit_auditseal SET entry = %(e3)s WHERE entry = %(e6)s",
        "UPDATE audit_auditseal SET entry = %(e6)s WHERE entry = 0",
        e3=chain[3],
        e6=chain[6],
    )
    assert first(actions.verify()) == ("reordered", chain[6])


def test_cut_tail_is_noticed_by_the_anchor(chain: list[int]) -> None:
    as_owner(
        "DELETE FROM audit_auditseal WHERE entry >= %(e7)s",
        "DELETE FROM audit_auditentry WHERE id >= %(e7)s",
        e7=chain[7],
    )
    fault = actions.verify().faults[0]
    assert (fault.code, fault.seq) == ("cut", 8)


def test_emptied_trail_is_noticed_by_the_anchor(chain: list[int]) -> None:
    as_owner("TRUNCATE audit_auditseal, audit_auditentry")
    assert actions.verify().faults[0].code == "truncated"


def test_chain_written_anew_is_noticed_by_the_anchor(chain: list[int]) -> None:
    as_owner("TRUNCATE audit_auditseal", "DELETE FROM audit_auditentry WHERE id = %(e0)s", e0=chain[0])
    actions.record("tests.more")
    assert actions.seal(whole=True) == 10
    assert "rewritten" in [fault.code for fault in actions.verify().faults]


def test_changed_anchor_is_noticed(chain: list[int]) -> None:
    path = ledger.path_of(ledger.ANCHORS)
    path.write_text(path.read_text().replace('"seq": 10', '"seq": 9'))
    assert actions.verify().faults[0].code == "anchor"


def test_removed_line_of_the_anchors_is_noticed(chain: list[int]) -> None:
    for _n in range(2):
        actions.record("tests.more")
        actions.seal()
        actions.anchor()
    path = ledger.path_of(ledger.ANCHORS)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(lines[0] + lines[2])
    assert actions.verify().faults[0].code == "anchor"


def test_entry_that_is_never_sealed_is_reported(chain: list[int]) -> None:
    row = actions.record("tests.more")
    assert actions.verify().is_whole
    late = timezone.now() + timedelta(minutes=2)
    assert first(actions.verify(now=late)) == ("unsealed", row.pk)


@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_database_refuses_to_change_the_trail(chain: list[int], statement: str) -> None:
    forbid_emptying_trail(is_on=True)
    try:
        for table, column in (("audit_auditentry", "entity"), ("audit_auditseal", "seq")):
            with (
                pytest.raises(InternalError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement.format(table, column, column))
    finally:
        forbid_emptying_trail(is_on=False)


def test_command_says_it_with_words_code_and_json(chain: list[int]) -> None:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "The trail is whole." in out.getvalue()
    as_owner("UPDATE audit_auditentry SET action = 'x' WHERE id = %(e2)s", e2=chain[2])
    out = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("verify_audit", "--json", stdout=out)
    assert left.value.code == 1
    report = json.loads(out.getvalue())
    assert report["faults"][0] == {
        "code": "changed", "seq": 3, "entry": chain[2], "detail": f"entry {chain[2]} is not as it was sealed",
    }  # fmt: skip


def test_destroyed_key_hides_the_person_and_keeps_the_chain(requester: User) -> None:
    actions.record("tests.done", by=requester, subject=requester, personal={"phone": "0123"})
    actions.seal()
    [before] = tell(AuditEntry.objects.all())
    assert before.who == requester.name and before.data == {"phone": "0123"}
    assert keys.destroy(requester.pk)
    [after] = tell(AuditEntry.objects.all())
    assert after.is_erased and after.data == {} and "0123" not in str(AuditEntry.objects.values().get())
    assert actions.verify().is_whole


def test_strange_values_are_kept_and_stay_whole(db: None) -> None:
    actions.record(
        "tests.done",
        target="x" * 300,
        data={"nul": "a\0b", "half": "\ud800", "float": 1.10, "big": 10**30, "deep": [{"a": None}]},
    )
    actions.seal()
    assert actions.verify().is_whole


@pytest.mark.django_db(transaction=True)
def test_eight_writers_and_the_sealer_at_once(requester: User) -> None:
    """Everything is sealed once, by a chain without gaps."""

    def write(name: str) -> Callable[[], None]:
        def work() -> None:
            for place in range(25):
                with transaction.atomic():
                    actions.record("tests.raced", by=requester, target=f"{name}-{place}")

        return work

    def close() -> None:
        for _n in range(40):
            actions.seal()

    jobs: list[Callable[[], Any]] = [*(write(f"w{n}") for n in range(8)), close, close]
    for result in together(jobs):
        assert result is None
    actions.seal()
    assert AuditSeal.objects.count() == AuditEntry.objects.filter(action="tests.raced").count() == 200
    assert actions.verify().is_whole
