"""The catalogue of the portal: what one can ask for, and asking for it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from assistance.actions import open_request
from assistance.catalogue import cards, visible_types
from assistance.forms import RequestForm
from assistance.models import RequestType
from assistance.views.requests import type_of
from core.views import CreatePage, Crumb
from tickets.actions import store_upload
from tickets.choices import Channel, Status
from tickets.views.people import reader


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """What can be asked for, by category, with a search."""
    asked = request.GET.get("q", "").strip().replace("\x00", "")[:200]
    context = {"groups": cards(visible_types(reader(request), asked)), "q": asked}
    return render(request, "portal/catalogue.html", context)


class Ask(CreatePage):
    """Ask for something by a form of the catalogue."""

    form_class = RequestForm
    template_name = "portal/ask.html"
    submit_label = gettext_lazy("Send")
    verb = "tickets.open"

    @cached_property
    def request_type(self) -> RequestType:
        """The form, 404 where it is not offered to the person."""
        return type_of(self.request, self.kwargs["slug"])

    def get_title(self) -> Any:
        return str(self.request_type)

    @property
    def sentence(self) -> Any:  # type: ignore[override]
        """What the form is for."""
        return self.request_type.sentence

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("What can we do for you?"), reverse("portal:catalogue"))]

    def get_form_kwargs(self) -> dict[str, Any]:
        user, kind = reader(self.request), self.request_type
        return {**super().get_form_kwargs(), "user": user, "request_type": kind, "by_staff": False}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.request_type
        return {**super().get_context_data(**kwargs), "request_type": row, "is_approved": row.steps.exists()}

    def act(self, form: Any) -> str:
        user = reader(self.request)
        kept = [store_upload(upload, by=user) for upload in form.cleaned_data["files"]]
        ticket = open_request(
            self.request_type, by=user, channel=Channel.PORTAL, attachments=kept, **form.values
        )
        words = _("Thank you. Your request has the number %(number)s.")
        if ticket.status == Status.AWAITING_APPROVAL:
            words = _("Thank you. Your request has the number %(number)s; it waits for its approval now.")
        messages.success(self.request, words % {"number": ticket.reference})
        return reverse("portal:request", args=[ticket.reference])
