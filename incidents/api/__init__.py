"""Incidents, major ones and reports over HTTP."""

from incidents.api.incidents import IncidentResource
from incidents.api.majors import MajorIncidentResource

__all__ = ["IncidentResource", "MajorIncidentResource"]
