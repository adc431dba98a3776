"""What the walk finds of requests and approvals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.models import Team, User
from assistance.actions import Step, create_type
from tickets.actions import ask_approval, open_ticket
from tickets.actions.approving import StepPlan
from tickets.models import Ticket

if TYPE_CHECKING:
    from tests.contracts.world import World

# What is visible as its ticket is.
OF_TICKET = ("request", "approval", "api approval", "approval step", "api approval step")


def furnish(
    world: World, place: str, word: str, *, owner: User, author: User, helpers: Team, **fields: Any
) -> None:
    """A request without a form; `author` may work on it."""
    made = open_ticket("request", requester=owner, by=author, title=f"{word} wish", **fields)
    world.put("request", place, reference=made.reference)
    world.body("POST api:request-assign", place, team=helpers.pk)


def approve(world: World, place: str, ticket: Ticket, word: str, *, approver: User) -> None:
    """An approval asked of someone who does not walk."""
    approval = ask_approval(ticket, [StepPlan(f"{word} budget", [approver])], by=None)
    step, reference = approval.steps.get(), ticket.reference
    world.put("approval", place, reference=reference, key=approval.pk)
    world.put("api approval", place, reference=reference, pk=approval.pk)
    world.put("approval step", place, key=step.pk)
    world.put("api approval step", place, reference=reference, pk=step.pk)


def set_up(world: World, place: str) -> None:
    """A form of the catalogue, for everyone."""
    form = create_type(
        name_fr="Promenade", slug="walk", by=None, steps=[Step(name_fr="Responsable", asks_manager=True)]
    )
    world.put("request form", place, pk=form.pk, slug=form.slug, number=1)
    world.put("request form code", place, code=form.slug)
