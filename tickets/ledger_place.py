"""Where time and costs appear: in the rail, on the ticket page, in the administration, in the timeline."""

from django.utils.translation import gettext_lazy as _

from audit import wording
from core import registry
from tickets import timeline_ledger
from tickets.ledger import overview


def register() -> None:
    """Fill the registries; `AppConfig.ready` calls it."""
    timeline_ledger.register()
    wording.register({"ledger.exported": _("Ledger exported")})
    registry.nav.register(
        registry.NavEntry(
            slug="ledger",
            label=_("Time and costs"),
            icon="clock",
            url_name="tickets:ledger",
            order=75,
            keys="g t",
        )
    )
    registry.ticket_acts.register(
        registry.TicketAct(
            slug="time", label=_("Log time"), icon="clock", url_name="tickets:log_time", verb="tickets.work",
            order=20, keys="t",
        ),
        registry.TicketAct(
            slug="cost", label=_("Enter a cost"), icon="plus", url_name="tickets:add_cost", verb="tickets.work",
            order=21,
        ),
    )  # fmt: skip
    registry.ticket_panels.register(
        registry.TicketPanel(
            slug="time",
            title=_("Time and costs"),
            template="tickets/time_panel.html",
            context=overview,
            order=40,
        )
    )
    registry.admin_pages.register(
        registry.AdminPage(
            slug="activities",
            group="rules",
            title=_("Activities"),
            sentence=_("What time is spent on, in the words that the ledger is split by."),
            icon="list-check",
            url_name="tickets:activities",
            verb="settings.manage",
            order=70,
        ),
        registry.AdminPage(
            slug="rates",
            group="rules",
            title=_("Hourly rates"),
            sentence=_("What an hour of a person, of a team or of anyone costs, and from when."),
            icon="scale",
            url_name="tickets:rates",
            verb="settings.manage",
            order=71,
        ),
    )
