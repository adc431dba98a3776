"""Each form that a page shows is done once: a second submit of the same, by a double click or a retry, leads to the
result of the first.

Every form carries a token of the page it stands on, signed for its reader. Token, address and what was typed make the
key: two buttons of one page are two acts, the same button twice is one.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

from django.core import signing
from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone

from core.middleware import NUL_WORDS, bad_input, database_away
from core.models import IdempotencyKey

FIELD = "_form"
# What changes from one submit to the next without being another act.
_NOT_TYPED = frozenset({FIELD, "csrfmiddlewaretoken"})
# Programs have `Idempotency-Key`; what signs people in and out is no act on rows.
_LEFT_ALONE = ("/api/", "/accounts/")
_signer = signing.Signer(salt="core.once")

View = Callable[..., HttpResponse]


def token_for(request: HttpRequest) -> str:
    """The token of the forms of the page being made, empty where nobody is signed in."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return ""
    made: str | None = getattr(request, "_form_token", None)
    if made is None:
        made = _signer.sign(f"{person.pk}.{secrets.token_urlsafe(9)}")
        request._form_token = made  # type: ignore[attr-defined]
    return made


def signed_for(token: str) -> int | None:
    """The key of the person for whom a page with that token was made, None for a token that is not ours."""
    try:
        key, _dot, _nonce = _signer.unsign(token).partition(".")
    except signing.BadSignature:
        return None
    return int(key)


class OnceMiddleware:
    """Runs the act of a form in one transaction with the note that it was done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """The answer of a form with a token; None leaves every other request to the next in line."""
        if request.method != "POST" or request.path_info.startswith(_LEFT_ALONE):
            return None
        if not request.user.is_authenticated:
            return None
        token = request.POST.get(FIELD, "")
        if not token or signed_for(token) != request.user.pk:
            return None
        try:
            with transaction.atomic():
                return _once(
                    request,
                    int(request.user.pk),
                    _key(request, token),
                    lambda: view(request, *args, **kwargs),
                )
        except (OperationalError, InterfaceError):
            return database_away(request)
        except ValueError as error:
            if NUL_WORDS not in str(error):
                raise
            return bad_input(request)


def _once(request: HttpRequest, person: int, key: str, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Claim the key and act, or lead to where the first submit led. Only what led on somewhere counts as done."""
    claimed = _claim(person, key)
    if claimed is None:
        return HttpResponseRedirect(_place(person, key))
    response = act()
    row = IdempotencyKey.objects.filter(pk=claimed)
    if isinstance(response, HttpResponseRedirect):
        row.update(status=response.status_code, response={"location": response["Location"]})
    else:
        row.delete()
    return response


def _place(person: int, key: str) -> str:
    kept = IdempotencyKey.objects.filter(user_id=person, key=key).values_list("response", flat=True).first()
    return str((kept or {}).get("location") or "/")


def _claim(person: int, key: str) -> int | None:
    """Insert the row, waiting for a transaction under way with the same key; None where the key is taken."""
    sql = (
        f"INSERT INTO {IdempotencyKey._meta.db_table} (user_id, key, body_hash, created_at) VALUES (%s, %s, '', %s)"  # noqa: S608
        " ON CONFLICT (user_id, key) DO NOTHING RETURNING id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [person, key, timezone.now()])
        row = cursor.fetchone()
    return row[0] if row else None


def _key(request: HttpRequest, token: str) -> str:
    digest = hashlib.sha256(f"{token}\n{request.get_full_path()}".encode())
    for name, values in sorted(request.POST.lists()):
        if name not in _NOT_TYPED:
            digest.update(f"\n{name}={values!r}".encode("utf-8", "surrogatepass"))
    for name, files in sorted(request.FILES.lists()):
        digest.update(
            f"\n{name}:{[(file.name, file.size) for file in files]!r}".encode("utf-8", "surrogatepass")
        )
    return f"form:{digest.hexdigest()}"
