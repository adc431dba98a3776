from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from tickets.models import Ticket


class ProblemsConfig(AppConfig):
    name = "problems"
    verbose_name = _("Problems")

    def ready(self) -> None:
        """Fill the shell and the ticket page, add the words of the timeline, follow the moves of problems."""
        from problems import solving, words  # noqa: F401, PLC0415 - listens to events

        words.register()
        _register_shell()
        _register_ticket_page()


def _register_shell() -> None:
    from core import registry  # noqa: PLC0415

    registry.nav.register(
        registry.NavEntry(
            slug="problems", label=_("Problems"), icon="target", url_name="problems:list", order=40
        ),
        registry.NavEntry(
            slug="known-errors",
            label=_("Known errors"),
            icon="bulb",
            url_name="problems:known_errors",
            order=42,
        ),
    )
    registry.create_entries.register(
        registry.CreateEntry(
            slug="problem",
            label=_("Problem"),
            icon="target",
            url_name="problems:create",
            order=30,
            verb="tickets.open_for_others",
        )
    )


def _register_ticket_page() -> None:
    from core import registry  # noqa: PLC0415
    from core.choices import Kind  # noqa: PLC0415

    registry.ticket_blocks.register(
        registry.TicketBlock(
            slug="problem",
            template="problems/block.html",
            context=lambda ticket, user: {"may_work": user.has_perm("tickets.work", ticket)},
            kinds=(Kind.PROBLEM,),
            order=10,
        )
    )
    registry.ticket_panels.register(
        registry.TicketPanel(
            slug="known-errors",
            title=_("Known errors"),
            template="problems/known_errors_panel.html",
            context=_known_errors,
            order=15,
        ),
        registry.TicketPanel(
            slug="analysis",
            title=_("Analysis"),
            template="problems/analysis_panel.html",
            context=_analysis,
            order=15,
        ),
    )
    registry.ticket_acts.register(
        registry.TicketAct(
            slug="open-problem",
            label=_("Open a problem"),
            icon="target",
            url_name="problems:from_incident",
            verb="tickets.work",
            kinds=(Kind.INCIDENT,),
            shown=lambda ticket, user: user.has_perm("tickets.open_for_others"),
            order=40,
        ),
        registry.TicketAct(
            slug="problem-details",
            label=_("Describe the problem"),
            icon="clipboard-list",
            url_name="problems:details",
            verb="tickets.work",
            kinds=(Kind.PROBLEM,),
            order=10,
        ),
        registry.TicketAct(
            slug="problem-analysis",
            label=_("Analysis"),
            icon="list-check",
            url_name="problems:analysis",
            verb="tickets.view",
            kinds=(Kind.PROBLEM,),
            order=11,
        ),
    )


def _known_errors(ticket: Ticket, user: Any) -> dict[str, Any] | None:
    from core.choices import Kind  # noqa: PLC0415
    from problems.queries import known_errors_for  # noqa: PLC0415

    if ticket.kind != Kind.INCIDENT or not ticket.is_open:
        return None
    found = known_errors_for(ticket, user)
    return {"problems": found, "may_use": user.has_perm("tickets.note", ticket)} if found else None


def _analysis(ticket: Ticket, user: Any) -> dict[str, Any] | None:
    from core.choices import Kind  # noqa: PLC0415
    from problems.models import Cause, CauseMethod  # noqa: PLC0415

    if ticket.kind != Kind.PROBLEM:
        return None
    lines = list(Cause.objects.of(ticket))
    return {
        "hypotheses": [line for line in lines if line.method == CauseMethod.HYPOTHESIS],
        "whys": [line for line in lines if line.method == CauseMethod.WHY],
    }
