from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")

    def ready(self) -> None:
        """Fill the requester's bar."""
        from core import registry  # noqa: PLC0415

        registry.portal_nav.register(
            registry.PortalEntry(slug="home", label=_("Home"), icon="home", url_name="portal:home", order=10),
            registry.PortalEntry(
                slug="catalogue",
                label=_("Ask for something"),
                icon="lifebuoy",
                url_name="portal:catalogue",
                order=15,
            ),
            registry.PortalEntry(
                slug="requests", label=_("My requests"), icon="ticket", url_name="portal:requests", order=20
            ),
            registry.PortalEntry(
                slug="services", label=_("Services"), icon="stack-2", url_name="portal:services", order=40
            ),
        )
