"""The event log of ServiceNow: a CSV with one row for each state that an incident was in.

The log is kept in memory as shared strings and grouped by incident, because nothing promises that the rows of
one incident stand together or in order.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.choices import Kind
from intake.imports import cells, checks
from intake.imports.checks import BadRow
from intake.imports.directory import Directory
from intake.imports.records import NAME_LIMIT
from intake.imports.report import Report
from tickets.actions.bulk import Past
from tickets.choices import Channel, Status

SOURCE = "servicenow"
NEEDED = ("number", "incident_state", "opened_at", "sys_updated_at")
UNKNOWN = "?"

# States by their words, each with the reason where it waits.
STATES: dict[str, tuple[Status, str]] = {
    "new": (Status.NEW, ""),
    "active": (Status.IN_PROGRESS, ""),
    "in progress": (Status.IN_PROGRESS, ""),
    "awaiting user info": (Status.PENDING, "requester"),
    "awaiting vendor": (Status.PENDING, "supplier"),
    "awaiting problem": (Status.PENDING, "problem"),
    "awaiting evidence": (Status.PENDING, "evidence"),
    "on hold": (Status.PENDING, "imported"),
    "resolved": (Status.RESOLVED, ""),
    "closed": (Status.CLOSED, ""),
    "canceled": (Status.CANCELLED, ""),
    "cancelled": (Status.CANCELLED, ""),
}
CHANNELS = {
    "phone": Channel.PHONE,
    "ivr": Channel.PHONE,
    "email": Channel.EMAIL,
    "self service": Channel.PORTAL,
}
# 1 high, 2 medium, 3 low become values that our default matrix turns into the priority ServiceNow gives.
SCALE = {"1": 5, "2": 3, "3": 2}
PRIORITIES = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
# Columns whose changes are told in the timeline though no column of ours holds them.
OTHERS = (
    "location", "u_symptom", "cmdb_ci", "contact_type", "made_sla", "knowledge", "u_priority_confirmation",
    "notify", "problem_id", "rfc", "vendor", "caused_by",
)  # fmt: skip
# What a number alone means in each column: the log was made anonymous with counters of their own.
WORDS = {
    "caller_id": "Caller",
    "opened_by": "Opener",
    "assigned_to": "Assignee",
    "resolved_by": "Resolver",
    "sys_updated_by": "Editor",
    "assignment_group": "Group",
    "category": "Category",
    "subcategory": "Subcategory",
    "u_symptom": "Symptom",
    "location": "Location",
    "closed_code": "Code",
}
_PEOPLE = ("caller_id", "opened_by", "assigned_to", "resolved_by", "sys_updated_by")


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the log, checked."""

    line: int
    order: int
    at: datetime
    opened: datetime
    values: dict[str, str]

    def known(self, column: str) -> str:
        """A value with the word that makes a bare number a name; empty where it is unknown."""
        value = self.values.get(column, "")
        word = WORDS.get(column)
        return f"{word} {value}" if word and value.isdecimal() else value

    @property
    def state(self) -> tuple[Status, str] | None:
        """Status and reason of the wait; None for a state that we do not know."""
        return STATES.get(self.values["incident_state"].lower())


@dataclass
class Incident:
    """All rows of one incident, in the order in which they happened."""

    number: str
    steps: list[Step] = field(default_factory=list)

    @property
    def line(self) -> int:
        """Where it first stands in the file."""
        return min(step.line for step in self.steps)

    @property
    def size(self) -> int:
        """Its rows, as a measure of its length."""
        return 100 * len(self.steps)

    @property
    def people(self) -> Iterator[str]:
        """The names of everyone on it."""
        for step in self.steps:
            for column in _PEOPLE:
                yield step.known(column)
        yield self.caller

    @property
    def caller(self) -> str:
        """Who called; a common stand-in where the log does not say."""
        return self.steps[0].known("caller_id") or "Unknown caller"

    def past(self, directory: Directory) -> Past:
        """The incident with its whole history."""
        first = self.steps[0]
        columns = _columns(first, directory)
        opener = first.known("opened_by")
        contact = first.known("contact_type").lower()
        past = Past(
            Kind.INCIDENT,
            by=directory.person(opener) if opener else None,
            at=first.opened,
            title=self._title(first),
            description=self._description(first),
            requester_id=directory.person(self.caller),
            entity_id=directory.entity_of(self.caller),
            channel=str(CHANNELS.get(contact, Channel.IMPORT)),
            **columns,
        )
        if symptom := first.known("u_symptom"):
            past.details["symptoms"] = symptom
        before = None
        for step in self.steps:
            _take(past, step, before, directory)
            before = step
        _settle_priority(past, directory)
        if past.ticket.status == Status.RESOLVED and past.ticket.resolved_at:
            past.ticket.closes_at = directory.silence_ends(
                past.ticket.resolved_at, entity=past.ticket.entity_id, service=None
            )
        return past

    def _title(self, first: Step) -> str:
        subject = " / ".join(filter(None, (first.known("category"), first.known("subcategory"))))
        return f"{subject or 'Incident'} – {self.number}"[:250]

    def _description(self, first: Step) -> str:
        facts = {
            "ServiceNow number": self.number,
            "Symptom": first.known("u_symptom"),
            "Location": first.known("location"),
            "Configuration item": first.known("cmdb_ci"),
            "Contact": first.known("contact_type"),
        }
        return "\n".join(f"- {label}: {value}" for label, value in facts.items() if value)


def _columns(step: Step, directory: Directory) -> dict[str, Any]:
    """The columns of ours that a row states; those it does not know are absent."""
    columns: dict[str, Any] = {}
    for ours, theirs, values in (
        ("urgency", "urgency", SCALE), ("impact", "impact", SCALE), ("priority", "priority", PRIORITIES),
    ):  # fmt: skip
        found = values.get(step.values.get(theirs, "")[:1])
        if found:
            columns[ours] = found
    if category := step.known("category"):
        columns["category_id"] = directory.category(category)
        if below := step.known("subcategory"):
            columns["category_id"] = directory.category(below, parent=columns["category_id"])
    return columns


def _take(past: Past, step: Step, before: Step | None, directory: Directory) -> None:
    """Tell what a row changed; one that shows no change leaves an event as well, for someone did it."""
    told = len(past.events)
    editor = step.known("sys_updated_by")
    by = directory.person(editor) if editor else None
    if before:
        _edit(past, step, before, directory, by=by)
    _hand_over(past, step, directory, by=by)
    _move(past, step, directory, by=by)
    if before and len(past.events) == told:
        past.edit(by=by, at=step.at)


def _edit(past: Past, step: Step, before: Step, directory: Directory, *, by: int | None) -> None:
    columns = _columns(step, directory)
    if caller := step.known("caller_id"):
        columns["requester_id"] = directory.person(caller)
    other = {
        name: [before.values.get(name, ""), step.values.get(name, "")]
        for name in OTHERS
        if before.values.get(name, "") != step.values.get(name, "")
    }
    if other or any(getattr(past.ticket, name) != value for name, value in columns.items()):
        past.edit(by=by, at=step.at, other=other, **columns)


def _hand_over(past: Past, step: Step, directory: Directory, *, by: int | None) -> None:
    """A group or person that the row does not know stays, but a new group begins with nobody."""
    group, assignee = step.known("assignment_group"), step.known("assigned_to")
    team = directory.team(group) if group else past.ticket.team_id
    stays = past.ticket.assignee_id if team == past.ticket.team_id else None
    past.assign(by=by, at=step.at, team=team, assignee=directory.person(assignee) if assignee else stays)


def _move(past: Past, step: Step, directory: Directory, *, by: int | None) -> None:
    """Move to the state of the row; a state unknown to us leaves the ticket where it is."""
    if step.state is None:
        return
    status, reason = step.state
    waits = directory.pending_reason(reason) if reason else None
    if status == past.ticket.status:
        if waits != past.ticket.pending_reason_id:
            past.edit(by=by, at=step.at, pending_reason_id=waits)
        return
    said: dict[str, Any] = {"pending_reason_id": waits} if waits else {}
    code = step.known("closed_code")
    if code and (
        status == Status.RESOLVED or (status == Status.CLOSED and not past.ticket.resolution_code_id)
    ):
        said["resolution_code_id"] = directory.resolution_code(code)
    if status == Status.RESOLVED and (resolver := step.known("resolved_by")):
        by = directory.person(resolver)
    past.move(status, by=by, at=step.at, **said)


def _settle_priority(past: Past, directory: Directory) -> None:
    """A priority that our matrix would not give was set by hand."""
    row = past.ticket
    row.priority_is_set = row.priority != directory.priority(row.urgency, row.impact, None)
    row.priority_reason = "ServiceNow" if row.priority_is_set else ""


@dataclass(frozen=True)
class Reader:
    """Reads the log into incidents; what is wrong goes to the report."""

    zone: ZoneInfo
    now: datetime
    report: Report

    def incidents(self, lines: Iterable[str], *, is_cut: Callable[[], bool]) -> list[Incident]:
        """All incidents, in the order in which they first appear.

        `is_cut` tells, once everything is read, whether the file ends in the middle: then the history of the
        last incident may be unfinished and it is left for the next run.
        """
        found: dict[str, Incident] = {}
        last = ""
        for step, number in self._steps(lines):
            found.setdefault(number, Incident(number)).steps.append(step)
            last = number
        if last and is_cut():
            reason = _("The file ends in the middle of this incident; import it again from a whole file.")
            self.report.refuse(BadRow("", reason), line=found[last].line, number=last)
            del found[last]
        for incident in found.values():
            incident.steps.sort(key=lambda step: (step.order, step.at, step.line))
        return list(found.values())

    def _steps(self, lines: Iterable[str]) -> Iterator[tuple[Step, str]]:
        for line, header, given in cells.rows(lines, self.report):
            number = ""
            try:
                row = cells.named(header, given)
                number = checks.text(row, "number", limit=NAME_LIMIT, required=True).removeprefix(UNKNOWN)
                step = self._checked(line, row)
            except BadRow as problem:
                self.report.refuse(problem, line=line, number=number)
                continue
            if step.state is None:
                text = _("Unknown state “%(state)s”: the status before it stays.")
                reason = text % {"state": step.values["incident_state"]}
                self.report.remark(line, number, "incident_state", reason)
            yield step, number

    def _checked(self, line: int, row: dict[str, str]) -> Step:
        values = {}
        for name in row:
            value = checks.text(row, name, limit=NAME_LIMIT)
            if value not in ("", UNKNOWN):
                values[sys.intern(name)] = sys.intern(value)
        for name in ("number", "incident_state"):
            if name not in values:
                raise BadRow(name, _("This field is required."))
        opened = self._moment(values, "opened_at")
        return Step(
            line=line,
            order=checks.whole(values, "sys_mod_count", low=0, high=1_000_000, default=0),
            at=max(self._moment(values, "sys_updated_at"), opened),
            opened=opened,
            values=values,
        )

    def _moment(self, values: dict[str, str], name: str) -> datetime:
        """A date as the log writes it, day/month/year, or in ISO 8601."""
        given = values.get(name)
        if given is None:
            raise BadRow(name, _("This field is required."))
        for form in ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S"):
            try:
                found = datetime.strptime(given, form).replace(tzinfo=self.zone)
            except ValueError:
                continue
            return checks.within_reach(name, found, not_after=self.now)
        iso = checks.moment(values, name, zone=self.zone, not_after=self.now)
        if iso is None:
            raise BadRow(name, _("This field is required."))
        return iso
