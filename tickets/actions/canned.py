"""What happens to canned answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.actions.saving import allow, change, save
from accounts.models import User
from core.db import locked
from core.exceptions import Refused, StaleVersion
from tickets.actions.base import checked_text
from tickets.canned import unknown_variables
from tickets.models import CannedAnswer

MANAGE = "settings.manage"
_COLUMNS = frozenset({"team", "folder", "title", "body_fr", "body_en", "is_active"})
_BODIES = ("body_fr", "body_en")


@transaction.atomic
def save_canned(
    answer: CannedAnswer, values: Mapping[str, Any], *, by: User | None, version: int | None = None
) -> CannedAnswer:
    """Create or change a canned answer; unknown variables are refused. Raises `StaleVersion` over a newer one."""
    allow(by, MANAGE)
    row = locked(CannedAnswer.objects.filter(pk=answer.pk)).get() if answer.pk else CannedAnswer()
    if version is not None and version != row.version:
        raise StaleVersion(_("Someone else has changed this answer since you opened it."))
    given = dict(values)
    for name in _BODIES:
        if name in given:
            given[name] = checked_text(name, given[name], limit=20_000)
    unknown = {name: unknown_variables(given.get(name, "")) for name in _BODIES}
    wrong = {
        name: _("Unknown variables: %(names)s.") % {"names": ", ".join(names)[:200]}
        for name, names in unknown.items()
        if names
    }
    if wrong:
        raise Refused(wrong)
    changed = change(row, given, allowed=_COLUMNS)
    if not (row.body_fr or row.body_en):
        raise Refused({"body_fr": _("Write the text in at least one language.")})
    if row.pk and not changed:
        return row
    if row.pk:
        row.version += 1
    return save(row, fields=[*changed, "version"] if row.pk else None, by=by)


def count_use(keys: Iterable[int], *, by: User) -> None:
    """Note that answers were sent; those the person is not offered are left out."""
    wanted = list(keys)[:20]
    if wanted:
        CannedAnswer.objects.visible_to(by).filter(pk__in=wanted).update(used=F("used") + 1)
