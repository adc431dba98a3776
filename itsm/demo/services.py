"""The catalogue, through the actions of `services`."""

from datetime import datetime

from calendars.models import Calendar
from core.choices import Criticality, Level
from itsm.demo.organisation import Cast
from itsm.demo.texts import read, support_of
from services.actions import create_service, edit_category
from services.models import ServiceStatus

_DOCUMENTATION = "https://docs.valbrume.example/services/"
# The service that a category means where none is named.
_USUAL = {
    "messagerie": "messagerie",
    "agenda": "agenda",
    "visioconference": "visio",
    "partage-de-fichiers": "fichiers",
    "mot-de-passe": "comptes",
    "double-authentification": "double-authentification",
    "droits": "comptes",
    "imprimante": "impression",
    "numerisation": "impression",
    "wifi": "wifi",
    "filaire": "reseau-local",
    "vpn": "acces-distant",
    "internet": "internet",
    "poste-fixe": "telephonie-fixe",
    "mobile": "telephonie-mobile",
    "hameconnage": "securite-postes",
}


def build_services(cast: Cast, *, at: datetime | None = None) -> None:
    """Create the services with their owners and the team of each level, as of that time or now."""
    calendars = {calendar.slug: calendar for calendar in Calendar.objects.all()}
    for row in read("services")["service"]:
        support = {Level(level): cast.teams[team] for level, team in support_of(row).items()}
        cast.services[row["code"]] = create_service(
            name=row["name"],
            code=row["code"],
            entity=cast.entities[row["entity"]],
            owner=cast.people[row["owner"]],
            criticality=Criticality(row["criticality"]),
            calendar=calendars.get(row["calendar"]),
            description=row["description"],
            documentation_url=f"{_DOCUMENTATION}{row['code']}",
            status=ServiceStatus(row.get("status", "live")),
            support=support,
            by=None,
            at=at,
        )
    for category, service in _USUAL.items():
        edit_category(cast.categories[category], {"default_service": cast.services[service]}, by=None)
