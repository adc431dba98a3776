"""How long what tickets say is kept after they are closed."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import Kind
from tickets.models.ticket import Ticket


class What(models.TextChoices):
    """What goes when the time is over."""

    PERSONAL = "personal", _("The requester's words and files, and the requester's name in other texts")
    CONTENT = "content", _("All texts and files; the figures stay")


class RetentionRule(models.Model):
    """For tickets of a kind: what goes, and how many months after they were closed or cancelled."""

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    what = models.CharField(_("what goes"), max_length=8, choices=What, default=What.PERSONAL)
    months = models.PositiveSmallIntegerField(
        _("months after closing"), default=36, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    is_active = models.BooleanField(_("in force"), default=False)

    class Meta:
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")
        ordering = ["kind", "months"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "what"],
                name="tickets_retention_once",
                violation_error_message=_("There is already a rule for this."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.months}"


class Emptied(models.Model):
    """That a ticket was emptied, and how far: it is not looked at again."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="emptied")
    what = models.CharField(_("what went"), max_length=8, choices=What)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("emptied ticket")
        verbose_name_plural = _("emptied tickets")

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.what}"
