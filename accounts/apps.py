from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and rights")

    def ready(self) -> None:
        """Have the default roles installed after each migration."""
        from accounts import permissions, verbs  # noqa: PLC0415
        from accounts.actions.installation import install_roles_after_migration  # noqa: PLC0415

        verbs.set_rule(permissions.MANAGE_PEOPLE, permissions.may_manage_people)

        post_migrate.connect(
            install_roles_after_migration, sender=self, dispatch_uid="accounts.install_roles"
        )
