"""The lists of problems."""

from typing import Any

from django.template.defaultfilters import truncatechars
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core import markup
from core.tables import Column
from tickets.tables import TicketTable


# The columns of the details that a row of the known errors shows.
SHOWN = ("workaround", "is_public_workaround", "known_error_at")


class ProblemTable(TicketTable):
    """Problems. Needs `incidents`, how many each explains."""

    caption = _("Problems")
    requester = None  # type: ignore[assignment]
    due = None  # type: ignore[assignment]
    incidents = Column(_("Incidents"), "incidents", css="num shrink")


def _title(problem: Any) -> SafeString:
    said = truncatechars(" ".join(problem.details.workaround.split()), 160)
    return format_html(
        '<span class="cell-title">{}</span> <span class="reference">{}</span><br><span class="quiet-text">{}</span>',
        problem.title, problem.reference, said,
    )  # fmt: skip


def _since(problem: Any) -> SafeString:
    return markup.when(problem.details.known_error_at)


class KnownErrorTable(TicketTable):
    """Known errors with what helps. Needs `uses` and the details."""

    caption = _("Known errors")
    assignee = team = requester = due = created = None  # type: ignore[assignment]
    title = Column(_("Problem and workaround"), _title)
    uses = Column(_("Given on"), "uses", css="num shrink")
    shown = Column(
        _("Requesters"),
        lambda row: markup.tag(_("Shown"), "information", "eye") if row.details.is_public_workaround else "",
        css="wide shrink",
    )
    since = Column(_("Known since"), _since, css="wide shrink quiet")
