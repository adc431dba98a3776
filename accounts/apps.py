from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from core import registry
from core.registry import AdminPage, PortalEntry

ADMIN_PAGES = (
    AdminPage(
        slug="entities",
        group="organisation",
        title=_("Entities"),
        sentence=_("The parts of the organisation, as a tree: rights reach downwards."),
        icon="sitemap",
        url_name="accounts:entities",
        verb="accounts.view_people",
        order=10,
    ),
    AdminPage(
        slug="people",
        group="people",
        title=_("People"),
        sentence=_("Who may sign in, where they belong, and what they may do."),
        icon="users",
        url_name="accounts:people",
        verb="accounts.view_people",
        order=20,
    ),
    AdminPage(
        slug="teams",
        group="people",
        title=_("Teams"),
        sentence=_("Who works on tickets, on which level, under whose lead."),
        icon="users-group",
        url_name="accounts:teams",
        verb="accounts.view_people",
        order=30,
    ),
    AdminPage(
        slug="roles",
        group="people",
        title=_("Roles"),
        sentence=_("Which rights go together; granted per entity."),
        icon="shield-check",
        url_name="accounts:roles",
        verb="accounts.view_people",
        order=40,
    ),
)
OWN_PAGES = (
    PortalEntry(slug="profile", label=_("Profile"), icon="user", url_name="account:profile", order=10),
    PortalEntry(
        slug="security", label=_("Security"), icon="shield-lock", url_name="account:security", order=20
    ),
    PortalEntry(slug="tokens", label=_("API tokens"), icon="key", url_name="account:tokens", order=40),
    PortalEntry(
        slug="absences", label=_("Absences"), icon="calendar-off", url_name="account:absences", order=50
    ),
    PortalEntry(slug="data", label=_("My data"), icon="database", url_name="account:data", order=80),
    PortalEntry(slug="rights", label=_("Rights"), icon="shield-check", url_name="account:rights", order=70),
)


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and rights")

    def ready(self) -> None:
        """Fill the shell, give the verbs their rules, and have the default roles installed."""
        from accounts import permissions, personal, trail, verbs  # noqa: F401, PLC0415 - the trail listens
        from accounts.actions.installation import install_roles_after_migration  # noqa: PLC0415
        from accounts.registry import own_pages  # noqa: PLC0415

        registry.admin_pages.register(*ADMIN_PAGES)
        registry.addresses.profile = "account:profile"
        own_pages.register(*OWN_PAGES)
        verbs.set_rule(permissions.MANAGE_PEOPLE, permissions.may_manage_people)
        verbs.set_rule(permissions.PERSONAL_DATA, permissions.may_handle_personal_data)
        personal.register()
        post_migrate.connect(
            install_roles_after_migration, sender=self, dispatch_uid="accounts.install_roles"
        )
