from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        """Show the machinery in the administration."""
        from core import outbox, personal, registry  # noqa: PLC0415

        personal.holdings.register(personal.Holding(slug="core", order=5, erase=outbox.forget))

        registry.admin_pages.register(
            registry.AdminPage(
                slug="deliveries",
                group="system",
                title=_("Deliveries"),
                sentence=_("Mails and other effects on their way. What failed waits here to be sent again."),
                icon="send",
                url_name="core:deliveries",
                verb="settings.manage",
                order=10,
            ),
            registry.AdminPage(
                slug="jobs",
                group="system",
                title=_("Jobs"),
                sentence=_("What runs by itself, and whether it did."),
                icon="refresh",
                url_name="core:jobs",
                verb="settings.manage",
                order=20,
            ),
        )
