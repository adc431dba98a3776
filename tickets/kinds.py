"""The kinds of tickets, registered by the apps that own them; `tickets` itself never imports one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from tickets.models import Ticket

TicketT = TypeVar("TicketT", bound="type[Ticket]")


class Registry:
    """Kinds by slug and by reference prefix."""

    def __init__(self) -> None:
        self._by_slug: dict[str, type[Ticket]] = {}

    def register(self, model: TicketT) -> TicketT:
        """Class decorator that makes a kind known."""
        self._by_slug[model.kind_slug] = model
        return model

    def get(self, slug: str) -> type[Ticket] | None:
        """The model of a kind, None where no app owns it."""
        return self._by_slug.get(slug)

    def all(self) -> list[type[Ticket]]:
        """Every registered kind, in the order of registration."""
        return list(self._by_slug.values())

    @property
    def slugs(self) -> list[str]:
        """The slugs of the registered kinds."""
        return list(self._by_slug)

    @property
    def prefixes(self) -> dict[str, str]:
        """Reference prefixes and the slug of their kind."""
        return {model.prefix: slug for slug, model in self._by_slug.items()}

    def prefix(self, slug: str) -> str:
        """The reference prefix of a kind; a neutral one for a kind whose app is not installed."""
        model = self.get(slug)
        return model.prefix if model else NEUTRAL_PREFIX


_OURS = re.compile(r"([A-Za-z]{2,5})-([1-9][0-9]{0,17})")
# Prefix of a row whose kind has no app here.
NEUTRAL_PREFIX = "TIC"

registry = Registry()
register = registry.register


def key_of(reference: str) -> int | None:
    """The key in a reference of ours, whichever of our prefixes it has; None for anything else."""
    match = _OURS.fullmatch(reference.strip())
    if match and match[1].upper() in {*registry.prefixes, NEUTRAL_PREFIX}:
        return int(match[2])
    return None
