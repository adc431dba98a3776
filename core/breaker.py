"""A circuit breaker: after a failure a resource is left alone, so that only the first request pays for finding out."""

import time


class Breaker:
    """Suspends the use of one resource for `rest` seconds after each failure."""

    def __init__(self, *, rest: float) -> None:
        self._rest = rest
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the resource is to be left alone now."""
        return time.monotonic() < self._open_until

    def trip(self) -> None:
        """Leave the resource alone for a while."""
        self._open_until = time.monotonic() + self._rest

    def reset(self) -> None:
        """Use the resource again at once."""
        self._open_until = 0.0
