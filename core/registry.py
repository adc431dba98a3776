"""What higher apps show in the pages of lower ones: each fills these registries in `AppConfig.ready`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

# The administration map, in the order one sets a portal up.
ADMIN_GROUPS: dict[str, Words] = {
    "organisation": _("Organisation"),
    "people": _("People and rights"),
    "services": _("Services"),
    "agreements": _("Agreements and calendars"),
    "channels": _("Channels and notifications"),
    "rules": _("Rules"),
    "system": _("System"),
}


class Entry(Protocol):
    """What a registry holds: something with a name and a place."""

    @property
    def slug(self) -> str: ...

    @property
    def order(self) -> int: ...


E = TypeVar("E", bound=Entry)


class Registry(Generic[E]):
    """Entries by slug, iterated by their order."""

    def __init__(self) -> None:
        self._entries: dict[str, E] = {}

    def register(self, *entries: E) -> None:
        """Add entries; a second registration of a slug replaces the first, so that `ready` may run twice."""
        for entry in entries:
            self._entries[entry.slug] = entry

    def get(self, slug: str) -> E | None:
        """The entry of this slug."""
        return self._entries.get(slug)

    def __iter__(self) -> Iterator[E]:
        return iter(sorted(self._entries.values(), key=lambda entry: entry.order))

    def __len__(self) -> int:
        return len(self._entries)


@dataclass(frozen=True, kw_only=True)
class NavView:
    """A saved view below a rail entry: the same page with other filters. `count` names its live count."""

    label: Words
    query: str
    count: str = ""


@dataclass(frozen=True, kw_only=True)
class NavEntry:
    """An entry of the workspace rail; `verb` is the right that shows it, `keys` its keyboard path ("g q")."""

    slug: str
    label: Words
    icon: str
    url_name: str
    order: int = 50
    verb: str = ""
    keys: str = ""
    views: tuple[NavView, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PortalEntry:
    """An entry of the requester's bar."""

    slug: str
    label: Words
    icon: str
    url_name: str
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class CreateEntry:
    """An entry of the create menu (`c`)."""

    slug: str
    label: Words
    icon: str
    url_name: str
    order: int = 50
    verb: str = ""


@dataclass(frozen=True, kw_only=True)
class AdminPage:
    """A page of the administration map: what it is called, one sentence on what it changes, and its place.

    `group` is one of `ADMIN_GROUPS`; `verb` is the right that shows it.
    """

    slug: str
    group: str
    title: Words
    sentence: Words
    icon: str
    url_name: str
    verb: str
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class TicketPanel:
    """A panel at the right of the ticket page.

    `context(ticket, user)` gives its variables, or None to hide it. A `lazy` panel asks the database: it comes in a
    second request, so that the page costs the same however many there are.
    """

    slug: str
    title: Words
    template: str
    context: Callable[[Any, Any], dict[str, Any] | None]
    order: int = 50
    lazy: bool = True


@dataclass(frozen=True, kw_only=True)
class TicketBlock:
    """What a kind shows in the middle of the ticket page, above the timeline; `kinds` empty for all.

    `context(ticket, user)` gives its variables, or None to hide it.
    """

    slug: str
    template: str
    context: Callable[[Any, Any], dict[str, Any] | None]
    kinds: tuple[str, ...] = ()
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class TicketAct:
    """An entry of the menu of the ticket page: a form at its own address, named by the ticket's reference.

    `verb` is the right asked on the ticket; `shown(ticket, user)` hides it where it makes no sense.
    """

    slug: str
    label: Words
    icon: str
    url_name: str
    verb: str = ""
    kinds: tuple[str, ...] = ()
    shown: Callable[[Any, Any], bool] = lambda ticket, user: True
    order: int = 50
    keys: str = ""

    def offered(self, ticket: Any, user: Any) -> bool:
        """Whether the person is shown it on this ticket."""
        fits = not self.kinds or ticket.kind in self.kinds
        return fits and (not self.verb or user.has_perm(self.verb, ticket)) and self.shown(ticket, user)


@dataclass(frozen=True, kw_only=True)
class CataloguePanel:
    """A block of the page of a service or an item. `context(thing, user)` gives its variables, or None to hide it."""

    slug: str
    title: Words
    template: str
    context: Callable[[Any, Any], dict[str, Any] | None]
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class HomePanel:
    """A block of the workspace home. `context(user)` gives its variables, or None to hide it."""

    slug: str
    title: Words
    template: str
    context: Callable[[Any], dict[str, Any] | None]
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class Banner:
    """What stands above every page for those it concerns.

    `context(user)` gives its variables, or None to hide it; it is asked on every page, so it asks no database.
    """

    slug: str
    template: str
    context: Callable[[Any], dict[str, Any] | None]
    order: int = 50


@dataclass
class Addresses:
    """URL names that the shell links to when the app that owns them is there."""

    search: str = ""  # page with `?q=`
    lookup: str = ""  # JSON for the palette: `?q=` → {"results": [{"label", "detail", "url"}]}
    bell: str = ""  # page of the notifications
    bell_watermark: str = ""  # live protocol of `live.js`
    counts: str = ""  # JSON of the live counts: {"mine": "12", …}
    profile: str = ""


nav: Registry[NavEntry] = Registry()
portal_nav: Registry[PortalEntry] = Registry()
create_entries: Registry[CreateEntry] = Registry()
admin_pages: Registry[AdminPage] = Registry()
ticket_panels: Registry[TicketPanel] = Registry()
ticket_blocks: Registry[TicketBlock] = Registry()
ticket_acts: Registry[TicketAct] = Registry()
catalogue_panels: Registry[CataloguePanel] = Registry()
home_panels: Registry[HomePanel] = Registry()
banners: Registry[Banner] = Registry()
addresses = Addresses()
