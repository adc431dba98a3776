"""What ending a ticket does to those linked with it, and what they say against it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.choices import Kind
from core.exceptions import Refused
from tickets.actions.base import RELATIONS, policy_of
from tickets.actions.linking import lock_all
from tickets.choices import LinkType, ParentClose, Status, Verb
from tickets.events import record
from tickets.family import OfFamily, Survivor
from tickets.models import Link, Ticket
from tickets.models.ticket import TicketQuerySet
from tickets.workflow import Move

# Makes a move of a locked ticket: row, step, values, and the keys of the tickets it is made within.
Make = Callable[[Ticket, Move, dict[str, Any], frozenset[int]], Ticket]

# What these end, ends as a whole: with its parts, and not before what blocks it.
ENDINGS = (Status.RESOLVED, Status.CLOSED)
SOLVED = (Status.RESOLVED, Status.DONE)
# Says of a ticket whether its parts always end with it, whatever the delays say; a higher part adds its own.
ENDS_WHOLE: list[Callable[[Ticket], bool]] = []
# So many open tickets are named in a refusal.
_NAMED = 10

_HELD = """
    WITH RECURSIVE held(id) AS (
        SELECT tickets_survivor(%s)
        UNION
        SELECT tickets_survivor(near.id)
        FROM held, unnest(tickets_family(held.id)) AS member(id), LATERAL (
            SELECT target_id FROM tickets_link WHERE source_id = member.id AND link_type = ANY(%s)
            UNION ALL
            SELECT source_id FROM tickets_link WHERE target_id = member.id AND link_type = ANY(%s)
        ) AS near(id)
    ) SELECT id FROM held
"""


def hold(key: int, to: str) -> frozenset[int]:
    """Lock, in key order, every ticket that ending this one may end as well; returns their keys.

    Called before the ticket itself is locked, or two people ending duplicates would wait for each other. What is
    linked after this moment is left out.
    """
    if to not in ENDINGS:
        return frozenset()
    alike = [str(LinkType.DUPLICATES)] if to == Status.RESOLVED else []
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [key, [str(LinkType.PARENT), *alike], alike])
        keys = frozenset(row[0] for row in cursor.fetchall())
    if len(keys) > 1:
        lock_all(keys)
    return keys


def linked(key: int, link_type: str, *, inverse: bool = False) -> TicketQuerySet:
    """The tickets that a link leads to from this one, or with `inverse` those it comes from.

    Merged tickets count for what they were merged into, on both sides.
    """
    here, there = ("target_id", "source_id") if inverse else ("source_id", "target_id")
    links = Link.objects.filter(OfFamily(here, key), link_type=link_type)
    others = links.annotate(other=Survivor(there)).values("other")
    rows: TicketQuerySet = Ticket.objects.filter(pk__in=others).exclude(pk=key).order_by("pk")
    return rows


def check_blockers(ticket: Ticket) -> None:
    """Guard: nothing that blocks the ticket is open."""
    blockers = linked(ticket.pk, LinkType.BLOCKS, inverse=True).open()
    if names := _names(blockers):
        message = _("It is blocked by tickets that are still open: %(tickets)s.")
        raise Refused({"to": message % {"tickets": names}})


def check_parts(ticket: Ticket) -> None:
    """Guard: no part of the ticket is open."""
    if names := _names(open_parts(ticket)):
        raise Refused({"to": _("Parts of it are still open: %(tickets)s.") % {"tickets": names}})


def open_parts(ticket: Ticket) -> TicketQuerySet:
    """The open tickets that are part of this one."""
    return linked(ticket.pk, LinkType.PARENT).open()


def end_parts(row: Ticket, step: Move, given: dict[str, Any], around: frozenset[int], *, make: Make) -> None:
    """End the open parts as well, where the delays of the entity say so; with the words of the whole.

    A part whose own table has no such move, or needs words that nobody gave, stays open: `check_parts` then refuses.
    """
    if step.to not in ENDINGS:
        return
    keys = list(open_parts(row).exclude(pk__in=around).values_list("pk", flat=True))
    if not keys or not _ends_whole(row):
        return
    words = {**_words_of(row), **given}
    for part in lock_all(keys).values():
        way = _way(part, (step.to, Status.RESOLVED), words)
        if way is not None and part.is_open:
            try:
                make(part, way, dict(words), around | {row.pk})
            except Refused as refused:
                raise Refused({"to": f"{part.reference}: {refused}"}) from refused


def _ends_whole(row: Ticket) -> bool:
    """Whether the parts of a ticket end with it."""
    return policy_of(row).parent_close == ParentClose.CASCADE or any(says(row) for says in ENDS_WHOLE)


def solve_duplicates(
    row: Ticket, given: dict[str, Any], held: frozenset[int], around: frozenset[int], *, make: Make
) -> None:
    """Solve the open duplicates of a ticket just resolved, with the same words.

    One that something else keeps open stays so: what blocks it, open parts of its own, a word only its kind needs.
    """
    twins = {
        twin.pk: twin
        for inverse in (False, True)
        for twin in linked(row.pk, LinkType.DUPLICATES, inverse=inverse)
        .open()
        .filter(pk__in=held - around)
        .select_related(*RELATIONS)
    }
    for key in sorted(twins):
        # It may have been solved meanwhile, as the duplicate of another one.
        twin = lock_all([key])[key]
        way = _way(twin, (Status.RESOLVED,), given)
        if way is not None and twin.is_open:
            try:
                with transaction.atomic():
                    make(twin, way, dict(given), around | {row.pk})
            except Refused:
                continue


def tell_dependents(row: Ticket, *, by: User | None, at: datetime) -> None:
    """Note on the tickets that this one caused, or is to resolve, that it is solved; closed ones are left alone."""
    if row.status not in SOLVED:
        return
    # A problem tells the incidents it caused in words of its own.
    types = [LinkType.RESOLVED_BY] if row.kind == Kind.PROBLEM else [LinkType.CAUSED_BY, LinkType.RESOLVED_BY]
    told: set[int] = set()
    for link_type in types:
        waiting = linked(row.pk, link_type, inverse=True).exclude(
            status__in=[Status.CLOSED, Status.CANCELLED]
        )
        for ticket in waiting.exclude(pk__in=told):
            told.add(ticket.pk)
            record(
                ticket, Verb.ECHOED, by=by, at=at, link_type=str(link_type), other=row.pk,
                other_reference=row.reference, status=row.status,
            )  # fmt: skip


def _way(ticket: Ticket, ends: Iterable[str], words: dict[str, Any]) -> Move | None:
    """The first of these statuses that the ticket's table leads to with the words at hand."""
    for to in ends:
        step = ticket.workflow.find(ticket.status, to)
        if step and all(words.get(name) not in (None, "") for name in step.requires):
            return step
    return None


def _words_of(row: Ticket) -> dict[str, Any]:
    """What was said when the ticket itself was solved."""
    cause = getattr(row.details, "cause", "")
    return {"solution": row.solution, "resolution_code": row.resolution_code, "cause": cause}


def _names(tickets: TicketQuerySet) -> str:
    """The references of tickets, as many as are named; empty where there are none."""
    rows = list(tickets.only("pk", "kind")[: _NAMED + 1])
    more = "…" if len(rows) > _NAMED else ""
    return ", ".join(row.reference for row in rows[:_NAMED]) + more
