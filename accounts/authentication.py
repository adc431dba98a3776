"""Sign-in of programs: `Authorization: Bearer <token>`."""

from datetime import timedelta

from allauth.core.internal.httpkit import get_client_ip
from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.models import ApiToken, User
from accounts.models.tokens import digest_of
from accounts.trail import note_token_refusal, note_token_use

USE_IS_NOTED_EVERY = timedelta(minutes=1)
FAILURES_ALLOWED, FAILURES_COUNT_SECONDS = 10, 300


class TokenAuthentication(BaseAuthentication):
    """Finds the person of a token by the token's hash; says 401 where there is none, 403 beyond its scope."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The person and the token, or None where the request carries no token."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        if len(words) != 2:
            raise exceptions.AuthenticationFailed(_("Write “Authorization: Bearer” and the token."))
        token = self._living_token(words[1].decode("ascii", "replace"))
        if token is None:
            self._count_failure(request)
            note_token_refusal(request)
            # One message for all: whether a token ever existed is nobody's business.
            raise exceptions.AuthenticationFailed(_("This token is unknown, expired or revoked."))
        if request.method not in SAFE_METHODS and not token.may_write:
            raise exceptions.PermissionDenied(_("This token may only read."))
        if token.groups:
            token.user.access = token.user.access.limited_to(token.groups)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 tells the program to send."""
        return 'Bearer realm="api"'

    def _count_failure(self, request: Request) -> None:
        """Raise 429 for an address that keeps trying tokens. Those that are right are never refused for it."""
        key = f"token-failures:{get_client_ip(request)}"
        try:
            failures = 1 if cache.add(key, 1, FAILURES_COUNT_SECONDS) else cache.incr(key)
        except ValueError:
            # The count ended between the two.
            failures = 1
        if failures > FAILURES_ALLOWED:
            raise exceptions.Throttled(wait=FAILURES_COUNT_SECONDS)

    def _living_token(self, secret: str) -> ApiToken | None:
        now = timezone.now()
        token = ApiToken.objects.select_related("user__entity").filter(digest=digest_of(secret)).first()
        if token is None or not token.is_living(now) or not token.user.is_active:
            return None
        if token.last_used_at is None:
            note_token_use(token)
        if token.last_used_at is None or token.last_used_at < now - USE_IS_NOTED_EVERY:
            stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_IS_NOTED_EVERY)
            ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
        return token
