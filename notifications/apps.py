from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        """Listen to tickets, register the senders, and hang the bell."""
        from accounts.registry import own_pages  # noqa: PLC0415
        from core import registry  # noqa: PLC0415
        from notifications import mail, many, spread  # noqa: F401, PLC0415

        registry.addresses.bell = "notifications:list"
        registry.addresses.bell_watermark = "notifications:bell"
        own_pages.register(
            registry.PortalEntry(
                slug="notifications",
                label=_("Notifications"),
                icon="bell",
                url_name="notifications:preferences",
                order=60,
            )
        )
