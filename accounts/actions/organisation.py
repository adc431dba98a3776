"""What happens to entities and teams."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _

from accounts.actions.guards import administrators_kept, everywhere, only_if_covered
from accounts.actions.saving import allow, change, save
from accounts.models import Entity, Membership, Team, User
from audit.actions import record, record_deleted, record_saved, values_before
from core.db import locked
from core.exceptions import Refused

ENTITY_FIELDS = frozenset({"name", "code", "kind"})
TEAM_FIELDS = frozenset({"name", "level", "entity", "calendar", "email", "is_active"})


@transaction.atomic
def create_entity(
    *, name: str, code: str, kind: str, parent: Entity | None = None, by: User | None
) -> Entity:
    """Add an entity under a parent; at the top only by whoever manages all entities."""
    if parent:
        allow(by, "accounts.manage_entities", parent)
    else:
        everywhere(by, "accounts.manage_entities")
    _check(Entity(name=name, code=code, kind=kind, parent=parent))
    entity = Entity.objects.plant(name, code=code, kind=kind, parent=parent)
    record_saved(entity, None, by=by)
    return entity


def _check(entity: Entity) -> None:
    try:
        entity.full_clean()
    except ValidationError as error:
        raise Refused({name: list(texts) for name, texts in error.message_dict.items()}) from error


@transaction.atomic
def edit_entity(entity: Entity, changes: Mapping[str, Any], *, by: User | None) -> Entity:
    """Rename an entity, or change its code or kind."""
    row = locked(Entity.objects.filter(pk=entity.pk)).get()
    allow(by, "accounts.manage_entities", row)
    changed = change(row, changes, allowed=ENTITY_FIELDS)
    return save(row, fields=[*changed, "sort_name"], by=by) if changed else row


@transaction.atomic
def move_entity(entity: Entity, parent: Entity | None, *, by: User | None) -> Entity:
    """Hang an entity, with everything below it, under another parent or at the top.

    The whole tree is locked: two moves at once could otherwise make a circle.
    """
    tree = {row.pk: row for row in locked(Entity.objects.order_by("pk"))}
    row, above = tree[entity.pk], tree[parent.pk] if parent else None
    _may_move(row, above, by=by)
    if above and row.pk in above.path:
        raise Refused({"parent": _("An entity cannot belong to itself or to one below it.")})
    before = values_before(row)
    old, new = row.path, [*(above.path if above else []), row.pk]
    row.parent = above
    row.save(update_fields=["parent"])
    # Each heir keeps the end of its path, from the moved entity on.
    for heir in tree.values():
        if row.pk in heir.path:
            heir.path = [*new[:-1], *heir.path[len(old) - 1 :]]
    Entity.objects.bulk_update(
        (heir for heir in tree.values() if row.pk in heir.path), ["path"], batch_size=500
    )
    row.refresh_from_db()
    record_saved(row, before, by=by)
    return row


def _may_move(row: Entity, above: Entity | None, *, by: User | None) -> None:
    allow(by, "accounts.manage_entities", row)
    if above is None:
        everywhere(by, "accounts.manage_entities")
    else:
        allow(by, "accounts.manage_entities", above)
    if row.parent:
        allow(by, "accounts.manage_entities", row.parent)


@transaction.atomic
def delete_entity(entity: Entity, *, by: User | None) -> None:
    """Delete an entity to which nothing belongs. Raises `Refused` saying what still does."""
    row = locked(Entity.objects.filter(pk=entity.pk)).get()
    allow(by, "accounts.manage_entities", row)
    record_deleted(row, by=by)
    try:
        row.delete()
    except (ProtectedError, RestrictedError) as error:
        rows = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
        kinds = sorted({str(each._meta.verbose_name_plural) for each in rows})
        raise Refused(
            _("“%(name)s” still holds: %(what)s. Move them elsewhere first.")
            % {"name": row.name, "what": ", ".join(kinds)}
        ) from error


@transaction.atomic
def create_team(*, name: str, level: str, entity: Entity, by: User | None, **fields: Any) -> Team:
    """Add a team."""
    allow(by, "accounts.manage_teams", entity)
    team = Team(name=name, level=level, entity=entity)
    change(team, fields, allowed=TEAM_FIELDS)
    return save(team, by=by)


@transaction.atomic
def edit_team(team: Team, changes: Mapping[str, Any], *, by: User | None) -> Team:
    """Change a team. An inactive one receives no work and gives its members no rights."""
    with administrators_kept():
        row = locked(Team.objects.filter(pk=team.pk)).get()
        allow(by, "accounts.manage_teams", row)
        if "entity" in changes:
            allow(by, "accounts.manage_teams", changes["entity"])
        changed = change(row, changes, allowed=TEAM_FIELDS)
        if row.is_active and "is_active" in changed:
            only_if_covered(by, row.grants.select_related("role", "entity"))
        return save(row, fields=[*changed, "sort_name"], by=by) if changed else row


@transaction.atomic
def set_members(team: Team, members: Iterable[User], *, leads: Iterable[User] = (), by: User | None) -> Team:
    """Say who is in the team and who leads it.

    Being in a team gives its rights, so whoever changes its members must hold every right of the team.
    """
    with administrators_kept():
        row = locked(Team.objects.filter(pk=team.pk)).get()
        allow(by, "accounts.manage_teams", row)
        only_if_covered(by, row.grants.select_related("role", "entity"))
        leading = {user.pk for user in leads}
        wanted = {user.pk for user in members} | leading
        present = {each.user_id: each for each in row.memberships.all()}
        _no_strangers(row, wanted - present.keys(), by=by)
        _note_members(row, present, wanted, leading, by=by)
        row.memberships.exclude(user_id__in=wanted).delete()
        Membership.objects.bulk_create(
            Membership(team=row, user_id=key, is_lead=key in leading) for key in wanted - present.keys()
        )
        for key in wanted & present.keys():
            if present[key].is_lead != (key in leading):
                Membership.objects.filter(pk=present[key].pk).update(is_lead=key in leading)
    return row


def _note_members(
    team: Team, present: Mapping[int, Membership], wanted: set[int], leading: set[int], *, by: User | None
) -> None:
    before, leads = sorted(present), sorted(key for key, each in present.items() if each.is_lead)
    if before != sorted(wanted) or leads != sorted(leading):
        changes = {"members": [before, sorted(wanted)], "leads": [leads, sorted(leading)]}
        record("team.members", by=by, target=team, data={"changes": changes})


def _no_strangers(team: Team, keys: set[int], *, by: User | None) -> None:
    """People join whom the person at work may see, and who can sign in."""
    seen = User.objects.visible_to(by) if by else User.objects.all()
    if seen.active().filter(pk__in=keys).count() < len(keys):
        raise Refused({"members": _("Choose active people whom you may see.")})


def delete_team(team: Team, *, by: User | None) -> None:
    """Delete a team that nothing mentions; one that has worked is made inactive instead."""
    with transaction.atomic(), administrators_kept():
        row = locked(Team.objects.filter(pk=team.pk)).get()
        allow(by, "accounts.manage_teams", row)
        if by is not None and row.grants.exists() and not by.has_perm("accounts.grant", row):
            raise PermissionDenied
        record_deleted(row, by=by)
        try:
            row.delete()
        except (ProtectedError, RestrictedError) as error:
            raise Refused(
                _("“%(name)s” has work in its name. Make it inactive instead.") % {"name": row.name}
            ) from error
