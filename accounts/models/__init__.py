"""People, teams, entities, roles and grants, absences, API tokens."""

from accounts.models.organisation import Entity, Membership, Team
from accounts.models.people import Absence, User
from accounts.models.personal import PersonalExport
from accounts.models.rights import Grant, Role
from accounts.models.tokens import ApiToken

__all__ = ["Absence", "ApiToken", "Entity", "Grant", "Membership", "PersonalExport", "Role", "Team", "User"]
