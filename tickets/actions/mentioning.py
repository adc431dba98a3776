"""What an @ in a comment does: who is called follows the ticket from then on, and is told once."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from tickets.choices import Verb
from tickets.events import record
from tickets.mentions import meant
from tickets.models import Comment, Follower, Ticket
from tickets.permissions import sees_internal


def call_named(row: Ticket, written: Comment, *, by: User, at: datetime) -> None:
    """Make followers of the people whom a comment on a locked ticket names, and record that they were called.

    Only staff call people. On a confidential ticket only those are called who see it already, unless the author may
    name others. The event is never the requester's to read, and it holds the comment by key, so that what was taken
    back calls nobody.
    """
    if "@" not in written.body or not sees_internal(by, row):
        return
    found = meant(written.body, row, by=by, internal=not written.is_public)
    # The requester gets every public answer anyway, and must not learn of an internal call.
    others = [person for person in found.people if person.pk != row.requester_id]
    people = [person for person in others if _may_be_named(row, person, by)]
    if not people:
        return
    Follower.objects.bulk_create(
        [Follower(ticket=row, user=person, is_internal=not written.is_public) for person in people],
        ignore_conflicts=True,
    )
    record(
        row, Verb.MENTIONED, by=by, at=at, said=written.pk, users=[person.pk for person in people],
        teams=[team.pk for team in found.teams], sent_at=written.visible_at.isoformat(),
    )  # fmt: skip


def _may_be_named(row: Ticket, person: User, by: User) -> bool:
    if not row.is_confidential:
        return True
    return (
        sees_internal(person, row)
        or person.pk == row.requester_id
        or by.has_perm("tickets.confidential", row)
    )
