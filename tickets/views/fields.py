"""Custom fields: the part of a form that follows category and service, and their administration."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from core.choices import Kind
from core.tables import Column, Table
from core.views import Crumb, UpdatePage
from tickets import kinds
from tickets.actions.fields import MANAGE, save_field
from tickets.field_forms import FieldsPart
from tickets.fields import fields_for, open_to
from tickets.models import CustomField
from tickets.setup_field_forms import CustomFieldForm
from tickets.views.people import reader
from tickets.views.setup import FRAME, SetupList, yes_no

_KINDS = dict(Kind.choices)


@require_POST
def fields_part(request: HttpRequest, kind: str) -> HttpResponse:
    """The custom fields of a form for the category and the service just chosen, with what was typed in them."""
    if kind not in kinds.registry.slugs:
        raise Http404
    user = reader(request)
    found = fields_for(kind, _key(request, "category"), _key(request, "service"))
    form = FieldsPart(request.POST, fields=open_to(found, staff=user.access.is_staff_side), user=user)
    return render(request, "tickets/custom_fields.html", {"form": form})


def _key(request: HttpRequest, name: str) -> int | None:
    sent = request.POST.get(name, "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 19 else None


def where_asked(field: CustomField) -> str:
    """To which tickets the field belongs, in words."""
    if field.only_in_forms:
        return _("in request forms only")
    kinds_named = ", ".join(str(_KINDS[kind]) for kind in field.kinds if kind in _KINDS) or _("all kinds")
    return " · ".join(str(part) for part in (kinds_named, field.category, field.service) if part)


class CustomFieldTable(Table):
    """The custom fields."""

    label = Column(gettext_lazy("Name"), str, css="grow")
    slug = Column(gettext_lazy("Code"), "slug", css="quiet wide")
    field_type = Column(gettext_lazy("Type"), lambda row: row.get_field_type_display())
    where = Column(gettext_lazy("Where"), where_asked, css="wide")
    is_required = Column(gettext_lazy("Required"), lambda row: yes_no(row.is_required), css="shrink wide")
    is_public = Column(
        gettext_lazy("Shown to the requester"), lambda row: yes_no(row.is_public), css="shrink late-out"
    )
    is_active = Column(gettext_lazy("In use"), lambda row: yes_no(row.is_active), css="shrink")

    def address(self, row: Any) -> str:
        return reverse("tickets:custom_field", args=[row.pk])


class CustomFields(SetupList):
    """The fields added to tickets."""

    model = CustomField
    table_class = CustomFieldTable
    title = gettext_lazy("Custom fields")
    sentence = gettext_lazy(
        "What tickets ask and show besides the usual: for all kinds or some, for one category or one service."
    )
    empty_title = gettext_lazy("No field was added yet")
    empty_text = gettext_lazy(
        "Add one: it appears at once in forms, on tickets, in filters, exports and the API."
    )
    create_name, create_label = "tickets:new_custom_field", gettext_lazy("New field")

    def get_queryset(self) -> QuerySet[CustomField]:
        rows: QuerySet[CustomField] = CustomField.objects.visible_to(reader(self.request))
        rows = rows.select_related("category", "service")
        return rows.order_by("position", "pk")


class EditCustomField(UpdatePage):
    """One custom field, or a new one."""

    model = CustomField
    form_class = CustomFieldForm
    frame = FRAME
    verb = MANAGE
    template_name = "tickets/custom_field.html"
    success_message = gettext_lazy("Saved.")

    @cached_property
    def object(self) -> CustomField:
        """The field that is changed, or a new one; 404 where there is none."""
        if "pk" not in self.kwargs:
            return CustomField()
        rows = CustomField.objects.visible_to(reader(self.request))
        found: CustomField | None = rows.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def get_title(self) -> Any:
        return str(self.object) if self.object.pk else _("New field")

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("Custom fields"), reverse("tickets:custom_fields"))]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": reader(self.request)}

    def act(self, form: Any) -> str:
        version = self.sent_version if self.object.pk else None
        save_field(self.object, form.cleaned_data, by=reader(self.request), version=version)
        return reverse("tickets:custom_fields")
