"""What an installation starts with."""

from typing import Any

from django.db import connections, transaction

from accounts.models import Role
from accounts.roles import DEFAULT_ROLES, DefaultRole
from core.db import locked


def install_roles_after_migration(*, using: str, **kwargs: Any) -> None:
    """Install the roles, unless only other apps were migrated so far."""
    if Role._meta.db_table in connections[using].introspection.table_names():
        install_roles()


@transaction.atomic
def install_roles() -> None:
    """Write the default roles that are missing, and give the others the verbs that are new since.

    What an administrator changed stays: a verb he took away was offered before, so it is not offered again.
    """
    present = {role.slug: role for role in locked(Role.objects.order_by("pk"))}
    for default in DEFAULT_ROLES:
        role = present.get(default.slug)
        if role is None:
            _write(default)
        else:
            _offer(role, default.granted)


def _write(default: DefaultRole) -> None:
    Role.objects.create(
        slug=default.slug,
        name=default.name,
        description=default.description,
        verbs=default.granted,
        offered=default.granted,
    )


def _offer(role: Role, granted: list[str]) -> None:
    fresh = [verb for verb in granted if verb not in role.offered]
    if fresh:
        role.verbs = [*role.verbs, *(verb for verb in fresh if verb not in role.verbs)]
        role.offered = [*role.offered, *fresh]
        role.save(update_fields=["verbs", "offered"])
