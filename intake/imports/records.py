"""Tickets as JSON lines or CSV: one ticket a row, with its comments."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.choices import Kind
from core.exceptions import Refused
from intake.imports import cells, checks
from intake.imports.checks import BadRow, Row
from intake.imports.directory import Directory
from intake.imports.report import Report
from intake.imports.source import LINE_LIMIT
from tickets import kinds
from tickets.actions.bulk import Past
from tickets.actions.opening import TEXT_LIMIT, TITLE_LIMIT
from tickets.choices import CommentKind, Status
from tickets.fields import clean_values
from tickets.models import CustomField

COLUMNS = (
    "id", "kind", "title", "body", "lang", "created", "updated", "requester", "queue", "status", "priority",
    "assignee", "due", "comments", "fields",
)  # fmt: skip
# A column of CSV that holds a custom field: `field.room`.
PREFIX = "field."
NEEDED = ("id", "title")
SOURCE = "import"
NAME_LIMIT = 120
COMMENTS_LIMIT = 5000

# The words of the format, and the statuses passed through on the way to each.
PATHS: dict[str, tuple[Status, ...]] = {
    "new": (),
    "open": (Status.IN_PROGRESS,),
    "pending": (Status.PENDING,),
    "resolved": (Status.RESOLVED,),
    "closed": (Status.RESOLVED, Status.CLOSED),
}


@dataclass(frozen=True, slots=True)
class Remark:
    """One comment of a ticket."""

    author: str
    created: datetime
    public: bool
    body: str


@dataclass(frozen=True, slots=True)
class Record:
    """One ticket of a file, checked; people and queue still by the names of the source."""

    line: int
    number: str
    kind: str
    title: str
    body: str
    lang: str
    created: datetime
    updated: datetime
    requester: str
    queue: str
    status: str
    priority: int
    assignee: str
    due: datetime | None
    comments: tuple[Remark, ...]
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def people(self) -> Iterator[str]:
        """The names of everyone on it."""
        yield self.requester
        yield self.assignee
        for remark in self.comments:
            yield remark.author

    @property
    def size(self) -> int:
        """Characters of its long texts."""
        return len(self.body) + sum(len(remark.body) for remark in self.comments)

    def past(self, directory: Directory) -> Past:
        """The ticket with its history; what the file does not say happened when its row was last changed."""
        team, service = directory.queue(self.queue) if self.queue else (None, None)
        entity = directory.entity_of(self.requester)
        urgency = impact = 6 - self.priority
        computed = directory.priority(urgency, impact, service)
        past = Past(
            self.kind, by=directory.person(self.requester), at=self.created, title=self.title,
            description=self.body, language=self.lang, requester_id=directory.person(self.requester),
            entity_id=entity, service_id=service, urgency=urgency, impact=impact,
            priority=self.priority, priority_is_set=self.priority != computed, due_at=self.due,
        )  # fmt: skip
        past.fields = dict(self.fields)
        assignee = directory.person(self.assignee) if self.assignee else None
        past.assign(by=None, at=self.created, team=team, assignee=assignee)
        for remark in self.comments:
            kind = CommentKind.PUBLIC if remark.public else CommentKind.INTERNAL
            past.comment(remark.body, by=directory.person(remark.author), at=remark.created, kind=kind)
        for status in PATHS[self.status]:
            reason = directory.pending_reason("imported") if status == Status.PENDING else None
            past.move(status, by=None, at=self.updated, pending_reason_id=reason)
        if self.status == Status.RESOLVED:
            past.ticket.closes_at = directory.silence_ends(self.updated, entity=entity, service=service)
        past.ticket.updated_at = self.updated
        return past


@dataclass(frozen=True)
class Reader:
    """Reads rows of either format into records; what is wrong goes to the report."""

    zone: ZoneInfo
    now: datetime
    report: Report

    def json_lines(self, lines: Iterable[str]) -> Iterator[Record]:
        """One JSON object a line; empty lines are passed over."""
        for line, text in enumerate(lines, 1):
            if text.strip():
                yield from self._checked(line, partial(_json_object, text))

    def csv(self, lines: Iterable[str]) -> Iterator[Record]:
        """A header and one row a ticket; a cell may hold line breaks, that of `comments` holds JSON."""
        for line, header, given in cells.rows(lines, self.report):
            yield from self._checked(line, partial(cells.named, header, given))

    def _checked(self, line: int, read: Callable[[], Row]) -> Iterator[Record]:
        number = ""
        try:
            values = read()
            number = checks.identifier(values, "id", limit=NAME_LIMIT)
            yield self._record(line, number, values)
        except BadRow as problem:
            self.report.refuse(problem, line=line, number=number)

    def _record(self, line: int, number: str, row: Row) -> Record:
        created = checks.moment(row, "created", zone=self.zone, not_after=self.now)
        if created is None:
            raise BadRow("created", _("This field is required."))
        updated = checks.moment(row, "updated", zone=self.zone, not_after=self.now) or created
        comments = tuple(self._comments(row))
        return Record(
            line=line,
            number=number,
            kind=_kind(row),
            title=" ".join(checks.text(row, "title", limit=TITLE_LIMIT, required=True).split()),
            body=checks.text(row, "body", limit=TEXT_LIMIT),
            lang=checks.text(row, "lang", limit=8),
            created=created,
            updated=max([created, updated, *(remark.created for remark in comments)]),
            requester=checks.text(row, "requester", limit=NAME_LIMIT, required=True),
            queue=checks.text(row, "queue", limit=NAME_LIMIT),
            status=_status(row),
            priority=checks.whole(row, "priority", low=1, high=5, default=3),
            assignee=checks.text(row, "assignee", limit=NAME_LIMIT),
            due=checks.moment(row, "due", zone=self.zone),
            comments=comments,
            fields=_fields(row),
        )

    def _comments(self, row: Row) -> Iterator[Remark]:
        given = row.get("comments")
        if given in (None, ""):
            return
        if isinstance(given, str):
            given = _json(given, "comments")
        if not isinstance(given, list):
            raise BadRow("comments", _("This must be a list."))
        if len(given) > COMMENTS_LIMIT:
            raise BadRow("comments", _("At most %(limit)d comments.") % {"limit": COMMENTS_LIMIT})
        found = []
        for position, comment in enumerate(given):
            try:
                found.append(self._comment(comment))
            except BadRow as problem:
                raise BadRow(
                    ".".join(part for part in (f"comments[{position}]", problem.field) if part),
                    problem.reason,
                ) from None
        yield from sorted(found, key=lambda remark: remark.created)

    def _comment(self, row: Any) -> Remark:
        if not isinstance(row, dict):
            raise BadRow("", _("This must be an object."))
        created = checks.moment(row, "created", zone=self.zone, not_after=self.now)
        if created is None:
            raise BadRow("created", _("This field is required."))
        public = row.get("public", True)
        if not isinstance(public, bool):
            raise BadRow("public", _("This must be true or false."))
        return Remark(
            author=checks.text(row, "author", limit=NAME_LIMIT, required=True),
            created=created,
            public=public,
            body=checks.text(row, "body", limit=TEXT_LIMIT, required=True),
        )


def _json_object(text: str) -> dict[str, Any]:
    if len(text) > LINE_LIMIT:
        raise BadRow("", _("The line is longer than %(limit)d characters.") % {"limit": LINE_LIMIT})
    row = _json(text, "")
    if not isinstance(row, dict):
        raise BadRow("", _("The line is not a JSON object."))
    return row


def _json(text: str, field: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as problem:
        raise BadRow(field, _("This is not JSON: %(reason)s.") % {"reason": problem}) from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _fields(row: Row) -> dict[str, Any]:
    """The values of custom fields: an object `fields`, or columns named `field.<code>`."""
    given = row.get("fields") or {}
    if isinstance(given, str):
        given = _json(given, "fields")
    if not isinstance(given, Mapping):
        raise BadRow("fields", _("This must be an object."))
    columns = {
        name.removeprefix(PREFIX): row[name] for name in row if name.startswith(PREFIX) and row[name] != ""
    }
    values = {**given, **columns}
    if not values:
        return {}
    known = [each for each in CustomField.objects.known().values() if each.is_active]
    try:
        return clean_values(known, values, complete=False)
    except Refused as refused:
        name, messages = next(iter(refused.errors.items()))
        raise BadRow(name, messages[0]) from None


def _kind(row: Row) -> str:
    kind = checks.text(row, "kind", limit=20) or str(Kind.INCIDENT)
    if kind not in Kind.values:
        raise BadRow("kind", _("Unknown kind “%(kind)s”.") % {"kind": kind})
    if kinds.registry.get(kind) is None:
        raise BadRow(
            "kind", _("Tickets of the kind “%(kind)s” are not handled by this installation.") % {"kind": kind}
        )
    return kind


def _status(row: Row) -> str:
    status = checks.text(row, "status", limit=40).lower() or "new"
    if status not in PATHS:
        known = ", ".join(PATHS)
        raise BadRow(
            "status",
            _("Unknown status “%(status)s”; known are %(known)s.") % {"status": status, "known": known},
        )
    return status
