"""What happens to people, teams, entities, roles and tokens.

One function for each act; page, API, import and demo call the same. `by` is who does it, None the portal
itself; an act raises `Refused` where a rule says no and `PermissionDenied` where a right is missing.
"""

from accounts.actions.absences import cancel_absence, declare_absence, substitute_of
from accounts.actions.erasure import (
    effects_of_erasing,
    erase_person,
    objections_to_erasing,
    replay_erasures,
)
from accounts.actions.exports import ask_export, note_fetched, write_export
from accounts.actions.installation import install_roles
from accounts.actions.organisation import (
    create_entity,
    create_team,
    delete_entity,
    delete_team,
    edit_entity,
    edit_team,
    move_entity,
    set_members,
)
from accounts.actions.people import (
    NewPerson,
    accept_invitation,
    create_people,
    create_person,
    deactivate,
    edit_own_profile,
    edit_person,
    invite,
    reactivate,
)
from accounts.actions.rights import create_role, delete_role, edit_role, grant_role, revoke_grant
from accounts.actions.sessions import end_session, end_sessions
from accounts.actions.tokens import create_token, revoke_token

__all__ = [
    "NewPerson",
    "accept_invitation",
    "ask_export",
    "cancel_absence",
    "create_entity",
    "create_people",
    "create_person",
    "create_role",
    "create_team",
    "create_token",
    "deactivate",
    "declare_absence",
    "delete_entity",
    "delete_role",
    "delete_team",
    "edit_entity",
    "edit_own_profile",
    "edit_person",
    "edit_role",
    "edit_team",
    "effects_of_erasing",
    "end_session",
    "end_sessions",
    "erase_person",
    "grant_role",
    "install_roles",
    "invite",
    "move_entity",
    "note_fetched",
    "objections_to_erasing",
    "reactivate",
    "replay_erasures",
    "revoke_grant",
    "revoke_token",
    "set_members",
    "substitute_of",
    "write_export",
]
