"""Requests in the workspace: the list, and taking one for somebody."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from assistance.actions import open_request
from assistance.catalogue import cards, visible_types
from assistance.filters import RequestFilter
from assistance.forms import FreeRequestForm, RequestForm
from assistance.models import AssistanceRequest, RequestType
from assistance.tables import RequestTable
from core.views import Action, CreatePage, Crumb
from tickets.actions import store_upload
from tickets.views.people import reader
from tickets.views.queue import TicketList


class RequestList(TicketList):
    """All requests one may see."""

    model = AssistanceRequest
    table_class = RequestTable
    filterset_class = RequestFilter
    title = gettext_lazy("Assistance requests")
    sentence = gettext_lazy("What people ask for: equipment, software, rights, arrivals and departures.")
    empty_text = gettext_lazy("When someone asks for something, it appears here.")
    panel_fields = (
        "status", "request_type", "priority", "team", "assignee", "service", "category", "entity",
        "created_after", "created_before",
    )  # fmt: skip

    def actions(self) -> list[Action]:
        return [Action(_("New request"), reverse("assistance:choose"), "plus", primary=True)]


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Which form of the catalogue to fill in for somebody."""
    user = reader(request)
    if not user.has_perm("tickets.open_for_others"):
        raise PermissionDenied
    asked = request.GET.get("q", "").strip().replace("\x00", "")[:200]
    context = {
        "groups": cards(visible_types(user, asked)),
        "q": asked,
        "crumbs": [Crumb(_("Assistance requests"), reverse("assistance:list"))],
        "title": _("New request"),
        "sentence": _("Choose what it is about; each form asks what is needed and finds its team."),
    }
    return render(request, "assistance/choose.html", context)


class OnBehalf(CreatePage):
    """A request that a technician takes."""

    frame = "base_workspace.html"
    submit_label = gettext_lazy("Create the request")
    verb = "tickets.open_for_others"

    def crumbs(self) -> list[Crumb]:
        return [
            Crumb(_("Assistance requests"), reverse("assistance:list")),
            Crumb(_("New request"), reverse("assistance:choose")),
        ]

    def opened(self, form: Any, request_type: RequestType | None, values: dict[str, Any]) -> str:
        """Open the request with its files; returns its address."""
        user = reader(self.request)
        kept = [store_upload(upload, by=user) for upload in form.cleaned_data["files"]]
        ticket = open_request(request_type, by=user, attachments=kept, **values)
        messages.success(self.request, _("%(reference)s is open.") % {"reference": ticket.reference})
        return ticket.get_absolute_url()


class FreeRequest(OnBehalf):
    """A request that no form fits."""

    form_class = FreeRequestForm
    template_name = "assistance/create.html"
    title = gettext_lazy("New request without a form")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}

    def act(self, form: Any) -> str:
        values = {name: value for name, value in form.cleaned_data.items() if name != "files"}
        return self.opened(form, None, values)


class RequestByForm(OnBehalf):
    """A request by a form of the catalogue, for somebody."""

    form_class = RequestForm

    @cached_property
    def request_type(self) -> RequestType:
        """The form of the catalogue, 404 where it is not offered."""
        return type_of(self.request, self.kwargs["slug"])

    def get_title(self) -> Any:
        return str(self.request_type)

    @property
    def sentence(self) -> Any:  # type: ignore[override]
        """What the form is for."""
        return self.request_type.sentence

    def get_form_kwargs(self) -> dict[str, Any]:
        user, kind = reader(self.request), self.request_type
        return {**super().get_form_kwargs(), "user": user, "request_type": kind, "by_staff": True}

    def act(self, form: Any) -> str:
        return self.opened(form, self.request_type, form.values)


def type_of(request: HttpRequest, slug: str) -> RequestType:
    """The form of this code among those offered to the reader."""
    found: RequestType | None = (
        RequestType.objects.visible_to(reader(request)).offered().filter(slug=slug).first()
    )
    if found is None:
        raise Http404
    return found
