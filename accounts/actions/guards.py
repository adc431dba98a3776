"""Checks that keep rights from being stretched, and the portal from losing the last who can grant them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import verbs
from accounts.models import Entity, Grant, User
from core.db import locked
from core.exceptions import Refused

GRANTING = "accounts.grant"


def only_what_one_holds(by: User | None, granted: Iterable[str], entities: Iterable[int]) -> None:
    """Refuse to give a verb that the giver does not hold in each of the entities."""
    if by is None:
        return
    reach = set(entities)
    beyond = [str(verbs.label_of(verb)) for verb in granted if not reach <= by.access.entities(verb)]
    if beyond:
        raise Refused(
            {"role": _("You cannot give rights that you do not hold there yourself: %s.") % ", ".join(beyond)}
        )


def only_if_covered(by: User | None, grants: Iterable[Grant]) -> None:
    """Refuse to hand on or take away grants of which the person at work does not hold every right."""
    for grant in grants:
        only_what_one_holds(by, grant.role.verbs, reach_of(grant.entity, wide=grant.with_descendants))


def everywhere(by: User | None, verb: str) -> None:
    """Raise `PermissionDenied` unless the verb is granted in every entity."""
    if by is not None and not by.access.everywhere(verb):
        raise PermissionDenied


def reach_of(entity: Entity, *, wide: bool) -> set[int]:
    """The entities that a grant in this one reaches."""
    return set(Entity.objects.below(entity).values_list("pk", flat=True)) if wide else {entity.pk}


@contextmanager
def administrators_kept() -> Iterator[None]:
    """Refuse an act that leaves the whole tree without an active person who may grant rights.

    The tops of the tree are locked, so that two administrators cannot remove each other at once.
    """
    list(locked(Entity.objects.filter(parent=None).order_by("pk")))
    before = _administered()
    yield
    if before - _administered():
        raise Refused(_("Someone must remain who can grant rights. Make another person administrator first."))


def _administered() -> set[int]:
    """The tops of the tree over which some active person may grant rights."""
    holder_is_active = Q(user__is_active=True) | Q(team__is_active=True, team__members__is_active=True)
    return set(
        Grant.objects.filter(
            holder_is_active, entity__parent=None, with_descendants=True, role__verbs__contains=[GRANTING]
        ).values_list("entity_id", flat=True)
    )
