"""One import from beginning to end: what the file is, its rows, and their batches.

A batch is one transaction that begins by taking the import's lock and looking which numbers are there,
so an import that was interrupted, killed or started twice adds nothing twice.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Entity
from intake.imports import records, servicenow
from intake.imports.cells import header_of
from intake.imports.checks import BadRow
from intake.imports.directory import Directory, default_entity
from intake.imports.report import Report
from intake.imports.source import Source, Unreadable
from tickets.actions.bulk import WORTH_ANALYSING, Past, load, refresh_statistics
from tickets.models import Alias

FORMATS = ("servicenow", "jsonl", "csv")
BATCH = 1_000
# Long texts end a batch earlier, so that memory stays flat.
BATCH_CHARACTERS = 8_000_000
_PEEKED = 20
# Arbitrary, the same for all imports: PostgreSQL's lock that lets one batch at a time in.
_LOCK = 5_472_001


class Item(Protocol):
    """A ticket of a file, whatever its format."""

    @property
    def line(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def people(self) -> Iterator[str]: ...
    def past(self, directory: Directory) -> Past: ...


@dataclass(frozen=True)
class Order:
    """What was asked: the file and how to read it."""

    path: Path
    zone: ZoneInfo
    now: datetime
    format: str = ""
    source: str = ""
    entity: Entity | None = None
    dry_run: bool = False


@dataclass(frozen=True)
class Progress:
    """How far an import is, in bytes of the file or, where all was read before, in tickets."""

    done: int
    total: int
    tickets: int


Watch = Callable[[Progress], None]


def run(order: Order, report: Report, watch: Watch) -> None:
    """Import a file; the report says what came of it. Raises `Unreadable` where the whole file is no use."""
    source = Source(order.path)
    try:
        lines = source.lines()
        first = list(islice(lines, _PEEKED))
        form = order.format or _detect(first, order.path)
        _check_header(form, first, order.path)
        items, far = _items(form, chain(first, lines), source, order, report)
        _Import(order, form, report).run(items, lambda: watch(far()))
        _tell_of_source(source, report)
    finally:
        source.close()


def _items(
    form: str, lines: Iterable[str], source: Source, order: Order, report: Report
) -> tuple[Iterable[Item], Callable[[], Progress]]:
    if form == "servicenow":
        incidents = servicenow.Reader(order.zone, order.now, report).incidents(
            lines, is_cut=lambda: source.is_cut
        )
        return incidents, lambda: Progress(report.seen, len(incidents), report.seen)
    reader = records.Reader(order.zone, order.now, report)
    items = reader.json_lines(lines) if form == "jsonl" else reader.csv(lines)
    return items, lambda: Progress(source.position, source.size, report.seen)


def _detect(first: list[str], path: Path) -> str:
    """The format that the first lines show."""
    told = [line.strip() for line in first if line.strip()]
    if not told:
        raise Unreadable(_("%(path)s is empty.") % {"path": path})
    if any(line.startswith("{") for line in told):
        return "jsonl"
    names = _header(told[0])
    if set(servicenow.NEEDED) <= names:
        return "servicenow"
    if set(records.NEEDED) <= names:
        return "csv"
    raise Unreadable(
        _(
            "%(path)s is neither JSON lines (one object a line) nor CSV with a header naming the columns "
            "%(columns)s, nor an event log of ServiceNow (%(log)s)."
        )
        % {"path": path, "columns": ", ".join(records.COLUMNS), "log": ", ".join(servicenow.NEEDED)}
    )


def _check_header(form: str, first: list[str], path: Path) -> None:
    needed = {"servicenow": servicenow.NEEDED, "csv": records.NEEDED}.get(form, ())
    missing = [name for name in needed if name not in _header(first[0] if first else "")]
    if missing:
        raise Unreadable(
            _("The header of %(path)s lacks %(names)s.") % {"path": path, "names": ", ".join(missing)}
        )


def _header(line: str) -> set[str]:
    return set(header_of(line))


def _tell_of_source(source: Source, report: Report) -> None:
    if source.is_cut:
        report.remark(
            source.line,
            "",
            "",
            _("The file ends in the middle (gzip is cut or damaged); what could be read was taken."),
        )
    if source.western_lines:
        text = _("%(count)d lines were not UTF-8 and were read as Windows-1252.")
        report.remark(source.line, "", "", text % {"count": source.western_lines})


class _Import:
    """The batches of one run."""

    def __init__(self, order: Order, form: str, report: Report) -> None:
        self._order = order
        self._report = report
        self._source = order.source or (servicenow.SOURCE if form == "servicenow" else records.SOURCE)
        self._newest = Alias.objects.aggregate(newest=Max("pk"))["newest"] or 0
        self._tried: set[str] = set()

    def run(self, items: Iterable[Item], watch: Callable[[], None]) -> None:
        """Load everything, batch by batch."""
        if self._order.dry_run:
            for batch in _batches(items):
                self._try_out(batch)
                watch()
            return
        directory = self._directory()
        try:
            for batch in _batches(items):
                self._load(batch, directory)
                watch()
        finally:
            self._report.made += directory.made
            if self._report.imported >= WORTH_ANALYSING:
                refresh_statistics()

    def _directory(self) -> Directory:
        entity = self._order.entity
        return Directory(entity or default_entity(), own_entity=entity is None, now=self._order.now)

    def _try_out(self, batch: list[Item]) -> None:
        sorted_ = self._sort(batch)
        self._tried.update(item.number for item in sorted_.fresh)
        self._count(sorted_)

    def _load(self, batch: list[Item], directory: Directory) -> None:
        """Load a batch; one that the database refuses is halved until the ticket it cannot hold is found."""
        made = directory.made.copy()
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
                sorted_ = self._sort(batch)
                self._write(sorted_.fresh, directory)
        except (DataError, IntegrityError) as problem:
            directory.forget()
            directory.made = made
            self._load_halves(batch, directory, problem)
        else:
            self._count(sorted_)

    def _load_halves(self, batch: list[Item], directory: Directory, problem: Exception) -> None:
        if len(batch) == 1:
            reason = str(problem).partition("\n")[0]
            self._report.refuse(BadRow("", reason), line=batch[0].line, number=batch[0].number)
            return
        middle = len(batch) // 2
        self._load(batch[:middle], directory)
        self._load(batch[middle:], directory)

    def _write(self, fresh: list[Item], directory: Directory) -> None:
        directory.meet(name for item in fresh for name in item.people)
        pasts = [item.past(directory) for item in fresh]
        for past, item in zip(pasts, fresh, strict=True):
            past.aliases.append((self._source, item.number))
        if pasts:
            load(pasts)

    def _sort(self, batch: list[Item]) -> "_Sorted":
        """Tell what is new from what an earlier run brought and from what stands twice in this file."""
        rows = Alias.objects.filter(source=self._source, value__in=[item.number for item in batch])
        present = dict(rows.values_list("value", "pk"))
        fresh: dict[str, Item] = {}
        doubled = []
        for item in batch:
            number = item.number
            if number in fresh or number in self._tried or present.get(number, 0) > self._newest:
                doubled.append(item)
            elif number not in present:
                fresh[number] = item
        return _Sorted(list(fresh.values()), doubled, len(batch) - len(fresh) - len(doubled))

    def _count(self, sorted_: "_Sorted") -> None:
        self._report.imported += len(sorted_.fresh)
        self._report.present += sorted_.present
        for item in sorted_.doubled:
            reason = _("This number stands in the file before; the first one was taken.")
            self._report.refuse(BadRow("id", reason), line=item.line, number=item.number)


@dataclass(frozen=True)
class _Sorted:
    """A batch in three: new, twice in the file, and how many an earlier run brought."""

    fresh: list[Item]
    doubled: list[Item]
    present: int


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    characters = 0
    for item in items:
        batch.append(item)
        characters += item.size
        if len(batch) == BATCH or characters > BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
