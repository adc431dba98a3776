"""Plain factories: rows made in one call, with sensible values for what a test does not name."""

from functools import cache
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.choices import EntityKind
from accounts.models import Entity, Grant, Membership, Role, Team, User
from core.choices import Level

PASSWORD = "correct horse battery staple"
_numbers = count(1)


def make_entity(name: str = "", *, parent: Entity | None = None, kind: str = EntityKind.DEPARTMENT) -> Entity:
    """An entity under `parent`, at the top of the tree by default."""
    number = next(_numbers)
    return Entity.objects.plant(name or f"Entity {number}", code=f"E{number}", kind=kind, parent=parent)


def make_user(name: str = "", *, entity: Entity | None = None, **fields: Any) -> User:
    """A person who can sign in with `PASSWORD`; "Ada Lovelace" becomes ada.lovelace@example.org."""
    number = next(_numbers)
    first, _, last = (name or f"Person {number}").partition(" ")
    fields.setdefault("email", f"{first}.{last or number}@example.org".replace(" ", "-").lower())
    fields.setdefault("language", "en")
    fields.setdefault("timezone", "Europe/Paris")
    return User.objects.create(
        password=_hashed(), entity=entity or make_entity(), first_name=first, last_name=last, **fields
    )


@cache
def _hashed() -> str:
    """The hash of `PASSWORD`, made once: it is slow by design."""
    return make_password(PASSWORD)


def make_team(
    name: str = "",
    *,
    level: str = Level.N1,
    entity: Entity | None = None,
    lead: User | None = None,
    members: Any = (),
) -> Team:
    """A team with its members."""
    team = Team.objects.create(
        name=name or f"Team {next(_numbers)}", level=level, entity=entity or make_entity()
    )
    Membership.objects.bulk_create(
        Membership(team=team, user=user, is_lead=user == lead)
        for user in {*members, *([lead] if lead else [])}
    )
    return team


def grant(
    holder: User | Team, role: str, entity: Entity | None = None, *, with_descendants: bool = True
) -> Grant:
    """Give a default role to a person or a team, in the holder's own entity unless another is named."""
    given = Grant.objects.create(
        user=holder if isinstance(holder, User) else None,
        team=holder if isinstance(holder, Team) else None,
        role=Role.objects.get(slug=role),
        entity=entity or holder.entity,
        with_descendants=with_descendants,
    )
    # Rights are read once per object: the holder at hand must read them anew.
    holder.__dict__.pop("access", None)
    return given


def make_role(*verbs: str, slug: str = "") -> Role:
    """A role of exactly these verbs."""
    number = next(_numbers)
    return Role.objects.create(slug=slug or f"role-{number}", name=f"Role {number}", verbs=list(verbs))
