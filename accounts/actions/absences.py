"""Absences and who stands in."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.actions.saving import save
from accounts.models import Absence, User
from audit.actions import record_deleted
from core.exceptions import Refused


@transaction.atomic
def declare_absence(
    person: User,
    *,
    starts_on: date,
    ends_on: date,
    substitute: User | None = None,
    note: str = "",
    by: User | None,
) -> Absence:
    """Say that a person is away from the first day to the last, both included, and who stands in.

    Raises `Refused` where the days overlap another absence, or the substitute cannot take work.
    """
    if by is not None and not permissions.may_declare_absence(by, person):
        raise PermissionDenied
    if substitute is not None and not substitute.is_active:
        raise Refused({"substitute": _("%(name)s is deactivated.") % {"name": substitute.name}})
    return save(
        Absence(user=person, starts_on=starts_on, ends_on=ends_on, substitute=substitute, note=note), by=by
    )


@transaction.atomic
def cancel_absence(absence: Absence, *, by: User | None) -> None:
    """Take an absence back."""
    if by is not None and not permissions.may_cancel_absence(by, absence):
        raise PermissionDenied
    record_deleted(absence, by=by)
    absence.delete()


def substitute_of(person: User, on: date) -> User | None:
    """Who stands in for the person on that day: None where the person is there, or nobody is.

    Where the substitute is away too, it is the substitute's substitute, and so on.
    """
    seen = {person.pk}
    absence = _absence_of(person.pk, on)
    while absence and (stand_in := absence.substitute) and stand_in.is_active and stand_in.pk not in seen:
        seen.add(stand_in.pk)
        absence = _absence_of(stand_in.pk, on)
        if absence is None:
            return stand_in
    return None


def _absence_of(user_id: int, on: date) -> Absence | None:
    return Absence.objects.on(on).filter(user_id=user_id).select_related("substitute").first()
