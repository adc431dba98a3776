"""The chain: a sealer appends to it what acts have written, in the order it finds it."""

import logging

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from audit.actions.recording import ENTRY
from audit.canonical import COLUMNS, START, content, is_ours, link
from audit.models import AuditEntry, AuditSeal

logger = logging.getLogger("vigie.audit")

# Arbitrary, the same for all sealers: PostgreSQL's lock that lets one at a time append.
_LOCK = 5_472_002
_BATCH = 2_000
# A quick pass looks among the newest entries only. What a long transaction commits later, a whole pass finds.
_NEWEST = 100_000


def seal(*, whole: bool = False) -> int:
    """Append what is not sealed yet; returns how much that was. Of several sealers one works, the others leave.

    Entries commit in another order than that of their keys, so what is missing is looked up, never counted from.
    """
    sealed, last = 0, 0 if whole else _start()
    while True:
        appended, last, is_more = _append(last)
        sealed += appended
        if not is_more:
            return sealed


def _start() -> int:
    newest = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return newest - _NEWEST


@transaction.atomic
def _append(after: int) -> tuple[int, int, bool]:
    """Seal one batch of entries beyond a key: how many, the last key looked at, and whether there is more."""
    if not _lock():
        return 0, after, False
    head = AuditSeal.objects.order_by("-seq").first()
    seq, before = (head.seq, head.hash) if head else (0, START)
    rows = list(unsealed().filter(pk__gt=after).order_by("pk").values("pk", "code", *COLUMNS)[:_BATCH])
    fresh: list[AuditSeal] = []
    for row in rows:
        body = content(row)
        if not is_ours(body, row["code"], purpose=ENTRY):
            logger.error("Entry %d of the trail was not written by the portal: not sealed", row["pk"])
            continue
        seq, before = seq + 1, link(before, seq + 1, row["pk"], row["code"], body)
        fresh.append(AuditSeal(seq=seq, entry=row["pk"], hash=before))
    AuditSeal.objects.bulk_create(fresh, batch_size=1000)
    return len(fresh), rows[-1]["pk"] if rows else after, len(rows) == _BATCH


def _lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def unsealed() -> QuerySet[AuditEntry]:
    """Entries that are in no link of the chain."""
    return AuditEntry.objects.filter(~Exists(AuditSeal.objects.filter(entry=OuterRef("pk"))))
