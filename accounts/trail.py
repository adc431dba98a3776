"""What django-allauth and Django tell of signing in, second factors and passwords, written into the audit trail."""

from collections.abc import Mapping
from typing import Any

from allauth.account import signals as account_signals
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa import signals as mfa_signals
from django.contrib.admin.models import LogEntry
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest
from rest_framework.request import Request

from accounts.fields import normal_email
from accounts.models import ApiToken, User
from audit.actions import Act, record, record_first
from audit.keys import NOBODY

TOKEN_REFUSALS_SECONDS = 300
ADMIN_USE_SECONDS = 3600


@receiver(user_logged_in, dispatch_uid="accounts.trail.opened")
def _opened(*, user: User, **_more: Any) -> None:
    record("session.opened", by=user, target=user, subject=user)


@receiver(user_logged_out, dispatch_uid="accounts.trail.closed")
def _closed(*, user: User | None, **_more: Any) -> None:
    if user is not None:
        record("session.closed", by=user, target=user, subject=user)


@receiver(user_login_failed, dispatch_uid="accounts.trail.refused")
def _refused(*, credentials: Mapping[str, Any], **_more: Any) -> None:
    """What was typed is kept only where it is an address we know: people type their password there, too."""
    typed = credentials.get("email") or credentials.get("username") or ""
    person = User.objects.filter(email=normal_email(str(typed))).first() if typed else None
    note_refusal("session.refused", person)


def note_refusal(action: str, person: User | None) -> None:
    """A try to get in, in the name of a person or of nobody we know."""
    subject = NOBODY if person is None else person.pk
    record(action, target=person, entity=getattr(person, "entity_id", None), subject=subject)


def note_limit(email: str) -> None:
    """Too many tries: refused without looking at the password, and told once in five minutes."""
    person = User.objects.filter(email=normal_email(email)).first()
    subject = NOBODY if person is None else person.pk
    act = Act(action="session.limited", target=person, subject=subject)
    record_first(f"limited:{subject}", act, seconds=TOKEN_REFUSALS_SECONDS)


def _password(action: str) -> Any:
    def note(*, user: User, **_more: Any) -> None:
        record(action, by=user, target=user, subject=user)

    return note


def _factor(action: str) -> Any:
    def note(*, user: User, authenticator: Any = None, **_more: Any) -> None:
        kind = str(getattr(authenticator, "type", "") or "")
        record(action, by=user, target=user, subject=user, data={"factor": kind} if kind else {})

    return note


for _signal, _action in (
    (account_signals.password_set, "password.set"),
    (account_signals.password_changed, "password.changed"),
    (account_signals.password_reset, "password.reset"),
):
    _signal.connect(_password(_action), weak=False, dispatch_uid=f"accounts.trail.{_action}")
for _signal, _action in (
    (mfa_signals.authenticator_added, "factor.added"),
    (mfa_signals.authenticator_removed, "factor.removed"),
    (mfa_signals.authenticator_reset, "factor.reset"),
    (mfa_signals.authentication_failed, "factor.refused"),
):
    _signal.connect(_factor(_action), weak=False, dispatch_uid=f"accounts.trail.{_action}")


def note_token_use(token: ApiToken) -> None:
    """The first use of a token."""
    record("token.first_used", by=token.user, target=token, entity=token.entity_id, subject=token.user_id)


def note_token_refusal(request: Request) -> None:
    """A token that opens nothing: once in five minutes for an address, however often it is tried."""
    act = Act(action="token.refused", subject=NOBODY)
    record_first(f"token:{get_client_ip(request)}", act, seconds=TOKEN_REFUSALS_SECONDS)


def note_admin_use(request: HttpRequest) -> None:
    """A superuser in the technical administration, which goes past every rule of the portal: once an hour."""
    act = Act(action="admin.used", by=request.user, data={"path": request.path[:200]})
    record_first(f"admin:{request.user.pk}", act, seconds=ADMIN_USE_SECONDS)


@receiver(post_save, sender=LogEntry, dispatch_uid="accounts.trail.admin")
def _changed_in_admin(*, instance: LogEntry, **_more: Any) -> None:
    """Each change that was made there."""
    kind: Any = instance.content_type
    name = f"{kind.app_label}.{kind.model}" if kind else ""
    data = {"object": instance.object_id, "kind": name, "flag": instance.action_flag}
    record("admin.changed", by=instance.user, data=data)
