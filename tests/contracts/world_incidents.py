"""The part of the world that belongs to incidents: interventions, major incidents, reports."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.models import User
from incidents.actions import declare_major
from tickets.actions import open_ticket
from tickets.actions.interventions import finish_intervention, plan_intervention, sign_intervention
from tickets.models import Ticket

if TYPE_CHECKING:
    from tests.contracts.world import World

# What is seen by who sees its ticket.
OF_TICKET = ("intervention", "api intervention", "major")
# What everybody of the entity is told of.
OF_PLACE = ("major status",)


def hang_on(world: World, place: str, ticket: Ticket, word: str, *, author: User) -> None:
    """A signed intervention on a ticket, and what the API sends about the ticket's being major."""
    begin = timezone.now() - timedelta(hours=2)
    row = plan_intervention(
        ticket,
        by=author,
        technician=author,
        starts_at=begin,
        ends_at=begin + timedelta(hours=1),
        place=f"{word} hall",
    )
    row = finish_intervention(row, by=author, work_done=f"{word} mended")
    sign_intervention(row, by=author, signer_name=f"{word} signer", signature=_signature())
    world.put("intervention", place, pk=row.pk)
    world.put("api intervention", place, reference=ticket.reference, pk=row.pk)
    world.body("POST api:major-incident-list", place, incident=ticket.reference, reason="Walking")


def furnish(world: World, place: str, word: str, *, owner: User, author: User) -> None:
    """A major incident of the entity."""
    ticket = open_ticket("incident", by=owner, title=f"{word} stands still")
    child = open_ticket("incident", by=owner, title=f"{word} too")
    declare_major(ticket, by=author, reason=f"{word} is touched", summary=f"{word} is away")
    world.put("major", place, reference=ticket.reference)
    world.put("major status", place, reference=ticket.reference)
    world.body("POST api:major-incident-children", place, incident=child.reference)


def _signature() -> bytes:
    image = Image.new("RGBA", (300, 120))
    ImageDraw.Draw(image).line((20, 90, 150, 30, 280, 90), fill="black", width=4)
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()
