"""Items: the things that services stand on and people work with, and what happened to them."""

import re
from typing import Any, Self

import pgtrigger
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.fields import SortNameField
from accounts.models import User
from services.choices import GONE, CatalogueVerb, ImportStatus, ItemStatus
from services.models.catalogue import Service
from services.models.setup import ITEM_VERBS, ItemType, Place, Supplier

CODE = RegexValidator(
    re.compile(r"\A[A-Za-z0-9][A-Za-z0-9_.-]*\Z"),
    _("Use letters, digits, dots, dashes and underscores only."),
)
# Words that addresses below `/items/` mean otherwise.
RESERVED = frozenset({"new", "import", "imports", "export", "labels", "search"})


def not_reserved(code: str) -> None:
    """Refuse a code that an address already means otherwise."""
    if code.lower() in RESERVED:
        raise ValidationError(_("This word is taken by the portal itself."))


class ItemQuerySet(models.QuerySet["Item"]):
    """Questions asked of many items."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """For who works with items those of the granted entities, for anyone those they own or use."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        own = Q(owner_id=user.pk) | Q(user_id=user.pk)
        granted = user.access.entities_of_any(ITEM_VERBS)
        return self.filter(Q(entity_id__in=granted) | own) if granted else self.filter(own)

    def nameable_by(self, user: User | AnonymousUser) -> Self:
        """The items a person may put a name to when reporting: visible ones, and those at hand.

        A label on a shared printer is read by everybody who stands before it: those of its entity, of one above
        and of one below.
        """
        if not isinstance(user, User) or not user.is_active or user.entity is None:
            return self.none()
        at_hand = Q(entity_id__in=user.entity.path) | Q(entity__path__contains=[user.entity_id])
        seen = self.visible_to(user).order_by().values("pk")
        return self.filter(Q(pk__in=seen) | at_hand)

    def present(self) -> Self:
        """Those that are neither retired nor disposed of."""
        return self.exclude(status__in=GONE)

    def for_lists(self) -> Self:
        """With what a row of a list shows, in one statement."""
        return self.select_related("item_type", "entity", "place", "user", "service")


class Item(models.Model):
    """One thing with a label: a computer, a server, an application, a licence."""

    name = models.CharField(_("name"), max_length=120)
    sort_name = SortNameField()
    code = models.CharField(
        _("code"), max_length=60, validators=[CODE, not_reserved], help_text=_("The number on its label.")
    )
    item_type = models.ForeignKey(ItemType, models.PROTECT, verbose_name=_("type"), related_name="items")
    entity = models.ForeignKey(
        "accounts.Entity", models.PROTECT, verbose_name=_("entity"), related_name="items"
    )
    service = models.ForeignKey(
        Service, models.PROTECT, verbose_name=_("service"), null=True, blank=True, related_name="items",
        help_text=_("The service that helps with it: a report on the item is on this service."),
    )  # fmt: skip
    place = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("place"), null=True, blank=True, related_name="items"
    )
    place_note = models.CharField(_("where exactly"), max_length=120, blank=True)
    owner = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("owner"), null=True, blank=True, related_name="+"
    )
    user = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("user"), null=True, blank=True, related_name="+"
    )
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, verbose_name=_("supplier"), null=True, blank=True, related_name="items"
    )
    serial = models.CharField(_("serial number"), max_length=120, blank=True)
    acquired_on = models.DateField(_("acquired on"), null=True, blank=True)
    warranty_until = models.DateField(_("warranty until"), null=True, blank=True)
    contract_ref = models.CharField(_("contract"), max_length=120, blank=True)
    contract_until = models.DateField(_("contract until"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=ItemStatus, default=ItemStatus.IN_USE)
    status_since = models.DateField(_("status since"))
    note = models.TextField(_("note"), blank=True, max_length=5000)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("changed at"))
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["sort_name", "id"]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="services_item_sort"),
            models.Index(fields=["serial"], name="services_item_serial"),
            GinIndex(fields=["attributes"], name="services_item_attributes", opclasses=["jsonb_path_ops"]),
        ]
        constraints = [
            models.UniqueConstraint(
                Upper("code"),
                name="services_item_code_any_case",
                violation_error_message=_("This code already belongs to another item."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the item."""
        return reverse("services:item", args=[self.code])

    @property
    def is_gone(self) -> bool:
        """Whether it is no longer there to be worked with."""
        return self.status in GONE


class CatalogueEvent(models.Model):
    """One fact about an item or a service: who did what, when; verbs, codes and plain values, never sentences.

    The database itself refuses any change or removal.
    """

    item = models.ForeignKey(
        Item, models.PROTECT, null=True, blank=True, related_name="events", db_index=False
    )
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, related_name="events", db_index=False
    )
    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=_("who"), related_name="+", null=True, blank=True
    )
    verb = models.CharField(_("what"), max_length=10, choices=CatalogueVerb)
    data = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("event of the catalogue")
        verbose_name_plural = _("events of the catalogue")
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["item", "at", "id"], name="services_event_item"),
            models.Index(fields=["service", "at", "id"], name="services_event_service"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(item=None, service__isnull=False) | Q(item__isnull=False, service=None),
                name="services_event_of_one",
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.item_id or self.service_id} {self.verb} {self.at:%Y-%m-%d %H:%M}"


class ItemImportQuerySet(models.QuerySet["ItemImport"]):
    """Rows of imports."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own."""
        return self.filter(by_id=user.pk) if isinstance(user, User) and user.is_active else self.none()


class ItemImport(models.Model):
    """A file of items on its way in: first looked through, then taken in by a worker."""

    by = models.ForeignKey("accounts.User", models.PROTECT, verbose_name=_("who"), related_name="+")
    name = models.CharField(_("file"), max_length=150)
    text = models.TextField(_("content"))
    status = models.CharField(_("status"), max_length=8, choices=ImportStatus, default=ImportStatus.CHECKED)
    # How far a worker is, and what came of it: counts and the refused cells.
    done = models.PositiveIntegerField(_("rows done"), default=0)
    total = models.PositiveIntegerField(_("rows"), default=0)
    report: Any = models.JSONField(_("report"), default=dict)
    created_at = models.DateTimeField(_("uploaded at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = ItemImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of items")
        verbose_name_plural = _("imports of items")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where it is followed."""
        return reverse("services:item_import", args=[self.pk])
