"""Search over tickets and their comments."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.models import User
from tickets.kinds import key_of
from tickets.models import Alias, Comment, Ticket
from tickets.search import question

# Hits kept before they are sorted and filtered further; the newest of them.
HITS = 1000


def search(queryset: QuerySet[Ticket], text: str, *, user: User) -> QuerySet[Ticket]:
    """The tickets of the queryset that a reader's words find.

    Looks into the words of the tickets, those of the comments the reader may read, references and aliases; never
    into what is not visible to the reader. Of many hits the newest are kept, so that a common word costs no more.
    """
    words = question(text)
    visible = Ticket.objects.visible_to(user)
    own_words = visible.filter(search=words).order_by("-pk").values("pk")[:HITS]
    readable = Comment.objects.readable_by(user).filter(search=words, ticket__in=visible.values("pk"))
    comments = readable.order_by("-ticket_id").values("ticket_id")[:HITS]
    aliases = Alias.objects.filter(value=text.strip()[:120].replace("\x00", "")).values("ticket_id")
    named = visible.filter(Q(pk=key_of(text) or 0) | Q(pk__in=aliases)).order_by("-pk").values("pk")[:HITS]
    return queryset.filter(pk__in=own_words.union(comments, named))
