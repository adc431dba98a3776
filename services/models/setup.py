"""What an administrator sets up for items: their types with attributes, places and suppliers."""

import re
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy as _

from accounts.fields import SortNameField
from accounts.models import User
from services.choices import AttributeType

ATTRIBUTE_SLUG = RegexValidator(
    re.compile(r"\A[a-z][a-z0-9_]*\Z"), _("Use small letters, digits and underscores, a letter first.")
)
# Whoever holds one of these works with items.
ITEM_VERBS = ("services.view_items", "services.edit_items", "services.manage")


class Worded(models.Model):
    """A word of the set-up with its name in both languages."""

    name_fr = models.CharField(_("name in French"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        english = (get_language() or "").startswith("en")
        return (self.name_en if english else self.name_fr) or self.name_fr


class WordsOfItems(models.QuerySet[Any]):
    """Words of the set-up of items."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Everybody who works with items reads them."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.all() if user.access.entities_of_any(ITEM_VERBS) else self.none()


class ItemType(Worded):
    """What an item is; it has the attributes of the types above it as well."""

    slug = models.SlugField(_("code"), max_length=60, unique=True)
    icon = models.CharField(_("icon"), max_length=40, default="server", blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("parent"), null=True, blank=True, related_name="children"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = WordsOfItems.as_manager()

    class Meta:
        verbose_name = _("item type")
        verbose_name_plural = _("item types")
        ordering = ["position", "name_fr", "id"]

    def get_absolute_url(self) -> str:
        """Where it is set up."""
        return reverse("services:item_type", args=[self.slug])


class AttributesOfTypes(WordsOfItems):
    """Rows of attributes."""

    def of(self, types: "list[int]") -> Self:
        """Those of the types given by key, in their order."""
        return self.filter(item_type__in=types).order_by("item_type__parent", "position", "pk")


class Attribute(models.Model):
    """One thing that is known of every item of a type."""

    item_type = models.ForeignKey(
        ItemType, models.CASCADE, verbose_name=_("item type"), related_name="attributes"
    )
    slug = models.CharField(
        _("code"), max_length=40, validators=[ATTRIBUTE_SLUG],
        help_text=_("Used by imports and the API; it stays."),
    )  # fmt: skip
    label_fr = models.CharField(_("label in French"), max_length=120)
    label_en = models.CharField(_("label in English"), max_length=120, blank=True)
    attribute_type = models.CharField(
        _("type of value"), max_length=10, choices=AttributeType, default=AttributeType.TEXT
    )
    options = ArrayField(
        models.CharField(max_length=120), verbose_name=_("choices"), default=list, blank=True,
        help_text=_("For a list: one choice per line."),
    )  # fmt: skip
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    is_required = models.BooleanField(
        _("required"), default=False, help_text=_("Asked the next time an item is written.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = AttributesOfTypes.as_manager()

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item_type", "slug"],
                name="services_attribute_once_per_type",
                violation_error_message=_("This type already has an attribute of this code."),
            )
        ]

    def __str__(self) -> str:
        english = (get_language() or "").startswith("en")
        return (self.label_en if english else self.label_fr) or self.label_fr

    def get_absolute_url(self) -> str:
        """Where it is changed."""
        return reverse("services:attribute", args=[self.pk])


# Of a place with all those it lies within.
FULL_NAME = 700


class PlaceQuerySet(models.QuerySet["Place"]):
    """Rows of places."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The places of the entities where one works with items."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(entity_id__in=user.access.entities_of_any(ITEM_VERBS))

    def below(self, place: "Place") -> Self:
        """The place itself and all within it."""
        return self.filter(path__contains=[place.pk])


class Place(models.Model):
    """Where items stand: sites, buildings, floors, rooms, as a tree."""

    name = models.CharField(_("name"), max_length=120)
    sort_name = SortNameField(source="full_name")
    entity = models.ForeignKey(
        "accounts.Entity", models.PROTECT, verbose_name=_("entity"), related_name="places"
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("within"), null=True, blank=True, related_name="children"
    )
    address = models.CharField(_("address"), max_length=250, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    path = ArrayField(models.BigIntegerField(), editable=False, default=list)
    # Kept with the tree: a list of items shows it without reading the places above.
    full_name = models.CharField(max_length=FULL_NAME, editable=False, default="")

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["sort_name", "id"]
        indexes = [GinIndex(fields=["path"], name="services_place_path")]
        constraints = [
            models.UniqueConstraint(
                "entity",
                Lower("full_name"),
                name="services_place_once",
                violation_error_message=_("There is already a place of this name here."),
            )
        ]

    def __str__(self) -> str:
        return self.full_name or self.name

    def get_absolute_url(self) -> str:
        """Where it is set up."""
        return reverse("services:place", args=[self.pk])


class Supplier(models.Model):
    """A company that sells or maintains items."""

    name = models.CharField(_("name"), max_length=120)
    sort_name = SortNameField()
    contact = models.CharField(_("contact"), max_length=120, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    contract_ref = models.CharField(_("contract"), max_length=120, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = WordsOfItems.as_manager()

    class Meta:
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")
        ordering = ["sort_name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="services_supplier_once",
                violation_error_message=_("There is already a supplier of this name."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="services_supplier_named"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where it is set up."""
        return reverse("services:supplier", args=[self.pk])
