"""What is signed and hashed of an entry: one byte string, the same however often it is read."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.functional import Promise

START = "0" * 64
COLUMNS = (
    "at",
    "recorded_at",
    "action",
    "actor",
    "actor_box",
    "target_type",
    "target_id",
    "target_label",
    "entity",
    "request_id",
    "data",
    "subject",
    "subject_box",
    "nonce",
)
Row = Mapping[str, Any]


def plain(value: Any) -> Any:  # noqa: PLR0911 - one line for each kind of value
    """A value as the trail keeps it: text, whole number, yes or no, nothing, and lists and mappings of these.

    Rows are their keys. Numbers with a fraction become text: the database would write them in a form of its own.
    """
    match value:
        case None | bool() | int():
            return int(value) if isinstance(value, int) and not isinstance(value, bool) else value
        case str() | Promise():
            return str(value).replace("\0", "").encode("utf-8", "replace").decode()
        case models.Model():
            return value.pk if isinstance(value.pk, int) else str(value.pk)
        case Mapping():
            return {str(plain(str(name))): plain(inner) for name, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(inner) for inner in value]
        case datetime():
            return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
        case float() | Decimal():
            return str(value)
        case _:
            return plain(str(value))


def content(row: Row) -> bytes:
    """The columns of an entry that the portal wrote, as bytes."""
    values = [_told(row[name]) for name in COLUMNS]
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value if isinstance(value, None.__class__ | str | int | dict | list) else str(value)


def link(before: str, seq: int, key: int, code: str, body: bytes) -> str:
    """The hash of a link: over the one before, its number, and the entry whole: its key, its code, its content."""
    return hashlib.sha256(f"{before}:{seq}:{key}:{code}:".encode() + body).hexdigest()


@lru_cache(maxsize=4)
def _signers(keys: tuple[str, ...], purpose: str) -> list[bytes]:
    return [hmac.digest(key.encode(), purpose.encode(), "sha256") for key in keys]


def sign(text: bytes, *, purpose: str) -> str:
    """Our mark on a text, by the newest of `FIELD_KEYS`; `purpose` keeps marks of different things apart."""
    return hmac.digest(_signers(tuple(settings.FIELD_KEYS), purpose)[0], text, "sha256").hex()


def is_ours(text: bytes, mark: str, *, purpose: str) -> bool:
    """Whether the mark was made by one of our keys."""
    return any(
        hmac.compare_digest(hmac.digest(key, text, "sha256").hex(), mark)
        for key in _signers(tuple(settings.FIELD_KEYS), purpose)
    )
