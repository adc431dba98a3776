"""The administration of the catalogue: its forms, their fields and their approval."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import User
from assistance.actions import create_type, edit_type, set_fields, set_steps
from assistance.actions.catalogue import Step, steps_of
from assistance.filters import TypeFilter
from assistance.forms import FieldsForm, PreviewForm, StepForm, TypeForm
from assistance.models import MANAGE, RequestType
from assistance.tables import TypeTable, catalogue_rows
from core.views import Action, CreatePage, Crumb, DetailPage, ListPage, UpdatePage, refused_message
from tickets.views.people import reader

FRAME = "base_manage.html"


def managed(user: User) -> QuerySet[RequestType]:
    """The forms one may change: those for everyone, and those of the entities one looks after."""
    rows: QuerySet[RequestType] = catalogue_rows()
    return rows.filter(Q(entity=None) | Q(entity_id__in=user.access.entities(MANAGE)))


class Types(ListPage):
    """The catalogue, those out of use as well."""

    model = RequestType
    table_class = TypeTable
    filterset_class = TypeFilter
    frame = FRAME
    verb = MANAGE
    title = gettext_lazy("Request forms")
    sentence = gettext_lazy("What people can ask for: its fields, who approves it, who fulfils it.")
    search_label = gettext_lazy("Search forms")
    empty_title = gettext_lazy("No form yet")
    empty_text = gettext_lazy("Add the first: people find it in their catalogue.")
    empty_icon = "forms"

    def get_queryset(self) -> QuerySet[RequestType]:
        return managed(reader(self.request))

    def actions(self) -> list[Action]:
        return [Action(_("New form"), reverse("assistance:new_type"), "plus", primary=True)]


class TypeMixin:
    """What the pages about one form share."""

    request: HttpRequest
    frame = FRAME
    verb = MANAGE

    def get_queryset(self) -> QuerySet[RequestType]:
        """The forms one may change."""
        return managed(reader(self.request))

    def crumbs(self) -> list[Crumb]:
        """Back to the catalogue, and to the form."""
        way = [Crumb(_("Request forms"), reverse("assistance:types"))]
        row = getattr(self, "object", None)
        return [*way, Crumb(str(row), address_of(row))] if isinstance(row, RequestType) else way


def address_of(row: RequestType) -> str:
    """The page of a form in the administration."""
    return reverse("assistance:type", args=[row.pk])


class TypePage(TypeMixin, DetailPage):
    """A form: what it says, asks and sets off, with a preview."""

    model = RequestType
    template_name = "assistance/type.html"

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Request forms"), reverse("assistance:types"))]

    def actions(self) -> list[Action]:
        return [
            Action(_("Edit"), reverse("assistance:edit_type", args=[self.object.pk]), "pencil", primary=True)
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row: RequestType = self.object
        return {
            **super().get_context_data(**kwargs),
            "asked": row.asked.select_related("field").order_by("position", "pk"),
            "steps": row.steps.prefetch_related("people", "teams").order_by("position", "pk"),
            "preview": PreviewForm(user=reader(self.request), request_type=row),
            "facts": [
                (_("Category"), row.category or "–"),
                (_("Service"), row.service or "–"),
                (_("Team"), row.team or _("The service’s first level")),
                (_("Offered to"), row.entity or _("Everyone")),
                (_("Expected time"), row.delay or "–"),
                (_("Code"), row.slug),
                (_("In use"), _("yes") if row.is_active else _("no")),
            ],
        }


class NewType(TypeMixin, CreatePage):
    """Add a form."""

    form_class = TypeForm
    template_name = "assistance/type_form.html"
    title = gettext_lazy("New form")
    success_message = gettext_lazy("The form is in the catalogue. Say now what it asks.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}

    def act(self, form: TypeForm) -> str:
        return address_of(create_type(by=reader(self.request), **form.values))


class ChangePage(TypeMixin, UpdatePage):
    """A form that changes one form of the catalogue."""

    model = RequestType

    @cached_property
    def object(self) -> RequestType:
        """The form: 404 where one may not change it."""
        row = get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])
        if row.entity_id is not None and not reader(self.request).has_perm(MANAGE, row.entity):
            raise PermissionDenied
        return row


class EditType(ChangePage):
    """Change what a form says and where it leads."""

    form_class = TypeForm
    template_name = "assistance/type_form.html"
    title = gettext_lazy("Edit")
    success_message = gettext_lazy("The form is changed.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}

    def act(self, form: TypeForm) -> str:
        row = edit_type(self.object, form.values, by=reader(self.request), version=self.sent_version)
        return address_of(row)


class FieldsPage(ChangePage):
    """Say which fields a form asks."""

    form_class = FieldsForm
    template_name = "assistance/fields.html"
    title = gettext_lazy("Fields of the form")
    success_message = gettext_lazy("The form asks these fields now.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request_type": self.object}

    def act(self, form: FieldsForm) -> str:
        set_fields(self.object, form.chosen, by=reader(self.request), version=self.sent_version)
        return address_of(self.object) if not form.cleaned_data["added"] else self.request.path


class StepPage(ChangePage):
    """A step of the approval: a new one, or the one at its place."""

    form_class = StepForm
    title = gettext_lazy("Approval step")
    success_message = gettext_lazy("The approval is changed.")

    @cached_property
    def steps(self) -> list[Step]:
        """The steps as they are."""
        return steps_of(self.object)

    @property
    def place(self) -> int:
        """Which step, from 0; the one after the last for a new one. 404 beyond."""
        place = int(self.kwargs.get("number", len(self.steps) + 1)) - 1
        if not 0 <= place <= len(self.steps) or ("number" in self.kwargs and place == len(self.steps)):
            raise Http404
        return place

    def get_initial(self) -> dict[str, Any]:
        if self.place == len(self.steps):
            return {}
        step = self.steps[self.place]
        return {**vars(step), "teams": [team.pk for team in step.teams]}

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = {**super().get_form_kwargs(), "user": reader(self.request)}
        kwargs.pop("instance", None)
        return kwargs

    def act(self, form: StepForm) -> str:
        steps = [*self.steps]
        steps[self.place : self.place + 1] = [form.step]
        set_steps(self.object, steps, by=reader(self.request), version=self.sent_version)
        return address_of(self.object)


@require_POST
def remove_step(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Take a step out of the approval of a form."""
    user = reader(request)
    if not user.has_perm(MANAGE):
        raise PermissionDenied
    row = get_object_or_404(managed(user), pk=pk)
    steps = steps_of(row)
    if not 1 <= number <= len(steps):
        raise Http404
    kept = [step for place, step in enumerate(steps, 1) if place != number]
    if refused_message(request, lambda: set_steps(row, kept, by=user)):
        messages.success(request, _("The approval is changed."))
    return redirect(address_of(row))
