"""The incident report: the facts as they are, the written part, and the document."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import get_language, gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.choices import Kind
from core.exceptions import Refused
from core.views import Action
from incidents import actions
from incidents.facts import facts_of
from incidents.forms import DetailsForm, FollowUps, ReportForm
from incidents.models import IncidentReport
from incidents.report import report_pdf, sections
from tickets.actions import edit
from tickets.models import Ticket
from tickets.views.people import reader
from tickets.views.ticket import Act, ticket_of


def incident_of(request: HttpRequest, reference: str) -> Ticket:
    """An incident one works on; 404 unseen or of another kind, 403 for its public side."""
    ticket = ticket_of(request, reference)
    if ticket.kind != Kind.INCIDENT:
        raise Http404
    return ticket


class ReportPage(Act):
    """The report before it is printed, and the form of what the facts do not say."""

    form_class = ReportForm
    template_name = "incidents/report.html"
    title = gettext_lazy("Incident report")
    submit_label = gettext_lazy("Save")

    @cached_property
    def object(self) -> Ticket:
        """The incident; it is read by who works on it, and written by who may."""
        ticket = incident_of(self.request, self.kwargs["reference"])
        if self.request.method == "POST" and not self.may_write(ticket):
            raise PermissionDenied
        return ticket

    def may_write(self, ticket: Ticket) -> bool:
        """Whether the person may write the report."""
        return reader(self.request).has_perm("tickets.work", ticket)

    @cached_property
    def report(self) -> IncidentReport:
        """The written part, empty where there is none."""
        found = IncidentReport.objects.filter(ticket=self.object).select_related("document", "finalised_by")
        return found.first() or IncidentReport(ticket=self.object)

    @cached_property
    def follow_ups(self) -> Any:
        """The actions to take."""
        data = self.request.POST if self.request.method == "POST" else None
        return FollowUps.of(self.object, reader(self.request), data)

    def actions(self) -> list[Action]:
        address = reverse("incidents:report_pdf", args=[self.object.reference])
        return [Action(_("PDF"), address, "file-text", primary=True)]

    def get_initial(self) -> dict[str, Any]:
        return {"summary": self.report.summary, "learnt": self.report.learnt}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        told = facts_of(self.object, reader(self.request))
        return {
            **super().get_context_data(**kwargs),
            "report": self.report,
            "version": self.report.version if self.report.pk else None,
            "follow_ups": self.follow_ups,
            "sections": sections(told),
            "may_write": self.may_write(self.object),
        }

    def act(self, form: Any) -> str:
        if not self.follow_ups.is_valid():
            raise Refused(_("Look at the actions again."))
        actions.write_report(
            self.object, by=reader(self.request), follow_ups=self.follow_ups.rows(), version=self.sent_version,
            **form.cleaned_data,
        )  # fmt: skip
        messages.success(self.request, _("Saved."))
        return reverse("incidents:report", args=[self.object.reference])


@require_safe
def pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """The report as it stands, in the reader's language."""
    ticket = incident_of(request, reference)
    content = report_pdf(ticket, reader(request), language=get_language() or "fr")
    response = HttpResponse(content, content_type="application/pdf")
    name = slugify(_("Incident report %(reference)s") % {"reference": ticket.reference})
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def finalise(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep the report as a file of the ticket."""
    ticket, user = incident_of(request, reference), reader(request)
    try:
        actions.finalise_report(ticket, by=user, language=get_language() or "fr")
        messages.success(request, _("The report is kept with the ticket, as an internal file."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("incidents:report", reference=ticket.reference)


class DescribePage(Act):
    """Symptoms, workaround and cause."""

    form_class = DetailsForm
    object_verb = "tickets.work"
    title = gettext_lazy("Describe the incident")

    @cached_property
    def object(self) -> Ticket:
        """The incident: 404 of another kind, 403 where the person does not work on it."""
        ticket = incident_of(self.request, self.kwargs["reference"])
        if not reader(self.request).has_perm("tickets.work", ticket):
            raise PermissionDenied
        return ticket

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.object.details, name, "") for name in DetailsForm.base_fields}

    def act(self, form: Any) -> str:
        ticket = edit(
            self.object, {"details": form.cleaned_data}, by=reader(self.request), version=self.sent_version
        )
        return self.done(ticket, _("Saved."))
