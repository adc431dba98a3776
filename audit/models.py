"""The trail: entries that nobody changes, the chain of hashes over them, and the keys of what is personal in them.

No foreign keys: an entry outlives what it speaks of, and people and rows are named by their keys.
"""

import uuid
from typing import Any, Self

import pgtrigger
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

VIEW = "audit.view"
_FORBIDDEN = "RAISE EXCEPTION 'The trail is append-only: % of % is refused', TG_OP, TG_TABLE_NAME;"


def append_only() -> list[pgtrigger.Trigger]:
    """The database itself refuses to change, remove or empty; whoever owns the table could still disable these."""
    return [
        pgtrigger.Trigger(
            name="append_only",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=_FORBIDDEN,
        ),
        pgtrigger.Trigger(
            name="never_empty",
            when=pgtrigger.Before,
            level=pgtrigger.Statement,
            operation=pgtrigger.Truncate,
            func=_FORBIDDEN,
        ),
    ]


class SubjectKey(models.Model):
    """A key for what is personal about one person in the trail, sealed with `FIELD_KEYS`. Deleting it erases that."""

    subject = models.BigIntegerField(_("person"), db_index=True)
    sealed = models.CharField(_("sealed key"), max_length=255)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("key of a person")
        verbose_name_plural = _("keys of people")

    def __str__(self) -> str:
        return f"{self.subject}"


class EntryQuerySet(models.QuerySet["AuditEntry"]):
    """Questions asked of many entries."""

    def visible_to(self, user: Any) -> Self:
        """All of them for who may read the trail everywhere, else those of the entities where it is granted."""
        if isinstance(user, AnonymousUser) or not user.has_perm(VIEW):
            return self.none()
        if user.access.everywhere(VIEW):
            return self
        return self.filter(entity__in=user.access.entities(VIEW))

    def about(self, person_id: int) -> Self:
        """What a person did, and what was done to their account."""
        return self.filter(models.Q(actor=person_id) | models.Q(subject=person_id))

    def containing(self, text: str) -> Self:
        """Entries with these words in the name of what they speak of, or in their values."""
        matches = RawSQL(f"{SEARCHED} @@ plainto_tsquery('simple', %s)", [text])  # noqa: S611 - no input but %s
        return self.annotate(matches=models.ExpressionWrapper(matches, models.BooleanField())).filter(
            matches=True
        )


SEARCHED = (
    "(to_tsvector('simple'::regconfig, \"target_label\")"
    ' || jsonb_to_tsvector(\'simple\'::regconfig, "data", \'["string", "numeric"]\'::jsonb))'
)


class AuditEntry(models.Model):
    """One act: who did what to what, when and from where.

    `actor_box` holds name and address of who did it, `subject_box` what is personal about the person it was done to
    (`subject`), each under that person's key. `code` is ours over all of it, so that a row that was put in by
    someone else is recognised; `nonce` makes each entry its own.
    """

    at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("written at"))
    action = models.CharField(_("what"), max_length=80)
    actor = models.BigIntegerField(_("who"), null=True)
    actor_box = models.TextField(blank=True)
    target_type = models.CharField(_("kind of object"), max_length=60, blank=True)
    target_id = models.CharField(_("object"), max_length=64, blank=True)
    target_label = models.CharField(_("name of the object"), max_length=200, blank=True)
    entity = models.BigIntegerField(_("entity"), null=True)
    request_id = models.CharField(_("HTTP request"), max_length=64, blank=True)
    data = models.JSONField(_("details"), default=dict)
    subject = models.BigIntegerField(_("person concerned"), null=True)
    subject_box = models.TextField(blank=True)
    nonce = models.UUIDField(default=uuid.uuid4)
    code = models.CharField(max_length=64)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the trail")
        verbose_name_plural = _("entries of the trail")
        indexes = [
            models.Index(F("at").desc(), F("id").desc(), name="audit_newest"),
            models.Index("actor", F("at").desc(), F("id").desc(), name="audit_actor"),
            models.Index("action", F("at").desc(), F("id").desc(), name="audit_action"),
            models.Index("target_id", F("at").desc(), F("id").desc(), name="audit_target"),
            models.Index("subject", name="audit_subject", condition=models.Q(subject__isnull=False)),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.pk} {self.action}"

    def get_absolute_url(self) -> str:
        """The page of the entry."""
        return reverse("audit:entry", args=[self.pk])


class AuditSeal(models.Model):
    """A link of the chain: the hash over the hash before and the entry. `seq` has no gaps."""

    seq = models.BigIntegerField(_("number"), primary_key=True)
    entry = models.BigIntegerField(_("entry"), unique=True)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.seq} {self.hash[:12]}"


class AuditCheck(models.Model):
    """One verification of the trail and what it found."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        WHOLE = "whole", _("Whole")
        BROKEN = "broken", _("Broken")
        FAILED = "failed", _("Failed")

    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    asked_by = models.BigIntegerField(_("asked by"), null=True)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    report = models.JSONField(_("result"), default=dict)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M} {self.state}"
