"""Search over tickets and their comments."""

from __future__ import annotations

from django.db.models import Q, QuerySet, Value

from accounts.models import User
from core.db import Among
from tickets.family import Survivor
from tickets.kinds import key_of
from tickets.models import Alias, Comment, Ticket
from tickets.search import question

# Hits that a search tells of, the newest ones; one more is kept, so that a count knows that there are more.
HITS = 500
_KEPT = HITS + 1


def search(queryset: QuerySet[Ticket], text: str, *, user: User) -> QuerySet[Ticket]:
    """The tickets of the queryset, all of which the reader may see, that the reader's words find.

    Looks into the words of the tickets, those of the comments the reader may read, references and aliases. Of many
    hits the newest are kept, so that a common word costs no more. They are read at once, in one statement: the list
    and its count both need them.
    """
    if queryset.query.is_empty():  # another filter already leaves nothing, and Django makes no union of that
        return queryset
    words = question(text)
    rows = queryset.order_by("-pk").values("pk")
    own_words = rows.filter(search=words)[:_KEPT]
    readable = Comment.objects.readable_by(user).filter(
        search=words, ticket__in=queryset.order_by().values("pk")
    )
    comments = readable.order_by("-pk").values("ticket_id")[:_KEPT]
    aliases = Alias.objects.filter(value=text.strip()[:120].replace("\x00", "")).values(
        key=Survivor("ticket_id")
    )
    # The number of a merged ticket finds what it was merged into.
    named = rows.filter(Q(pk=Survivor(Value(key_of(text) or 0))) | Q(Among("pk", aliases)))[:_KEPT]
    found = own_words.union(comments, named).order_by("-pk")[:_KEPT]
    return queryset.filter(Among("pk", [row["pk"] for row in found]))
