"""The tables of incidents."""

from incidents.models.incident import Incident, IncidentDetails
from incidents.models.majors import Concerned, MajorEntry, MajorIncident, worked_on_by
from incidents.models.reports import FollowUp, IncidentReport

__all__ = [
    "Concerned",
    "FollowUp",
    "Incident",
    "IncidentDetails",
    "IncidentReport",
    "MajorEntry",
    "MajorIncident",
    "worked_on_by",
]
