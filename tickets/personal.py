"""What tickets hold of a person."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _, gettext_lazy

from accounts.models import User
from core.personal import Bundle, Erasure, Holding, holdings, values_of
from core.registry import Words
from tickets import erasing
from tickets.actions.retention import erase_requester
from tickets.models import ApprovalVote, Attachment, Comment, Ticket
from tickets.models.approvals import Answer


def register() -> None:
    """Say what is held here."""
    holdings.register(
        Holding(slug="tickets", order=20, export=_export, told=_told, erase=_erase, objection=_objection)
    )


def _own_comments(person: User, *, is_staff: bool) -> Q:
    """A requester's messages are theirs wherever they stand; those of who works on tickets are the department's,
    but for those on tickets they asked for themselves.
    """
    own = Q(author=person)
    return own & Q(ticket__requester=person) if is_staff else own


def _own_files(person: User, *, is_staff: bool) -> Q:
    own = Q(uploaded_by=person)
    return own & (Q(ticket__requester=person) | Q(ticket=None)) if is_staff else own


def _export(person: User, bundle: Bundle) -> None:
    tickets = Ticket.objects.filter(requester=person).order_by("pk")
    for ticket in tickets.iterator(chunk_size=100):
        said = ticket.comments.filter(withdrawn_at=None, kind="public").order_by("pk")
        comments = [
            {"at": row.created_at, "mine": row.author_id == person.pk, "body": row.body} for row in said
        ]
        bundle.add(f"tickets/{ticket.reference}", [{**values_of(ticket), "messages": comments}])
    files = Attachment.objects.filter(Q(uploaded_by=person) | Q(ticket__requester=person, is_public=True))
    for file in files.order_by("pk").iterator(chunk_size=100):
        try:
            with file.file.open("rb") as content:
                bundle.add_file(f"files/{file.pk}-{file.name}", content)
        except OSError:
            continue


def _told(person: User) -> list[tuple[Words, int]]:
    staff = person.access.is_staff_side
    return [
        (
            gettext_lazy(
                "Tickets asked for: their descriptions are replaced, the name is passed over in the rest"
            ),
            Ticket.objects.filter(requester=person).count(),
        ),
        (
            gettext_lazy("Messages replaced"),
            Comment.objects.filter(_own_comments(person, is_staff=staff)).count(),
        ),
        (
            gettext_lazy("Files deleted"),
            Attachment.objects.filter(_own_files(person, is_staff=staff)).count(),
        ),
    ]


def _objection(person: User) -> Words | None:
    """Work that others wait for must be handed over first."""
    open_count = Ticket.objects.open().filter(assignee=person).count()
    if open_count:
        return _("Hand over the open tickets first: %(count)d are assigned to this person.") % {
            "count": open_count
        }
    asked = ApprovalVote.objects.filter(
        approver=person, decision=Answer.ASKED, step__status=Answer.ASKED, step__approval__status=Answer.ASKED
    )
    if asked.exists():
        return _("An approval waits for this person. Have it decided or withdrawn first.")
    return None


def _erase(erasure: Erasure) -> None:
    person, words = erasure.person, erasure.words
    tickets = Ticket.objects.filter(requester=person)
    erase_requester(tickets, person, words)
    mine = Comment.objects.filter(_own_comments(person, is_staff=erasure.is_staff))
    erasing.blank_comments(mine)
    erasing.pass_over(Comment.objects.filter(author=person), words, "body")
    erasing.drop_files(Attachment.objects.filter(_own_files(person, is_staff=erasure.is_staff)))
    erasing.bump(tickets)
