"""Working together on one ticket: names after an @, silence for a follower, and who sees a confidential one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.exceptions import Refused
from tickets import actions, mentions
from tickets.access import who_sees
from tickets.models import Ticket
from tickets.permissions import sees_internal
from tickets.references import find
from tickets.signals import ticket_opened
from tickets.views.people import reader
from tickets.views.ticket import Act, ticket_of


@require_safe
def names(request: HttpRequest, reference: str) -> JsonResponse:
    """People and teams for what is typed after an @."""
    ticket = ticket_of(request, reference)
    asked = request.GET.get("q", "").replace("\x00", "")
    return JsonResponse({"results": mentions.offered(ticket, asked, by=reader(request))})


@require_POST
def mute(request: HttpRequest, reference: str) -> HttpResponse:
    """Be told nothing of a ticket one follows, or be told again with `on=0`."""
    user = reader(request)
    ticket = find(reference, user=user)
    try:
        row = actions.mute(ticket, by=user, muted=request.POST.get("on") != "0")
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        said = _("You are told nothing of it any more.") if row.is_muted else _("You are told of it again.")
        messages.success(request, said)
    if sees_internal(user, ticket):
        return redirect(ticket.get_absolute_url())
    return redirect("portal:request", reference=ticket.reference)


@require_POST
def seen(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that the person has the ticket before their eyes: what it told them is no news any more."""
    user = reader(request)
    ticket_opened.send(sender=Ticket, ticket=find(reference, user=user), user=user)
    return HttpResponse(status=204)


class ConfidentialForm(forms.Form):
    """Nothing to fill in: the page says what it does."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class Confidential(Act):
    """Make a ticket confidential, or lift it, after seeing who will see it."""

    form_class = ConfidentialForm
    object_verb = "tickets.confidential"
    keeps_draft = False
    template_name = "tickets/confidential.html"

    def get_title(self) -> Any:
        return _("Lift confidentiality") if self.object.is_confidential else _("Make confidential")

    @property
    def submit_label(self) -> Any:  # type: ignore[override]
        """The verb of the act."""
        return self.get_title()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "seers": who_sees(self.object)}

    def act(self, form: Any) -> str:
        user = reader(self.request)
        ticket = actions.edit(
            self.object,
            {"is_confidential": not self.object.is_confidential},
            by=user,
            version=self.sent_version,
        )
        if not Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists():
            messages.success(self.request, _("Saved. You no longer see this ticket yourself."))
            return reverse("tickets:queue")
        word = gettext_lazy("The ticket is confidential now.")
        return self.done(
            ticket, str(word if ticket.is_confidential else _("The ticket is no longer confidential."))
        )
