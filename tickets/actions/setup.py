"""What an administrator sets up for tickets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.choices import Priority, Scale
from core.db import locked
from core.exceptions import Refused
from tickets.models import PendingReason, Policy, PriorityCell, ResolutionCode

MANAGE = "settings.manage"
Word = PendingReason | ResolutionCode


def allow(by: User) -> None:
    """Raise `PermissionDenied` unless the person may change settings: these hold for everybody."""
    if not by.has_perm(MANAGE):
        raise PermissionDenied


@transaction.atomic
def save_word(word: Word, values: Mapping[str, Any], *, by: User) -> Word:
    """Create or change a pending reason or a resolution code. Raises `Refused` naming the fields."""
    allow(by)
    for name, value in values.items():
        setattr(word, name, value)
    try:
        word.full_clean()
    except ValidationError as error:
        raise Refused({name: [str(text) for text in texts] for name, texts in error.message_dict.items()}) from error
    word.save()
    return word


@transaction.atomic
def set_matrix(cells: Mapping[tuple[int, int], int], *, by: User) -> int:
    """Change cells of the priority matrix, given by (urgency, impact); returns how many changed.

    Tickets keep the priority they have: the new matrix counts from their next change on.
    """
    allow(by)
    changed = 0
    for (urgency, impact), priority in cells.items():
        if urgency not in Scale.values or impact not in Scale.values or priority not in Priority.values:
            raise Refused({f"cell_{urgency}_{impact}": _("Choose a value from 1 to 5.")})
        row, created = locked(PriorityCell.objects.all()).get_or_create(
            urgency=urgency, impact=impact, defaults={"priority": priority}
        )
        if created or row.priority != priority:
            row.priority = priority
            row.save(update_fields=["priority"])
            changed += 1
    return changed


@transaction.atomic
def save_policy(policy: Policy, values: Mapping[str, Any], *, by: User) -> Policy:
    """Set the delays of an entity, or those of all the rest."""
    allow(by)
    for name, value in values.items():
        setattr(policy, name, value)
    try:
        policy.full_clean()
    except ValidationError as error:
        raise Refused({name: [str(text) for text in texts] for name, texts in error.message_dict.items()}) from error
    policy.save()
    return policy
