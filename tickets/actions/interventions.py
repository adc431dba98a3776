"""What happens to an intervention: planned, begun, written up, signed, or called off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _, override

from accounts.actions.saving import change, save
from accounts.models import User
from core.db import locked
from core.exceptions import Refused, StaleVersion
from core.signatures import checked_signature
from tickets.actions import base
from tickets.actions.attaching import claim, store_upload
from tickets.actions.base import checked_text, lock, moment, require
from tickets.actions.ledger import log_time, void_time
from tickets.choices import Verb
from tickets.events import record
from tickets.models import Attachment, Intervention, InterventionPart, InterventionState, Mode, Ticket
from tickets.models.interventions import BUSY
from tickets.sheets import intervention_sheet

PLAN_FIELDS = ("technician", "mode", "starts_at", "ends_at", "place", "travel_minutes", "purpose")
# Longer than this is a slip of the hand; who stays for days plans each day.
LONGEST = timedelta(hours=24)
PARTS_LIMIT = 50
_WORK = "tickets.work"


@transaction.atomic
def plan_intervention(
    ticket: Ticket,
    *,
    by: User,
    technician: User,
    starts_at: datetime,
    ends_at: datetime,
    mode: str = Mode.ON_SITE,
    place: str = "",
    travel_minutes: int = 0,
    purpose: str = "",
    at: datetime | None = None,
) -> Intervention:
    """Agree on an appointment (aware times, at most a day long); the requester is told.

    Appointments of a technician may overlap: `overlapping` names the others, for who plans to decide. Raises
    `Refused` for a technician who does not work on the ticket, and for an on-site one without a place.
    """
    now = moment(at)
    row = lock(ticket)
    require(by, _WORK, row)
    if not row.is_open:
        raise Refused(_("This ticket is not open: reopen it before you plan an intervention."))
    given = {
        "technician": technician, "mode": mode, "starts_at": starts_at, "ends_at": ends_at,
        "place": place, "travel_minutes": travel_minutes, "purpose": purpose,
    }  # fmt: skip
    made = Intervention(ticket=row, planned_by=by, created_at=now)
    change(made, _checked_plan(given, made, row), allowed=PLAN_FIELDS)
    save(made)
    _tell(made, row, "planned", by=by, at=now, is_public=True, technician=technician.pk)
    return made


@transaction.atomic
def change_intervention(
    intervention: Intervention,
    changes: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    at: datetime | None = None,
) -> Intervention:
    """Move the appointment or hand it to another technician, before it begins."""
    now = moment(at)
    ticket, row = _locked(intervention, by=by, version=version)
    _expect(row, InterventionState.PLANNED)
    changed = change(row, _checked_plan(changes, row, ticket), allowed=PLAN_FIELDS)
    if not changed:
        return row
    _save(row, changed)
    if set(changed) & {"technician", "mode", "starts_at", "ends_at", "place"}:
        _tell(row, ticket, "moved", by=by, at=now, is_public=True, technician=row.technician_id)
    return row


@transaction.atomic
def start_intervention(
    intervention: Intervention, *, by: User, version: int | None = None, at: datetime | None = None
) -> Intervention:
    """Begin: the technician is there, or connected."""
    now = moment(at)
    ticket, row = _locked(intervention, by=by, version=version)
    _expect(row, InterventionState.PLANNED)
    row.state, row.started_at = InterventionState.UNDER_WAY, now
    _save(row, ["state", "started_at"])
    _tell(row, ticket, "began", by=by, at=now, is_public=True)
    return row


@transaction.atomic
def finish_intervention(
    intervention: Intervention,
    *,
    by: User,
    work_done: str,
    parts: Iterable[Mapping[str, Any]] = (),
    remaining: str = "",
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    travel_minutes: int | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Intervention:
    """Write the sheet: what was done, what was used, from when to when; again until it is signed.

    `parts` are mappings of `name`, `quantity` (1 unless told) and `reference`.
    """
    now = moment(at)
    ticket, row = _locked(intervention, by=by, version=version)
    first = row.state != InterventionState.DONE
    _expect(row, InterventionState.PLANNED, InterventionState.UNDER_WAY, InterventionState.DONE)
    row.work_done = checked_text("work_done", work_done, limit=20_000)
    row.remaining = checked_text("remaining", remaining, limit=5000)
    if not row.work_done:
        raise Refused({"work_done": _("Say what was done.")})
    row.started_at, row.ended_at = _checked_work(
        started_at or row.started_at or row.starts_at, ended_at or row.ended_at or now, now
    )
    if travel_minutes is not None:
        row.travel_minutes = travel_minutes
    row.state = InterventionState.DONE
    wanted = _checked_parts(parts)
    _save(row, ["work_done", "remaining", "started_at", "ended_at", "travel_minutes", "state"])
    row.parts.all().delete()
    InterventionPart.objects.bulk_create(InterventionPart(intervention=row, **part) for part in wanted)
    if first:
        _tell(row, ticket, "done", by=by, at=now, is_public=False)
    _log(row, by=by, at=now)
    return row


@transaction.atomic
def sign_intervention(
    intervention: Intervention,
    *,
    by: User,
    signer_name: str,
    signature: bytes | None = None,
    agreed: bool = False,
    version: int | None = None,
    at: datetime | None = None,
) -> Intervention:
    """Take the signature of who was there, drawn (a PNG) or by name and agreement; the sheet goes to the requester.

    Nothing can be changed afterwards. The sheet is a public file of the ticket, in the requester's language.
    """
    now = moment(at)
    ticket, row = _locked(intervention, by=by, version=version)
    _expect(row, InterventionState.DONE)
    row.signer_name = checked_text("signer_name", signer_name, limit=150)
    if not row.signer_name:
        raise Refused({"signer_name": _("Say who signs.")})
    if not signature and not agreed:
        raise Refused({"agreed": _("Sign in the box, or tick that you agree.")})
    drawn = checked_signature(signature) if signature else b""
    row.state, row.signed_at = InterventionState.SIGNED, now
    if drawn:
        row.signature.save("signature.png", ContentFile(drawn), save=False)
    row.sheet = _store_sheet(row, ticket, drawn, by=by, at=now)
    _save(row, ["state", "signer_name", "signed_at", "signature", "sheet"])
    _tell(row, ticket, "signed", by=by, at=now, is_public=True, files=[row.sheet.pk])
    return row


@transaction.atomic
def cancel_intervention(
    intervention: Intervention,
    *,
    by: User,
    reason: str,
    version: int | None = None,
    at: datetime | None = None,
) -> Intervention:
    """Call the appointment off, before anything was done."""
    now = moment(at)
    ticket, row = _locked(intervention, by=by, version=version)
    _expect(row, InterventionState.PLANNED, InterventionState.UNDER_WAY)
    row.reason = checked_text("reason", reason, limit=250)
    if not row.reason:
        raise Refused({"reason": _("Say why.")})
    row.state = InterventionState.CANCELLED
    _save(row, ["state", "reason"])
    _tell(row, ticket, "cancelled", by=by, at=now, is_public=True, reason=row.reason)
    return row


def _log(row: Intervention, *, by: User, at: datetime) -> None:
    """Enter the technician's time, work and travel, in the ledger; what a corrected sheet had entered is voided.

    Who writes the sheet of somebody else without the right to enter time for others leaves that to them.
    """
    person = row.technician
    if person.pk != by.pk and not by.has_perm("tickets.log_for_others", row.ticket):
        return
    if row.time_entry is not None:
        void_time(row.time_entry, by=by, reason=_("The intervention sheet was corrected."), at=at)
    worked = row.worked.total_seconds() if row.worked else 0
    minutes = round(worked / 60) + row.travel_minutes
    day = timezone.localtime(row.started_at, ZoneInfo(person.timezone)).date() if row.started_at else None
    row.time_entry = (
        log_time(row.ticket, by=by, person=person, minutes=minutes, day=day, note=_("Intervention"), at=at)
        if minutes
        else None
    )
    row.save(update_fields=["time_entry"])


def overlapping(intervention: Intervention) -> list[Intervention]:
    """The technician's other appointments at that time, the way there and back included, earliest first."""
    travel = timedelta(minutes=intervention.travel_minutes) / 2
    others = Intervention.objects.filter(
        technician_id=intervention.technician_id,
        state__in=BUSY,
        starts_at__lt=intervention.ends_at + travel,
        ends_at__gt=intervention.starts_at - travel,
    ).exclude(pk=intervention.pk)
    return list(others.select_related("ticket").order_by("starts_at", "pk")[:10])


def _locked(intervention: Intervention, *, by: User, version: int | None) -> tuple[Ticket, Intervention]:
    """The ticket, then the intervention, locked; raises `PermissionDenied` and `StaleVersion`."""
    ticket = lock(intervention.ticket_id)
    require(by, _WORK, ticket)
    row = locked(Intervention.objects.select_related("technician", "time_entry")).get(pk=intervention.pk)
    if version is not None and version != row.version:
        raise StaleVersion(_("Someone else changed this intervention meanwhile."))
    row.ticket = ticket
    return ticket, row


def _save(row: Intervention, fields: list[str]) -> None:
    row.version += 1
    save(row, fields=[*fields, "version"])


def _expect(row: Intervention, *states: InterventionState) -> None:
    if row.state not in states:
        message = _("This intervention is “%(state)s”: that can no longer be done.")
        raise Refused(message % {"state": row.get_state_display()})


def _checked_plan(given: Mapping[str, Any], row: Intervention, ticket: Ticket) -> dict[str, Any]:
    """The values of an appointment as the row holds them. Raises `Refused` naming the fields."""
    values = dict(given)
    for name, limit in (("place", 250), ("purpose", 5000)):
        if name in values:
            values[name] = checked_text(name, values[name], limit=limit)
    whole: dict[str, Any] = {
        name: values.get(name, getattr(row, name, None)) for name in PLAN_FIELDS if name != "technician"
    }
    wrong: dict[str, Any] = {}
    for name in ("starts_at", "ends_at"):
        if not isinstance(whole[name], datetime) or timezone.is_naive(whole[name]):
            wrong[name] = _("Give a date and time.")
    if not wrong and whole["ends_at"] <= whole["starts_at"]:
        wrong["ends_at"] = _("The end must be after the beginning.")
    elif not wrong and whole["ends_at"] - whole["starts_at"] > LONGEST:
        wrong["ends_at"] = _("An appointment lasts at most a day: plan one for each day.")
    if whole["mode"] == Mode.ON_SITE and not whole["place"]:
        wrong["place"] = _("Say where.")
    technician = values.get("technician")
    if technician is not None and not (technician.is_active and technician.has_perm(_WORK, ticket)):
        wrong["technician"] = _("This person does not work on this ticket.")
    if wrong:
        raise Refused(wrong)
    return values


def _checked_work(begun: datetime, ended: datetime, now: datetime) -> tuple[datetime, datetime]:
    for name, value in (("started_at", begun), ("ended_at", ended)):
        if timezone.is_naive(value):
            raise Refused({name: _("Give the time zone.")})
    if begun > now:
        raise Refused({"started_at": _("This is in the future.")})
    if ended > now:
        raise Refused({"ended_at": _("This is in the future.")})
    if ended < begun:
        raise Refused({"ended_at": _("The end must be after the beginning.")})
    if ended - begun > LONGEST:
        raise Refused({"ended_at": _("An intervention lasts at most a day.")})
    return begun, ended


def _checked_parts(parts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    wanted = []
    for part in parts:
        name = checked_text("parts", part.get("name") or "", limit=150)
        if not name:
            continue
        try:
            quantity = round(Decimal(str(part.get("quantity") or 1)), 2)
        except InvalidOperation:
            raise Refused({"parts": _("Give the quantity as a number.")}) from None
        if not quantity.is_finite() or not 0 < quantity < 1_000_000:
            raise Refused({"parts": _("The quantity must be above zero.")})
        reference = checked_text("parts", part.get("reference") or "", limit=80)
        wanted.append({"name": name, "quantity": quantity, "reference": reference})
    if len(wanted) > PARTS_LIMIT:
        raise Refused({"parts": _("At most %(limit)d parts on one sheet.") % {"limit": PARTS_LIMIT}})
    return wanted


def _store_sheet(row: Intervention, ticket: Ticket, drawn: bytes, *, by: User, at: datetime) -> Attachment:
    """The signed sheet as a public file of the ticket, for its requester to read."""
    reader = ticket.requester
    with override(reader.language or "fr"), timezone.override(reader.timezone or None):
        content = intervention_sheet(row, ticket, signature=drawn)
        name = _("Intervention sheet %(reference)s") % {"reference": ticket.reference}
    upload = SimpleUploadedFile(f"{name}.pdf", content, "application/pdf")
    kept = store_upload(upload, by=by, at=at)
    claim([kept], ticket=ticket, by=by, is_public=True)
    return kept


def _tell(
    row: Intervention, ticket: Ticket, act: str, *, by: User, at: datetime, is_public: bool, **data: Any
) -> None:
    """The event, with what a reader needs to know of the appointment, and the ticket's version."""
    record(
        ticket, Verb.VISITED, by=by, at=at, is_public=is_public, act=act, intervention=row.pk, mode=row.mode,
        starts_at=row.starts_at.isoformat(), ends_at=row.ends_at.isoformat(), place=row.place, **data,
    )  # fmt: skip
    base.save(ticket, [], at=at)
