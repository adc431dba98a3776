"""The written part of an incident report, the actions to take, and the finished document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.choices import Kind
from core.db import locked
from core.exceptions import Refused, StaleVersion
from incidents.models import FollowUp, IncidentReport
from incidents.report import report_pdf
from tickets.actions.attaching import claim, store_upload
from tickets.actions.base import checked_text, lock, moment, require, save
from tickets.choices import Verb
from tickets.events import record
from tickets.models import Ticket

_WORK = "tickets.work"
FOLLOW_UPS_LIMIT = 50


@transaction.atomic
def write_report(
    ticket: Ticket,
    *,
    by: User,
    summary: str | None = None,
    learnt: str | None = None,
    follow_ups: Iterable[Mapping[str, Any]] | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> IncidentReport:
    """Write what the facts do not say: a summary, what was learnt, the actions to take. What is None stays."""
    now = moment(at)
    row = _allowed(ticket, by)
    report = _report_of(row, version=version)
    if summary is not None:
        report.summary = checked_text("summary", summary, limit=10_000)
    if learnt is not None:
        report.learnt = checked_text("learnt", learnt, limit=20_000)
    report.version += 1
    report.save(update_fields=["summary", "learnt", "version"])
    if follow_ups is not None:
        set_follow_ups(row, follow_ups, by=by)
    record(row, Verb.REPORTED, by=by, at=now, act="written")
    save(row, [], at=now)
    return report


@transaction.atomic
def set_follow_ups(ticket: Ticket, rows: Iterable[Mapping[str, Any]], *, by: User) -> list[FollowUp]:
    """Replace the actions to take: mappings of `text`, `owner`, `due_on` (a date), `is_done`; empty texts are left out.

    Raises `Refused` naming `follow_ups`.
    """
    wanted = []
    for given in rows:
        text = checked_text("follow_ups", given.get("text") or "", limit=300)
        if not text:
            continue
        owner, due_on = given.get("owner"), given.get("due_on")
        if owner is not None and not (isinstance(owner, User) and owner.is_active):
            raise Refused({"follow_ups": _("This person is no longer active.")})
        if due_on is not None and not isinstance(due_on, date):
            raise Refused({"follow_ups": _("Give a date.")})
        wanted.append(
            FollowUp(ticket=ticket, text=text, owner=owner, due_on=due_on, is_done=bool(given.get("is_done")))
        )
    if len(wanted) > FOLLOW_UPS_LIMIT:
        raise Refused({"follow_ups": _("At most %(limit)d actions.") % {"limit": FOLLOW_UPS_LIMIT}})
    require(by, _WORK, ticket)
    FollowUp.objects.filter(ticket=ticket).delete()
    return FollowUp.objects.bulk_create(wanted)


@transaction.atomic
def finalise_report(ticket: Ticket, *, by: User, language: str, at: datetime | None = None) -> IncidentReport:
    """Keep the report as it stands now, as an internal file of the ticket in that language; again after changes.

    What it says of money is what `by` may see.
    """
    now = moment(at)
    row = _allowed(ticket, by)
    if row.is_open:
        raise Refused(_("The incident is still open: its report is finalised when it is resolved."))
    report = _report_of(row)
    name = _("Incident report %(reference)s") % {"reference": row.reference}
    upload = SimpleUploadedFile(f"{name}.pdf", report_pdf(row, by, language=language), "application/pdf")
    kept = store_upload(upload, by=by, at=now)
    claim([kept], ticket=row, by=by, is_public=False)
    kept.refresh_from_db(fields=["ticket", "is_public"])
    report.document, report.finalised_at, report.finalised_by = kept, now, by
    report.version += 1
    report.save(update_fields=["document", "finalised_at", "finalised_by", "version"])
    record(row, Verb.REPORTED, by=by, at=now, act="finalised", files=[kept.pk], sha256=kept.sha256)
    save(row, [], at=now)
    return report


def _allowed(ticket: Ticket, by: User) -> Ticket:
    row = lock(ticket)
    require(by, _WORK, row)
    if row.kind != Kind.INCIDENT:
        raise Refused(_("Only an incident has an incident report."))
    return row


def _report_of(ticket: Ticket, *, version: int | None = None) -> IncidentReport:
    """The row, locked; made where there is none. Raises `StaleVersion`."""
    report, _created = locked(IncidentReport.objects.all()).get_or_create(ticket=ticket)
    if version is not None and version != report.version:
        raise StaleVersion(_("Someone else changed this report meanwhile."))
    return report
