"""Erasing a person: the account stays as a number that others' work points to, everything personal goes."""

import logging
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.actions.guards import administrators_kept
from accounts.actions.saving import allow
from accounts.actions.sessions import cut_sessions
from accounts.models import User
from accounts.models.people import ERASED_DOMAIN
from accounts.personal import words_of
from audit import keys, ledger
from audit.actions import record
from core.db import locked
from core.exceptions import Refused
from core.personal import Erasure, holdings
from core.registry import Words

logger = logging.getLogger("vigie.personal")


def objections_to_erasing(person: User, *, by: User | None) -> list[str]:
    """Why the person cannot be erased now; none where nothing speaks against it."""
    if person.erased_at:
        return [_("This person is erased already.")]
    if by is not None and by.pk == person.pk:
        return [_("You cannot erase yourself. Ask another administrator.")]
    found = [objection for holding in holdings if (objection := holding.objection(person))]
    return [str(objection) for objection in found]


def effects_of_erasing(person: User) -> list[tuple[Words, int]]:
    """What erasing would do, and to how much."""
    return [(words, count) for holding in holdings for words, count in holding.told(person) if count]


def erase_person(
    person: User,
    *,
    by: User | None,
    confirmation: str | None = None,
    at: datetime | None = None,
    again: bool = False,
) -> User:
    """Erase what is personal about a person, for good. `confirmation` is their address, typed by a person.

    `again` repeats it after a restore, whatever speaks against it. Raises `Refused` with the reason: oneself, the last
    administrator, work that must be handed over first.
    """
    with transaction.atomic(), administrators_kept():
        row = locked(User.objects.filter(pk=person.pk)).get()
        allow(by, permissions.PERSONAL_DATA, row)
        if by is not None and row.is_superuser and not by.is_superuser:
            raise PermissionDenied
        if not again and (objections := objections_to_erasing(row, by=by)):
            raise Refused(" ".join(objections))
        if confirmation is not None and confirmation.strip().casefold() != row.email.casefold():
            raise Refused({"confirmation": _("This is not the address of the person.")})
        _erase(row, at or timezone.now())
        record("person.erased", by=by, target=f"{row.pk}", entity=row.entity_id)
        transaction.on_commit(lambda: _note(row))
    return row


def _erase(row: User, now: datetime) -> None:
    erasure = Erasure(row, words_of(row), is_staff=row.access.is_staff_side)
    cut_sessions(row)
    for holding in holdings:
        holding.erase(erasure)
    row.first_name = row.last_name = row.job_title = row.phone = row.language = ""
    row.email = f"erased-{row.pk}{ERASED_DOMAIN}"
    row.password = make_password(None)
    row.is_active = row.is_staff = row.is_superuser = row.is_vip = False
    row.manager = row.last_login = None
    row.erased_at = now
    row.save()
    # Last: what was written into the trail on the way is about the person too.
    keys.destroy(row.pk)


def _note(row: User) -> None:
    """Beside the anchors, so that a restored database is told whom to erase again."""
    try:
        at = row.erased_at.isoformat() if row.erased_at else ""
        ledger.append(ledger.ERASURES, {"person": row.pk, "at": at})
    except OSError:
        logger.critical("Person %d is erased but not on the list beside the anchors; add it by hand", row.pk)


def replay_erasures() -> int:
    """Erase again whom the list beside the anchors names and a restore brought back. Returns how many."""
    named = {line.content["person"] for line in ledger.lines(ledger.ERASURES) if line.is_ours}
    people = list(User.objects.filter(pk__in=named, erased_at=None).order_by("pk"))
    for person in people:
        erase_person(person, by=None, again=True)
    return len(people)
