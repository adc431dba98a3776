"""Interventions: appointments of a technician with a requester, and the sheet that comes of them."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from accounts.models import User
from tickets.models.attachment import Attachment
from tickets.models.ledger import TimeEntry
from tickets.models.ticket import Ticket


class Mode(models.TextChoices):
    """Where the technician works."""

    ON_SITE = "on_site", _("On site")
    REMOTE = "remote", _("Remote")


class InterventionState(models.TextChoices):
    """Where an intervention stands."""

    PLANNED = "planned", _("Planned")
    UNDER_WAY = "under_way", _("Under way")
    DONE = "done", _("To be signed")
    SIGNED = "signed", _("Signed")
    CANCELLED = "cancelled", _("Called off")


STATE_TONES = {
    InterventionState.PLANNED: "information",
    InterventionState.UNDER_WAY: "accent",
    InterventionState.DONE: "soon",
    InterventionState.SIGNED: "good",
    InterventionState.CANCELLED: "neutral",
}
# Time of the technician that an appointment takes: what is neither over nor called off.
BUSY = (InterventionState.PLANNED, InterventionState.UNDER_WAY)


def signature_name(intervention: "Intervention", _name: str) -> str:
    """Where a signature lies: a name of ours that nobody guesses."""
    return f"signatures/{uuid.uuid4().hex}.png"


class InterventionQuerySet(models.QuerySet["Intervention"]):
    """Questions asked of many interventions."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those on tickets one may see, and one's own as a technician."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(
            Q(ticket__in=Ticket.objects.visible_to(user).values("pk")) | Q(technician_id=user.pk)
        )

    def for_lists(self) -> Self:
        """With what a row shows."""
        return self.select_related("ticket__requester", "ticket__entity", "ticket__service", "technician")


class Intervention(models.Model):
    """An appointment on a ticket, what was done there, and the signature for it."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="interventions", verbose_name=_("ticket"))
    technician = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("technician"), db_index=False
    )
    mode = models.CharField(_("how"), max_length=10, choices=Mode, default=Mode.ON_SITE)
    state = models.CharField(
        _("state"), max_length=10, choices=InterventionState, default=InterventionState.PLANNED
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    place = models.CharField(_("place"), max_length=250, blank=True)
    travel_minutes = models.PositiveSmallIntegerField(_("travel, in minutes"), default=0)
    purpose = models.TextField(
        _("to do"),
        blank=True,
        max_length=5000,
        help_text=_("For the technician: the requester does not read it."),
    )

    started_at = models.DateTimeField(_("began at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    work_done = models.TextField(_("work done"), blank=True, max_length=20_000)
    remaining = models.TextField(
        _("still to do"), blank=True, max_length=5000, help_text=_("Empty where everything is done.")
    )

    signer_name = models.CharField(_("signed by"), max_length=150, blank=True)
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    signature = models.FileField(_("signature"), upload_to=signature_name, blank=True)
    sheet = models.ForeignKey(
        Attachment, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("sheet")
    )
    time_entry = models.ForeignKey(
        TimeEntry, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("time entered")
    )
    reason = models.CharField(_("why it was called off"), max_length=250, blank=True)

    planned_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name=_("planned by"), db_index=False
    )
    created_at = models.DateTimeField(_("planned at"))
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = InterventionQuerySet.as_manager()

    class Meta:
        verbose_name = _("intervention")
        verbose_name_plural = _("interventions")
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index("technician", "starts_at", "id", name="intervention_schedule"),
            models.Index(
                "technician",
                "starts_at",
                name="intervention_open",
                condition=Q(state__in=["planned", "under_way", "done"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="intervention_ends_after_it_starts",
                violation_error_message=_("The end must be after the beginning."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(started_at=None) | Q(ended_at__gte=F("started_at")),
                name="intervention_work_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_at__isnull=False) & ~Q(signer_name=""),
                name="intervention_signed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_mode_display()} · {self.starts_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        """The page for who works on it."""
        return reverse("tickets:intervention", args=[self.pk])

    @property
    def entity_id(self) -> int:
        """The entity of its ticket, so that rights are asked of it as of any row."""
        return self.ticket.entity_id

    @property
    def tone(self) -> str:
        """The signal of its state."""
        return STATE_TONES[InterventionState(self.state)]

    @property
    def planned(self) -> timedelta:
        """How long the appointment is meant to last."""
        return self.ends_at - self.starts_at

    @property
    def worked(self) -> timedelta | None:
        """How long the work took, without the travel; None while it is not known."""
        return self.ended_at - self.started_at if self.started_at and self.ended_at else None

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done on it."""
        return self.state not in (InterventionState.SIGNED, InterventionState.CANCELLED)


class InterventionPart(models.Model):
    """Something used up or fitted."""

    intervention = models.ForeignKey(Intervention, models.CASCADE, related_name="parts")
    name = models.CharField(pgettext_lazy("spare part", "part"), max_length=150)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    quantity = models.DecimalField(
        _("quantity"), max_digits=9, decimal_places=2, default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.01"))],
    )  # fmt: skip

    class Meta:
        verbose_name = pgettext_lazy("spare part", "part")
        verbose_name_plural = pgettext_lazy("spare part", "parts")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="intervention_part_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"
