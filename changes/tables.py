"""The lists of changes."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy

from changes.models import ChangeType
from core import markup, times
from core.choices import Scale
from core.tables import Column
from tickets.tables import TicketTable, title_cell

# The columns of the details that a row shows.
SHOWN = ("change_type", "risk_level", "window_start", "window_end", "decision", "approval_due_at")
_TYPE_TONES = {ChangeType.EMERGENCY: "late", ChangeType.STANDARD: "good", ChangeType.NORMAL: "neutral"}


def type_tag(details: Any) -> SafeString:
    """The type of a change; of an overdue emergency that its decision is missing."""
    label = ChangeType(details.change_type).label
    icon = "alert-triangle" if details.change_type == ChangeType.EMERGENCY else ""
    return markup.tag(label, _TYPE_TONES[ChangeType(details.change_type)], icon)


def _title(change: Any) -> SafeString:
    if not change.details.is_overdue():
        return title_cell(change)
    return format_html("{} {}", title_cell(change), markup.tag(_("Decision overdue"), "late"))


def window(details: Any) -> SafeString:
    """The window in short."""
    if details.window_start is None:
        return markup.EMPTY
    return format_html(
        '<time datetime="{}" title="{} – {}">{}</time>',
        details.window_start.isoformat(),
        times.exact(details.window_start),
        times.exact(details.window_end) if details.window_end else "",
        times.short(details.window_start),
    )


def _risk(change: Any) -> SafeString | str:
    level = change.details.risk_level
    return str(Scale(level).label) if level else markup.EMPTY


class ChangeTable(TicketTable):
    """Changes. Needs the details."""

    caption = gettext_lazy("Changes")
    requester = due = created = None  # type: ignore[assignment]
    title = Column(gettext_lazy("Change"), _title)
    change_type = Column(gettext_lazy("Type"), lambda row: type_tag(row.details), css="shrink")
    window = Column(gettext_lazy("Window"), lambda row: window(row.details), css="shrink")
    risk = Column(gettext_lazy("Risk"), _risk, css="wide shrink quiet late-out")
