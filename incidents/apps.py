from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    name = "incidents"
    verbose_name = _("Incidents")

    def ready(self) -> None:
        """Fill the shell."""
        from core import registry  # noqa: PLC0415

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
