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
            ),
            registry.NavEntry(
                slug="items",
                label=_("Items"),
                icon="server",
                url_name="services:items",
                order=62,
                verb="services.view_items",
            ),
        )
        registry.create_entries.register(
            registry.CreateEntry(
                slug="item",
                label=_("Item"),
                icon="server",
                url_name="services:new_item",
                order=80,
                verb="services.edit_items",
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
            registry.AdminPage(
                slug="item-types",
                group="services",
                title=_("Item types"),
                sentence=_("What items can be, and what is worth knowing of each."),
                icon="server",
                url_name="services:item_types",
                verb="services.manage",
                order=30,
            ),
            registry.AdminPage(
                slug="places",
                group="services",
                title=_("Places"),
                sentence=_("Sites, buildings, floors and rooms where items stand."),
                icon="map-pin",
                url_name="services:places",
                verb="services.manage",
                order=40,
            ),
            registry.AdminPage(
                slug="suppliers",
                group="services",
                title=_("Suppliers"),
                sentence=_("Who sells and maintains items, whom to call, and under which contract."),
                icon="briefcase",
                url_name="services:suppliers",
                verb="services.manage",
                order=50,
            ),
        )
