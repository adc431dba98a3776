from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssistanceConfig(AppConfig):
    name = "assistance"
    verbose_name = _("Assistance requests")

    def ready(self) -> None:
        """Follow approvals and fill the shell."""
        from assistance import approvers, panels  # noqa: PLC0415
        from core import registry  # noqa: PLC0415

        approvers.register()
        panels.register()
        registry.nav.register(
            registry.NavEntry(
                slug="requests", label=_("Requests"), icon="lifebuoy", url_name="assistance:list", order=32
            )
        )
        registry.create_entries.register(
            registry.CreateEntry(
                slug="request",
                label=_("Assistance request"),
                icon="lifebuoy",
                url_name="assistance:choose",
                order=20,
                verb="tickets.open_for_others",
            )
        )
        registry.admin_pages.register(
            registry.AdminPage(
                slug="request-types",
                group="services",
                title=_("Request forms"),
                sentence=_("What people can ask for: its fields, who approves it, who fulfils it."),
                icon="forms",
                url_name="assistance:types",
                verb="services.manage",
                order=30,
            )
        )
