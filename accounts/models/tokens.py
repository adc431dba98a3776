"""API tokens: shown once, stored hashed, scoped, with an end."""

import hashlib
import secrets
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import GROUP_SCOPES, Scope
from accounts.models.people import User

MARK = "vgi_"
SHOWN = 12


def digest_of(secret: str) -> str:
    """What is stored of a token. The secret is 256 random bits, so a plain hash cannot be searched."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    """A fresh token, recognisable by its mark to scanners for leaked secrets."""
    return MARK + secrets.token_urlsafe(32)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Rows of tokens."""

    def visible_to(self, user: User) -> "ApiTokenQuerySet":
        """One's own tokens, and those of the people one manages."""
        managed = user.access.entities("accounts.manage_people")
        return self.filter(models.Q(user=user) | models.Q(user__entity_id__in=managed))

    def living(self, at: datetime) -> "ApiTokenQuerySet":
        """Tokens that still open the API at that moment."""
        return self.filter(revoked_at=None, expires_at__gt=at)


class ApiToken(models.Model):
    """A secret that lets a program act in a person's name."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="api_tokens", verbose_name=_("person")
    )
    name = models.CharField(
        _("name"), max_length=80, help_text=_("What will use it, so that you know it again.")
    )
    prefix = models.CharField(_("begins with"), max_length=SHOWN, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope), verbose_name=_("may"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("ends"))
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def entity_id(self) -> int:
        """A token belongs where its person does."""
        return self.user.entity_id

    @property
    def may_write(self) -> bool:
        """Whether the token may change anything."""
        return Scope.WRITE in self.scopes

    @property
    def scope_labels(self) -> list[str]:
        """What it may do, in words."""
        return [str(Scope(scope).label) for scope in self.scopes if scope in Scope.values]

    @property
    def groups(self) -> frozenset[str]:
        """The groups of verbs it is limited to; empty means no limit."""
        return frozenset(self.scopes) & GROUP_SCOPES

    def is_living(self, at: datetime) -> bool:
        """Whether it still opens the API at that moment."""
        return self.revoked_at is None and self.expires_at > at
