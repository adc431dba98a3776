"""What happens to roles and grants."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import verbs
from accounts.actions.guards import (
    administrators_kept,
    everywhere,
    only_if_covered,
    only_what_one_holds,
    reach_of,
)
from accounts.actions.saving import allow, save
from accounts.models import Entity, Grant, Role, Team, User
from audit.actions import record_deleted, record_saved, values_before
from core.db import locked
from core.exceptions import Refused


@transaction.atomic
def grant_role(
    holder: User | Team,
    role: Role,
    entity: Entity,
    *,
    with_descendants: bool = True,
    by: User | None,
    at: datetime | None = None,
) -> Grant:
    """Give a role to a person or a team in an entity. Nobody gives what he does not hold there himself.

    Granting again only sets whether the grant reaches below.
    """
    allow(by, "accounts.grant", entity)
    only_what_one_holds(by, role.verbs, reach_of(entity, wide=with_descendants))
    person = holder if isinstance(holder, User) else None
    team = holder if isinstance(holder, Team) else None
    with administrators_kept():
        grant, is_new = Grant.objects.get_or_create(
            user=person,
            team=team,
            role=role,
            entity=entity,
            defaults={
                "with_descendants": with_descendants,
                "granted_by": by,
                "granted_at": at or timezone.now(),
            },
        )
        before = None if is_new else values_before(grant)
        if not is_new and grant.with_descendants != with_descendants:
            only_if_covered(by, [grant])
            grant.with_descendants = with_descendants
            grant.save(update_fields=["with_descendants"])
        record_saved(grant, before, by=by)
    return grant


@transaction.atomic
def revoke_grant(grant: Grant, *, by: User | None) -> None:
    """Take a role away. It ends with the next thing the person asks for."""
    allow(by, "accounts.grant", grant)
    only_if_covered(by, [grant])
    with administrators_kept():
        record_deleted(grant, by=by)
        grant.delete()


@transaction.atomic
def create_role(*, name: str, description: str = "", granted: Iterable[str] = (), by: User | None) -> Role:
    """Add a role. A role counts everywhere, so it takes the right to manage roles in every entity."""
    everywhere(by, "accounts.manage_roles")
    chosen = _known(granted)
    only_what_one_holds(by, chosen, Entity.objects.values_list("pk", flat=True))
    return save(
        Role(slug=_free_slug(name), name=name, description=description, verbs=chosen, offered=chosen), by=by
    )


@transaction.atomic
def edit_role(role: Role, *, name: str, description: str, granted: Iterable[str], by: User | None) -> Role:
    """Change a role; everyone who holds it gains or loses the rights at once."""
    everywhere(by, "accounts.manage_roles")
    with administrators_kept():
        row = locked(Role.objects.filter(pk=role.pk)).get()
        # Rights of apps that are not installed here are not on the page: they stay.
        chosen = [*_known(granted), *(verb for verb in row.verbs if verb not in verbs.names())]
        only_what_one_holds(by, set(chosen) ^ set(row.verbs), Entity.objects.values_list("pk", flat=True))
        row.name, row.description, row.verbs = name, description, chosen
        return save(row, fields=["name", "sort_name", "description", "verbs"], by=by)


@transaction.atomic
def delete_role(role: Role, *, by: User | None) -> None:
    """Delete a role that nobody holds."""
    everywhere(by, "accounts.manage_roles")
    row = locked(Role.objects.filter(pk=role.pk)).get()
    record_deleted(row, by=by)
    try:
        row.delete()
    except ProtectedError as error:
        raise Refused(
            _("“%(name)s” is granted to someone. Revoke it first.") % {"name": row.title}
        ) from error


def _known(granted: Iterable[str]) -> list[str]:
    chosen = set(granted)
    unknown = sorted(chosen - set(verbs.names()))
    if unknown:
        raise Refused({"verbs": _("Unknown rights: %s.") % ", ".join(unknown)})
    return [verb for verb in verbs.names() if verb in chosen]


def _free_slug(name: str) -> str:
    """An identifier made of the name, numbered where it is taken."""
    stem = slugify(name).replace("-", "_")[:34] or "role"
    taken = set(Role.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(
        slug
        for number in range(len(taken) + 1)
        if (slug := f"{stem}_{number}" if number else stem) not in taken
    )
