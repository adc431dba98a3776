"""The keys under which the trail keeps what is personal, one per person; without its key nobody reads it again."""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.db import transaction

from audit.models import SubjectKey
from core import secrets

# Who tried to sign in without having an account: what is known of them is kept under one key of their own.
NOBODY = 0
# A process goes on using a key for this long; one destroyed meanwhile only makes what it sealed unreadable.
KEPT_SECONDS = 300.0
_MOST = 10_000

_kept: dict[int, tuple[float, "Key"]] = {}


@dataclass(frozen=True)
class Key:
    """A key and its number."""

    number: int
    box: Fernet

    def seal(self, content: Mapping[str, Any]) -> str:
        """The content unreadable without the key: the key's number, then the token."""
        return f"{self.number}.{self.box.encrypt(json.dumps(content, ensure_ascii=False).encode()).decode()}"


def keys_of(subjects: Iterable[int]) -> dict[int, Key]:
    """A key for each person, made where there is none. Costs a statement only for those not used lately.

    A person may have several keys: two first acts at the same moment make one each, so that neither waits for the
    other.
    """
    wanted, now = set(subjects), time.monotonic()
    found = {
        subject: kept[1]
        for subject in wanted
        if (kept := _kept.get(subject)) and now - kept[0] < KEPT_SECONDS
    }
    missing = wanted - found.keys()
    if missing:
        read = _read(missing)
        read |= _make(missing - read.keys())
        # Only what is committed is kept: a key that was rolled back opens nothing.
        transaction.on_commit(lambda: _keep(read))
        found |= read
    return found


def _read(subjects: set[int]) -> dict[int, Key]:
    rows = SubjectKey.objects.filter(subject__in=subjects).order_by("-pk")
    return {row.subject: Key(row.pk, Fernet(secrets.unseal(row.sealed))) for row in rows}


def _make(subjects: set[int]) -> dict[int, Key]:
    if not subjects:
        return {}
    fresh = {subject: Fernet.generate_key().decode() for subject in sorted(subjects)}
    rows = SubjectKey.objects.bulk_create(
        [SubjectKey(subject=subject, sealed=secrets.seal(key)) for subject, key in fresh.items()]
    )
    return {row.subject: Key(row.pk, Fernet(fresh[row.subject])) for row in rows}


def _keep(read: dict[int, Key]) -> None:
    if len(_kept) > _MOST:
        _kept.clear()
    now = time.monotonic()
    _kept.update({subject: (now, key) for subject, key in read.items()})


def forget() -> None:
    """Drop the keys this process keeps at hand."""
    _kept.clear()


def destroy(subject: int) -> int:
    """Make everything personal that the trail keeps of a person unreadable, for ever. Returns how many keys went."""
    _kept.pop(subject, None)
    return SubjectKey.objects.filter(subject=subject).delete()[0]


class Reader:
    """Opens the boxes of some entries, with one statement for all their keys."""

    def __init__(self, boxes: Iterable[str]) -> None:
        numbers = {int(box.partition(".")[0]) for box in boxes if box}
        self._boxes: dict[int, Fernet] = {}
        for row in SubjectKey.objects.filter(pk__in=numbers) if numbers else ():
            try:
                self._boxes[row.pk] = Fernet(secrets.unseal(row.sealed))
            except secrets.UnreadableError:
                continue

    def open(self, box: str) -> dict[str, Any] | None:
        """The content of a box; None where its key is gone."""
        number, _dot, token = box.partition(".")
        key = self._boxes.get(int(number)) if box else None
        if key is None:
            return None
        try:
            content: dict[str, Any] = json.loads(key.decrypt(token.encode()))
        except InvalidToken:
            return None
        return content
