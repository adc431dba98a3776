"""The lists of problems."""

from typing import Any

from django.template.defaultfilters import truncatechars
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


def _workaround(problem: Any) -> str:
    return truncatechars(" ".join(problem.details.workaround.split()), 140)


def _since(problem: Any) -> SafeString:
    return markup.when(problem.details.known_error_at)


class KnownErrorTable(TicketTable):
    """Known errors with what helps. Needs `uses` and the details."""

    caption = _("Known errors")
    assignee = team = requester = due = created = None  # type: ignore[assignment]
    workaround = Column(_("What helps"), _workaround, css="wide quiet")
    uses = Column(_("Given on"), "uses", css="num shrink")
    shown = Column(
        _("Requesters"),
        lambda row: markup.tag(_("Shown"), "information", "eye") if row.details.is_public_workaround else "",
        css="wide shrink",
    )
    since = Column(_("Known since"), _since, css="wide shrink quiet")
