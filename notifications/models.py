"""What was told to whom, and what each person wants to be told."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from notifications.choices import About
from tickets.models import BulkJob, Event, Ticket


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Questions asked of many notifications."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, on tickets one may still see."""
        if not isinstance(user, User):
            return self.none()
        return self.filter(user=user, ticket__in=Ticket.objects.visible_to(user))

    def unread(self) -> Self:
        """Those not looked at yet."""
        return self.filter(read_at=None)


class Notification(models.Model):
    """An event told to a person in the portal."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="notifications", verbose_name=_("person"), db_index=False
    )
    event = models.ForeignKey(Event, models.CASCADE, related_name="notifications", verbose_name=_("event"))
    # Beside the event, so that the list and its rights need no join to the long table of events.
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="notifications", verbose_name=_("ticket"), db_index=False
    )
    about = models.CharField(_("about"), max_length=10, choices=About)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    # Of an act on many tickets one is told once.
    others = models.PositiveIntegerField(_("other tickets"), default=0)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["user", "event"], name="one_notification_per_event")]
        indexes = [
            models.Index("user", F("id").desc(), name="notification_newest"),
            models.Index("user", "ticket", name="notification_unread", condition=Q(read_at=None)),
            models.Index("read_at", name="notification_read", condition=Q(read_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.about} {self.event_id}"


class ToTell(models.Model):
    """Whom an act on many tickets concerns, kept until it is finished: then each is told once."""

    job = models.ForeignKey(BulkJob, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+", db_index=False)
    about = models.CharField(_("about"), max_length=10)

    class Meta:
        verbose_name = _("person to tell")
        verbose_name_plural = _("people to tell")
        constraints = [models.UniqueConstraint(fields=["job", "user", "event"], name="to_tell_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.about} {self.event_id}"


class Preference(models.Model):
    """How a person wants to be told of one kind of occasion; without a row the default holds."""

    user = models.ForeignKey(User, models.CASCADE, related_name="preferences", verbose_name=_("person"))
    about = models.CharField(_("about"), max_length=10, choices=About)
    in_app = models.BooleanField(_("in the portal"))
    mail = models.BooleanField(_("by mail"))

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints = [models.UniqueConstraint(fields=["user", "about"], name="one_preference_per_occasion")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.about}"
