"""Dates of tasks that depend on each other: pure functions over days.

A day is whole: a task may begin on the day on which another ends. Lags are calendar days, negative to overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from projects.choices import DependencyType

# The end of the predecessor that counts, then that of the successor.
_ENDS = {
    DependencyType.FS: ("end", "start"),
    DependencyType.SS: ("start", "start"),
    DependencyType.FF: ("end", "end"),
    DependencyType.SF: ("start", "end"),
}


@dataclass(frozen=True)
class Span:
    """From which day to which a task is planned; either may be open."""

    start: date | None
    end: date | None


@dataclass(frozen=True)
class Conflict:
    """A successor's date that comes too early: which end, on which day it is, and the first day it may have."""

    ends: str
    planned: date
    earliest: date


def conflict(kind: str, lag: int, before: Span, after: Span) -> Conflict | None:
    """Whether a dependency is broken by planned dates; None where it holds or a date is not known."""
    cause, effect = _ENDS[DependencyType(kind)]
    known: date | None = getattr(before, cause)
    planned: date | None = getattr(after, effect)
    if known is None or planned is None:
        return None
    earliest = known + timedelta(days=lag)
    return Conflict(effect, planned, earliest) if planned < earliest else None


def leads_to(edges: Mapping[int, Iterable[int]], start: int, goal: int) -> bool:
    """Whether following the edges from `start` reaches `goal`."""
    waiting, seen = [start], set[int]()
    while waiting:
        here = waiting.pop()
        if here == goal:
            return True
        if here not in seen:
            seen.add(here)
            waiting += edges.get(here, ())
    return False
