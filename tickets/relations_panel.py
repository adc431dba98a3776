"""What the ticket page shows of other tickets: its links by type, what was merged into it, its parts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from tickets.actions.effects import linked
from tickets.actions.merging import UNDO
from tickets.choices import LinkType
from tickets.family import OfFamily, Survivor
from tickets.models import Link, Ticket

# A panel shows so many links; more are on the list that the search gives.
LIMIT = 100


@dataclass(frozen=True)
class Shown:
    """One linked ticket; `link` is what removes it."""

    link: Link
    ticket: Ticket
    outward: bool
    may: bool


def links_context(ticket: Ticket, user: User) -> dict[str, Any] | None:
    """The links of a ticket by what they say, and the tickets merged into it; None where there are none."""
    groups = groups_of(ticket, user)
    merged = list(Ticket.objects.filter(merged_into=ticket).visible_to(user).order_by("-closed_at")[:LIMIT])
    if not groups and not merged:
        return None
    may = user.has_perm("tickets.work", ticket)
    young = timezone.now() - UNDO
    return {
        "groups": groups,
        "merged": [(row, may and bool(row.closed_at and row.closed_at > young)) for row in merged],
    }


def groups_of(ticket: Ticket, user: User) -> list[tuple[str, list[Shown]]]:
    """The links of a ticket by their words; its parts have a panel of their own."""
    groups: dict[str, list[Shown]] = defaultdict(list)
    for shown in _shown(ticket, user):
        kind = LinkType(shown.link.link_type)
        if not (shown.outward and kind == LinkType.PARENT):
            groups[str(kind.label if shown.outward else kind.inverse)].append(shown)
    return list(groups.items())


def parts_context(ticket: Ticket, user: User) -> dict[str, Any] | None:
    """The parts of a ticket with how many have ended, None where it has none; those one may not see are counted."""
    is_open = list(linked(ticket.pk, LinkType.PARENT).values_list("is_open", flat=True))
    if not is_open:
        return None
    parts = [one for one in _shown(ticket, user, link_type=LinkType.PARENT) if one.outward]
    return {
        "parts": sorted(parts, key=lambda one: (not one.ticket.is_open, one.ticket.pk)),
        "ended": is_open.count(False),
        "total": len(is_open),
    }


def _shown(ticket: Ticket, user: User, **only: Any) -> list[Shown]:
    """The links of a ticket and of those merged into it, as far as the person sees the other side.

    A merged ticket on the other side counts for what it was merged into.
    """
    ours = Q(OfFamily("source_id", ticket.pk)) | Q(OfFamily("target_id", ticket.pk))
    rows = Link.objects.filter(ours, **only).annotate(start=Survivor("source_id"), end=Survivor("target_id"))
    # Within one family a link says nothing any more.
    found = list(rows.exclude(start=F("end")).order_by("link_type", "pk")[:LIMIT])
    others = {row.pk: row.end if row.start == ticket.pk else row.start for row in found}
    seen = (
        Ticket.objects.filter(pk__in=others.values()).visible_to(user).for_lists().in_bulk() if others else {}
    )
    works = user.has_perm("tickets.work", ticket)
    shown: dict[tuple[str, bool, int], Shown] = {}
    for row in found:
        other = seen.get(others[row.pk])
        if other is not None:
            may = works or user.has_perm("tickets.work", other)
            outward = row.start == ticket.pk
            shown.setdefault((row.link_type, outward, other.pk), Shown(row, other, outward, may))
    return list(shown.values())
