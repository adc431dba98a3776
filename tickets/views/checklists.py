"""The checklist of a ticket."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from core.views import refused_message
from tickets.actions.checking import add_points, check_point, put_checklist, remove_point
from tickets.models import CheckItem, Ticket
from tickets.permissions import sees_internal
from tickets.recurring_forms import PointsForm
from tickets.views.people import reader
from tickets.views.ticket import Act


class AddPoints(Act):
    """Put a checklist on the ticket, or single points."""

    form_class = PointsForm
    object_verb = "tickets.work"
    title = gettext_lazy("Add to the checklist")
    submit_label = gettext_lazy("Add")

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        kwargs.pop("user")
        return {**kwargs, "kind": self.object.kind}

    @transaction.atomic
    def act(self, form: Any) -> str:
        user = reader(self.request)
        if form.cleaned_data["checklist"]:
            put_checklist(self.object, form.cleaned_data["checklist"], by=user)
        if form.cleaned_data["points"].strip():
            add_points(self.object, form.cleaned_data["points"].splitlines(), by=user)
        return self.done(self.object, _("The checklist is on the ticket."))


def _point(request: HttpRequest, key: int) -> CheckItem:
    """A point on a ticket that one works on; 404 otherwise."""
    user = reader(request)
    item = get_object_or_404(
        CheckItem.objects.select_related("ticket").filter(
            ticket__in=Ticket.objects.visible_to(user).values("pk")
        ),
        pk=key,
    )
    if not sees_internal(user, item.ticket):
        raise Http404
    return item


@require_POST
def tick(request: HttpRequest, key: int) -> HttpResponse:
    """Tick a point, or take the tick back (`done` empty)."""
    item = _point(request, key)
    refused_message(
        request, lambda: check_point(item, done=bool(request.POST.get("done")), by=reader(request))
    )
    return redirect(f"{item.ticket.get_absolute_url()}#checklist")


@require_POST
def remove(request: HttpRequest, key: int) -> HttpResponse:
    """Take a point off the list."""
    item = _point(request, key)
    refused_message(request, lambda: remove_point(item, by=reader(request)))
    return redirect(f"{item.ticket.get_absolute_url()}#checklist")
