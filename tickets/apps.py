from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = _("Tickets")

    def ready(self) -> None:
        """Declare the verbs of tickets and fill the shell."""
        from core import registry  # noqa: PLC0415
        from tickets import (  # noqa: PLC0415
            approvals,
            checklists,
            item_panels,
            panels,
            permissions,  # noqa: F401 - declares its verbs
            personal,
            queues,
            relations,
            visits,
        )
        from tickets.ledger_place import register as register_ledger  # noqa: PLC0415

        approvals.register()
        register_ledger()
        checklists.register()
        item_panels.register()
        panels.register()
        relations.register()
        visits.register()
        personal.register()

        views = tuple(
            registry.NavView(
                label=view.label,
                query=f"view={view.slug}",
                count=view.slug if view.slug in queues.COUNTED else "",
            )
            for view in queues.VIEWS.values()
            if view.slug in (*queues.COUNTED, "open")
        )
        registry.nav.register(
            registry.NavEntry(
                slug="home", label=_("Home"), icon="home", url_name="tickets:home", order=10, keys="g h"
            ),
            registry.NavEntry(
                slug="queue",
                label=_("Queue"),
                icon="inbox",
                url_name="tickets:queue",
                order=20,
                keys="g q",
                views=views,
            ),
        )
        registry.addresses.search = "tickets:queue"
        registry.addresses.lookup = "tickets:lookup"
        registry.addresses.counts = "tickets:counts"
        pages = (
            (
                "pending-reasons",
                _("Pending reasons"),
                _("Why a ticket may wait, and who has to act meanwhile."),
                "clock-pause",
                "tickets:pending_reasons",
            ),
            (
                "resolution-codes",
                _("Resolution codes"),
                _("How tickets are solved, in the words that figures are counted by."),
                "circle-check",
                "tickets:resolution_codes",
            ),
            (
                "matrix",
                _("Priority matrix"),
                _("The priority a ticket gets from its urgency and its impact."),
                "flag",
                "tickets:matrix",
            ),
            (
                "delays",
                _("Delays"),
                _("When resolved tickets close by themselves, and how long a closed one can be reopened."),
                "clock",
                "tickets:policies",
            ),
            (
                "retention",
                _("Retention"),
                _("When closed tickets lose their personal data or all their texts."),
                "eraser",
                "tickets:retention",
            ),
        )
        registry.admin_pages.register(
            *(
                registry.AdminPage(
                    slug=slug,
                    group="rules",
                    title=title,
                    sentence=sentence,
                    icon=icon,
                    url_name=name,
                    verb="settings.manage",
                    order=10 * place,
                )
                for place, (slug, title, sentence, icon, name) in enumerate(pages, 1)
            )
        )
