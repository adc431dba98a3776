"""Limits per person, counted in the cache; a cache that is away limits nobody and answers nothing with an error."""

import time
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Rate:
    """So many requests in a window of so many seconds."""

    limit: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """The rate that `600/min` writes."""
        limit, _slash, period = text.partition("/")
        return cls(int(limit), _SECONDS[period[0]])


@dataclass(frozen=True)
class Standing:
    """Where a person stands in the window: requests allowed, left, and seconds to the next window."""

    limit: int
    left: int
    reset: int

    def headers(self) -> dict[str, str]:
        """The headers every answer carries."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(self.left, 0)),
            "RateLimit-Reset": str(self.reset),
        }


class PersonThrottle(BaseThrottle):
    """Reads and writes of a signed-in person are counted apart, each in fixed windows (`DEFAULT_THROTTLE_RATES`)."""

    standing: Standing | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether the request is within the limit; the standing is left on the request for its headers."""
        scope = "person" if request.method in _SAFE else "write"
        rate = Rate.parse(str(api_settings.DEFAULT_THROTTLE_RATES[scope]))
        self.standing = stand(f"{scope}:{request.user.pk}", rate)
        request.standing = self.standing  # type: ignore[attr-defined]
        return self.standing is None or self.standing.left >= 0

    def wait(self) -> float | None:
        """Seconds until the next try can succeed."""
        return float(self.standing.reset) if self.standing else None


def stand(who: str, rate: Rate) -> Standing | None:
    """Count one request; None where the cache cannot count."""
    now = time.time()
    window = int(now // rate.seconds)
    used = _count(f"throttle:{who}:{window}", rate.seconds)
    if used is None:
        return None
    return Standing(rate.limit, rate.limit - used, int((window + 1) * rate.seconds - now) + 1)


def _count(key: str, seconds: int) -> int | None:
    try:
        return int(cache.incr(key))
    except ValueError:  # the first of its window
        return 1 if cache.add(key, 1, timeout=seconds + 1) else None
