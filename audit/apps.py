from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = _("Audit trail")

    def ready(self) -> None:
        """Show the trail in the administration."""
        from audit import personal  # noqa: PLC0415
        from core import registry  # noqa: PLC0415

        personal.register()

        registry.admin_pages.register(
            registry.AdminPage(
                slug="audit",
                group="system",
                title=_("Audit trail"),
                sentence=_("Who did what, when and from where, and whether the trail is whole."),
                icon="list-check",
                url_name="audit:list",
                verb="audit.view",
                order=30,
            )
        )
