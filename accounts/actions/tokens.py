"""API tokens: made, shown once, revoked."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import permissions
from accounts.actions.saving import save
from accounts.choices import Scope
from accounts.models import ApiToken, User
from accounts.models.tokens import SHOWN, digest_of, new_secret
from audit.actions import record
from core.db import locked
from core.exceptions import Refused

DEFAULT_DAYS = 90
LONGEST_DAYS = 366


@transaction.atomic
def create_token(
    person: User,
    *,
    name: str,
    scopes: Iterable[str] = (Scope.READ,),
    days: int = DEFAULT_DAYS,
    by: User | None,
    at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Make a token that ends after `days`; returns it with the secret, which is not kept.

    One makes tokens only for oneself.
    """
    if by is not None and by.pk != person.pk:
        raise PermissionDenied
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused({"days": _("Choose between 1 and %(most)s days.") % {"most": LONGEST_DAYS}})
    now, secret = at or timezone.now(), new_secret()
    token = ApiToken(
        user=person,
        name=name,
        prefix=secret[:SHOWN],
        digest=digest_of(secret),
        scopes=_checked(scopes),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    return save(token, by=by), secret


def _checked(scopes: Iterable[str]) -> list[str]:
    chosen = set(scopes)
    unknown = sorted(chosen - set(Scope.values))
    if unknown:
        raise Refused({"scopes": _("Unknown scopes: %s.") % ", ".join(unknown)})
    if not chosen & {Scope.READ, Scope.WRITE}:
        raise Refused({"scopes": _("Choose at least reading or writing.")})
    return [scope for scope in Scope.values if scope in chosen]


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User | None, at: datetime | None = None) -> ApiToken:
    """End a token at once; it stays in the list with its end."""
    row = locked(ApiToken.objects.filter(pk=token.pk)).get()
    if by is not None and not permissions.may_revoke_token(by, row):
        raise PermissionDenied
    if row.revoked_at is None:
        row.revoked_at = at or timezone.now()
        row.save(update_fields=["revoked_at"])
        record("token.revoked", by=by, target=row, entity=row.entity_id, subject=row.user_id)
    return row
