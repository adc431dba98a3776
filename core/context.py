"""What every page knows: who reads it, in which frame, theme and language, and the entries of the shell."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject, cached_property
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext as _, override

from core import markup, registry

SCRIPTS = ("shell", "list", "pane", "dialog", "keys", "palette", "editor", "live", "together")
THEMES = ("system", "light", "dark")


@dataclass(frozen=True)
class ShellLink:
    """An entry of the shell as one page shows it."""

    slug: str
    label: str | Promise
    icon: SafeString
    address: str
    current: bool = False
    keys: str = ""
    count: str = ""
    sentence: str | Promise = ""
    views: tuple["ShellLink", ...] = ()


@lru_cache(maxsize=256)
def _address(url_name: str) -> str:
    """The address of a page without arguments; they never change while the process lives."""
    return reverse(url_name)


@lru_cache(maxsize=8)
def _words(language: str) -> str:
    """The words of the scripts in one language."""
    with override(language):
        return json.dumps(
            {
                "one": _("1 new"),
                "many": _("%n new"),
                "failed": _("That did not work. Check the connection and try again."),
                "kept": _("Draft kept"),
                "restored": _("Your draft is back"),
                "discard": _("Discard it"),
                "people": _("People and teams"),
                "nothing": _("Nothing found"),
                "copied": _("Copied"),
                "remove": _("Remove"),
                "undo": _("Undo"),
                "link": _("address"),
                "text": _("text"),
            }
        )


class Page:
    """The variables of the page templates, each computed when a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def person(self) -> Any:
        """Who reads, None where nobody is signed in."""
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def is_staff_side(self) -> bool:
        """Whether the reader works in the workspace rather than the portal."""
        return bool(self.person and self.person.access.is_staff_side)

    @property
    def base(self) -> str:
        """The frame of a page that everybody shares, such as one's own profile."""
        if not self.person:
            return "base_entrance.html"
        return "base_workspace.html" if self.is_staff_side else "base_portal.html"

    @property
    def theme(self) -> str:
        """The person's theme, else that of the cookie, else the system's."""
        chosen = getattr(self.person, "theme", "") or self.request.COOKIES.get("theme", "")
        return chosen if chosen in THEMES else "system"

    @property
    def uses_keys(self) -> bool:
        """Whether single keys act for the person."""
        return bool(getattr(self.person, "uses_keys", True))

    @property
    def rail(self) -> str:
        """Whether the rail is folded."""
        return "folded" if self.request.COOKIES.get("rail") == "folded" else "open"

    @property
    def language(self) -> str:
        """The language of the page."""
        return get_language() or settings.LANGUAGE_CODE

    @property
    def languages(self) -> list[tuple[str, str]]:
        """The languages there are, each by its own name."""
        return [("fr", "Français"), ("en", "English")]

    @property
    def scripts(self) -> list[str]:
        """The addresses of the scripts of every page."""
        return [static(f"js/{name}.js") for name in SCRIPTS]

    @property
    def words(self) -> str:
        """The words that the scripts show, as JSON."""
        return _words(self.language)

    @property
    def path(self) -> str:
        """The address of the page with its query, to come back to."""
        return self.request.get_full_path()

    def _may(self, verb: str) -> bool:
        return not verb or bool(self.person and self.person.has_perm(verb))

    @cached_property
    def _here(self) -> frozenset[str]:
        """The addresses of the shell that the page is under: of two that both match, the closer one."""
        path = self.request.path
        names = {entry.url_name for entry in (*registry.nav, *registry.portal_nav, *registry.admin_pages)}
        under = [address for address in map(_address, names) if address != "/" and path.startswith(address)]
        return frozenset({path, max(under, key=len, default="")})

    def _is_current(self, address: str) -> bool:
        return address in self._here

    @cached_property
    def nav(self) -> list[ShellLink]:
        """The rail."""
        return [self._nav_link(entry) for entry in registry.nav if self._may(entry.verb)]

    def _nav_link(self, entry: registry.NavEntry) -> ShellLink:
        address = _address(entry.url_name)
        current = self._is_current(address)
        query = self.request.META.get("QUERY_STRING", "")
        views = tuple(
            ShellLink(
                slug=view.count or view.query,
                label=view.label,
                icon=SafeString(""),
                address=f"{address}?{view.query}" if view.query else address,
                current=current and query == view.query,
                count=view.count,
            )
            for view in entry.views
        )
        return ShellLink(
            entry.slug, entry.label, markup.icon(entry.icon), address, current, entry.keys, views=views
        )

    @cached_property
    def portal_nav(self) -> list[ShellLink]:
        """The requester's bar."""
        return [self._plain_link(entry) for entry in registry.portal_nav]

    def _plain_link(self, entry: registry.PortalEntry | registry.CreateEntry) -> ShellLink:
        address = _address(entry.url_name)
        return ShellLink(entry.slug, entry.label, markup.icon(entry.icon), address, self._is_current(address))

    @cached_property
    def create(self) -> list[ShellLink]:
        """The create menu."""
        return [self._plain_link(entry) for entry in registry.create_entries if self._may(entry.verb)]

    @cached_property
    def admin_groups(self) -> list[tuple[str | Promise, list[ShellLink]]]:
        """The administration pages the person may open, by group, in the order one sets things up."""
        groups: dict[str, list[ShellLink]] = {}
        for entry in registry.admin_pages:
            if self._may(entry.verb):
                address = _address(entry.url_name)
                link = ShellLink(
                    entry.slug, entry.title, markup.icon(entry.icon), address, self._is_current(address),
                    sentence=entry.sentence,
                )  # fmt: skip
                groups.setdefault(entry.group, []).append(link)
        return [(label, groups[slug]) for slug, label in registry.ADMIN_GROUPS.items() if slug in groups]

    @cached_property
    def banners(self) -> list[dict[str, Any]]:
        """What stands above every page for the reader."""
        if not self.person:
            return []
        asked = ((banner.template, banner.context(self.person)) for banner in registry.banners)
        return [
            {"template": template, "context": context} for template, context in asked if context is not None
        ]

    @cached_property
    def addresses(self) -> dict[str, str]:
        """The addresses the shell links to, those that exist."""
        known: dict[str, str] = {**vars(registry.addresses)}
        return {name: _address(url_name) for name, url_name in known.items() if url_name}


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `page` and `csp_nonce`."""
    # The nonce of django-csp is false until it is read, which `{% if %}` would take for absent.
    nonce = SimpleLazyObject(lambda: str(getattr(request, "csp_nonce", "")))
    return {"page": Page(request), "csp_nonce": nonce}
