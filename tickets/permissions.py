"""Who may do what on a ticket; asked only as `user.has_perm("tickets.work", ticket)`."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import verbs
from accounts.models import User
from tickets.models import Ticket


def is_involved(user: User, ticket: Ticket) -> bool:
    """Whether the ticket is in one of the person's teams, or theirs to work on."""
    return ticket.team_id in user.access.teams or ticket.assignee_id == user.pk


def sees_internal(user: User, ticket: Ticket) -> bool:
    """Whether the person reads internal notes: by grant on its entity, or by being involved.

    A confidential ticket is for its team and the named people only, whatever the grants.
    """
    if is_involved(user, ticket):
        return True
    return not ticket.is_confidential and ticket.entity_id in user.access.entities("tickets.view")


def internal_to(user: User) -> Q:
    """The tickets whose internal side the person reads: `sees_internal` for many."""
    access = user.access
    granted = Q(entity_id__in=access.entities("tickets.view"), is_confidential=False)
    return granted | Q(team_id__in=access.teams) | Q(assignee_id=user.pk)


def _granted(verb: str) -> Any:
    """Predicate: the verb on the ticket's entity, or held anywhere by someone involved."""

    def predicate(user: User, ticket: Ticket) -> bool:
        if is_involved(user, ticket):
            return user.access.can(verb)
        return not ticket.is_confidential and user.access.can(verb, ticket.entity_id)

    return predicate


def answers(user: User, ticket: Ticket) -> bool:
    """Whether the person may write to the requester's side of the ticket: its requester, a follower, or staff."""
    return (
        ticket.requester_id == user.pk or _granted("tickets.answer")(user, ticket) or _follows(user, ticket)
    )


def _follows(user: User, ticket: Ticket) -> bool:
    return ticket.followers.filter(user=user).exists()


verbs.register("tickets.open", _("Open tickets for oneself"))
verbs.register("tickets.open_for_others", _("Open tickets on behalf of someone"))
verbs.register("tickets.view", _("See the tickets of the entity with their internal notes"), sees_internal)
verbs.register("tickets.view_entity", _("See the tickets of the entity as a requester"))
verbs.register("tickets.work", _("Work on tickets: take, hold, resolve, edit"), _granted("tickets.work"))
verbs.register("tickets.assign", _("Assign tickets and pass them on"), _granted("tickets.assign"))
verbs.register("tickets.answer", _("Answer the requester"), answers)
verbs.register("tickets.note", _("Write internal notes and supplier exchanges"), _granted("tickets.note"))
verbs.register(
    "tickets.override_priority", _("Set a priority by hand"), _granted("tickets.override_priority")
)
verbs.register("tickets.confidential", _("Make tickets confidential"), _granted("tickets.confidential"))
verbs.register(
    "tickets.costs", _("See the money of the ledger: rates, costs and budgets"), _granted("tickets.costs")
)
verbs.register("tickets.budget", _("Set the budgets of tickets"), _granted("tickets.budget"))
verbs.register(
    "tickets.log_for_others", _("Log time for others, and void theirs"), _granted("tickets.log_for_others")
)
verbs.register("tickets.recurring", _("Set up tickets that open by themselves"))
