"""Links between tickets: made, removed, and the sets of tickets they hold together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.db import locked
from core.exceptions import Refused
from tickets.actions.base import RELATIONS, moment
from tickets.choices import LinkType, Verb
from tickets.events import record
from tickets.models import Link, Ticket

# Links that say something of an order; none may lead back to where it began.
DIRECTED = (LinkType.PARENT, LinkType.BLOCKS, LinkType.DUPLICATES, LinkType.CAUSED_BY)
# How often a set is read again because it grew while its locks were awaited.
_TRIES = 6

_AFTER = """
    WITH RECURSIVE chain(id) AS (
        SELECT unnest(%s::bigint[])
        UNION
        SELECT link.target_id FROM tickets_link link JOIN chain ON link.source_id = chain.id
        WHERE link.link_type = %s
    ) SELECT id FROM chain
"""
_BEFORE = """
    WITH RECURSIVE chain(id) AS (
        SELECT unnest(%s::bigint[])
        UNION
        SELECT link.source_id FROM tickets_link link JOIN chain ON link.target_id = chain.id
        WHERE link.link_type = %s
    ) SELECT id FROM chain
"""


@transaction.atomic
def link(
    source: Ticket,
    target: Ticket,
    link_type: str,
    *,
    by: User | None,
    at: datetime | None = None,
    notify: bool = True,
) -> Link:
    """Link two tickets, read from source to target; the same link once more gives the one there is.

    Both must be visible to `by`, who must work on one of them; a closed ticket may be linked and keeps its columns.
    Raises `Refused` for a link to itself, to a merged ticket, or one that would lead in a circle.
    """
    now = moment(at)
    if link_type not in LinkType.values:
        raise Refused({"link_type": _("Unknown type of link.")})
    if source.pk == target.pk:
        raise Refused({"target": _("A ticket cannot be linked with itself.")})
    check_visible(by, target, "target")
    check_visible(by, source, "source")
    pair = {source.pk, target.pk}
    rows = locked_set(lambda: pair | _chain_of(source.pk, target.pk, link_type))
    ends = rows[source.pk], rows[target.pk]
    _check_ends(ends, by)
    found = _existing(source.pk, target.pk, link_type)
    if found:
        return found
    if link_type in DIRECTED and source.pk in after([target.pk], link_type):
        raise Refused({"target": _("This link would lead in a circle.")})
    return join(*ends, link_type, by=by, at=now, notify=notify)


@transaction.atomic
def unlink(bond: Link, *, by: User | None, at: datetime | None = None) -> None:
    """Remove a link; nothing happens where it is gone already. `by` must see both tickets and work on one."""
    now = moment(at)
    keys = {bond.source_id, bond.target_id}
    rows = locked_set(lambda: keys)
    ends = rows[bond.source_id], rows[bond.target_id]
    for row in ends:
        check_visible(by, row, "target")
    _check_right(ends, by)
    gone, _rows = Link.objects.filter(pk=bond.pk).delete()
    if gone:
        _tell(Verb.UNLINKED, *ends, bond.link_type, by=by, at=now)


def join(
    source: Ticket,
    target: Ticket,
    link_type: str,
    *,
    by: User | None,
    at: datetime,
    notify: bool = True,
    is_public: bool = False,
) -> Link:
    """Write a link and its two events, asking nothing: for acts that hold both tickets and have checked them."""
    made = Link.objects.create(source=source, target=target, link_type=link_type, created_at=at)
    _tell(Verb.LINKED, source, target, link_type, by=by, at=at, notify=notify, is_public=is_public)
    return made


def after(keys: Iterable[int], link_type: str) -> set[int]:
    """The keys themselves and every ticket that links of this type lead to from them."""
    return _walk(_AFTER, keys, link_type)


def before(keys: Iterable[int], link_type: str) -> set[int]:
    """The keys themselves and every ticket from which links of this type lead to them."""
    return _walk(_BEFORE, keys, link_type)


def locked_set(keys_of: Callable[[], set[int]]) -> dict[int, Ticket]:
    """Lock the tickets that `keys_of` names, in key order, and return them by key.

    Links may be made while the locks are awaited: then the set is asked for again, and if it grew, all locks are
    given back and taken anew in order, so that no two acts ever wait for each other. To hold, this must be the first
    lock of its transaction, or within locks that cover the set.
    """
    wanted = keys_of()
    for _attempt in range(_TRIES):
        mark = transaction.savepoint()
        rows = lock_all(wanted)
        now = keys_of()
        if now <= wanted:
            transaction.savepoint_commit(mark)
            return rows
        transaction.savepoint_rollback(mark)
        wanted = now
    raise Refused(_("Others are linking these tickets right now. Please try again."))


def lock_all(keys: Iterable[int]) -> dict[int, Ticket]:
    """Lock tickets in key order until the transaction ends; those that do not exist are left out."""
    rows = locked(Ticket.objects.select_related(*RELATIONS).filter(pk__in=list(keys)).order_by("pk"))
    return {row.pk: row for row in rows}


def check_visible(by: User | None, ticket: Ticket, field: str) -> None:
    """Raise `Refused` in the words for a ticket that does not exist, where the person does not see it."""
    if by is not None and not Ticket.objects.visible_to(by).filter(pk=ticket.pk).exists():
        raise Refused({field: _("There is no such ticket.")})


def _check_ends(ends: tuple[Ticket, Ticket], by: User | None) -> None:
    for name, row in zip(("source", "target"), ends, strict=True):
        if row.merged_into_id:
            message = _("%(reference)s was merged into another ticket.")
            raise Refused({name: message % {"reference": row.reference}})
    _check_right(ends, by)


def _check_right(ends: tuple[Ticket, Ticket], by: User | None) -> None:
    if by is not None and not any(by.has_perm("tickets.work", row) for row in ends):
        raise PermissionDenied


def _existing(source: int, target: int, link_type: str) -> Link | None:
    """The link there is; one that reads the same both ways counts in either direction."""
    rows = Link.objects.filter(source_id=source, target_id=target, link_type=link_type)
    if link_type == LinkType.RELATES:
        rows = rows | Link.objects.filter(source_id=target, target_id=source, link_type=link_type)
    return rows.order_by("pk").first()


def _chain_of(source: int, target: int, link_type: str) -> set[int]:
    """What two makers of links that would close one circle have in common, and so must lock both."""
    if link_type not in DIRECTED:
        return set()
    return before([source], link_type) | after([target], link_type)


def _walk(statement: str, keys: Iterable[int], link_type: str) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(keys), str(link_type)])
        return {row[0] for row in cursor.fetchall()}


def _tell(
    verb: Verb,
    source: Ticket,
    target: Ticket,
    link_type: str,
    *,
    by: User | None,
    at: datetime,
    notify: bool = True,
    is_public: bool = False,
) -> None:
    """The event on both sides, each naming the other."""
    for row, other, inverse in ((source, target, False), (target, source, True)):
        record(
            row, verb, by=by, at=at, is_public=is_public, notify=notify,
            link_type=str(link_type), inverse=inverse, other=other.pk, other_reference=other.reference,
        )  # fmt: skip
