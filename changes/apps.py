from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from tickets.models import Ticket


class ChangesConfig(AppConfig):
    name = "changes"
    verbose_name = _("Changes")

    def ready(self) -> None:
        """Fill the shell and the ticket page, declare the conditions of moves, follow what is decided."""
        from changes import deciding  # noqa: PLC0415 - listens to events
        from tickets import guards  # noqa: PLC0415

        guards.register("from_template", deciding.check_template)
        guards.register("change_decided", deciding.check_decided)
        _register_shell()
        _register_set_up()
        _register_ticket_page()


def _register_shell() -> None:
    from core import registry  # noqa: PLC0415

    registry.nav.register(
        registry.NavEntry(
            slug="changes", label=_("Changes"), icon="transfer", url_name="changes:list", order=45
        )
    )
    registry.create_entries.register(
        registry.CreateEntry(
            slug="change",
            label=_("Change"),
            icon="transfer",
            url_name="changes:create",
            order=40,
            verb="tickets.open_for_others",
        )
    )
    registry.home_panels.register(
        registry.HomePanel(
            slug="undecided-changes",
            title=_("Emergency changes without a decision"),
            template="changes/home_panel.html",
            context=_undecided,
            order=20,
        )
    )


def _register_set_up() -> None:
    from core import registry  # noqa: PLC0415

    registry.admin_pages.register(
        registry.AdminPage(
            slug="change-templates",
            group="rules",
            title=_("Standard changes"),
            sentence=_("Changes done so often that they are approved once for all."),
            icon="transfer",
            url_name="changes:templates",
            verb="settings.manage",
            order=60,
        ),
        registry.AdminPage(
            slug="change-approval",
            group="rules",
            title=_("Approval of changes"),
            sentence=_("How many have to approve a change, and how soon after an emergency."),
            icon="checks",
            url_name="changes:policies",
            verb="settings.manage",
            order=61,
        ),
    )


def _register_ticket_page() -> None:
    from core import registry  # noqa: PLC0415
    from core.choices import Kind  # noqa: PLC0415

    registry.ticket_blocks.register(
        registry.TicketBlock(
            slug="change",
            template="changes/block.html",
            context=_block,
            kinds=(Kind.CHANGE,),
            order=10,
        )
    )
    registry.ticket_panels.register(
        registry.TicketPanel(
            slug="change-conflicts",
            title=_("At the same time"),
            template="changes/conflicts_panel.html",
            context=_conflicts,
            order=5,
        )
    )
    registry.ticket_acts.register(
        registry.TicketAct(
            slug="propose-change",
            label=_("Propose a change"),
            icon="transfer",
            url_name="changes:from_ticket",
            verb="tickets.work",
            kinds=(Kind.PROBLEM, Kind.INCIDENT),
            shown=lambda ticket, user: user.has_perm("tickets.open_for_others"),
            order=41,
        ),
        registry.TicketAct(
            slug="change-details",
            label=_("Describe the change"),
            icon="clipboard-list",
            url_name="changes:details",
            verb="tickets.work",
            kinds=(Kind.CHANGE,),
            order=10,
        ),
    )


def _block(ticket: Ticket, user: Any) -> dict[str, Any]:
    from changes.tables import type_tag  # noqa: PLC0415

    details = ticket.details
    return {
        "may_work": user.has_perm("tickets.work", ticket),
        "type": type_tag(details),
        "is_overdue": details.is_overdue(),
    }


def _conflicts(ticket: Ticket, user: Any) -> dict[str, Any] | None:
    from changes.models import overlapping  # noqa: PLC0415
    from core.choices import Kind  # noqa: PLC0415
    from tickets.choices import Status  # noqa: PLC0415

    ended = (Status.CLOSED, Status.CANCELLED, Status.REVIEWED, Status.DONE, Status.BACKED_OUT, Status.REFUSED)
    if ticket.kind != Kind.CHANGE or ticket.status in ended:
        return None
    rows = overlapping(ticket).visible_to(user)  # type: ignore[attr-defined]
    found = list(rows.select_related("change_details")[:10])
    return {"changes": found} if found else None


def _undecided(user: Any) -> dict[str, Any] | None:
    from changes.queries import undecided  # noqa: PLC0415

    found = list(undecided(user)[:8])
    return {"changes": found} if found else None
