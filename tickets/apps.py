from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    name = "tickets"
    verbose_name = _("Tickets")

    def ready(self) -> None:
        """Declare the verbs of tickets and fill the shell."""
        from core import registry  # noqa: PLC0415
        from tickets import permissions, queues  # noqa: F401, PLC0415

        views = tuple(
            registry.NavView(label=view.label, query=f"view={view.slug}", count=view.slug if view.slug in queues.COUNTED else "")
            for view in queues.VIEWS.values()
            if view.slug in (*queues.COUNTED, "open")
        )
        registry.nav.register(
            registry.NavEntry(slug="home", label=_("Home"), icon="home", url_name="tickets:home", order=10, keys="g h"),
            registry.NavEntry(slug="queue", label=_("Queue"), icon="inbox", url_name="tickets:queue", order=20, keys="g q", views=views),
        )
        registry.addresses.search = "tickets:queue"
        registry.addresses.lookup = "tickets:lookup"
        registry.addresses.counts = "tickets:counts"
