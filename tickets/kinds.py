"""The kinds of tickets, registered by the apps that own them; `tickets` itself never imports one."""

from __future__ import annotations

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
        return model.prefix if model else "TIC"


registry = Registry()
register = registry.register
