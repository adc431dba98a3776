"""Fields that an administrator adds to tickets, and the values that tickets hold of them."""

from __future__ import annotations

from typing import Any, Self, cast

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.cache import cache
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.utils.translation import get_language, gettext_lazy as _

from accounts.models import User
from services.models import Service
from tickets.models.ticket import Ticket

PREFIX = "fields."
_CACHE_KEY = "custom-fields"
# A change is told to all processes at once; this is for a cache that did not hear of it.
_CACHE_SECONDS = 60


class FieldType(models.TextChoices):
    """What a field of an administrator holds."""

    TEXT = "text", _("Text")
    LONG = "long", _("Long text")
    NUMBER = "number", _("Number")
    INTEGER = "integer", _("Whole number")
    BOOLEAN = "boolean", _("Yes or no")
    DATE = "date", _("Date")
    DATETIME = "datetime", _("Date and time")
    CHOICE = "choice", _("One of a list")
    CHOICES = "choices", _("Several of a list")
    PERSON = "person", _("Person")
    URL = "url", _("Web address")


ORDERED = frozenset({FieldType.NUMBER, FieldType.INTEGER, FieldType.DATE, FieldType.DATETIME})
LISTED = frozenset({FieldType.CHOICE, FieldType.CHOICES})


class CustomFieldQuerySet(models.QuerySet["CustomField"]):
    """Questions asked of many fields."""

    def in_use(self) -> Self:
        """Those that are offered."""
        return self.filter(is_active=True)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of everybody and of the services one sees; for who is not staff, those that requesters are shown."""
        if not isinstance(user, User):
            return self.none()
        services = Service.objects.visible_to(user).values("pk")
        rows = self.filter(models.Q(service=None) | models.Q(service__in=services))
        return rows if user.access.is_staff_side else rows.filter(is_public=True, is_active=True)


class CustomFieldManager(models.Manager.from_queryset(CustomFieldQuerySet)):  # type: ignore[misc]
    """The fields of the set-up, few and asked for on every page."""

    def known(self) -> dict[str, CustomField]:
        """Every field by its code, in their order, those out of use as well; read once and kept."""
        kept: list[dict[str, Any]] | None = cache.get(_CACHE_KEY)
        if kept is None:
            names = [field.attname for field in self.model._meta.concrete_fields]
            kept = list(self.order_by("position", "pk").values(*names))
            cache.set(_CACHE_KEY, kept, _CACHE_SECONDS)
        return {values["slug"]: self.model(**values) for values in kept}


def forget_known() -> None:
    """Have the fields read anew, now and once the current transaction is committed."""
    cache.delete(_CACHE_KEY)
    transaction.on_commit(lambda: cache.delete(_CACHE_KEY), robust=True)


_CODE = RegexValidator(r"\A[a-z][a-z0-9_]*\Z", _("Small letters, digits and underscores, a letter first."))


class CustomField(models.Model):
    """One field added to tickets: of some kinds, of one category or service, or asked by a request form only."""

    slug = models.CharField(
        _("code"), max_length=40, unique=True, validators=[_CODE],
        help_text=_("Short and lasting: used by filters, imports and the API."),
    )  # fmt: skip
    label_fr = models.CharField(_("name in French"), max_length=120)
    label_en = models.CharField(_("name in English"), max_length=120, blank=True)
    help_fr = models.CharField(_("help in French"), max_length=300, blank=True)
    help_en = models.CharField(_("help in English"), max_length=300, blank=True)
    field_type = models.CharField(_("type"), max_length=10, choices=FieldType, default=FieldType.TEXT)
    options = models.JSONField(_("choices"), default=list, blank=True)
    kinds = ArrayField(
        models.CharField(max_length=12), verbose_name=_("kinds"), default=list, blank=True,
        help_text=_("Empty for all kinds."),
    )  # fmt: skip
    category = models.ForeignKey(
        "services.Category", models.PROTECT, verbose_name=_("only for the category"), null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    service = models.ForeignKey(
        "services.Service", models.PROTECT, verbose_name=_("only for the service"), null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    only_in_forms = models.BooleanField(
        _("asked by request forms only"), default=False,
        help_text=_("It applies to no ticket by its kind: the forms that ask it name it."),
    )  # fmt: skip
    is_required = models.BooleanField(_("required"), default=False)
    is_public = models.BooleanField(
        _("shown to the requester"), default=False, help_text=_("Requesters see it and may fill it in.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = CustomFieldManager()

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return (self.label_en if _in_english() else self.label_fr) or self.label_fr

    @property
    def help_text(self) -> str:
        """The help in the reader's language, empty where there is none."""
        return (self.help_en if _in_english() else self.help_fr) or self.help_fr

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The values of a list with their words in the reader's language."""
        language = "en" if _in_english() else "fr"
        return [(option["value"], option.get(language) or option["fr"]) for option in self.options]

    @property
    def name(self) -> str:
        """What forms, events and refusals call it."""
        return f"{PREFIX}{self.slug}"

    def fits(self, kind: str, category_id: int | None, service_id: int | None) -> bool:
        """Whether a ticket of that kind, category and service has this field."""
        return (
            self.is_active
            and not self.only_in_forms
            and (not self.kinds or kind in self.kinds)
            and self.category_id in (None, category_id)
            and self.service_id in (None, service_id)
        )


def _in_english() -> bool:
    return (get_language() or "").startswith("en")


class FieldValues(models.Model):
    """What one ticket holds of these fields: texts, numbers, ISO dates, keys of people, by code of the field."""

    ticket = models.OneToOneField(
        Ticket, models.CASCADE, primary_key=True, related_name="field_values", verbose_name=_("ticket")
    )
    data = models.JSONField(_("values"), default=dict)

    class Meta:
        verbose_name = _("values of custom fields")
        verbose_name_plural = _("values of custom fields")
        indexes = [GinIndex(fields=["data"], name="fieldvalues_data")]

    def __str__(self) -> str:
        return f"{self.ticket_id}"


def held(ticket: Ticket) -> dict[str, Any]:
    """The values of a ticket by code; costs nothing where they were selected with it."""
    row = getattr(ticket, "field_values", None)
    return dict(cast("FieldValues", row).data) if row is not None else {}


def field_of(name: str) -> CustomField | None:
    """The field that an event or a refusal calls `fields.<code>`, None for any other name."""
    return CustomField.objects.known().get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
