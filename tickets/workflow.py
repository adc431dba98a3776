"""Workflows as data: which status follows which, who may, and what a move needs.

Buttons, API and tests read these tables; nothing else decides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from tickets.choices import Status

# Permission of a move that the requester of the ticket may make as well as the technicians.
REQUESTER_MAY = "requester"
# The verbs of moves that taking a ticket makes as well.
BEGINNINGS = ("take", "resume")


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

    def taken(self, status: str) -> Status:
        """The status of a ticket that someone takes: work begins where the table lets one begin or resume it."""
        step = self.find(status, Status.IN_PROGRESS)
        return Status.IN_PROGRESS if step and step.verb in BEGINNINGS else Status(status)

    def given(self, status: str, *, anew: bool = False) -> Status:
        """The status of a ticket given to someone: assigned where nobody had begun, or `anew` where the table
        says so.
        """
        may = anew or status == self.initial
        return Status.ASSIGNED if may and self.find(status, Status.ASSIGNED) else Status(status)

    def __iter__(self) -> Iterator[tuple[Status, Move]]:
        for status, moves in self.moves.items():
            for move in moves:
                yield status, move
