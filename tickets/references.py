"""From what people call a ticket to the ticket."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Value
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from core.exceptions import Refused
from tickets.family import Survivor
from tickets.kinds import key_of
from tickets.models import Alias, Ticket
from tickets.models.ticket import TicketQuerySet


def find(reference: str, *, user: User | AnonymousUser, queryset: TicketQuerySet | None = None) -> Ticket:
    """The ticket that a person calls by this reference or alias, if they may see it.

    An absorbed ticket gives the one it was merged into in the end. Raises `Http404` where there is none or that one
    is not visible.
    """
    base = Ticket.objects.all() if queryset is None else queryset
    key = key_of(reference)
    if key is None:
        named = Alias.objects.filter(value=reference.strip()[:120])
        found = base.filter(pk__in=named.values(key=Survivor("ticket_id"))).visible_to(user)
    else:
        found = base.filter(pk=Survivor(Value(key))).visible_to(user)
    ticket = found.order_by("-pk").first()
    if ticket is None:
        raise Http404
    return ticket


def find_all(references: Iterable[str], *, user: User, field: str) -> list[Ticket]:
    """The tickets that a person calls so, each once. Raises `Refused` in `field`, naming those they do not know."""
    found: dict[int, Ticket] = {}
    unknown = []
    for reference in dict.fromkeys(references):
        try:
            ticket = find(reference, user=user)
        except Http404:
            unknown.append(reference[:40])
        else:
            found[ticket.pk] = ticket
    if unknown:
        raise Refused({field: _("Unknown: %(names)s.") % {"names": ", ".join(unknown)[:400]}})
    return list(found.values())
