"""Stories told side by side, so that tickets are reported, and numbered, in the order of time."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import heapify, heappop, heappush

# Says when its next ticket is reported, and goes on once that moment has come.
Telling = Iterator[datetime]


def in_order(tellings: Iterable[Telling]) -> Iterator[int]:
    """Go on with whichever telling has the earliest moment, until all are told; counts the steps."""
    waiting = [
        (moment, number, telling)
        for number, telling in enumerate(tellings)
        if (moment := next(telling, None)) is not None
    ]
    heapify(waiting)
    steps = 0
    while waiting:
        _moment, number, telling = heappop(waiting)
        following = next(telling, None)
        if following is not None:
            heappush(waiting, (following, number, telling))
        steps += 1
        yield steps
