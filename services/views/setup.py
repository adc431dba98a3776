"""Where item types, their attributes, places and suppliers are set up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from core.views import Action, Crumb, FormPage, ListPage, refused_message
from services.actions.catalogue import MANAGE
from services.actions.setup import delete_attribute, save_attribute, save_place, save_supplier, save_type
from services.item_forms import AttributeForm, ItemTypeForm, PlaceForm, SupplierForm
from services.models import Attribute, ItemType, Place, Supplier
from services.tables import ItemTypeTable, PlaceTable, SupplierTable
from services.views.common import MANAGE_FRAME, crumb, person


class SetupList(ListPage):
    """A list of the set-up of items."""

    frame = MANAGE_FRAME
    verb = MANAGE
    create_name = ""
    create_label: Any = ""
    relations: tuple[str, ...] = ()

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset().annotate(size=Count("items"))
        return rows.select_related(*self.relations) if self.relations else rows

    def actions(self) -> list[Action]:
        return [Action(self.create_label, reverse(self.create_name), "plus", primary=True)]


class ItemTypes(SetupList):
    """What items can be."""

    model = ItemType
    table_class = ItemTypeTable
    title = gettext_lazy("Item types")
    sentence = gettext_lazy("What items can be, and what is worth knowing of each.")
    create_name, create_label = "services:new_item_type", gettext_lazy("New type")
    empty_text = gettext_lazy("Add the first, or install those of the French pack.")
    relations = ("parent",)
    page_size = 100


class Places(SetupList):
    """Where items stand."""

    model = Place
    table_class = PlaceTable
    title = gettext_lazy("Places")
    sentence = gettext_lazy("Sites, buildings, floors and rooms where items stand.")
    create_name, create_label = "services:new_place", gettext_lazy("New place")
    empty_text = gettext_lazy("Begin with a site, then add its buildings and rooms.")
    empty_icon = "map-pin"
    relations = ("entity",)
    page_size = 100


class Suppliers(SetupList):
    """Who sells and maintains."""

    model = Supplier
    table_class = SupplierTable
    title = gettext_lazy("Suppliers")
    sentence = gettext_lazy("Who sells and maintains items, whom to call, and under which contract.")
    create_name, create_label = "services:new_supplier", gettext_lazy("New supplier")
    empty_text = gettext_lazy("Add the companies that you call when something is broken.")
    empty_icon = "briefcase"


class SetupForm(FormPage):
    """A form over one row of the set-up, or a new one."""

    frame = MANAGE_FRAME
    verb = MANAGE
    model: Any
    list_name = ""
    list_label: Any = ""
    new_label: Any = ""
    key = "pk"
    success_message = gettext_lazy("Saved.")

    @cached_property
    def row(self) -> Any:
        """The row of the address, or a new one."""
        if self.key not in self.kwargs:
            return self.model()
        rows = self.model._default_manager.visible_to(person(self.request))
        return get_object_or_404(rows, **{self.key: self.kwargs[self.key]})

    def get_title(self) -> Any:
        return str(self.row) if self.row.pk else self.new_label

    def crumbs(self) -> list[Crumb]:
        return [crumb(self.list_label, self.list_name)]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.row, "user": person(self.request)}

    def values(self, form: Any) -> dict[str, Any]:
        """What was typed."""
        return {name: form.cleaned_data[name] for name in form.Meta.fields}


class ItemTypePage(SetupForm):
    """A type with its attributes."""

    form_class = ItemTypeForm
    model = ItemType
    template_name = "services/item_type.html"
    list_name, list_label, new_label = (
        "services:item_types", gettext_lazy("Item types"), gettext_lazy("New item type"),
    )  # fmt: skip
    key = "slug"

    def act(self, form: Any) -> str:
        return save_type(self.row, self.values(form), by=person(self.request)).get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = self.row.attributes.all() if self.row.pk else ()
        return {**super().get_context_data(**kwargs), "item_type": self.row, "attributes": own}


class AttributePage(SetupForm):
    """An attribute of a type."""

    form_class = AttributeForm
    model = Attribute
    template_name = "services/attribute.html"
    new_label = gettext_lazy("New attribute")

    @cached_property
    def row(self) -> Any:
        """The attribute, or a new one of the type of the address."""
        if "pk" in self.kwargs:
            rows = Attribute.objects.visible_to(person(self.request)).select_related("item_type")
            return get_object_or_404(rows, pk=self.kwargs["pk"])
        types = ItemType.objects.visible_to(person(self.request))
        return Attribute(item_type=get_object_or_404(types, slug=self.kwargs["slug"]))

    def crumbs(self) -> list[Crumb]:
        item_type = self.row.item_type
        return [
            crumb(_("Item types"), "services:item_types"),
            Crumb(str(item_type), item_type.get_absolute_url()),
        ]

    def act(self, form: Any) -> str:
        saved = save_attribute(self.row, self.values(form), by=person(self.request))
        return saved.item_type.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "attribute": self.row}


@require_POST
def remove_attribute(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove an attribute without values."""
    rows = Attribute.objects.visible_to(person(request)).select_related("item_type")
    attribute = get_object_or_404(rows, pk=pk)
    address = attribute.item_type.get_absolute_url()
    if refused_message(request, lambda: delete_attribute(attribute, by=person(request))):
        messages.success(request, _("The attribute is gone."))
    return redirect(address)


class PlacePage(SetupForm):
    """A place."""

    form_class = PlaceForm
    model = Place
    list_name, list_label, new_label = "services:places", gettext_lazy("Places"), gettext_lazy("New place")

    def act(self, form: Any) -> str:
        save_place(self.row, self.values(form), by=person(self.request))
        return reverse("services:places")


class SupplierPage(SetupForm):
    """A supplier."""

    form_class = SupplierForm
    model = Supplier
    list_name, list_label, new_label = (
        "services:suppliers", gettext_lazy("Suppliers"), gettext_lazy("New supplier"),
    )  # fmt: skip

    def act(self, form: Any) -> str:
        save_supplier(self.row, self.values(form), by=person(self.request))
        return reverse("services:suppliers")
