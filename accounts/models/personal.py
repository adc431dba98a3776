"""Exports of personal data: asked for, made by a worker, fetched by who asked, gone after some days."""

import uuid
from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


def stored_name(export: "PersonalExport", _name: str) -> str:
    """Where the file lies: a name nobody can guess."""
    return f"exports/{export.token.hex}.zip"


class PersonalExport(models.Model):
    """All that the portal holds on a person, as a ZIP."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="exports", verbose_name=_("person"))
    asked_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked for by")
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True)
    expires_at = models.DateTimeField(_("kept until"), null=True)
    file = models.FileField(_("file"), upload_to=stored_name, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)

    class Meta:
        verbose_name = _("export of personal data")
        verbose_name_plural = _("exports of personal data")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                "user", "asked_by", name="accounts_export_one_waiting", condition=models.Q(state="waiting")
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.asked_at:%Y-%m-%d}"

    def is_ready(self, at: datetime) -> bool:
        """Whether the file can be fetched at that moment."""
        return self.state == self.State.READY and self.expires_at is not None and self.expires_at > at
