"""Whom an event concerns, and who of them may know."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from django.utils import timezone

from accounts.actions import substitute_of
from accounts.models import Absence, Membership, User
from notifications.choices import About
from tickets.actions.approving import waited_for
from tickets.choices import ENDED, Status, Verb
from tickets.models import Approval, Comment, Event, Follower, Ticket
from tickets.permissions import sees_internal

Wanted = dict[int, About]

# Moves that tell something to those who wait; the rest is the kitchen's.
_NOTABLE = {Status.PENDING, Status.RESOLVED, Status.CLOSED, Status.CANCELLED}


def recipients(event: Event) -> list[tuple[User, About]]:
    """The people to tell, with why: never who did it, only who may see it; those away are stood in for."""
    wanted = _with_substitutes(_concerned(event))
    wanted.pop(event.actor_id or 0, None)
    for muted in _muted(event, wanted):
        del wanted[muted]
    people = User.objects.active().filter(pk__in=wanted).select_related("entity").order_by("pk")
    return [(person, wanted[person.pk]) for person in people if may_know(person, event)]


def may_know(person: User, event: Event) -> bool:
    """Whether the person sees the ticket, and this event on it."""
    if not Ticket.objects.visible_to(person).filter(pk=event.ticket_id).exists():
        return False
    comment = event.comment
    if comment and (comment.withdrawn_at or comment.visible_at > timezone.now()):
        return False
    if comment and not comment.is_public:
        return sees_internal(person, event.ticket)
    if event.verb == Verb.MENTIONED:
        return _may_read(person, event, Comment.objects.filter(pk=event.data.get("said") or 0).first())
    named = event.verb in (Verb.FOLLOWED, Verb.APPROVAL)
    return event.is_public or named or sees_internal(person, event.ticket)


def _may_read(person: User, event: Event, said: Comment | None) -> bool:
    """Whether the person reads the text that calls on them; one taken back calls nobody."""
    if said is None or said.withdrawn_at:
        return False
    return said.is_public or sees_internal(person, event.ticket)


def _concerned(event: Event) -> Wanted:
    concerned = _BY_VERB.get(Verb(event.verb))
    return concerned(event) if concerned else {}


def _opened(event: Event) -> Wanted:
    handed_over = Event.objects.filter(ticket=event.ticket_id, verb__in=[Verb.ASSIGNED, Verb.PASSED_ON])
    # Who has the ticket by now is told by that event, with who gave it to them.
    # A request that waits for an approval is told to its team once it has it.
    later = event.ticket.status == Status.AWAITING_APPROVAL or handed_over.exists()
    workers = {} if later else _workers(event.ticket, About.ASSIGNED, team=About.TEAM)
    return {**workers, event.ticket.requester_id: About.REPORTED}


def _muted(event: Event, wanted: Wanted) -> set[int]:
    """Of these people, the followers who want to be told nothing; that a ticket becomes theirs is told all the same."""
    told = {person for person, about in wanted.items() if about != About.ASSIGNED}
    rows = Follower.objects.filter(ticket_id=event.ticket_id, user_id__in=told, is_muted=True)
    return set(rows.values_list("user_id", flat=True))


def _commented(event: Event) -> Wanted:
    """Everybody who reads it, but for those whom it calls on: these are told so, once."""
    called = Event.objects.filter(
        ticket=event.ticket_id, verb=Verb.MENTIONED, data__said=event.comment_id
    ).values_list("data__users", flat=True)
    named = {person for people in called for person in people}
    return {person: about for person, about in _readers(event).items() if person not in named}


def _readers(event: Event) -> Wanted:
    if event.is_public:
        return _everybody(event, About.ANSWER)
    return {**_followers(event.ticket, About.NOTE), **_workers(event.ticket, About.NOTE)}


def _moved(event: Event) -> Wanted:
    before, after = event.data.get("changes", {}).get("status", [None, None])
    if event.actor_id is None and before == Status.AWAITING_APPROVAL:
        # The approval that moved it is told itself, with its reason.
        return {}
    notable = after in _NOTABLE or before in ENDED
    return _everybody(event, About.STATUS) if notable else {}


def _approval(event: Event) -> Wanted:
    """Those whose answer is waited for; at the end whoever asked, the requester and who takes it from there."""
    match event.data.get("act"):
        case "asked" | "next" | "reminded":
            return dict.fromkeys(waited_for(int(event.data.get("step") or 0)), About.APPROVAL)
        case "delegated":
            return {int(event.data.get("user") or 0): About.APPROVAL}
        case "approved" | "refused" as act:
            ticket = event.ticket
            workers = _workers(ticket, About.DECIDED) if act == "approved" else {}
            asked_by = Approval.objects.filter(pk=event.data.get("approval")).values_list(
                "asked_by", flat=True
            )
            told = {key: About.DECIDED for key in asked_by if key}
            return {**workers, **told, ticket.requester_id: About.DECIDED}
        case _:
            return {}


def _attached(event: Event) -> Wanted:
    return _everybody(event, About.OTHER) if event.is_public else _workers(event.ticket, About.OTHER)


def _visited(event: Event) -> Wanted:
    """The requester and the followers, and the technician to whom an appointment came."""
    if not event.is_public or event.data.get("act") == "began":
        return {}
    ticket = event.ticket
    technician = {int(event.data["technician"]): About.VISIT} if event.data.get("technician") else {}
    return {**technician, **_followers(ticket, About.VISIT), ticket.requester_id: About.VISIT}


def _handed_over(event: Event) -> Wanted:
    """The person a ticket came to, else everyone of the team it came to."""
    changes: Mapping[str, list[object]] = event.data.get("changes", {})
    _before, person = changes.get("assignee", [None, None])
    if isinstance(person, int):
        return {person: About.ASSIGNED}
    _before, team = changes.get("team", [None, None])
    return _members(team, About.TEAM) if isinstance(team, int) else {}


_BY_VERB: Mapping[Verb, Callable[[Event], Wanted]] = {
    Verb.OPENED: _opened,
    Verb.COMMENTED: _commented,
    Verb.PUBLISHED: _commented,
    Verb.MOVED: _moved,
    Verb.ASSIGNED: _handed_over,
    Verb.PASSED_ON: _handed_over,
    Verb.APPROVAL: _approval,
    Verb.ATTACHED: _attached,
    Verb.VISITED: _visited,
    Verb.MENTIONED: lambda event: dict.fromkeys(event.data.get("users", []), About.MENTION),
    Verb.ECHOED: lambda event: {
        **_followers(event.ticket, About.OTHER),
        **_workers(event.ticket, About.OTHER),
    },
    Verb.ABSORBED: lambda event: _everybody(event, About.OTHER),
    Verb.PRIORITISED: lambda event: _workers(event.ticket, About.OTHER),
    Verb.FOLLOWED: lambda event: {int(event.data.get("user") or 0): About.FOLLOWED},
}


def _workers(ticket: Ticket, about: About, *, team: About | None = None) -> Wanted:
    """Who works on the ticket, else everyone of its team."""
    if ticket.assignee_id:
        return {ticket.assignee_id: about}
    return _members(ticket.team_id, team or about) if ticket.team_id else {}


def _members(team_id: int, about: About) -> Wanted:
    keys = Membership.objects.filter(team_id=team_id, team__is_active=True).values_list("user_id", flat=True)
    return dict.fromkeys(keys, about)


def _everybody(event: Event, about: About) -> Wanted:
    """Who works on the ticket, the followers and the requester."""
    ticket = event.ticket
    workers = _workers(ticket, about)
    if ticket.assignee_id is None and event.actor_id in workers:
        # Someone of the team is at it: the rest need not look.
        workers = {}
    return {**workers, **_followers(ticket, about), ticket.requester_id: about}


def _followers(ticket: Ticket, about: About) -> Wanted:
    keys = Follower.objects.filter(ticket=ticket).values_list("user_id", flat=True)
    return dict.fromkeys(keys, about)


def _with_substitutes(wanted: Wanted) -> Wanted:
    """Work told to someone who is away goes to who stands in, if anybody does."""
    today = timezone.localdate()
    told = dict(wanted)
    for person in _away((key for key, about in wanted.items() if about.is_work), today):
        stand_in = substitute_of(person, today)
        if stand_in:
            told.setdefault(stand_in.pk, told.pop(person.pk))
    return told


def _away(keys: Iterable[int], today: date) -> list[User]:
    absent = Absence.objects.on(today).filter(user_id__in=list(keys)).exclude(substitute=None)
    return [absence.user for absence in absent.select_related("user")]
