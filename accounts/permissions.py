"""Who may do what to people, teams, roles and tokens, beyond "granted in the entity of the object"."""

from accounts import verbs
from accounts.models import Absence, ApiToken, Entity, Membership, User

MANAGE_PEOPLE = "accounts.manage_people"
PERSONAL_DATA = "accounts.personal_data"


def may_manage_people(user: User, obj: Entity | User) -> bool:
    """Granted in that entity, or in the entity of that person, who holds no right that the manager lacks.

    Otherwise whoever manages the people of one entity could set the address or the password of an
    administrator who belongs to it, and so become one.
    """
    if not isinstance(obj, User):
        return verbs.granted_for(user, MANAGE_PEOPLE, obj)
    return may_manage_person(user, obj)


def may_manage_person(user: User, person: User) -> bool:
    """The rule above, for a person."""
    if person.is_superuser and not user.is_superuser:
        return False
    return verbs.granted_for(user, MANAGE_PEOPLE, person) and user.access.covers(person.access)


def may_handle_personal_data(user: User, obj: object) -> bool:
    """Granted in the entity of the person, who holds no right that the one at work lacks."""
    if isinstance(obj, User) and not user.access.covers(obj.access):
        return False
    return verbs.granted_for(user, PERSONAL_DATA, obj)


def may_declare_absence(user: User, person: User) -> bool:
    """One's own, those of the people one manages, and those of the teams one leads."""
    return (
        user == person
        or verbs.granted_for(user, MANAGE_PEOPLE, person)
        or Membership.objects.filter(user=user, is_lead=True, team__memberships__user=person).exists()
    )


def may_cancel_absence(user: User, absence: Absence) -> bool:
    """Whoever may declare it."""
    return may_declare_absence(user, absence.user)


def may_revoke_token(user: User, token: ApiToken) -> bool:
    """One's own, and those of the people one manages: taking a right away never gives one."""
    return token.user_id == user.pk or verbs.granted_for(user, MANAGE_PEOPLE, token)
