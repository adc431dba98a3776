"""The pages of incidents."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy

from core.choices import Kind
from core.views import Action, CreatePage, Crumb
from incidents.forms import IncidentForm
from incidents.models import Incident
from tickets.actions import open_ticket, store_upload
from tickets.views.people import reader
from tickets.views.queue import TicketList


class IncidentList(TicketList):
    """All incidents one may see."""

    model = Incident
    title = gettext_lazy("Incidents")
    sentence = gettext_lazy("Unplanned interruptions of a service, and losses of its quality.")

    def actions(self) -> list[Action]:
        return [Action(_("New incident"), reverse("incidents:create"), "plus", primary=True)]


class IncidentCreate(CreatePage):
    """Declare an incident, for oneself or on behalf of someone."""

    form_class = IncidentForm
    frame = "base_workspace.html"
    template_name = "incidents/create.html"
    title = gettext_lazy("New incident")
    submit_label = gettext_lazy("Create the incident")
    verb = "tickets.open_for_others"

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Incidents"), reverse("incidents:list"))]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}

    def act(self, form: Any) -> str:
        user, values = reader(self.request), dict(form.cleaned_data)
        kept = [store_upload(upload, by=user) for upload in values.pop("files")]
        details = {"symptoms": values.pop("symptoms")}
        ticket = open_ticket(Kind.INCIDENT, by=user, attachments=kept, details=details, **values)
        messages.success(self.request, _("%(reference)s is open.") % {"reference": ticket.reference})
        return ticket.get_absolute_url()
