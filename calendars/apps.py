from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CalendarsConfig(AppConfig):
    name = "calendars"
    verbose_name = _("Calendars")

    def ready(self) -> None:
        """Take a place in the administration."""
        from core import registry  # noqa: PLC0415

        registry.admin_pages.register(
            registry.AdminPage(
                slug="calendars",
                group="agreements",
                title=_("Calendars"),
                sentence=_("When the department works: every delay is counted in these hours."),
                icon="calendar",
                url_name="calendars:list",
                verb="settings.manage",
                order=10,
            )
        )
