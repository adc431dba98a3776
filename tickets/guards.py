"""Conditions of moves by name: a kind's table names them, whoever owns the rule registers it in `AppConfig.ready`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tickets.models import Ticket

# Raises `Refused` with the reason where the move may not be made yet. The ticket is locked meanwhile.
Guard = Callable[["Ticket"], None]

_GUARDS: dict[str, Guard] = {}
# Guards that hold for a status of every kind, whatever its table says.
_FOR_ALL: dict[str, list[Guard]] = {}


def register(name: str, guard: Guard) -> None:
    """Make a condition known under a name that tables of moves use."""
    _GUARDS[name] = guard


def register_for(status: str, guard: Guard) -> None:
    """Let a condition hold for every move of any kind to a status."""
    guards = _FOR_ALL.setdefault(str(status), [])
    if guard not in guards:
        guards.append(guard)


def check(ticket: Ticket, to: str, names: Iterable[str]) -> None:
    """Ask the named conditions and those of the status.

    Raises `Refused`, or `KeyError` for a name that nobody registered.
    """
    for guard in [*(_GUARDS[name] for name in names), *_FOR_ALL.get(str(to), [])]:
        guard(ticket)
