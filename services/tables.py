"""The lists of services and categories."""

from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core import markup
from core.choices import Kind
from core.tables import Column, Table
from services.choices import ImportStatus, ItemStatus
from services.models import Item, ItemImport, ItemType, Place, Service, ServiceStatus

_TONES = {ServiceStatus.PLANNED: "information", ServiceStatus.LIVE: "good", ServiceStatus.RETIRED: "neutral"}


def _status(service: Service) -> object:
    return markup.tag(ServiceStatus(service.status).label, _TONES[ServiceStatus(service.status)])


def _teams(service: Service) -> str:
    """The support teams, nearest first."""
    return ", ".join(row.team.name for row in sorted(service.support.all(), key=lambda row: row.rank))


class ServiceTable(Table):
    """The catalogue. Needs `support__team`, `owner` and `entity`."""

    caption = _("Services")
    name = Column(_("Service"), "name", sort="sort_name")
    criticality = Column(
        _("Criticality"), lambda row: markup.criticality(row.criticality), sort="criticality"
    )
    teams = Column(_("Support teams"), _teams, css="wide")
    owner = Column(_("Owner"), lambda row: markup.person(row.owner), css="wide")
    entity = Column(_("Entity"), "entity", css="wide")
    status = Column(_("Status"), _status, css="shrink")


class ManagedServiceTable(ServiceTable):
    """The same, leading to where a service is changed."""

    def address(self, row: Service) -> str:
        """The form of the service."""
        return reverse("services:edit", args=[row.pk])


class CategoryTable(Table):
    """Categories under their parents. Needs `parent` and `default_service`."""

    caption = _("Categories")
    name = Column(_("Category"), lambda row: f"{row.parent} › {row}" if row.parent else str(row))
    kinds = Column(
        _("Kinds"), lambda row: ", ".join(str(Kind(kind).label) for kind in row.kinds) or _("All"), css="wide"
    )
    service = Column(_("Usual service"), "default_service", css="wide")
    in_use = Column(_("In use"), "is_active", css="shrink")


ITEM_TONES = {
    ItemStatus.PLANNED: "information",
    ItemStatus.IN_STOCK: "accent",
    ItemStatus.IN_USE: "good",
    ItemStatus.IN_REPAIR: "soon",
}


def item_status(item: Item) -> SafeString:
    """The status of an item with its signal."""
    status = ItemStatus(item.status)
    return markup.tag(status.label, ITEM_TONES.get(status, "neutral"))


def item_name(item: Item) -> SafeString:
    """What one reads first: the icon of its type, the name, then the code."""
    icon = markup.icon(item.item_type.icon or "server")
    return format_html(
        '<span class="kind">{}</span> <span class="cell-title">{}</span> <span class="reference">{}</span>',
        icon, item.name, item.code,
    )  # fmt: skip


class ItemTable(Table):
    """Items. Needs what `for_lists` reads."""

    caption = _("Items")
    name = Column(_("Item"), item_name, sort="sort_name")
    item_type = Column(_("Type"), "item_type", css="wide")
    status = Column(_("Status"), item_status, sort="status", css="shrink")
    place = Column(_("Place"), "place", css="wide quiet")
    user = Column(_("User"), lambda row: markup.person(row.user), css="wide soon-out")
    entity = Column(_("Entity"), "entity", css="wide quiet late-out")
    warranty = Column(
        _("Warranty until"),
        lambda row: date_format(row.warranty_until, "SHORT_DATE_FORMAT") if row.warranty_until else "",
        sort="warranty_until",
        css="shrink soon-out",
    )

    def row_css(self, row: Any) -> str:
        """What is gone steps back."""
        return "is-ended" if row.is_gone else ""


class ItemTypeTable(Table):
    """Types of items. Needs `parent` and `size`."""

    caption = _("Item types")
    name = Column(_("Type"), lambda row: f"{row.parent} › {row}" if row.parent else str(row))
    slug = Column(_("Code"), "slug", css="quiet wide")
    size = Column(_("Items"), "size", css="num shrink")
    in_use = Column(_("In use"), "is_active", css="shrink")

    def address(self, row: ItemType) -> str:
        """Where the type is set up."""
        return reverse("services:item_type", args=[row.slug])


class PlaceTable(Table):
    """Places in the order of their tree. Needs `entity` and `size`."""

    caption = _("Places")
    name = Column(_("Place"), str)
    entity = Column(_("Entity"), "entity", css="wide quiet")
    size = Column(_("Items"), "size", css="num shrink")
    in_use = Column(_("In use"), "is_active", css="shrink")

    def address(self, row: Place) -> str:
        """Where the place is set up."""
        return reverse("services:place", args=[row.pk])


class SupplierTable(Table):
    """Suppliers. Needs `size`."""

    caption = _("Suppliers")
    name = Column(_("Supplier"), "name")
    contact = Column(_("Contact"), "contact", css="wide")
    phone = Column(_("Telephone"), "phone", css="wide")
    contract = Column(_("Contract"), "contract_ref", css="wide quiet")
    size = Column(_("Items"), "size", css="num shrink")
    in_use = Column(_("In use"), "is_active", css="shrink")


def _import_status(row: ItemImport) -> SafeString:
    tones = {ImportStatus.DONE: "good", ImportStatus.FAILED: "late", ImportStatus.CHECKED: "neutral"}
    status = ImportStatus(row.status)
    return markup.tag(status.label, tones.get(status, "waiting"))


class ImportTable(Table):
    """One's imports of items."""

    caption = _("Imports")
    name = Column(_("File"), "name")
    status = Column(_("Status"), _import_status, css="shrink")
    rows = Column(_("Rows"), "total", css="num shrink")
    at = Column(_("Uploaded"), lambda row: markup.when(row.created_at), css="shrink quiet")
