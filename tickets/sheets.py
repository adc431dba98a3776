"""The sheet of an intervention as a document, in the language in force."""

from __future__ import annotations

from django.utils.translation import get_language, gettext as _, pgettext

from core import documents, times
from tickets.models import Intervention, Ticket


def intervention_sheet(row: Intervention, ticket: Ticket, *, signature: bytes = b"") -> bytes:
    """The sheet as PDF: who, where, when, what was done and used, and the signature."""
    title = _("Intervention sheet")
    head = documents.facts(
        [
            (_("Ticket"), f"{ticket.reference} – {ticket.title}"),
            (_("Requester"), ticket.requester),
            (_("Service"), ticket.service),
            (_("Technician"), row.technician),
            (_("How"), row.get_mode_display()),
            (_("Place"), row.place),
            (_("Appointment"), f"{times.exact(row.starts_at)} – {times.exact(row.ends_at)}"),
            (_("Began"), times.exact(row.started_at) if row.started_at else ""),
            (_("Ended"), times.exact(row.ended_at) if row.ended_at else ""),
            (_("Time worked"), times.span(row.worked.total_seconds()) if row.worked else ""),
            (_("Travel"), times.span(row.travel_minutes * 60) if row.travel_minutes else ""),
        ]
    )
    parts = [(part.name, part.reference, times.number(part.quantity.normalize())) for part in row.parts.all()]
    sections = [
        documents.section("", head),
        documents.section(_("Work done"), documents.prose(row.work_done)),
        documents.section(
            _("Parts used"),
            documents.table(
                [pgettext("spare part", "Part"), _("Reference"), _("Quantity")], parts, widths=(4, 3, 1)
            )
            or documents.note(_("None.")),
        ),
        documents.section(
            _("Still to do"),
            documents.prose(row.remaining) or documents.note(_("Nothing: everything is done.")),
        ),
        documents.section(_("Signature"), *_signature(row, signature)),
    ]
    frame = documents.frame(title, entity=ticket.entity, kind=ticket.reference, lead=ticket.title)
    return documents.pdf("report", {"frame": frame, "sections": sections}, language=get_language() or "fr")


def _signature(row: Intervention, signature: bytes) -> list[documents.Block | None]:
    if row.signed_at is None:
        return [documents.note(_("Not signed yet."))]
    said = documents.facts(
        [
            (_("Signed by"), row.signer_name),
            (_("Signed at"), times.exact(row.signed_at)),
            (
                _("How"),
                _("Drawn on the technician’s screen")
                if signature
                else _("By name, with the agreement ticked"),
            ),
        ]
    )
    if not signature:
        return [said]
    alt = _("Signature of %(name)s") % {"name": row.signer_name}
    return [said, documents.image(signature, alt=alt, millimetres=70)]
