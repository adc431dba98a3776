"""Checking the trail: every link from the first, the anchors beside it, and what stands outside the chain."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from audit import ledger
from audit.actions.recording import ENTRY
from audit.actions.sealing import unsealed
from audit.canonical import COLUMNS, START, Row, content, is_ours, link
from audit.models import AuditEntry, AuditSeal

# An act is sealed within seconds; what is still outside the chain after this long is a fault.
PATIENCE = timedelta(minutes=1)
MOST_FAULTS = 50
_CHUNK = 2_000
_AROUND = 500


@dataclass(frozen=True)
class Fault:
    """Something wrong: what (`changed`, `deleted`, `inserted`, `reordered`, `cut`, `truncated`, `rewritten`,
    `unsealed`, `anchor`), and where.
    """

    code: str
    seq: int | None = None
    entry: int | None = None
    detail: str = ""


@dataclass
class Report:
    """What a check found."""

    entries: int = 0
    head_seq: int = 0
    head_hash: str = ""
    anchors: int = 0
    last_anchor: str = ""
    seconds: float = 0.0
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def add(self, fault: Fault) -> None:
        """Keep a fault, up to a number after which more of them say nothing new."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)

    def told(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "is_whole": self.is_whole}


def verify(*, now: datetime | None = None) -> Report:
    """Check everything. The faults are in the order of the chain, so the first one names the first broken entry."""
    started = timezone.now()
    report = Report()
    # Read before the chain, which only grows: every head noted so far must be in it.
    anchors = _anchors(report)
    _walk(report, anchors)
    _check_end(report, anchors)
    _check_unsealed(report, now or timezone.now())
    report.seconds = round((timezone.now() - started).total_seconds(), 2)
    return report


def _anchors(report: Report) -> dict[int, str]:
    found: dict[int, str] = {}
    for line in ledger.lines(ledger.ANCHORS):
        if not line.is_ours:
            report.add(
                Fault("anchor", detail=f"line {line.number} of {ledger.ANCHORS} is not as it was written")
            )
            continue
        found[line.content["seq"]] = line.content["hash"]
        report.anchors, report.last_anchor = report.anchors + 1, line.content["at"]
    return found


def _links() -> Iterator[Row]:
    """The chain with the entries it is about, read a few thousand at a time."""
    rows = AuditSeal.objects.order_by("seq").values("seq", "entry", "hash")
    chunk: list[Any] = []
    for row in rows.iterator(chunk_size=_CHUNK):
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield from _joined(chunk)
            chunk = []
    yield from _joined(chunk)


def _joined(links: list[Any]) -> Iterator[Row]:
    keys = [row["entry"] for row in links]
    entries = {
        row["pk"]: row for row in AuditEntry.objects.filter(pk__in=keys).values("pk", "code", *COLUMNS)
    }
    for row in links:
        yield {**row, "row": entries.get(row["entry"])}


def _walk(report: Report, anchors: dict[int, str]) -> None:
    before: str | None = START
    expected = 1
    for each in _links():
        seq, entry, row = each["seq"], each["entry"], each["row"]
        if seq != expected:
            detail = f"links {expected} to {seq - 1} of the chain are missing"
            report.add(Fault("deleted", expected, None, detail))
            before = None
        body = b"" if row is None else content(row)
        if row is None:
            report.add(Fault("deleted", seq, entry, f"entry {entry} is missing"))
        elif before is not None and link(before, seq, entry, row["code"], body) != each["hash"]:
            report.add(_wrong(before, each, is_told=len(report.faults) < MOST_FAULTS))
        elif not is_ours(body, row["code"], purpose=ENTRY):
            report.add(Fault("inserted", seq, entry, f"entry {entry} was not written by the portal"))
        if anchors.get(seq, each["hash"]) != each["hash"]:
            report.add(
                Fault("rewritten", seq, entry, f"link {seq} is not the one noted outside the database")
            )
        before, expected = each["hash"], seq + 1
        report.entries += row is not None
        report.head_seq, report.head_hash = seq, each["hash"]


def _wrong(before: str, each: Row, *, is_told: bool) -> Fault:
    """Say what happened to a link whose hash does not fit: another entry would fit, or none does."""
    seq, entry = each["seq"], each["entry"]
    changed = Fault("changed", seq, entry, f"entry {entry} is not as it was sealed")
    if not is_told:
        return changed
    near = AuditEntry.objects.filter(pk__range=(entry - _AROUND, entry + _AROUND)).exclude(pk=entry)
    for other in near.values("pk", "code", *COLUMNS):
        if link(before, seq, other["pk"], other["code"], content(other)) == each["hash"]:
            detail = f"entry {entry} stands where entry {other['pk']} was sealed"
            return Fault("reordered", seq, entry, detail)
    return changed


def _check_end(report: Report, anchors: dict[int, str]) -> None:
    """The chain must reach as far as it did when its head was last noted."""
    noted = max(anchors, default=0)
    if noted > report.head_seq:
        code = "truncated" if report.head_seq == 0 else "cut"
        detail = f"{noted} links were noted outside the database, {report.head_seq} are left"
        report.add(Fault(code, report.head_seq + 1, None, detail))


def _check_unsealed(report: Report, now: datetime) -> None:
    """What stands outside the chain: put in by others, or forgotten by the sealer."""
    forgotten: list[int] = []
    for row in unsealed().order_by("pk").values("pk", "code", *COLUMNS).iterator(chunk_size=_CHUNK):
        if not is_ours(content(row), row["code"], purpose=ENTRY):
            report.add(Fault("inserted", None, row["pk"], f"entry {row['pk']} was not written by the portal"))
        elif row["recorded_at"] < now - PATIENCE:
            forgotten.append(row["pk"])
    if forgotten:
        detail = f"{len(forgotten)} entries older than a minute are not sealed, the first is {forgotten[0]}"
        report.add(Fault("unsealed", None, forgotten[0], detail))
