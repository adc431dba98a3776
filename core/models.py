"""Tables that every part stands on: what is to be sent, what ran when, answers kept for a retry, drafts."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OutboxState(models.TextChoices):
    """Where a message stands."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    PARKED = "parked", _("Failed")


class OutboxMessage(models.Model):
    """Something to be done outside the transaction that caused it: written with its cause, done by a relay.

    `key` is fixed by the cause, so the same effect asked for twice is one row.
    """

    topic = models.CharField(_("topic"), max_length=80)
    key = models.CharField(_("key"), max_length=200, unique=True)
    payload = models.JSONField(_("content"))
    state = models.CharField(_("state"), max_length=10, choices=OutboxState, default=OutboxState.WAITING)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    not_before = models.DateTimeField(_("next try"), default=timezone.now)
    waiting_since = models.DateTimeField(_("waiting since"), default=timezone.now)
    leased_until = models.DateTimeField(_("taken until"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("tries"), default=0, help_text=_("The number of the last try."))
    strikes = models.PositiveSmallIntegerField(
        _("strikes"),
        default=0,
        help_text=_("Tries that failed by the message's own fault, or never reported back."),
    )
    last_error = models.TextField(_("last error"), blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(
                fields=["topic", "not_before", "id"],
                name="outbox_waiting",
                condition=Q(state=OutboxState.WAITING),
            ),
            models.Index(fields=["-id"], name="outbox_parked", condition=Q(state=OutboxState.PARKED)),
            models.Index(fields=["finished_at"], name="outbox_sent", condition=Q(state=OutboxState.SENT)),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"


class OutboxAttempt(models.Model):
    """One try of a message and what came of it."""

    class Outcome(models.TextChoices):
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        UNAVAILABLE = "unavailable", _("Other end away")
        REJECTED = "rejected", _("Refused")
        LOST = "lost", _("Never reported back")

    message = models.ForeignKey(
        OutboxMessage, models.CASCADE, related_name="tries", verbose_name=_("delivery")
    )
    number = models.PositiveIntegerField(_("try"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    error = models.TextField(_("error"), blank=True)
    seconds = models.FloatField(_("seconds"), default=0)

    class Meta:
        verbose_name = _("try")
        verbose_name_plural = _("tries")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.number}: {self.outcome}"


class JobRun(models.Model):
    """One slot of a periodic job. The unique row decides which of several workers runs it."""

    class Outcome(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    job = models.CharField(_("job"), max_length=80)
    slot = models.DateTimeField(_("slot"))
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.RUNNING)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="one_run_per_slot")]
        indexes = [models.Index(fields=["started_at"], name="job_run_started")]

    def __str__(self) -> str:
        return f"{self.job} {self.slot:%Y-%m-%d %H:%M:%S}"

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs."""
        return None if self.finished_at is None else (self.finished_at - self.started_at).total_seconds()


class Heartbeat(models.Model):
    """When a process last proved, by doing work, that it lives."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    at = models.DateTimeField(_("last seen"), default=timezone.now)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name

    def is_alive(self, within: timedelta = timedelta(seconds=90)) -> bool:
        """Whether it was seen lately."""
        return timezone.now() - self.at < within


class IdempotencyKey(models.Model):
    """The answer given to a request, so that its retry is answered alike and done once. Kept 24 hours."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person")
    )
    key = models.CharField(_("key"), max_length=200)
    body_hash = models.CharField(_("hash of the request"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    response = models.JSONField(_("answer"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_created")]

    def __str__(self) -> str:
        return self.key


class Draft(models.Model):
    """What a person was typing, kept on the server until it is sent. `key` says where (a form, a ticket's
    answer).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person")
    )
    key = models.CharField(_("key"), max_length=200)
    data = models.JSONField(_("content"), default=dict)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_draft_per_place")]
        indexes = [models.Index(fields=["updated_at"], name="draft_updated")]

    def __str__(self) -> str:
        return self.key
