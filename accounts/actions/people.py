"""What happens to people: created, invited, changed, deactivated, back again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import invitations
from accounts.actions.guards import administrators_kept, only_what_one_holds, reach_of
from accounts.actions.saving import allow, change, save
from accounts.actions.sessions import cut_sessions
from accounts.fields import normal_email
from accounts.models import ApiToken, Entity, Grant, Role, User
from audit.actions import record, record_saved
from core.db import locked
from core.exceptions import Refused

OWN_FIELDS = frozenset({"first_name", "last_name", "phone", "language", "timezone", "theme", "uses_keys"})
MANAGED_FIELDS = frozenset(
    {
        "email",
        "first_name",
        "last_name",
        "job_title",
        "manager",
        "phone",
        "language",
        "timezone",
        "entity",
        "is_vip",
    }
)


@dataclass(frozen=True)
class NewPerson:
    """A person to create, as an import or the demo names them."""

    email: str
    entity: Entity
    first_name: str = ""
    last_name: str = ""
    job_title: str = ""
    phone: str = ""
    language: str = ""
    is_active: bool = True


@transaction.atomic
def create_person(
    *,
    email: str,
    entity: Entity,
    role: Role | None = None,
    by: User | None,
    at: datetime | None = None,
    **fields: Any,
) -> User:
    """Create a person without password; with a role, it is granted in the entity and all below it.

    Raises `Refused` naming the field, `PermissionDenied` where `by` may not manage the people of the entity.
    """
    allow(by, "accounts.manage_people", entity)
    now = at or timezone.now()
    person = User(email=email, entity=entity, password=make_password(None), created_at=now)
    change(person, fields, allowed=MANAGED_FIELDS)
    save(person, by=by)
    if role:
        only_what_one_holds(by, role.verbs, reach_of(entity, wide=True))
        grant = Grant.objects.create(user=person, role=role, entity=entity, granted_by=by, granted_at=now)
        record_saved(grant, None, by=by)
    return person


@transaction.atomic
def create_people(
    people: Sequence[NewPerson], *, role: Role | None = None, by: User | None, at: datetime | None = None
) -> dict[str, User]:
    """Create those whose address is not known yet, in a few statements.

    Returns every person by normal address.
    """
    entities = {person.entity.pk: person.entity for person in people}
    allow(by, "accounts.manage_people", *entities.values())
    if role:
        for entity in entities.values():
            only_what_one_holds(by, role.verbs, reach_of(entity, wide=True))
    now = at or timezone.now()
    wanted = {normal_email(person.email): person for person in people}
    known = set(User.objects.filter(email__in=wanted).values_list("email", flat=True))
    fresh = [_row(person, now) for email, person in wanted.items() if email not in known]
    User.objects.bulk_create(fresh, batch_size=1000, ignore_conflicts=True)
    found = {user.email: user for user in User.objects.filter(email__in=wanted)}
    if role:
        _grant_to_all(role, [user for email, user in found.items() if email not in known], by=by, at=now)
    if fresh:
        made = sorted(user.pk for email, user in found.items() if email not in known)
        record("people.imported", by=by, data={"people": made, "role": role.slug if role else ""})
    return found


def _row(person: NewPerson, now: datetime) -> User:
    row = User(password=make_password(None), created_at=now, **vars(person))
    try:
        row.clean_fields(exclude={"entity"})
    except ValidationError as error:
        raise Refused(
            {
                name: [f"{person.email}: {text}" for text in texts]
                for name, texts in error.message_dict.items()
            }
        ) from error
    return row


def _grant_to_all(role: Role, users: Sequence[User], *, by: User | None, at: datetime) -> None:
    Grant.objects.bulk_create(
        [
            Grant(user=user, role=role, entity_id=user.entity_id, granted_by=by, granted_at=at)
            for user in users
        ],
        batch_size=1000,
        ignore_conflicts=True,
    )


@transaction.atomic
def edit_person(person: User, changes: Mapping[str, Any], *, by: User | None) -> User:
    """Change a person's record. A changed address ends the links sent to the old one."""
    row = locked(User.objects.filter(pk=person.pk)).get()
    allow(by, "accounts.manage_people", row)
    if "entity" in changes:
        allow(by, "accounts.manage_people", changes["entity"])
    changed = change(row, changes, allowed=MANAGED_FIELDS)
    return save(row, fields=[*changed, "sort_name"], by=by) if changed else row


@transaction.atomic
def edit_own_profile(person: User, changes: Mapping[str, Any], *, by: User) -> User:
    """Change what everyone decides for themselves."""
    if person.pk != by.pk:
        raise PermissionDenied
    row = locked(User.objects.filter(pk=person.pk)).get()
    changed = change(row, changes, allowed=OWN_FIELDS)
    return save(row, fields=[*changed, "sort_name"], by=by) if changed else row


@transaction.atomic
def invite(person: User, *, by: User | None, at: datetime | None = None) -> str:
    """Mail the person a link to choose a password, and return it to be shown once.

    The link ends with its first use, with a change of the address, and after `invitations.LASTS`.
    """
    row = locked(User.objects.filter(pk=person.pk)).get()
    allow(by, "accounts.manage_people", row)
    if not row.is_active:
        raise Refused(_("%(name)s is deactivated. Reactivate the account first.") % {"name": row.name})
    record("person.invited", by=by, target=row, subject=row)
    return invitations.send(row, by=by)


@transaction.atomic
def accept_invitation(key: str, *, password: str) -> User:
    """Set the first password with an invitation, which ends it.

    Raises `Refused` for a dead link or a weak password.
    """
    found = invitations.person_of(key)
    row = locked(User.objects.filter(pk=found.pk)).get() if found else None
    # Looked at again under the lock: of two uses at once, one wins.
    if row is None or not invitations.opens(key, row):
        raise Refused(_("This link has been used, was replaced, or is too old. Ask for a new one."))
    try:
        validate_password(password, row)
    except ValidationError as error:
        raise Refused({"password": list(error.messages)}) from error
    row.set_password(password)
    row.save(update_fields=["password"])
    record("person.welcomed", by=row, target=row, subject=row)
    return row


@transaction.atomic
def deactivate(person: User, *, by: User | None, at: datetime | None = None) -> User:
    """Close an account: nobody signs in with it, its sessions and tokens end at once. History stays."""
    with administrators_kept():
        row = locked(User.objects.filter(pk=person.pk)).get()
        allow(by, "accounts.manage_people", row)
        if by is not None and row.pk == by.pk:
            raise Refused(_("You cannot deactivate your own account."))
        row.is_active = False
        row.save(update_fields=["is_active"])
        record("person.deactivated", by=by, target=row, subject=row)
        now = at or timezone.now()
        ApiToken.objects.filter(user=row).living(now).update(revoked_at=now)
        cut_sessions(row)
    return row


@transaction.atomic
def reactivate(person: User, *, by: User | None) -> User:
    """Open a closed account again; its sessions and tokens stay ended."""
    row = locked(User.objects.filter(pk=person.pk)).get()
    allow(by, "accounts.manage_people", row)
    row.is_active = True
    row.save(update_fields=["is_active"])
    record("person.reactivated", by=by, target=row, subject=row)
    return row
