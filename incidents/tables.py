"""The list of major incidents."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core import markup
from core.tables import Column, Table
from incidents.models import MajorIncident


def _summary(major: Any) -> SafeString:
    return format_html(
        '<span class="cell-title">{}</span> <span class="reference">{}</span>',
        major.summary,
        major.incident.reference,
    )


def _state(major: Any) -> SafeString:
    if major.is_under_way:
        return markup.tag(_("Under way"), "late", "alert-octagon")
    return markup.tag(_("Reviewed"), "good") if major.reviewed_at else markup.tag(_("To be reviewed"), "soon")


def _services(major: Any) -> str:
    return ", ".join(service.name for service in major.services.all())


class MajorTable(Table):
    """Major incidents. Needs `incident`, `coordinator` and `services`."""

    caption = _("Major incidents")
    summary = Column(_("Major incident"), _summary)
    state = Column(_("State"), _state, css="shrink")
    services = Column(_("Services"), _services, css="wide quiet")
    coordinator = Column(_("Coordinator"), lambda row: markup.person(row.coordinator), css="wide")
    declared = Column(
        _("Declared"), lambda row: markup.when(row.declared_at), sort="declared_at", css="shrink quiet"
    )
    ended = Column(
        _("Ended"), lambda row: markup.when(row.ended_at), sort="ended_at", css="wide shrink quiet"
    )

    def address(self, row: MajorIncident) -> str:
        """The page with the log."""
        return reverse("incidents:major", args=[row.incident.reference])
