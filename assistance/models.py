"""Assistance request: something a person needs, asked by a form of the catalogue."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, gettext_lazy as _

from accounts.models import User
from assistance.workflow import REQUEST_WORKFLOW
from core.choices import Kind
from tickets import kinds
from tickets.models import Ticket
from tickets.models.approvals import Quorum
from tickets.models.setup import Labelled

MANAGE = "services.manage"
# Icons that a form of the catalogue may have: the name in the sprite and what it shows.
ICONS = (
    ("lifebuoy", _("Assistance")),
    ("user-plus", _("Someone arrives")),
    ("user-minus", _("Someone leaves")),
    ("device-laptop", _("Hardware")),
    ("apps", _("Software")),
    ("key", _("Access")),
    ("calendar-time", _("Loan")),
    ("truck", _("Office move")),
    ("printer", _("Printing")),
    ("phone", _("Telephone")),
    ("mail", _("Mail")),
    ("folder", _("Files")),
    ("school", _("Training")),
)


def _english() -> bool:
    return (get_language() or "").startswith("en")


class RequestTypeQuerySet(models.QuerySet["RequestType"]):
    """Questions asked of the catalogue."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The forms offered to the person's entity, those of all, and those one looks after."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        own = user.entity.path if user.entity_id and user.entity else []
        managed = user.access.entities(MANAGE)
        every = self if managed else self.filter(is_active=True)
        return every.filter(Q(entity=None) | Q(entity_id__in=managed.union(own)))

    def offered(self) -> Self:
        """Those that can be asked for now."""
        return self.filter(is_active=True)


class RequestType(Labelled):
    """A form of the catalogue: what can be asked for, who approves it, who does it."""

    sentence_fr = models.CharField(_("sentence in French"), max_length=250, blank=True)
    sentence_en = models.CharField(_("sentence in English"), max_length=250, blank=True)
    icon = models.CharField(_("icon"), max_length=30, choices=ICONS, default="lifebuoy")
    category = models.ForeignKey(
        "services.Category",
        models.PROTECT,
        verbose_name=_("category"),
        null=True,
        blank=True,
        related_name="+",
    )
    service = models.ForeignKey(
        "services.Service", models.PROTECT, verbose_name=_("service"), null=True, blank=True, related_name="+"
    )
    entity = models.ForeignKey(
        "accounts.Entity",
        models.PROTECT,
        verbose_name=_("offered to"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The entity and everything below it; empty for everyone."),
    )
    team = models.ForeignKey(
        "accounts.Team",
        models.PROTECT,
        verbose_name=_("team"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who fulfils it; empty for the first level of the service."),
    )
    delay_fr = models.CharField(
        _("expected time in French"), max_length=120, blank=True, help_text=_("As the requester reads it.")
    )
    delay_en = models.CharField(_("expected time in English"), max_length=120, blank=True)
    checklist_fr = models.TextField(
        _("steps to fulfil it, in French"),
        blank=True,
        max_length=5000,
        help_text=_(
            "One step a line; one that begins with “!” must be done before the request is fulfilled."
        ),
    )
    checklist_en = models.TextField(_("steps to fulfil it, in English"), blank=True, max_length=5000)
    fields: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "tickets.CustomField", through="RequestTypeField", related_name="+", verbose_name=_("fields")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = RequestTypeQuerySet.as_manager()

    class Meta(Labelled.Meta):
        verbose_name = _("request form")
        verbose_name_plural = _("request forms")

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return str(self)

    @property
    def sentence(self) -> str:
        """What it is for, in the reader's language."""
        return (self.sentence_en if _english() else self.sentence_fr) or self.sentence_fr

    @property
    def delay(self) -> str:
        """How long it usually takes, in the reader's language."""
        return (self.delay_en if _english() else self.delay_fr) or self.delay_fr

    @property
    def checklist(self) -> list[str]:
        """What has to be done, step by step, in the reader's language."""
        text = (self.checklist_en if _english() else self.checklist_fr) or self.checklist_fr
        return [line.strip() for line in text.splitlines() if line.strip()]

    @property
    def points(self) -> list[tuple[str, bool]]:
        """The same for the eye: what has to be done, and whether it must be."""
        return [(line.removeprefix("!").strip(), line.startswith("!")) for line in self.checklist]


class RequestTypeField(models.Model):
    """A field that a form asks, in its place."""

    request_type = models.ForeignKey(RequestType, models.CASCADE, related_name="asked", db_index=False)
    field = models.ForeignKey(
        "tickets.CustomField", models.PROTECT, verbose_name=_("field"), related_name="+"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_required = models.BooleanField(_("required"), default=False)

    class Meta:
        verbose_name = _("field of a request form")
        verbose_name_plural = _("fields of request forms")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["request_type", "field"], name="assistance_field_once")
        ]

    def __str__(self) -> str:
        return f"{self.request_type_id} · {self.field_id}"


class RequestTypeStep(models.Model):
    """A step of the approval that a form asks for: the requester's manager, people by name, teams."""

    request_type = models.ForeignKey(RequestType, models.CASCADE, related_name="steps", db_index=False)
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    name_fr = models.CharField(_("name in French"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    asks_manager = models.BooleanField(
        _("the requester’s manager"),
        default=False,
        help_text=_(
            "Where none is known: the leads of the team that does it, else who manages its services."
        ),
    )
    people = models.ManyToManyField(User, verbose_name=_("people"), related_name="+", blank=True)
    teams = models.ManyToManyField(
        "accounts.Team", verbose_name=_("members of teams"), related_name="+", blank=True
    )
    quorum = models.CharField(_("how many"), max_length=8, choices=Quorum, default=Quorum.ANY)
    percent = models.PositiveSmallIntegerField(
        _("share in percent"), default=50, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    class Meta:
        verbose_name = _("approval step of a request form")
        verbose_name_plural = _("approval steps of request forms")
        ordering = ["position", "pk"]
        indexes = [models.Index("request_type", "position", name="assistance_step_of_type")]

    def __str__(self) -> str:
        return (self.name_en if _english() else self.name_fr) or self.name_fr


@kinds.register
class AssistanceRequest(Ticket):
    """A ticket of kind request."""

    kind_slug = Kind.REQUEST
    prefix = "REQ"
    details_name = "assistance_details"
    workflow = REQUEST_WORKFLOW

    class Meta:
        proxy = True
        verbose_name = _("assistance request")
        verbose_name_plural = _("assistance requests")


class AssistanceDetails(models.Model):
    """What only a request has; the answers to its form are values of custom fields."""

    # Which form it came by: written by the act that opens it.
    computed = ("request_type",)

    ticket = models.OneToOneField(
        Ticket, models.CASCADE, primary_key=True, related_name="assistance_details", verbose_name=_("ticket")
    )
    request_type = models.ForeignKey(
        RequestType, models.PROTECT, verbose_name=_("request form"), related_name="+", null=True, blank=True
    )
    fulfilment = models.TextField(_("what was done"), blank=True, max_length=20_000)

    class Meta:
        verbose_name = _("details of an assistance request")
        verbose_name_plural = _("details of assistance requests")

    def __str__(self) -> str:
        return str(self.ticket_id)
