"""How django-allauth behaves here: no open sign-up, links to the public address, secrets sealed."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import mail
from accounts.fields import normal_email
from accounts.models import User
from accounts.trail import note_limit
from core.db import locked
from core.secrets import seal, unseal

NAME = "Vigie"
WAIT_SECONDS = 300
UNKNOWN_ACCOUNT = "account/email/unknown_account"


def public_host() -> str:
    """The host name under which people reach the portal, without port."""
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by address and password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by invitation only."""
        return False

    def clean_email(self, email: str) -> str:
        """Look-alike addresses are one address."""
        return normal_email(email)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Try a password on the one account that the address can mean."""
        if credentials.get("email"):
            credentials["email"] = normal_email(credentials["email"])
        return super().authenticate(request, **credentials)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Answer 429 after too many failures, of this account from this address or of this address."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            note_limit(credentials.get("email", ""))
            response = ratelimit.respond_429(request)
            response["Retry-After"] = str(WAIT_SECONDS)
            raise ImmediateHttpResponse(response) from error

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Ask for the password again; counted as any try."""
        found = self.authenticate(self.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # By account *and* address: a stranger's guesses must not lock the owner out.
        return f"{normal_email(credentials.get('email', ''))}@{self.get_client_ip(request)}"

    def set_password(self, user: Any, password: str) -> None:
        """Write the new password, unless another was written since this request read the person.

        Of two uses of one link at the same moment, one wins.
        """
        with transaction.atomic():
            current = locked(User.objects.filter(pk=user.pk)).values_list("password", flat=True).get()
            if current != user.password:
                raise ImmediateHttpResponse(redirect("account_reset_password"))
            user.set_password(password)
            user.save(update_fields=["password"])

    def is_safe_url(self, url: str | None) -> bool:
        """After sign-in one goes to a page of the portal, never elsewhere."""
        return bool(url) and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link is built from the public address, whatever the request calls itself."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PUBLIC_URL + path.replace("UID-KEY", quote(key))

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """The link goes to the address on file, never to the one that was typed."""
        super().send_password_reset_mail(user, user.email, context)

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell the person that something about the account has changed."""
        notice = {
            "user": user,
            "timestamp": timezone.now(),
            "ip": self.get_client_ip(self.request),
            "user_agent": self.get_http_user_agent(self.request)[:200],
        }
        self.send_mail(template_prefix, email or user.email, notice | (context or {}))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the mail to the outbox, in the reader's language.

        For an address that nobody has, the same work is done on a letter that is never sent: the time of the
        answer must not tell who has an account.
        """
        if template_prefix == UNKNOWN_ACCOUNT:
            email, template_prefix = mail.NOBODY, "account/email/password_reset_key"
            context = {"password_reset_url": self.get_reset_password_from_key_url("0-none")}
        person = context.get("user")
        about = {
            "request": self.request,
            "email": email,
            "current_site": SimpleNamespace(name=NAME, domain=public_host()),
            "public_url": settings.PUBLIC_URL,
        }
        with translation.override(getattr(person, "language", "") or translation.get_language()):
            message = self.render_mail(template_prefix, email, about | context)
        html = next((str(part.content) for part in getattr(message, "alternatives", [])), "")
        mail.post(to=email, subject=str(message.subject), text=str(message.body), html=html)

    def format_email_subject(self, subject: str) -> str:
        """No prefix: the sender's name says who writes."""
        return str(subject)


class MFAAdapter(DefaultMFAAdapter):
    """Second factors and passkeys."""

    def get_totp_issuer(self) -> str:
        """What the authenticator application shows."""
        return f"{NAME} ({public_host()})" if public_host() not in {"127.0.0.1", "::1"} else NAME

    def encrypt(self, text: str) -> str:
        """Seal the secret of a second factor."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open it."""
        return unseal(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The relying party is the public host; browsers refuse an address, so loopback is `localhost`."""
        host = public_host()
        return {"id": "localhost" if host in {"127.0.0.1", "::1"} else host, "name": NAME}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """Who the passkey belongs to, as the browser lists it."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": user.name}
