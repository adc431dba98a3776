"""`Idempotency-Key`: a POST sent again, or twenty times at once, is done once and answered alike."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.exceptions import Refused
from core.models import IdempotencyKey

HEADER = "Idempotency-Key"
_MAX_LENGTH = 200
_KEPT_HEADERS = ("ETag", "Location")


def answered_once(request: Request, handler: Callable[..., Response]) -> Callable[..., Response]:
    """The handler of a POST, made safe to repeat where the request carries a key."""
    key = request.headers.get(HEADER)
    if key is None:
        return handler
    if not (0 < len(key) <= _MAX_LENGTH and key.isprintable()):
        raise Refused({HEADER: _("Give 1 to %(limit)d printable characters.") % {"limit": _MAX_LENGTH}})

    def once(request: Request, *args: Any, **kwargs: Any) -> Response:
        with transaction.atomic():
            return _once(request, key, lambda: handler(request, *args, **kwargs))

    return once


def _once(request: Request, key: str, act: Callable[[], Response]) -> Response:
    """Claim the key and act, or give the answer kept. A refused act rolls its claim back: it may be tried again."""
    body_hash, user_id = _hash(request), int(request.user.pk or 0)
    claimed = _claim(user_id, key, body_hash)
    if claimed is None:
        return _replay(IdempotencyKey.objects.get(user_id=user_id, key=key), body_hash)
    response = act()
    kept = {
        # As text: the column would give the members back in another order.
        "body": JSONRenderer().render(response.data).decode() or "null",
        "headers": {name: response[name] for name in _KEPT_HEADERS if response.has_header(name)},
    }
    IdempotencyKey.objects.filter(pk=claimed).update(status=response.status_code, response=kept)
    return response


def _claim(user_id: int, key: str, body_hash: str) -> int | None:
    """Insert the row, waiting for a transaction under way with the same key; None where the key is taken."""
    sql = (
        f"INSERT INTO {IdempotencyKey._meta.db_table} (user_id, key, body_hash, created_at) VALUES (%s, %s, %s, %s)"  # noqa: S608
        " ON CONFLICT (user_id, key) DO NOTHING RETURNING id"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [user_id, key, body_hash, timezone.now()])
        row = cursor.fetchone()
    return row[0] if row else None


def _replay(row: IdempotencyKey, body_hash: str) -> Response:
    if row.body_hash != body_hash or row.response is None:
        raise Refused({HEADER: _("This key was used for another request.")})
    headers = {**row.response["headers"], "Idempotent-Replayed": "true"}
    return Response(json.loads(row.response["body"]), status=row.status, headers=headers)


def _hash(request: Request) -> str:
    """SHA-256 of the address and of what was sent, files by their content."""
    digest = hashlib.sha256(request.get_full_path().encode())
    digest.update(json.dumps(_plain(request.data), sort_keys=True, default=str).encode())
    for name, files in request.FILES.lists():
        for file in files:
            digest.update(f"\n{name}/{file.name}/".encode())
            _add_content(digest, file)
    return digest.hexdigest()


def _plain(data: Any) -> Any:
    """What was sent, without its files."""
    if hasattr(data, "lists"):
        return {
            name: [str(value) for value in values if isinstance(value, str)] for name, values in data.lists()
        }
    return data


def _add_content(digest: "hashlib._Hash", file: UploadedFile) -> None:
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
