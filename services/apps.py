from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = _("Services")

    def ready(self) -> None:
        """Take a place in the rail and in the administration."""
        from core import registry  # noqa: PLC0415

        registry.nav.register(
            registry.NavEntry(
                slug="services", label=_("Services"), icon="stack-2", url_name="services:list", order=60
            )
        )
        registry.admin_pages.register(
            registry.AdminPage(
                slug="services",
                group="services",
                title=_("Services"),
                sentence=_("What the department provides, who answers for it, and which teams support it."),
                icon="stack-2",
                url_name="services:manage",
                verb="services.manage",
                order=10,
            ),
            registry.AdminPage(
                slug="categories",
                group="services",
                title=_("Categories"),
                sentence=_(
                    "What tickets are about: the words people choose from and figures are counted by."
                ),
                icon="tags",
                url_name="services:categories",
                verb="services.manage",
                order=20,
            ),
        )
