"""Incident: an unplanned interruption of a service, or a loss of its quality."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import Kind
from incidents.workflow import INCIDENT_WORKFLOW
from tickets import kinds
from tickets.models import Ticket


@kinds.register
class Incident(Ticket):
    """A ticket of kind incident."""

    kind_slug = Kind.INCIDENT
    prefix = "INC"
    details_name = "incident_details"
    workflow = INCIDENT_WORKFLOW

    class Meta:
        proxy = True
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")


class IncidentDetails(models.Model):
    """What only an incident has; written with the ticket and by its moves."""

    ticket = models.OneToOneField(
        Ticket, models.CASCADE, primary_key=True, related_name="incident_details", verbose_name=_("ticket")
    )
    symptoms = models.TextField(_("symptoms"), blank=True, max_length=20_000)
    cause = models.TextField(_("cause"), blank=True, max_length=20_000)
    workaround = models.TextField(_("workaround"), blank=True, max_length=20_000)

    class Meta:
        verbose_name = _("details of an incident")
        verbose_name_plural = _("details of incidents")

    def __str__(self) -> str:
        return str(self.ticket_id)
