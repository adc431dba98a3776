"""The bell, the list behind it, and how one wants to be told."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from core.views import FormPage
from notifications import actions
from notifications.choices import About
from notifications.forms import PreferenceForm
from notifications.models import Notification
from notifications.wording import address, sentence

_PAGE = 30
_LAST_PAGE = 50


def _person(request: HttpRequest) -> User:
    """The signed-in person; the middleware lets nobody else through."""
    if not isinstance(request.user, User):
        raise TypeError("nobody is signed in")
    return request.user


@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    """What one was told, newest first."""
    asked = request.GET.get("page", "1")
    number = (
        min(max(int(asked), 1), _LAST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    )
    rows = Notification.objects.visible_to(_person(request)).order_by("-id")
    rows = rows.select_related("event__actor", "event__ticket__team", "event__comment", "ticket")
    found = list(rows[(number - 1) * _PAGE : number * _PAGE + 1])
    return render(
        request,
        "notifications/list.html",
        {
            "rows": [{"it": row, "sentence": sentence(row.event, row.about)} for row in found[:_PAGE]],
            "number": number,
            "previous_address": f"?page={number - 1}" if number > 1 else "",
            "next_address": f"?page={number + 1}" if len(found) > _PAGE and number < _LAST_PAGE else "",
            "has_unread": any(row.read_at is None for row in found[:_PAGE]),
        },
    )


@require_safe
@never_cache
def bell(request: HttpRequest) -> HttpResponse:
    """How many notifications are unread; 204 where nothing changed since the mark the page holds."""
    mark, count = actions.watermark(_person(request))
    if request.GET.get("since") == mark:
        return HttpResponse(status=204)
    return JsonResponse({"watermark": mark, "count": count})


@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Note one notification as read and go to its ticket."""
    user = _person(request)
    row = Notification.objects.visible_to(user).select_related("event", "ticket").filter(pk=pk).first()
    if row is None:
        return redirect("notifications:list")
    actions.mark_read(user, pk)
    row.event.ticket = row.ticket
    return redirect(address(row.event, row.about))


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Note all as read."""
    actions.mark_read(_person(request))
    return redirect("notifications:list")


class Preferences(FormPage):
    """How one wants to be told."""

    form_class = PreferenceForm
    template_name = "notifications/preferences.html"
    title = _("Notifications")
    sentence = _("Choose how you want to be told. You are never told of what you did yourself.")
    success_message = _("Your choice is kept.")

    def get_form_kwargs(self) -> dict[str, Any]:
        user = _person(self.request)
        staff = user.access.is_staff_side
        occasions = [about for about in About if staff or not about.is_work]
        return {
            **super().get_form_kwargs(),
            "chosen": actions.preferences_of([user])[user.pk],
            "occasions": occasions,
        }

    def act(self, form: PreferenceForm) -> str:
        actions.set_preferences(_person(self.request), form.choices)
        return reverse("notifications:preferences")
