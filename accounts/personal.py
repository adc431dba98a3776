"""What accounts hold of a person, and what every row that names them says."""

from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from accounts.models import ApiToken, Grant, Membership, PersonalExport, User
from core import personal
from core.personal import Bundle, Erasure, Holding
from core.registry import Words


def register() -> None:
    """Say what is held here."""
    personal.holdings.register(Holding(slug="accounts", order=10, export=_export, told=_told, erase=_erase))


def _export(person: User, bundle: Bundle) -> None:
    bundle.add("profile", [personal.values_of(person)])
    personal.export_rows(person, bundle)


def _told(person: User) -> list[tuple[Words, int]]:
    keys = UserSession.objects.filter(user=person).count() + ApiToken.objects.filter(user=person).count()
    rights = Grant.objects.filter(user=person).count() + Membership.objects.filter(user=person).count()
    return [
        (_("The name, the address and the telephone are replaced by a number"), 1),
        (ngettext_lazy("Session or token ended", "Sessions and tokens ended", keys), keys),
        (_("Second factors removed"), Authenticator.objects.filter(user=person).count()),
        (_("Roles and teams taken away"), rights),
    ]


def _erase(erasure: Erasure) -> None:
    for export in PersonalExport.objects.filter(user=erasure.person):
        if name := export.file.name:
            transaction.on_commit(partial(export.file.storage.delete, name))
    personal.delete_dependants(erasure.person)


def words_of(person: User) -> tuple[str, ...]:
    """What a text may call the person, longest first; too short a word would hit others."""
    both = f"{person.first_name} {person.last_name}".strip()
    turned = f"{person.last_name} {person.first_name}".strip()
    found: dict[str, Any] = dict.fromkeys([person.email, both, turned, person.phone])
    return tuple(sorted((word for word in found if len(word) > 4), key=len, reverse=True))
