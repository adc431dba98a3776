"""Who may declare an incident major, speak for it and review it."""

from django.utils.translation import gettext_lazy as _

from accounts import verbs
from accounts.models import User
from incidents.models import MajorIncident
from tickets.models import Ticket
from tickets.permissions import is_involved

DECLARE = "incidents.declare_major"


def leads(user: User, obj: Ticket | MajorIncident) -> bool:
    """The right on the entity of the incident, or held anywhere by someone at work on it."""
    ticket = obj.incident if isinstance(obj, MajorIncident) else obj
    if is_involved(user, ticket):
        return user.access.can(DECLARE)
    return not ticket.is_confidential and user.access.can(DECLARE, ticket.entity_id)


verbs.register(DECLARE, _("Declare major incidents and speak for them"), leads)
