"""Public holidays, computed once and copied into a calendar: a newer library must not move a deadline."""

from functools import lru_cache
from importlib import import_module

from django.utils.translation import gettext_lazy as _

from calendars.rules import Day
from core.exceptions import Refused

# Copied for these years; the first reaches behind any history that is imported.
YEARS = range(2008, 2051)

NO_COUNTRY = ""
COUNTRIES = {NO_COUNTRY: _("No public holidays"), "FR": _("France")}
SUBDIVISIONS = {
    "": _("Whole country"),
    "57": _("Alsace-Moselle"),
    "971": _("Guadeloupe"),
    "972": _("Martinique"),
    "973": _("French Guiana"),
    "974": _("Réunion"),
    "976": _("Mayotte"),
    "BL": _("Saint Barthélemy"),
    "MF": _("Saint Martin"),
    "NC": _("New Caledonia"),
    "PF": _("French Polynesia"),
    "PM": _("Saint Pierre and Miquelon"),
    "WF": _("Wallis and Futuna"),
}


@lru_cache(maxsize=16)
def holidays_of(country: str, subdivision: str = "") -> tuple[Day, ...]:
    """The public holidays of `YEARS`, named in French as they are known. Raises `Refused` for an unknown
    place.
    """
    if country not in COUNTRIES:
        raise Refused({"country": _("Choose a country of the list.")})
    if subdivision not in SUBDIVISIONS:
        raise Refused({"subdivision": _("Choose a part of the country of the list.")})
    if country == NO_COUNTRY:
        return ()
    # The library is heavy to load and only needed here, when a calendar is set up.
    found = import_module("holidays").France(subdiv=subdivision or None, years=YEARS, language="fr")
    return tuple(Day(day, found[day]) for day in sorted(found))
