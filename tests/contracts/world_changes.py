"""What the walk finds of problems and changes: one of each in every place, with what hangs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.models import Team, User
from changes.models import ChangePolicy, ChangeTemplate
from problems.actions import add_cause
from tickets.actions import open_ticket

if TYPE_CHECKING:
    from tests.contracts.world import World

KINDS = ("problem", "change")


def furnish(
    world: World, place: str, word: str, *, owner: User, author: User, helpers: Team, **fields: Any
) -> None:
    """A problem with a workaround and a supposed cause, and a change; `author` may work on both."""
    opened = {"requester": owner, "by": author, **fields}
    problem = open_ticket("problem", title=f"{word} cause", details={"workaround": f"{word} helps"}, **opened)
    change = open_ticket("change", title=f"{word} repair", details={"plan": f"{word} steps"}, **opened)
    cause = add_cause(problem, by=author, text=f"{word} cable")
    incident = world.things["ticket"][place]["reference"]
    world.put("problem", place, reference=problem.reference)
    world.put("change", place, reference=change.reference)
    world.put("internal problem", place, reference=problem.reference)
    world.put("cause", place, key=cause.pk)
    world.put("api cause", place, reference=problem.reference, pk=cause.pk)
    world.put("workaround", place, reference=incident, pk=problem.pk)
    world.body("POST api:problem-uses", place, incident=incident)
    for kind in KINDS:
        world.body(f"POST api:{kind}-assign", place, team=helpers.pk)


def set_up(world: World, place: str) -> None:
    """What belongs to the whole portal."""
    template = ChangeTemplate.objects.create(
        slug="again", name_fr="Encore", justification_fr="Usure", effects_fr="Aucun", plan_fr="Faire",
        backout_plan_fr="Défaire",
    )  # fmt: skip
    policy, _made = ChangePolicy.objects.get_or_create(entity=None)
    world.put("change template", place, pk=template.pk)
    world.put("change template code", place, code=template.slug)
    world.put("change policy", place, pk=policy.pk)
