"""Rows of the list of tickets, from bare columns: building the objects would cost more than reading them.

Says the same as `TicketRowSerializer` does of a ticket, which a test holds it to.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language

from tickets import kinds
from tickets.choices import ENDED
from tickets.models import Ticket

_PLAIN = (
    "kind", "title", "status", "priority", "urgency", "impact", "channel", "is_confidential", "pending_until",
    "reported_at", "created_at", "updated_at", "due_at", "resolved_at", "closed_at", "version",
)  # fmt: skip
_NAMED = ("service", "team", "entity")
_PEOPLE = ("assignee", "requester")
NAMES = (
    *(f"{name}__name" for name in _NAMED),
    *(f"{name}__{part}" for name in _PEOPLE for part in ("first_name", "last_name", "email")),
    *("category__name", "category__name_en"),
    *(f"pending_reason__{part}" for part in ("slug", "name_fr", "name_en")),
)
_KEYS = tuple(f"{name}_id" for name in (*_NAMED, *_PEOPLE, "category", "pending_reason"))


def bare(tickets: QuerySet[Ticket]) -> Any:
    """The columns that a row says, without objects."""
    return tickets.values("pk", *_PLAIN, *_KEYS, *NAMES)


def tell(row: Mapping[str, Any], only: Iterable[str] | None = None) -> dict[str, Any]:
    """A row as the plain values of its answer."""
    said = {
        "reference": f"{kinds.registry.prefix(row['kind'])}-{row['pk']}",
        **{name: row[name] for name in _PLAIN},
        "is_open": row["status"] not in ENDED,
        **{name: _named(row, name) for name in _NAMED},
        **{name: _person(row, name) for name in _PEOPLE},
        "category": _category(row),
        "pending_reason": _pending_reason(row),
    }
    return said if only is None else {name: said[name] for name in only}


def _named(row: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    key = row[f"{name}_id"]
    return None if key is None else {"id": key, "name": row[f"{name}__name"]}


def _person(row: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    key, email = row[f"{name}_id"], row[f"{name}__email"]
    if key is None:
        return None
    full_name = f"{row[f'{name}__first_name']} {row[f'{name}__last_name']}".strip()
    return {"id": key, "name": full_name or email, "email": email}


def _category(row: Mapping[str, Any]) -> dict[str, Any] | None:
    key = row["category_id"]
    if key is None:
        return None
    return {"id": key, "name": _localised(row["category__name"], row["category__name_en"])}


def _pending_reason(row: Mapping[str, Any]) -> dict[str, Any] | None:
    if row["pending_reason_id"] is None:
        return None
    name = _localised(row["pending_reason__name_fr"], row["pending_reason__name_en"])
    return {"code": row["pending_reason__slug"], "name": name}


def _localised(french: str, english: str) -> str:
    return (english if (get_language() or "").startswith("en") else french) or french
