"""The workspace home: what waits for me, and what nobody has taken."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.registry import home_panels
from tickets import queues
from tickets.choices import Status
from tickets.models import Ticket
from tickets.tables import TicketTable
from tickets.views.people import worker

_ROWS = 8


class HomeTable(TicketTable):
    """The rows of the home page say less."""

    requester = None  # type: ignore[assignment]
    team = None  # type: ignore[assignment]
    service = None  # type: ignore[assignment]
    assignee = None  # type: ignore[assignment]


class UnassignedTable(TicketTable):
    """What nobody has taken: its team matters."""

    requester = None  # type: ignore[assignment]
    service = None  # type: ignore[assignment]
    assignee = None  # type: ignore[assignment]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Mine, my teams' unassigned, and what came back to me."""
    user = worker(request)
    rows = Ticket.objects.visible_to(user).for_lists()
    mine = (
        queues.narrow(rows, "mine", user)
        .exclude(status=Status.PENDING)
        .order_by("priority", "due_at", "-pk")[:_ROWS]
    )
    free = rows.filter(is_open=True, assignee=None)
    if user.access.teams:
        free = free.filter(team_id__in=user.access.teams)
    waiting = (
        queues.narrow(rows, "mine", user)
        .filter(status=Status.PENDING)
        .order_by("pending_until", "-pk")[:_ROWS]
    )
    return render(
        request,
        "tickets/home.html",
        {
            "mine": HomeTable(mine),
            "free": UnassignedTable(free.order_by("priority", "due_at", "-pk")[:_ROWS]),
            "waiting": HomeTable(waiting),
            "counts": queues.counts(user),
            "panels": [
                {"panel": panel, "context": context}
                for panel in home_panels
                if (context := panel.context(user)) is not None
            ],
        },
    )
