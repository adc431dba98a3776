"""Workflows as data: which status follows which, who may, and what a move needs.

Buttons, API and tests read these tables; nothing else decides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from tickets.choices import Status

# Permission of a move that the requester of the ticket may make as well as the technicians.
REQUESTER_MAY = "requester"


@dataclass(frozen=True)
class Move:
    """One allowed change of status.

    `verb` names the button, `requires` the fields that must be given, `accepts` those that may be. `audience`
    is the permission asked on the ticket; `by_requester` lets its requester make the move as well. `guards` names
    the conditions of `tickets.guards` that must hold. An `automatic` move is made by the portal alone, as the effect
    of something else, and has no button.
    """

    to: Status
    verb: str
    label: Promise
    audience: str = "tickets.work"
    requires: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    by_requester: bool = False
    guards: tuple[str, ...] = ()
    automatic: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field of the move's form."""
        return (*self.requires, *self.accepts)


@dataclass(frozen=True)
class Workflow:
    """The moves of one kind, by the status they leave. The first move of a status is the usual next step."""

    initial: Status
    moves: Mapping[Status, tuple[Move, ...]]

    @property
    def statuses(self) -> tuple[Status, ...]:
        """The statuses the kind uses, in the order of the table."""
        return tuple(self.moves)

    def leaving(self, status: str) -> tuple[Move, ...]:
        """The moves that leave a status."""
        return self.moves.get(Status(status), ())

    def find(self, status: str, to: str) -> Move | None:
        """The move from one status to another, or None where it is not allowed."""
        return next((move for move in self.leaving(status) if move.to == to), None)

    def __iter__(self) -> Iterator[tuple[Status, Move]]:
        for status, moves in self.moves.items():
            for move in moves:
                yield status, move
