"""The head of the chain, noted outside the database each minute: what is cut off afterwards is missed."""

import logging

from django.utils import timezone

from audit import ledger
from audit.models import AuditSeal

logger = logging.getLogger("vigie.audit")


def anchor() -> bool:
    """Note the head in the ledger and the log, unless it is the one noted last. Returns whether it was noted."""
    head = AuditSeal.objects.order_by("-seq").first()
    last = ledger.last(ledger.ANCHORS)
    if head is None or (last and last.get("seq") == head.seq and last.get("hash") == head.hash):
        return False
    # The numbers of the chain have no gaps, so the last one is how many there are.
    content = {"at": timezone.now().isoformat(), "seq": head.seq, "hash": head.hash, "count": head.seq}
    ledger.append(ledger.ANCHORS, content)
    logger.info("Audit head seq=%d hash=%s count=%d", head.seq, head.hash, head.seq)
    return True
