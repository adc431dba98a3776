from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = _("Incidents")

    def ready(self) -> None:
        """Fill the shell, and have major incidents follow their tickets."""
        from core import registry  # noqa: PLC0415
        from incidents import following, letters, pages, permissions, spread  # noqa: F401, PLC0415 - they register

        registry.nav.register(
            registry.NavEntry(
                slug="incidents", label=_("Incidents"), icon="flame", url_name="incidents:list", order=30
            )
        )
        registry.create_entries.register(
            registry.CreateEntry(
                slug="incident",
                label=_("Incident"),
                icon="flame",
                url_name="incidents:create",
                order=10,
                verb="tickets.open_for_others",
            )
        )
        pages.register()
