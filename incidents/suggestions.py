"""Which incidents may belong to a major one."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import User
from incidents.facts import children_of
from incidents.models import Incident, MajorIncident
from tickets.models import Ticket

# What was reported so long before the declaration may be its first sign.
BEFORE = timedelta(hours=24)
_LIMIT = 30


def candidates_for(major: MajorIncident, user: User) -> list[Ticket]:
    """The open incidents on a touched service, reported about then, that are part of nothing yet; newest first."""
    services = major.services.values("pk")
    found = Incident.objects.visible_to(user).open()
    found = found.filter(service__in=services, created_at__gte=major.declared_at - BEFORE)
    found = found.exclude(pk=major.incident_id).exclude(pk__in=children_of(major.incident).values("pk"))
    found = found.exclude(pk__in=MajorIncident.objects.values("incident_id"))
    return list(found.for_lists().order_by("-created_at", "-pk")[:_LIMIT])
