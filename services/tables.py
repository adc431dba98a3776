"""The lists of services and categories."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import markup
from core.choices import Kind
from core.tables import Column, Table
from services.models import Service, ServiceStatus

_TONES = {ServiceStatus.PLANNED: "information", ServiceStatus.LIVE: "good", ServiceStatus.RETIRED: "neutral"}


def _status(service: Service) -> object:
    return markup.tag(ServiceStatus(service.status).label, _TONES[ServiceStatus(service.status)])


def _teams(service: Service) -> str:
    """The support teams, nearest first."""
    return ", ".join(row.team.name for row in sorted(service.support.all(), key=lambda row: row.rank))


class ServiceTable(Table):
    """The catalogue. Needs `support__team`, `owner` and `entity`."""

    caption = _("Services")
    name = Column(_("Service"), "name", sort="sort_name")
    criticality = Column(
        _("Criticality"), lambda row: markup.criticality(row.criticality), sort="criticality"
    )
    teams = Column(_("Support teams"), _teams, css="wide")
    owner = Column(_("Owner"), lambda row: markup.person(row.owner), css="wide")
    entity = Column(_("Entity"), "entity", css="wide")
    status = Column(_("Status"), _status, css="shrink")


class ManagedServiceTable(ServiceTable):
    """The same, leading to where a service is changed."""

    def address(self, row: Service) -> str:
        """The form of the service."""
        return reverse("services:edit", args=[row.pk])


class CategoryTable(Table):
    """Categories under their parents. Needs `parent` and `default_service`."""

    caption = _("Categories")
    name = Column(_("Category"), lambda row: f"{row.parent} › {row}" if row.parent else str(row))
    kinds = Column(
        _("Kinds"), lambda row: ", ".join(str(Kind(kind).label) for kind in row.kinds) or _("All"), css="wide"
    )
    service = Column(_("Usual service"), "default_service", css="wide")
    in_use = Column(_("In use"), "is_active", css="shrink")
