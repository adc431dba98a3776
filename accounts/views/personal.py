"""Personal data: one's own to take along, and that of others to hand out or erase."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, permissions
from accounts.models import PersonalExport, User
from accounts.views.common import MANAGE_FRAME, crumb, signed_in
from accounts.views.people import seen
from core.views import Crumb, UpdatePage

_SHOWN = 10


def _exports(person: User, *, by: User) -> list[tuple[PersonalExport, bool]]:
    """The exports of a person's data that someone asked for, and whether each can be fetched."""
    now = timezone.now()
    rows = PersonalExport.objects.filter(user=person, asked_by=by)[:_SHOWN]
    return [(row, row.is_ready(now)) for row in rows]


def _handled(request: HttpRequest, pk: int) -> User:
    """A person whose data the one who asks may handle: 404 unseen, 403 without the right."""
    person = seen(request, pk)
    if not signed_in(request).has_perm(permissions.PERSONAL_DATA, person):
        raise PermissionDenied
    return person


@require_http_methods(["GET", "HEAD", "POST"])
def own_data(request: HttpRequest) -> HttpResponse:
    """One's own data: ask for them, and fetch them while they are kept."""
    person = signed_in(request)
    if request.method == "POST":
        actions.ask_export(person, by=person)
        messages.success(request, _("Your data are being put together. Come back here in a moment."))
        return redirect("account:data")
    context = {
        "title": _("My data"),
        "sentence": _("All that the portal holds on you, to take along."),
        "exports": _exports(person, by=person),
    }
    return render(request, "accounts/own_data.html", context)


@never_cache
@require_safe
def fetch(request: HttpRequest, token: str) -> FileResponse:
    """The file of an export, for who asked for it, while it is kept."""
    person = signed_in(request)
    export = get_object_or_404(PersonalExport.objects.select_related("user"), token=token, asked_by=person)
    if not export.is_ready(timezone.now()):
        raise Http404
    try:
        content = export.file.open("rb")
    except OSError as error:
        raise Http404 from error
    actions.note_fetched(export, by=person)
    return FileResponse(
        content,
        as_attachment=True,
        filename=f"{export.asked_at:%Y-%m-%d}.zip",
        content_type="application/zip",
    )


@require_safe
def personal_data(request: HttpRequest, pk: int) -> HttpResponse:
    """What can be done with a person's data: hand them out, erase them."""
    person, by = _handled(request, pk), signed_in(request)
    return render(
        request,
        "accounts/personal_data.html",
        {
            "frame": MANAGE_FRAME,
            "title": _("Personal data of %(name)s") % {"name": person.name},
            "sentence": _(
                "Everyone may have what is held on them, and may have it erased where no duty forbids it."
            ),
            "crumbs": [
                crumb(_("People"), "accounts:people"),
                crumb(person.name, "accounts:person", person.pk),
            ],
            "person": person,
            "exports": _exports(person, by=by),
            "objections": actions.objections_to_erasing(person, by=by),
            "effects": actions.effects_of_erasing(person),
        },
    )


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the data of a person put together."""
    actions.ask_export(_handled(request, pk), by=signed_in(request))
    messages.success(request, _("The data are being put together. Come back here in a moment."))
    return redirect("accounts:personal_data", pk=pk)


class EraseForm(forms.Form):
    """The address of the person, typed again."""

    confirmation = forms.CharField(
        label=gettext_lazy("Address of the person"),
        max_length=254,
        help_text=gettext_lazy("Type it to confirm. Nothing of this can be undone."),
    )


class ErasePage(UpdatePage):
    """The second step: what will happen, and the address typed once more."""

    model = User
    form_class = EraseForm
    frame = MANAGE_FRAME
    object_verb = permissions.PERSONAL_DATA
    template_name = "accounts/erase.html"
    submit_label = gettext_lazy("Erase for good")
    success_message = gettext_lazy("The person is erased.")

    def get_title(self) -> str:
        return _("Erase %(name)s") % {"name": self.object.name}

    def crumbs(self) -> list[Crumb]:
        key = self.object.pk
        return [
            crumb(_("People"), "accounts:people"),
            crumb(self.object.name, "accounts:person", key),
            crumb(_("Personal data"), "accounts:personal_data", key),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        by = signed_in(self.request)
        return {
            **super().get_context_data(**kwargs),
            "objections": actions.objections_to_erasing(self.object, by=by),
            "effects": actions.effects_of_erasing(self.object),
        }

    def act(self, form: Any) -> str:
        confirmation = form.cleaned_data["confirmation"]
        erased = actions.erase_person(self.object, by=signed_in(self.request), confirmation=confirmation)
        return reverse("accounts:person", args=[erased.pk])
