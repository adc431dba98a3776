"""What playing a story has in common, whether act by act or all at once."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import datetime
from typing import Generic, TypeVar

from itsm.demo.stories import Act
from tickets.choices import Status
from tickets.models import Ticket

PlayedT = TypeVar("PlayedT")


class Playing(ABC, Generic[PlayedT]):
    """Plays what happened until a moment; what a story says of later times is left out."""

    def __init__(self, *, until: datetime) -> None:
        self._until = until

    def play(self, story: Iterable[Act]) -> PlayedT | None:
        """Play one story; returns what came of it, None where it had not begun."""
        played: PlayedT | None = None
        for act in story:
            if act.at > self._until:
                break
            played = self.begin(act) if played is None else self.perform(self._pass_time(played, act.at), act)
        return played if played is None else self._pass_time(played, self._until)

    def _pass_time(self, played: PlayedT, until: datetime) -> PlayedT:
        """What the portal does by itself before then: resume what had a date, close what nobody answered."""
        row = self.row_of(played)
        if row.status == Status.PENDING and row.pending_until and row.pending_until <= until:
            return self.move_by_itself(played, Status.IN_PROGRESS, row.pending_until)
        if row.status == Status.RESOLVED and row.closes_at and row.closes_at <= until:
            return self.move_by_itself(played, Status.CLOSED, row.closes_at)
        return played

    @abstractmethod
    def begin(self, act: Act) -> PlayedT:
        """Open the ticket."""

    @abstractmethod
    def perform(self, played: PlayedT, act: Act) -> PlayedT:
        """Do one act."""

    @abstractmethod
    def move_by_itself(self, played: PlayedT, to: Status, at: datetime) -> PlayedT:
        """A move that the portal makes."""

    @abstractmethod
    def row_of(self, played: PlayedT) -> Ticket:
        """The ticket as it stands."""
