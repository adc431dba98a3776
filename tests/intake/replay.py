"""Replaying the timeline of a ticket."""

from typing import Any

from tickets.models import Event, Ticket


def replay(ticket: Ticket) -> dict[str, Any]:
    """The columns as its events leave them; asserts that each change begins where the one before it ended."""
    state: dict[str, Any] = {"status": str(ticket.workflow.initial), "pending_reason": None}
    for event in Event.objects.filter(ticket=ticket).order_by("at", "id"):
        for name, (before, after) in event.data.get("changes", {}).items():
            if name in state:
                assert state[name] == before, (
                    f"{ticket} {event.at} {name}: {before} does not follow {state[name]}"
                )
            state[name] = after
        if event.verb == "moved":
            state["pending_reason"] = event.data.get("pending_reason")
            state["resolution_code"] = event.data.get("resolution_code", state.get("resolution_code"))
    return state


def assert_replays(ticket: Ticket) -> None:
    """The events give the row."""
    columns = {field.name: field.attname for field in Ticket._meta.concrete_fields}
    for name, value in replay(ticket).items():
        if name in columns:
            assert getattr(ticket, columns[name]) == value, f"{ticket} {name}"
