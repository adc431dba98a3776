"""The verbs of rights: their names, their labels and the rule that answers for one object.

Apps register their verbs in `AppConfig.ready`. A role is a set of these names; `user.has_perm(verb, obj)`
asks the rule here, and nothing else does.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from django.utils.translation import gettext_lazy as _

from accounts.access import Access

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Label: TypeAlias = "str | _StrPromise"


class Person(Protocol):
    """What a rule needs of a user."""

    is_active: bool
    is_superuser: bool

    @property
    def access(self) -> Access:
        """What the person may do, and where."""


Predicate = Callable[[Any, Any], bool]


@dataclass(frozen=True)
class Verb:
    """One thing a person may be allowed to do."""

    name: str
    label: Label
    predicate: Predicate | None = None

    @property
    def group(self) -> str:
        """The part before the dot: the app the verb speaks of."""
        return self.name.partition(".")[0]


GROUPS: dict[str, Label] = {
    "tickets": _("Tickets"),
    "incidents": _("Incidents"),
    "services": _("Services"),
    "knowledge": _("Knowledge"),
    "changes": _("Changes"),
    "projects": _("Projects"),
    "accounts": _("People and rights"),
    "settings": _("Settings"),
    "audit": _("Trail"),
}

_registry: dict[str, Verb] = {}


def register(name: str, label: Label, predicate: Predicate | None = None) -> None:
    """Declare a verb; `predicate(user, obj)` replaces the rule "granted in the entity of the object"."""
    _registry[name] = Verb(name, label, predicate)


def set_rule(name: str, predicate: Predicate) -> None:
    """Give a verb its rule, where the rule needs models and so cannot be there from the start."""
    _registry[name] = replace(_registry[name], predicate=predicate)


def names() -> list[str]:
    """The names of all verbs, group by group."""
    order = list(GROUPS)
    return sorted(
        _registry,
        key=lambda name: order.index(_registry[name].group) if _registry[name].group in order else 99,
    )


def by_group() -> dict[str, list[Verb]]:
    """All verbs under the name of their group, in the order of reading."""
    groups: dict[str, list[Verb]] = {}
    for name in names():
        groups.setdefault(_registry[name].group, []).append(_registry[name])
    return groups


def group_label(group: str) -> Label:
    """The label of a group, or its bare name where it is none of ours."""
    return GROUPS.get(group, group)


def label_of(name: str) -> Label:
    """The label of a verb, or its bare name where no app of this installation declares it."""
    return _registry[name].label if name in _registry else name


def allows(user: Person, name: str, obj: object = None) -> bool:
    """Whether the user may do this, on `obj` if given, in some entity otherwise."""
    if not user.is_active:
        return False
    verb = _registry.get(name)
    if verb is None and user.is_superuser:
        # Django's own permissions ("accounts.view_user"), asked by the admin site only.
        return True
    if obj is None:
        return user.access.can(name)
    if verb is not None and verb.predicate is not None:
        return verb.predicate(user, obj)
    return granted_for(user, name, obj)


def granted_for(user: Person, name: str, obj: object) -> bool:
    """The common rule: granted in the entity of the object; what has no entity belongs to all of them."""
    entity_id: int | None = getattr(obj, "entity_id", None)
    if entity_id is None:
        return user.access.everywhere(name)
    return entity_id in user.access.entities(name)


register("tickets.open", _("Report an incident or ask for assistance"))
register("tickets.open_for_others", _("Report on behalf of someone else"))
register("tickets.view", _("See all tickets"))
register("tickets.view_entity", _("See the tickets of colleagues"))
register("tickets.work", _("Work on tickets and move them forward"))
register("tickets.assign", _("Assign tickets and pass them on"))
register("tickets.answer", _("Answer the requester"))
register("tickets.note", _("Write internal notes"))
register("tickets.override_priority", _("Set a priority against the matrix"))
register("tickets.confidential", _("Mark tickets as confidential"))
register("services.view", _("See the catalogue of services"))
register("services.manage", _("Manage services and categories"))
register("services.view_items", _("See items and what stands on them"))
register("services.edit_items", _("Create and change items and their relations"))
register("knowledge.manage", _("Manage knowledge articles"))
register("changes.approve", _("Approve changes"))
register("projects.manage", _("Manage projects"))
register("accounts.view_people", _("See people and teams"))
register("accounts.manage_people", _("Create, change and deactivate people"))
register("accounts.personal_data", _("Export and erase the personal data of people"))
register("accounts.manage_entities", _("Manage entities"))
register("accounts.manage_teams", _("Manage teams and their members"))
register("accounts.manage_roles", _("Manage roles"))
register("accounts.grant", _("Grant and revoke roles"))
register("settings.manage", _("Change settings"))
register("audit.view", _("Read the trail"))
