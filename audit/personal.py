"""What the trail holds of a person: handed out with the rest, and unreadable once the person's key is destroyed."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from audit.models import AuditEntry
from audit.telling import tell
from core.personal import Bundle, Holding, holdings
from core.registry import Words

_CHUNK = 1_000


def register() -> None:
    """Say what is held here. The keys are destroyed by the act of erasing itself, after everything else."""
    holdings.register(Holding(slug="audit", order=90, export=_export, told=_told))


def _export(person: Any, bundle: Bundle) -> None:
    rows = AuditEntry.objects.about(person.pk).order_by("pk")
    last, told = 0, []
    while chunk := list(rows.filter(pk__gt=last)[:_CHUNK]):
        last = chunk[-1].pk
        told += [each.as_json() for each in tell(chunk)]
    bundle.add("audit", told)


def _told(person: Any) -> list[tuple[Words, int]]:
    count = AuditEntry.objects.about(person.pk).count()
    return [
        (
            _(
                "Entries of the audit trail whose names and addresses become unreadable; the chain stays whole"
            ),
            count,
        )
    ]
