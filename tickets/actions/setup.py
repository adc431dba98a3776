"""What an administrator sets up for tickets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.saving import allow, change, save
from accounts.models import User
from audit.actions import record_row
from core.choices import Priority, Scale
from core.db import locked
from core.exceptions import Refused
from tickets import policies
from tickets.models import ChecklistTemplate, PendingReason, Policy, PriorityCell, ResolutionCode

MANAGE = "settings.manage"
Word = PendingReason | ResolutionCode | ChecklistTemplate
_WORD_FIELDS = frozenset(
    {
        "slug",
        "name_fr",
        "name_en",
        "position",
        "is_active",
        "waits_for",
        "pauses_clock",
        "needs_date",
        "kinds",
        "points_fr",
        "points_en",
    }
)
_POLICY_FIELDS = frozenset(
    {"entity", "close_after_days", "reopen_within_days", "edit_minutes", "approval_reminder_days"}
)


@transaction.atomic
def save_word(word: Word, values: Mapping[str, Any], *, by: User) -> Word:
    """Create or change a pending reason or a resolution code. Raises `Refused` naming the fields."""
    allow(by, MANAGE)
    change(word, values, allowed=_WORD_FIELDS)
    return save(word)


@transaction.atomic
def set_matrix(cells: Mapping[tuple[int, int], int], *, by: User) -> int:
    """Change cells of the priority matrix, given by (urgency, impact); returns how many changed.

    Tickets keep the priority they have: the new matrix counts from their next change on.
    """
    allow(by, MANAGE)
    changed = 0
    for (urgency, impact), priority in cells.items():
        if urgency not in Scale.values or impact not in Scale.values or priority not in Priority.values:
            raise Refused({f"cell_{urgency}_{impact}": _("Choose a value from 1 to 5.")})
        row, created = locked(PriorityCell.objects.all()).get_or_create(
            urgency=urgency, impact=impact, defaults={"priority": priority}
        )
        if created or row.priority != priority:
            before, row.priority = None if created else row.priority, priority
            row.save(update_fields=["priority"])
            record_row(row, "changed", by=by, changes={"priority": [before, priority]})
            changed += 1
    return changed


@transaction.atomic
def save_policy(policy: Policy, values: Mapping[str, Any], *, by: User) -> Policy:
    """Set the delays of an entity, or those of all the rest."""
    allow(by, MANAGE)
    change(policy, values, allowed=_POLICY_FIELDS)
    policies.forget()
    return save(policy)
